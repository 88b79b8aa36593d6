// Between the ABI's tagged values and libtorch's IValue, checked against the operator's schema.
#pragma once
#include "support.h"
#include <ATen/core/function_schema.h>
#include <ATen/core/stack.h>

namespace dt {

enum class Kind { Tensor, Int, Float, Bool, Number, String, Device, Generator, Ints, Floats, Bools, Tensors, OptionalTensors, Other };

struct Parameter {
  std::string name;
  std::string type;
  Kind kind;
  bool optional;
  // A fixed-size int list (kernel sizes): one int stands for all of them. 0: none.
  int32_t repeat;
  bool has_default;
  c10::IValue fallback;
};

Parameter parameter(const c10::Argument& argument);
c10::IValue to_ivalue(const Parameter& parameter, const dt_value& value, const std::string& op);
dt_value from_ivalue(c10::IValue&& value);

}  // namespace dt
