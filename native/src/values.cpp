#include "values.h"
#include <ATen/core/Generator.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/jit_type.h>
#include <cstring>

namespace dt {
namespace {

Kind list_kind(const c10::TypePtr& element) {
  switch (element->kind()) {
    case c10::TypeKind::TensorType: return Kind::Tensors;
    case c10::TypeKind::IntType: case c10::TypeKind::SymIntType: return Kind::Ints;
    case c10::TypeKind::FloatType: return Kind::Floats;
    case c10::TypeKind::BoolType: return Kind::Bools;
    case c10::TypeKind::OptionalType:
      return element->containedType(0)->kind() == c10::TypeKind::TensorType ? Kind::OptionalTensors : Kind::Other;
    default: return Kind::Other;
  }
}

Kind kind_of(const c10::TypePtr& type) {
  switch (type->kind()) {
    case c10::TypeKind::TensorType: return Kind::Tensor;
    case c10::TypeKind::IntType: case c10::TypeKind::SymIntType: return Kind::Int;
    case c10::TypeKind::FloatType: return Kind::Float;
    case c10::TypeKind::BoolType: return Kind::Bool;
    case c10::TypeKind::NumberType: return Kind::Number;
    case c10::TypeKind::StringType: return Kind::String;
    case c10::TypeKind::DeviceObjType: return Kind::Device;
    case c10::TypeKind::GeneratorType: return Kind::Generator;
    case c10::TypeKind::ListType: return list_kind(type->containedType(0));
    default: return Kind::Other;
  }
}

const char* tag_name(int32_t tag) {
  static const char* const names[] = {"None", "Tensor", "int", "double", "bool", "string", "Tensor[]", "int[]", "double[]", "Device", "Generator"};
  return tag >= 0 && tag <= DT_GENERATOR ? names[tag] : "an unknown tag";
}

[[noreturn]] void wrong(const Parameter& p, const dt_value& v, const std::string& op) {
  throw Error(DT_TYPE, "argument '" + p.name + "' of " + op + ": expected " + p.type + ", got " + tag_name(v.tag));
}

void* const* handles(const dt_value& v) { return static_cast<void* const*>(v.p); }

c10::IValue tensors(const dt_value& v, const Parameter& p, const std::string& op) {
  c10::List<at::Tensor> list;
  list.reserve(v.length);
  for (int32_t i = 0; i < v.length; i++) {
    if (handles(v)[i] == nullptr) throw Error(DT_VALUE, "argument '" + p.name + "' of " + op + ": element " + std::to_string(i) + " is undefined");
    list.push_back(borrow(handles(v)[i]));
  }
  return list;
}

c10::IValue optional_tensors(const dt_value& v) {
  c10::List<optional<at::Tensor>> list;
  list.reserve(v.length);
  for (int32_t i = 0; i < v.length; i++)
    list.push_back(handles(v)[i] == nullptr ? optional<at::Tensor>() : optional<at::Tensor>(borrow(handles(v)[i])));
  return list;
}

template <class T> c10::IValue numbers(const dt_value& v) {
  c10::List<T> list;
  list.reserve(v.length);
  for (int32_t i = 0; i < v.length; i++) list.push_back(static_cast<const T*>(v.p)[i]);
  return list;
}

c10::IValue bools(const dt_value& v) {
  c10::List<bool> list;
  for (int32_t i = 0; i < v.length; i++) list.push_back(static_cast<const int64_t*>(v.p)[i] != 0);
  return list;
}

c10::IValue repeated(const Parameter& p, int64_t value) {
  c10::List<int64_t> list;
  for (int32_t i = 0; i < p.repeat; i++) list.push_back(value);
  return list;
}

c10::Device device(const dt_value& v) {
  return c10::Device(static_cast<c10::DeviceType>(v.i), static_cast<c10::DeviceIndex>(v.length));
}

c10::IValue generator(const dt_value& v) {
  return at::Generator(c10::intrusive_ptr<c10::GeneratorImpl>::reclaim_copy(static_cast<c10::GeneratorImpl*>(v.p)));
}

}  // namespace

Parameter parameter(const c10::Argument& argument) {
  auto type = argument.type();
  const bool optional = type->kind() == c10::TypeKind::OptionalType;
  if (optional) type = type->containedType(0);
  Parameter p{argument.name(), argument.type()->str(), kind_of(type), optional, argument.N() ? *argument.N() : 0, argument.default_value().has_value(), {}};
  if (p.has_default) p.fallback = *argument.default_value();
  return p;
}

c10::IValue to_ivalue(const Parameter& p, const dt_value& v, const std::string& op) {
  if (v.tag == DT_NONE && p.optional) return {};
  switch (p.kind) {
    case Kind::Tensor: if (v.tag == DT_TENSOR && v.p != nullptr) return borrow(v.p); break;
    case Kind::Int: if (v.tag == DT_INT) return v.i; break;
    case Kind::Float: if (v.tag == DT_DOUBLE) return v.d; if (v.tag == DT_INT) return static_cast<double>(v.i); break;
    case Kind::Bool: if (v.tag == DT_BOOL) return v.i != 0; break;
    case Kind::Number: if (v.tag == DT_DOUBLE) return v.d; if (v.tag == DT_INT) return v.i; if (v.tag == DT_BOOL) return v.i != 0; break;
    case Kind::String: if (v.tag == DT_STRING) return std::string(static_cast<const char*>(v.p), v.length); break;
    case Kind::Device: if (v.tag == DT_DEVICE) return device(v); break;
    case Kind::Generator: if (v.tag == DT_GENERATOR) return generator(v); break;
    case Kind::Ints: if (v.tag == DT_INTS) return numbers<int64_t>(v); if (v.tag == DT_INT && p.repeat > 0) return repeated(p, v.i); break;
    case Kind::Floats: if (v.tag == DT_DOUBLES) return numbers<double>(v); break;
    case Kind::Bools: if (v.tag == DT_INTS) return bools(v); break;
    case Kind::Tensors: if (v.tag == DT_TENSORS) return tensors(v, p, op); break;
    case Kind::OptionalTensors: if (v.tag == DT_TENSORS) return optional_tensors(v); break;
    case Kind::Other: throw Error(DT_NOT_IMPLEMENTED, "argument '" + p.name + "' of " + op + " has type " + p.type + ", which is not supported");
  }
  wrong(p, v, op);
}

dt_value from_ivalue(c10::IValue&& value) {
  dt_value v{DT_NONE, 0, {0}};
  if (value.isTensor()) { v.tag = DT_TENSOR; v.p = release(std::move(value).toTensor()); }
  else if (value.isDouble()) { v.tag = DT_DOUBLE; v.d = value.toDouble(); }
  else if (value.isInt()) { v.tag = DT_INT; v.i = value.toInt(); }
  else if (value.isBool()) { v.tag = DT_BOOL; v.i = value.toBool(); }
  else if (value.isScalar()) return from_ivalue(c10::IValue(value.toScalar().toDouble()));
  else if (value.isTensorList()) {
    auto list = value.toTensorVector();
    auto out = static_cast<void**>(std::malloc(sizeof(void*) * (list.size() + 1)));
    if (out == nullptr) throw std::bad_alloc();
    for (size_t i = 0; i < list.size(); i++) out[i] = release(std::move(list[i]));
    v.tag = DT_TENSORS; v.length = static_cast<int32_t>(list.size()); v.p = out;
  }
  else if (!value.isNone()) throw Error(DT_NOT_IMPLEMENTED, "a result of type " + value.tagKind() + " is not supported");
  return v;
}

}  // namespace dt
