// The one generic operator call: find once, then check, box, call, unbox.
#include "support.h"
#include "values.h"
#include <ATen/core/dispatch/Dispatcher.h>
#include <memory>
#include <mutex>
#include <unordered_map>

using namespace dt;

struct dt_op {
  c10::OperatorHandle handle;
  std::string name;
  std::string schema;
  std::vector<Parameter> parameters;
};

namespace {

void describe(dt_op& op, const c10::FunctionSchema& schema) {
  for (const auto& argument : schema.arguments()) op.parameters.push_back(parameter(argument));
  std::ostringstream text;
  text << schema;
  op.schema = text.str();
}

void box(const dt_op& op, const dt_value* args, int32_t count, torch::jit::Stack& stack) {
  const auto wanted = static_cast<int32_t>(op.parameters.size());
  if (count > wanted)
    throw Error(DT_TYPE, op.name + " takes " + std::to_string(wanted) + (wanted == 1 ? " argument, got " : " arguments, got ") + std::to_string(count));
  for (int32_t i = 0; i < wanted; i++) {
    const Parameter& p = op.parameters[i];
    if (i < count) stack.push_back(to_ivalue(p, args[i], op.name));
    else if (p.has_default) stack.push_back(p.fallback);
    else throw Error(DT_TYPE, "missing argument '" + p.name + "' of " + op.name);
  }
}

// Results that were already handed out must not leak when a later one cannot be.
void unbox(torch::jit::Stack& stack, dt_value* results, int32_t* count) {
  if (results == nullptr) return;
  const auto produced = static_cast<int32_t>(stack.size());
  if (produced > *count) throw Error(DT_TYPE, "room for " + std::to_string(*count) + " results, got " + std::to_string(produced));
  for (int32_t i = 0; i < produced; i++) results[i] = from_ivalue(std::move(stack[i]));
  *count = produced;
}

}  // namespace

DT_API int32_t dt_op_find(const char* name, const char* overload, dt_op** op) {
  return guard([&] {
    static std::mutex gate;
    static std::unordered_map<std::string, std::unique_ptr<dt_op>> known;
    std::lock_guard<std::mutex> hold(gate);
    auto& slot = known[std::string(name) + '.' + overload];
    if (!slot) {
      auto handle = c10::Dispatcher::singleton().findSchema({name, overload});
      const std::string full = *overload ? std::string(name) + '.' + overload : name;
      if (!handle.has_value()) throw Error(DT_NOT_IMPLEMENTED, "this libtorch has no operator " + full);
      auto fresh = std::make_unique<dt_op>(dt_op{*handle, name, {}, {}});
      describe(*fresh, handle->schema());
      slot = std::move(fresh);
    }
    *op = slot.get();
  });
}

DT_API const char* dt_op_schema(dt_op* op) { return op->schema.c_str(); }

DT_API int32_t dt_call(dt_op* op, const dt_value* args, int32_t count, dt_value* results, int32_t* result_count) {
  // One spare stack per thread: taken out during the call, because a call may call back (hooks) and come here again.
  static thread_local torch::jit::Stack spare;
  torch::jit::Stack stack = std::move(spare);
  stack.clear();
  const auto code = guard([&] {
    box(*op, args, count, stack);
    op->handle.callBoxed(stack);
    unbox(stack, results, result_count);
  });
  try { stack.clear(); spare = std::move(stack); } catch (...) {}
  return code;
}

DT_API void dt_free(void* memory) { std::free(memory); }
