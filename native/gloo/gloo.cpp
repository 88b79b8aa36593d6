// A C ABI over the distribution's libgloo: a full mesh over TCP whose addresses the caller exchanges, and the operations that Distributed.Collectives uses.
// Every function that may fail returns 0, or 1 with the text in dg_error of the same thread.
#include <gloo/allgather.h>
#include <gloo/allreduce.h>
#include <gloo/broadcast.h>
#include <gloo/context.h>
#include <gloo/transport/context.h>
#include <gloo/transport/tcp/device.h>
#include <gloo/transport/unbound_buffer.h>

#include <atomic>
#include <chrono>
#include <cstring>
#include <string>

#define API extern "C" __attribute__((visibility("default")))

using std::chrono::milliseconds;

static thread_local std::string error;

template <class Work>
static int guard(Work work) {
  try {
    work();
    return 0;
  } catch (const std::exception& e) {
    error = e.what();
    return 1;
  }
}

struct Mesh : gloo::Context {
  std::vector<char> addresses;
  size_t length = 0;
  std::atomic<uint32_t> tag{0};

  Mesh(int rank, int size, const char* host, int timeout) : gloo::Context(rank, size) {
    gloo::transport::tcp::attr attributes;
    attributes.hostname = host;
    device_ = gloo::transport::tcp::CreateDevice(attributes);
    transportContext_ = device_->createContext(rank, size);
    transportContext_->setTimeout(milliseconds(timeout));
    // One address for each other rank, in their order; this rank's own place is empty.
    for (int other = 0; other < size; other++) {
      auto bytes = other == rank ? std::vector<char>() : transportContext_->createPair(other)->address().bytes();
      if (!bytes.empty()) length = bytes.size();
      addresses.insert(addresses.end(), bytes.begin(), bytes.end());
    }
  }

  // Gloo's options want to share what the caller owns.
  std::shared_ptr<gloo::Context> shared() {
    return {std::shared_ptr<void>(), this};
  }

  // What rank `other` says about itself is an address a rank but its own, so ours lies one further ahead when it comes before us.
  void connect(int other, const char* theirs) {
    auto at = theirs + length * (rank > other ? rank - 1 : rank);
    transportContext_->getPair(other)->connect(std::vector<char>(at, at + length));
  }
};

API const char* dg_error() { return error.c_str(); }

API int dg_open(int rank, int size, const char* host, int timeout, Mesh** mesh) {
  return guard([&] { *mesh = new Mesh(rank, size, host, timeout); });
}

API int dg_addresses(Mesh* mesh, char* bytes, int room) {
  if (room >= (int)mesh->addresses.size()) memcpy(bytes, mesh->addresses.data(), mesh->addresses.size());
  return (int)mesh->addresses.size();
}

API int dg_connect(Mesh* mesh, int other, const char* addresses) {
  return guard([&] { mesh->connect(other, addresses); });
}

// From any thread: whatever is under way ends with an error, here and on the ranks that it is under way with.
API void dg_abort(Mesh* mesh) {
  guard([&] { mesh->closeConnections(); });
}

API void dg_close(Mesh* mesh) {
  guard([&] { delete mesh; });
}

typedef void (*fold)(int kind, void* target, const void* x, const void* y, size_t count);

template <class T>
static void reduce(Mesh* mesh, void* data, long count, int kind, fold function, int timeout) {
  gloo::AllreduceOptions options(mesh->shared());
  options.setOutput(static_cast<T*>(data), count);
  options.setAlgorithm(gloo::AllreduceOptions::Algorithm::RING);
  options.setReduceFunction([=](void* target, const void* x, const void* y, size_t n) { function(kind, target, x, y, n); });
  options.setTag(mesh->tag++);
  options.setTimeout(milliseconds(timeout));
  gloo::allreduce(options);
}

API int dg_all_reduce(Mesh* mesh, void* data, long count, int bytes, int kind, fold function, int timeout) {
  return guard([&] {
    if (bytes == 2) reduce<uint16_t>(mesh, data, count, kind, function, timeout);
    else if (bytes == 4) reduce<uint32_t>(mesh, data, count, kind, function, timeout);
    else reduce<uint64_t>(mesh, data, count, kind, function, timeout);
  });
}

API int dg_broadcast(Mesh* mesh, char* data, long bytes, int root, int timeout) {
  return guard([&] {
    gloo::BroadcastOptions options(mesh->shared());
    options.setOutput(data, bytes);
    options.setRoot(root);
    options.setTag(mesh->tag++);
    options.setTimeout(milliseconds(timeout));
    gloo::broadcast(options);
  });
}

API int dg_all_gather(Mesh* mesh, char* source, char* target, long bytes, int timeout) {
  return guard([&] {
    gloo::AllgatherOptions options(mesh->shared());
    options.setInput(source, bytes);
    options.setOutput(target, bytes * mesh->size);
    options.setTag(mesh->tag++);
    options.setTimeout(milliseconds(timeout));
    gloo::allgather(options);
  });
}

API int dg_send(Mesh* mesh, void* data, long bytes, int to, unsigned long slot, int timeout) {
  return guard([&] {
    auto buffer = mesh->createUnboundBuffer(data, bytes);
    buffer->send(to, slot);
    if (!buffer->waitSend(milliseconds(timeout))) throw std::runtime_error("aborted");
  });
}

API int dg_receive(Mesh* mesh, void* data, long bytes, int from, unsigned long slot, int timeout) {
  return guard([&] {
    auto buffer = mesh->createUnboundBuffer(data, bytes);
    buffer->recv(from, slot);
    if (!buffer->waitRecv(milliseconds(timeout))) throw std::runtime_error("aborted");
  });
}
