// What is really loaded: libtorch, the BLAS behind it, threads, CUDA. Lines of key=value.
#include "support.h"
#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <climits>
#include <cstdlib>
#include <dlfcn.h>
#include <sstream>

using namespace dt;

namespace {

std::string real(const char* path) {
  char whole[PATH_MAX];
  return realpath(path, whole) != nullptr ? whole : path;
}

// The library whose sgemm_ libtorch_cpu calls: distributions switch libblas.so.3 by alternatives, so only the loaded file tells.
std::string blas_path() {
  void* torch = dlopen("libtorch_cpu.so", RTLD_LAZY | RTLD_NOLOAD);
  if (torch == nullptr) {
    Dl_info self;
    if (dladdr(reinterpret_cast<void*>(&at::get_num_threads), &self) != 0) torch = dlopen(self.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
  }
  if (torch == nullptr) return "";
  void* sgemm = dlsym(torch, "sgemm_");
  dlclose(torch);
  Dl_info where;
  return sgemm != nullptr && dladdr(sgemm, &where) != 0 ? real(where.dli_fname) : "";
}

bool contains(const std::string& text, const char* part) { return text.find(part) != std::string::npos; }

std::string blas_name(const std::string& path) {
  if (path.empty()) return at::hasMKL() ? "MKL (built in)" : "built in";
  if (contains(path, "mkl") || (contains(path, "libtorch") && at::hasMKL())) return "MKL";
  if (contains(path, "blis")) return "BLIS";
  void* library = dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  std::string name = "reference";
  if (library != nullptr) {
    using Config = char* (*)();
    if (auto config = reinterpret_cast<Config>(dlsym(library, "openblas_get_config"))) name = config();
    else if (contains(path, "openblas")) name = "OpenBLAS";
    else if (contains(path, "atlas")) name = "ATLAS";
    dlclose(library);
  }
  return name;
}

// The kernels that OpenBLAS chose for this processor; empty for another BLAS.
std::string blas_kernels(const std::string& path) {
  void* library = path.empty() ? nullptr : dlopen(path.c_str(), RTLD_LAZY | RTLD_NOLOAD);
  if (library == nullptr) return "";
  using Name = char* (*)();
  auto name = reinterpret_cast<Name>(dlsym(library, "openblas_get_corename"));
  std::string kernels = name != nullptr ? name() : "";
  dlclose(library);
  return kernels;
}

}  // namespace

DT_API const char* dt_build_info() {
  static thread_local std::string text;
  guard([&] {
    const auto path = blas_path();
    std::ostringstream out;
    out << "libtorch=" << TORCH_VERSION << "\nblas=" << blas_name(path) << "\nblas.kernels=" << blas_kernels(path) << "\nblas.path=" << path << "\nthreads=" << at::get_num_threads()
        << "\nthreads.interop=" << at::get_num_interop_threads() << "\ncuda=" << (at::hasCUDA() ? "yes" : "no") << "\ncuda.devices=" << dt_cuda_count()
        << "\nmkldnn=" << (at::hasMKLDNN() ? "yes" : "no") << "\ncompiler=" << __VERSION__ << "\n";
    text = out.str();
  });
  return text.c_str();
}
