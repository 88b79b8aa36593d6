// Operations whose backward pass is the caller's.
#include "support.h"
#include <torch/csrc/autograd/function.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/variable.h>

using namespace dt;
namespace ag = torch::autograd;

namespace {

struct CallersNode final : ag::Node {
  CallersNode(ag::edge_list&& inputs, dt_backward_fn function, dt_release_fn release_fn, void* context)
      : ag::Node(std::move(inputs)), function(function), release_fn(release_fn), context(context) {}
  ~CallersNode() override { release_variables(); }

  ag::variable_list apply(ag::variable_list&& gradients) override {
    if (context == nullptr) throw Error(DT_TORCH, "Trying to backward through the graph a second time: what the function saved is gone. Specify retain_graph to keep it.");
    at::Tensor gradient = gradients[0].defined() ? gradients[0] : input_metadata(0).zeros_like();
    std::vector<void*> found(num_outputs(), nullptr);
    const int32_t code = function(context, gradient.unsafeGetTensorImpl(), found.data(), static_cast<int32_t>(found.size()));
    ag::variable_list results;
    for (void* handle : found)
      results.push_back(handle == nullptr ? at::Tensor() : at::Tensor(TensorPtr::reclaim(static_cast<at::TensorImpl*>(handle))));
    if (code != 0) throw Error(DT_CALLBACK, "the backward of a function failed");
    return results;
  }

  // After a pass that does not retain the graph.
  void release_variables() override {
    void* held = context;
    context = nullptr;
    if (held != nullptr && release_fn != nullptr) release_fn(held);
  }

  dt_backward_fn function;
  dt_release_fn release_fn;
  void* context;
};

}  // namespace

DT_API int32_t dt_function(void* const* inputs, int32_t count, void* output, dt_backward_fn function, dt_release_fn release_fn, void* context) {
  return guard([&] {
    at::Tensor made = need(output);
    if (made.requires_grad()) throw Error(DT_VALUE, "a function returns a new tensor, not one of its inputs");
    // Its deleter cuts long chains of nodes without recursion.
    std::shared_ptr<CallersNode> node(new CallersNode(ag::collect_next_edges(borrow_all(inputs, count)), function, nullptr, context), ag::deleteNode);
    ag::set_history(made, node);
    node->release_fn = release_fn;  // From here on the context is the node's.
  });
}
