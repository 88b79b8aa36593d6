// Exceptions to codes. The text leaves out the C++ backtrace unless DISTRIBUTED_NATIVE_BACKTRACE is set.
#include "support.h"
#include <c10/util/Exception.h>
#include <cstdlib>
#include <new>

namespace dt {
namespace {

thread_local std::string last;

int32_t keep(dt_code code, const char* text) {
  last = text;
  return code;
}

bool has(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

dt_code classify(const std::string& text) {
  // The CPU allocator of 1.13 throws a plain c10::Error, so only its words tell.
  if (has(text, "can't allocate memory") || has(text, "not enough memory") || has(text, "out of memory")) return DT_OUT_OF_MEMORY;
  if (has(text, "Could not run '") || has(text, "not implemented for")) return DT_NOT_IMPLEMENTED;
  return DT_TORCH;
}

int32_t keep_torch(dt_code code, const c10::Error& e) {
  static const bool full = std::getenv("DISTRIBUTED_NATIVE_BACKTRACE") != nullptr;
  last = full ? e.what() : e.what_without_backtrace();
  return code == DT_TORCH ? classify(last) : code;
}

}  // namespace

int32_t caught() noexcept {
  try {
    try { throw; }
    catch (const Error& e) { return keep(e.code, e.what()); }
    catch (const c10::IndexError& e) { return keep_torch(DT_INDEX, e); }
    catch (const c10::ValueError& e) { return keep_torch(DT_VALUE, e); }
    catch (const c10::TypeError& e) { return keep_torch(DT_TYPE, e); }
    catch (const c10::NotImplementedError& e) { return keep_torch(DT_NOT_IMPLEMENTED, e); }
    catch (const c10::LinAlgError& e) { return keep_torch(DT_LINALG, e); }
    catch (const c10::Error& e) { return keep_torch(DT_TORCH, e); }
    catch (const std::bad_alloc&) { return keep(DT_OUT_OF_MEMORY, "out of memory"); }
    catch (const std::exception& e) { return keep(DT_STANDARD, e.what()); }
    catch (...) { return keep(DT_STANDARD, "unknown native exception"); }
  } catch (...) {
    return DT_OUT_OF_MEMORY;  // no memory even for the text
  }
}

}  // namespace dt

DT_API const char* dt_error() { return dt::last.c_str(); }
