// Handles, shapes and memory.
#include "support.h"
#include <ATen/ops/_local_scalar_dense.h>
#include <ATen/ops/from_blob.h>
#include <limits>

using namespace dt;

DT_API void dt_release(void* tensor) {
  guard([&] { if (tensor != nullptr) TensorPtr::reclaim(static_cast<at::TensorImpl*>(tensor)); });
}

DT_API void dt_release_many(void* const* tensors, int64_t count) {
  for (int64_t i = 0; i < count; i++) dt_release(tensors[i]);
}

DT_API void* dt_retain(void* tensor) { return tensor == nullptr ? nullptr : release(borrow(tensor)); }

DT_API int64_t dt_use_count(void* tensor) {
  return tensor == nullptr ? 0 : c10::raw::intrusive_ptr::use_count(static_cast<at::TensorImpl*>(tensor));
}

// out: dtype, device type, device index, dimensions, elements, flags (1 requires grad, 2 leaf, 4 contiguous), element size, sizes..., strides...
DT_API int32_t dt_info(void* tensor, int64_t* out, int32_t capacity) {
  return guard([&] {
    const at::Tensor t = need(tensor);
    const auto n = static_cast<int32_t>(t.dim());
    out[0] = static_cast<int64_t>(t.scalar_type());
    out[1] = static_cast<int64_t>(t.device().type());
    out[2] = t.device().index();
    out[3] = n;
    out[4] = t.numel();
    out[5] = (t.requires_grad() ? 1 : 0) | (t.is_leaf() ? 2 : 0) | (t.is_contiguous() ? 4 : 0);
    out[6] = static_cast<int64_t>(t.element_size());
    if (capacity < 7 + 2 * n) return;
    for (int32_t i = 0; i < n; i++) { out[7 + i] = t.size(i); out[7 + n + i] = t.stride(i); }
  });
}

DT_API int32_t dt_data_ptr(void* tensor, void** data) {
  return guard([&] { *data = need(tensor).data_ptr(); });
}

DT_API int32_t dt_item(void* tensor, dt_value* out) {
  return guard([&] {
    const at::Tensor t = need(tensor);
    if (t.numel() != 1) throw Error(DT_VALUE, "item() needs a tensor with one element, this one has " + std::to_string(t.numel()));
    const auto scalar = at::_local_scalar_dense(t.detach());
    out->length = 0;
    if (scalar.isFloatingPoint()) { out->tag = DT_DOUBLE; out->d = scalar.toDouble(); }
    else if (scalar.isBoolean()) { out->tag = DT_BOOL; out->i = scalar.toBool(); }
    else { out->tag = DT_INT; out->i = scalar.toLong(); }
  });
}

DT_API int32_t dt_from_blob(void* data, const int64_t* sizes, int32_t dimensions, int32_t type, dt_release_fn release_fn, void* context, void** out) {
  return guard([&] {
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(type));
    const at::IntArrayRef shape(sizes, dimensions);
    *out = release(release_fn == nullptr ? at::from_blob(data, shape, options)
                                         : at::from_blob(data, shape, [=](void*) { release_fn(context); }, options));
  });
}
