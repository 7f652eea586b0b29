// What the contract library hands out, and the register that finds a handle which is stale or of another
// kind.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <vector>

#include "contract_dlc.h"
#include "snpe/snpe_api.h"

namespace assay::snpe::contract {

[[noreturn]] inline void violation(const std::string& text) {
  std::fprintf(stderr, "contract library: %s\n", text.c_str());
  std::abort();
}

struct Object {
  virtual ~Object() = default;
  int users = 0;  // What still needs it.
  bool lent = false;
};
struct Version : Object {
  std::string text = "2.22.6.240515";
};
struct Archive : Object {
  Container container;
};
struct Runtimes : Object {
  std::vector<int> list;
};
struct Platform : Object {
  std::map<std::string, std::string> options;
};
struct Strings : Object {
  std::vector<std::string> list;
};
struct Shape : Object {
  std::vector<std::size_t> dims;
};
struct Encoding : Object {
  int element = kElementFloat;
  Quantisation quantisation;
};
struct Attributes : Object {
  std::vector<std::size_t> dims;
  int element = kElementFloat;
  Handle encoding = nullptr;  // Lent to whoever asks.
};
struct Buffer : Object {
  void* memory = nullptr;
  std::size_t bytes = 0;
  std::vector<std::size_t> strides;
  Handle encoding = nullptr;
};
struct Map : Object {
  std::map<std::string, Handle> buffers;
};
struct LogOptions : Object {
  std::string folder;
};
struct Log : Object {
  std::string folder;
  bool running = false;
};
struct Builder : Object {
  Handle archive = nullptr;
  std::vector<int> runtimes;
  bool user_buffers = false, cache = false, unsigned_pd = true, fixed_point = false;
  int profiling = kProfilingOff;
};
struct Net : Object {
  std::unique_ptr<Network> network;
  Container container;
  std::vector<std::string> placed;  // One runtime for each layer.
  Handle log = nullptr;
  int profiling = kProfilingOff, inferences = 0;
};

// Handles are numbers that never come again, so that a stale one is always found.
inline std::mutex mutex;
inline std::map<Handle, std::unique_ptr<Object>> objects;
inline std::uintptr_t last_handle = 0x5A000000;
inline thread_local int last_code = 0;
inline thread_local std::string last_text;

inline Handle keep(std::unique_ptr<Object> object) {
  const std::lock_guard<std::mutex> lock(mutex);
  last_handle += 16;
  const auto handle = reinterpret_cast<Handle>(last_handle);
  objects[handle] = std::move(object);
  return handle;
}

template <typename T>
T& get(Handle handle, const char* what) {
  const std::lock_guard<std::mutex> lock(mutex);
  const auto found = objects.find(handle);
  if (found == objects.end()) violation(std::string(what) + ": the handle is not alive");
  auto* object = dynamic_cast<T*>(found->second.get());
  if (object == nullptr) violation(std::string(what) + ": the handle is of another kind");
  return *object;
}

template <typename T>
ErrorCode remove(Handle handle, const char* what) {
  const T& object = get<T>(handle, what);
  if (object.lent) violation(std::string(what) + ": the handle was lent, not given");
  if (object.users > 0) violation(std::string(what) + ": something still needs it");
  const std::lock_guard<std::mutex> lock(mutex);
  objects.erase(handle);
  return 0;
}

inline int set_error(int code, const std::string& text) {
  last_code = code;
  last_text = text;
  return code;
}

/// Runs what makes a handle; what it throws becomes the last error and a null handle.
template <typename Body>
Handle made(Body&& body) {
  try {
    return body();
  } catch (const Error& error) {
    set_error(error.code, error.what());
    return nullptr;
  }
}

inline bool asked(const std::string& fault) {
  const char* list = std::getenv("ASSAY_CONTRACT_SNPE");
  std::istringstream words(list != nullptr ? list : "");
  for (std::string word; std::getline(words, word, ',');)
    if (word == fault) return true;
  return false;
}

inline const char* name_of(int runtime) {
  return runtime == kRuntimeCpu ? "CPU" : runtime == kRuntimeDsp ? "DSP" : "GPU";
}

inline Handle shape_of(const std::vector<std::size_t>& dims) {
  auto shape = std::make_unique<Shape>();
  shape->dims = dims;
  return keep(std::move(shape));
}

inline Handle names_of(const std::vector<Tensor>& tensors) {
  auto strings = std::make_unique<Strings>();
  for (const Tensor& tensor : tensors) strings->list.push_back(tensor.name);
  return keep(std::move(strings));
}

inline Handle new_encoding(int element, const Quantisation& quantisation = {}) {
  auto encoding = std::make_unique<Encoding>();
  encoding->element = element;
  encoding->quantisation = quantisation;
  return keep(std::move(encoding));
}

}  // namespace assay::snpe::contract
