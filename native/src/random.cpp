// Random generators. A generator handle is the GeneratorImpl pointer and owns one reference.
#include "support.h"
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Functions.h>

using namespace dt;

namespace {

at::Generator generator(void* handle) {
  if (handle == nullptr) throw Error(DT_VALUE, "the generator is disposed");
  return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(static_cast<c10::GeneratorImpl*>(handle)));
}

void* give(const at::Generator& g) { return c10::intrusive_ptr<c10::GeneratorImpl>(g.getIntrusivePtr()).release(); }

}  // namespace

DT_API int32_t dt_manual_seed(uint64_t seed) { return guard([&] { at::manual_seed(seed); }); }

DT_API int32_t dt_generator_default(void** out) { return guard([&] { *out = give(at::detail::getDefaultCPUGenerator()); }); }

DT_API int32_t dt_generator_new(int32_t device_type, int32_t device_index, uint64_t seed, void** out) {
  return guard([&] {
    if (device_type == 0) { *out = give(at::detail::createCPUGenerator(seed)); return; }
    const c10::Device device(static_cast<c10::DeviceType>(device_type), static_cast<c10::DeviceIndex>(device_index));
    // clone() of the device's default generator: the only way to a new one that needs no CUDA header here.
    auto fresh = at::globalContext().defaultGenerator(device).clone();
    fresh.set_current_seed(seed);
    *out = give(fresh);
  });
}

DT_API void dt_generator_free(void* handle) {
  guard([&] { if (handle != nullptr) c10::intrusive_ptr<c10::GeneratorImpl>::reclaim(static_cast<c10::GeneratorImpl*>(handle)); });
}

DT_API int32_t dt_generator_seed(void* handle, uint64_t seed) {
  return guard([&] {
    auto g = generator(handle);
    std::lock_guard<std::mutex> hold(g.mutex());
    g.set_current_seed(seed);
  });
}

DT_API int32_t dt_generator_initial_seed(void* handle, uint64_t* seed) { return guard([&] { *seed = generator(handle).current_seed(); }); }

DT_API int32_t dt_generator_state(void* handle, void** tensor) {
  return guard([&] {
    auto g = generator(handle);
    std::lock_guard<std::mutex> hold(g.mutex());
    *tensor = release(g.get_state());
  });
}

DT_API int32_t dt_generator_set_state(void* handle, void* tensor) {
  return guard([&] {
    auto g = generator(handle);
    std::lock_guard<std::mutex> hold(g.mutex());
    g.set_state(need(tensor));
  });
}
