// The C ABI between compat/Torch and libtorch. Every function that can fail returns a code; the text is in dt_error().
// A tensor handle is the TensorImpl pointer and owns one reference; arguments are borrowed, results are owned by the caller.
#pragma once
#include <cstdint>

#define DT_API extern "C" __attribute__((visibility("default")))

enum dt_code : int32_t {
  DT_OK = 0, DT_TORCH = 1, DT_INDEX = 2, DT_VALUE = 3, DT_TYPE = 4, DT_NOT_IMPLEMENTED = 5,
  DT_OUT_OF_MEMORY = 6, DT_LINALG = 7, DT_TIMEOUT = 8, DT_PEER_LOST = 9, DT_STANDARD = 10, DT_CALLBACK = 11,
};

enum dt_tag : int32_t {
  DT_NONE = 0, DT_TENSOR = 1, DT_INT = 2, DT_DOUBLE = 3, DT_BOOL = 4, DT_STRING = 5,
  DT_TENSORS = 6, DT_INTS = 7, DT_DOUBLES = 8, DT_DEVICE = 9, DT_GENERATOR = 10,
};

// 16 bytes: length counts the elements of a list or string; of a device it is the index (-1: current).
struct dt_value {
  int32_t tag;
  int32_t length;
  union { int64_t i; double d; void* p; };
};

struct dt_op;
typedef void (*dt_release_fn)(void* context);
// Called with the leaf's gradient in place; a non-zero result ends the backward pass with DT_CALLBACK.
typedef int32_t (*dt_hook_fn)(void* context);
// Given the gradient of a function's output (borrowed), writes those of its inputs (owned, null for none); a non-zero result ends the pass likewise.
typedef int32_t (*dt_backward_fn)(void* context, void* gradient, void** results, int32_t count);

DT_API const char* dt_error();
DT_API int32_t dt_abi_version();
DT_API int32_t dt_init(int32_t malloc_thresholds);
DT_API const char* dt_build_info();

DT_API int32_t dt_op_find(const char* name, const char* overload, dt_op** op);
DT_API const char* dt_op_schema(dt_op* op);
DT_API int32_t dt_call(dt_op* op, const dt_value* args, int32_t count, dt_value* results, int32_t* result_count);
DT_API void dt_free(void* memory);

DT_API void dt_release(void* tensor);
DT_API void dt_release_many(void* const* tensors, int64_t count);
DT_API void* dt_retain(void* tensor);
DT_API int64_t dt_use_count(void* tensor);
DT_API int32_t dt_info(void* tensor, int64_t* out, int32_t capacity);
DT_API int32_t dt_data_ptr(void* tensor, void** data);
DT_API int32_t dt_item(void* tensor, dt_value* out);
DT_API int32_t dt_from_blob(void* data, const int64_t* sizes, int32_t dimensions, int32_t type, dt_release_fn release, void* context, void** out);

DT_API int32_t dt_backward(void* const* roots, void* const* gradients, int32_t count, int32_t retain_graph, int32_t create_graph, void* const* inputs, int32_t input_count);
DT_API int32_t dt_autograd_grad(void* const* outputs, void* const* gradients, int32_t count, void* const* inputs, int32_t input_count, int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** out);
DT_API int32_t dt_gradients(void* const* tensors, int32_t count, void** out);
DT_API int32_t dt_set_gradient(void* tensor, void* gradient);
DT_API int32_t dt_clear_gradients(void* const* tensors, int32_t count);
DT_API int32_t dt_set_requires_grad(void* tensor, int32_t on);
DT_API int32_t dt_grad_mode();
DT_API int32_t dt_set_grad_mode(int32_t on);
DT_API int32_t dt_hook_add(void* leaf, dt_hook_fn function, dt_release_fn release, void* context, void** hook);
DT_API void dt_hook_remove(void* hook);
DT_API int32_t dt_function(void* const* inputs, int32_t count, void* output, dt_backward_fn function, dt_release_fn release, void* context);

DT_API int32_t dt_manual_seed(uint64_t seed);
DT_API int32_t dt_generator_default(void** generator);
DT_API int32_t dt_generator_new(int32_t device_type, int32_t device_index, uint64_t seed, void** generator);
DT_API void dt_generator_free(void* generator);
DT_API int32_t dt_generator_seed(void* generator, uint64_t seed);
DT_API int32_t dt_generator_initial_seed(void* generator, uint64_t* seed);
DT_API int32_t dt_generator_state(void* generator, void** tensor);
DT_API int32_t dt_generator_set_state(void* generator, void* tensor);

DT_API int32_t dt_threads();
DT_API int32_t dt_set_threads(int32_t count);
DT_API int32_t dt_interop_threads();
DT_API int32_t dt_set_interop_threads(int32_t count);
DT_API int32_t dt_cuda_count();
DT_API int32_t dt_cuda_sync(int32_t device);
