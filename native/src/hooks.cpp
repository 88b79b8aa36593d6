// Hooks that run when the gradient of a leaf has been accumulated.
#include "support.h"
#include <memory>
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/function_hook.h>
#include <torch/csrc/autograd/variable.h>

using namespace dt;
namespace ag = torch::autograd;

namespace {

struct Hook final : ag::FunctionPostHook {
  Hook(dt_hook_fn function, dt_release_fn release, void* context) : function(function), release(release), context(context) {}
  ~Hook() override { if (release != nullptr) release(context); }
  ag::variable_list operator()(const ag::variable_list& outputs, const ag::variable_list&) override {
    if (function(context) != 0) throw Error(DT_CALLBACK, "a hook on a gradient failed");
    return outputs;
  }
  dt_hook_fn function;
  dt_release_fn release;
  void* context;
};

// The leaf holds its accumulator weakly: whoever wants the hook to stay keeps the accumulator.
struct Registration {
  std::shared_ptr<ag::Node> accumulator;
  uintptr_t key;
};

}  // namespace

DT_API int32_t dt_hook_add(void* leaf, dt_hook_fn function, dt_release_fn release_fn, void* context, void** hook) {
  return guard([&] {
    const at::Tensor t = need(leaf);
    if (!t.is_leaf() || !t.requires_grad()) throw Error(DT_VALUE, "a hook after accumulation needs a leaf that requires a gradient");
    auto registration = std::make_unique<Registration>();
    registration->accumulator = ag::impl::grad_accumulator(t);
    registration->key = registration->accumulator->add_post_hook(std::make_unique<Hook>(function, release_fn, context));
    *hook = registration.release();
  });
}

DT_API void dt_hook_remove(void* hook) {
  guard([&] {
    std::unique_ptr<Registration> registration(static_cast<Registration*>(hook));
    registration->accumulator->del_post_hook(registration->key);
  });
}
