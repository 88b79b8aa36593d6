// What every file here shares: borrowing handles, and turning whatever is thrown into a code.
#pragma once
#include "abi.h"
#include <ATen/core/Tensor.h>
#include <optional>
#include <stdexcept>
#include <torch/csrc/api/include/torch/version.h>
#include <vector>

namespace dt {

// libtorch had an optional of its own until 2.1.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
template <class T> using optional = std::optional<T>;
#else
template <class T> using optional = c10::optional<T>;
#endif

// A mistake found before libtorch sees the call.
struct Error : std::runtime_error {
  Error(dt_code code, const std::string& text) : std::runtime_error(text), code(code) {}
  dt_code code;
};

using TensorPtr = c10::intrusive_ptr<at::TensorImpl, at::UndefinedTensorImpl>;

inline at::Tensor borrow(void* handle) {
  return handle == nullptr ? at::Tensor() : at::Tensor(TensorPtr::reclaim_copy(static_cast<at::TensorImpl*>(handle)));
}

inline void* release(at::Tensor&& tensor) {
  return tensor.defined() ? tensor.unsafeReleaseTensorImpl() : nullptr;
}

inline std::vector<at::Tensor> borrow_all(void* const* handles, int32_t count) {
  std::vector<at::Tensor> all;
  all.reserve(count);
  for (int32_t i = 0; i < count; i++) all.push_back(borrow(handles[i]));
  return all;
}

inline at::Tensor need(void* handle) {
  if (handle == nullptr) throw Error(DT_VALUE, "the tensor is undefined or already disposed");
  return borrow(handle);
}

// Stores the text of the exception in flight and returns its code.
int32_t caught() noexcept;

template <class F> int32_t guard(F&& body) noexcept {
  try { body(); return DT_OK; } catch (...) { return caught(); }
}

}  // namespace dt
