// Process-wide settings: allocator, threads, devices.
#include "support.h"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <malloc.h>

using namespace dt;

DT_API int32_t dt_abi_version() { return 1; }

DT_API int32_t dt_init(int32_t malloc_thresholds) {
  return guard([&] {
    if (malloc_thresholds == 0) return;
    // A dispose scope frees a whole step at once. With glibc's defaults the heap top is then given back and faulted in
    // again on each step, which costs a convolutional net half its speed.
    mallopt(M_MMAP_THRESHOLD, 512 << 20);
    mallopt(M_TRIM_THRESHOLD, 1 << 30);
    mallopt(M_TOP_PAD, 64 << 20);
  });
}

DT_API int32_t dt_threads() { return at::get_num_threads(); }
DT_API int32_t dt_set_threads(int32_t count) {
  return guard([&] {
    if (count < 1) throw Error(DT_VALUE, "the number of threads is at least 1");
    at::set_num_threads(count);
  });
}
DT_API int32_t dt_interop_threads() { return at::get_num_interop_threads(); }
DT_API int32_t dt_set_interop_threads(int32_t count) { return guard([&] { at::set_num_interop_threads(count); }); }

DT_API int32_t dt_cuda_count() {
  int32_t count = 0;
  guard([&] { if (at::hasCUDA()) count = c10::impl::VirtualGuardImpl(c10::DeviceType::CUDA).deviceCount(); });
  return count;
}

DT_API int32_t dt_cuda_sync(int32_t device) {
  return guard([&] {
    if (!at::hasCUDA()) throw Error(DT_NOT_IMPLEMENTED, "this libtorch is built without CUDA");
    const c10::impl::VirtualGuardImpl cuda(c10::DeviceType::CUDA);
    const auto current = device < 0 ? cuda.getDevice() : c10::Device(c10::DeviceType::CUDA, static_cast<c10::DeviceIndex>(device));
    cuda.getStream(current).synchronize();
  });
}
