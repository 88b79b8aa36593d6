// Backward passes, gradients of leaves, grad mode.
#include "support.h"
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/autograd.h>

using namespace dt;
using torch::autograd::variable_list;

namespace {

variable_list root_gradients(void* const* gradients, int32_t count) {
  return gradients == nullptr ? variable_list() : borrow_all(gradients, count);
}

}  // namespace

DT_API int32_t dt_backward(void* const* roots, void* const* gradients, int32_t count, int32_t retain_graph, int32_t create_graph, void* const* inputs, int32_t input_count) {
  return guard([&] {
    torch::autograd::backward(borrow_all(roots, count), root_gradients(gradients, count), retain_graph != 0 || create_graph != 0, create_graph != 0,
                              borrow_all(inputs, input_count));
  });
}

DT_API int32_t dt_autograd_grad(void* const* outputs, void* const* gradients, int32_t count, void* const* inputs, int32_t input_count, int32_t retain_graph, int32_t create_graph, int32_t allow_unused, void** out) {
  return guard([&] {
    auto found = torch::autograd::grad(borrow_all(outputs, count), borrow_all(inputs, input_count), root_gradients(gradients, count),
                                       retain_graph != 0 || create_graph != 0, create_graph != 0, allow_unused != 0);
    for (int32_t i = 0; i < input_count; i++) out[i] = release(std::move(found[i]));
  });
}

DT_API int32_t dt_gradients(void* const* tensors, int32_t count, void** out) {
  return guard([&] {
    for (int32_t i = 0; i < count; i++) out[i] = nullptr;
    for (int32_t i = 0; i < count; i++) out[i] = release(at::Tensor(need(tensors[i]).grad()));
  });
}

DT_API int32_t dt_set_gradient(void* tensor, void* gradient) {
  return guard([&] {
    const at::Tensor t = need(tensor);
    const at::Tensor g = borrow(gradient);
    if (g.defined() && (g.sizes() != t.sizes() || g.device() != t.device() || g.scalar_type() != t.scalar_type()))
      throw Error(DT_VALUE, "a gradient has the shape, type and device of its tensor");
    t.mutable_grad() = g;
  });
}

DT_API int32_t dt_clear_gradients(void* const* tensors, int32_t count) {
  return guard([&] { for (int32_t i = 0; i < count; i++) need(tensors[i]).mutable_grad().reset(); });
}

DT_API int32_t dt_set_requires_grad(void* tensor, int32_t on) {
  return guard([&] { need(tensor).set_requires_grad(on != 0); });
}

DT_API int32_t dt_grad_mode() { return c10::GradMode::is_enabled() ? 1 : 0; }

DT_API int32_t dt_set_grad_mode(int32_t on) {
  const int32_t before = dt_grad_mode();
  c10::GradMode::set_enabled(on != 0);
  return before;
}
