// The plugin under test and small tools to drive it through the ABI.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "assay/backend_abi.h"
#include "backend/abi_array.h"

namespace assay::conformance {

/// From the command line: what to test, on what.
struct Subject {
  std::string plugin, artifact, accelerator = "CPU", precision = "fp32";
  std::vector<std::pair<std::string, std::string>> options;
  const assay_backend_v1* backend = nullptr;
};
Subject& subject();

/// Inputs that look like images: floats in [0, 1), small integers; the same for the same seed everywhere, so
/// that a recording for the replay backend can be made of them.
inline std::vector<char> make_input(const assay_tensor& tensor, std::uint64_t seed) {
  std::vector<char> bytes(tensor.byte_size);
  std::uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
  const auto next = [&state] {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return static_cast<std::uint32_t>(state >> 40);  // 24 bits
  };
  if (tensor.dtype == ASSAY_F32) {
    for (std::size_t i = 0; i + 4 <= bytes.size(); i += 4) {
      const float value = static_cast<float>(next()) / 16777216.0F;
      std::memcpy(&bytes[i], &value, 4);
    }
  } else if (tensor.dtype == ASSAY_F16 || tensor.dtype == ASSAY_BF16 || tensor.dtype == ASSAY_F64) {
    // All-zero exponents would be subnormal: half of one is a value of every format, whatever the mantissa.
    const std::size_t step = tensor.dtype == ASSAY_F64 ? 8 : 2;
    for (std::size_t i = 0; i + step <= bytes.size(); i += step) {
      bytes[i] = static_cast<char>(next());
      bytes[i + step - 1] = 0x38;
    }
  } else {
    for (char& byte : bytes) byte = static_cast<char>(next() % 100);
  }
  return bytes;
}

/// Bytes aligned to a page. Inputs become read-only, as the engine's are: a plugin that writes to them
/// crashes.
class Memory {
 public:
  explicit Memory(std::size_t size, bool as_memfd = false) : size_(size) {
    if (as_memfd) {
      fd_ = ::memfd_create("conformance", MFD_CLOEXEC);
      if (fd_ < 0 || ::ftruncate(fd_, static_cast<off_t>(size)) != 0)
        throw std::runtime_error("memfd_create");
    }
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE,
                        fd_ < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, fd_, 0);
    if (data == MAP_FAILED) throw std::runtime_error("mmap");
    data_ = static_cast<char*>(data);
  }
  Memory(Memory&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(other.size_), fd_(std::exchange(other.fd_, -1)) {}
  Memory& operator=(Memory&&) = delete;
  ~Memory() {
    if (data_) ::munmap(data_, size_);
    if (fd_ >= 0) ::close(fd_);
  }
  void write(const std::vector<char>& bytes) {
    ::mprotect(data_, size_, PROT_READ | PROT_WRITE);
    std::memcpy(data_, bytes.data(), bytes.size());
  }
  void protect() { ::mprotect(data_, size_, PROT_READ); }
  void fill(int value) { std::memset(data_, value, size_); }
  std::vector<char> bytes() const { return {data_, data_ + size_}; }
  assay_buffer buffer() const {
    return {sizeof(assay_buffer), fd_ < 0 ? ASSAY_MEMORY_HOST : ASSAY_MEMORY_MEMFD, data_, size_, fd_, 0};
  }

 private:
  char* data_ = nullptr;
  std::size_t size_ = 0;
  int fd_ = -1;
};

/// The error of the last call, with struct_size set.
struct Error {
  assay_error raw{};
  Error() { raw.struct_size = sizeof raw; }
  operator assay_error*() { return &raw; }  // NOLINT: passed wherever the ABI wants one.
  std::string text() const { return {raw.text, ::strnlen(raw.text, sizeof raw.text)}; }
};

/// What to change of a usual open().
struct OpenChanges {
  std::string artifact{}, accelerator{};  ///< Empty: the subject's.
  std::vector<std::pair<std::string, std::string>> more_options{};
  std::uint32_t slots = 2;
  bool profiling = false;
};

/// One open session with memory for its slots.
class Open {
 public:
  explicit Open(const OpenChanges& changes = {}) {
    const Subject& s = subject();
    const std::string artifact = changes.artifact.empty() ? s.artifact : changes.artifact;
    const std::string accelerator = changes.accelerator.empty() ? s.accelerator : changes.accelerator;
    std::vector<assay_name_value> options;
    for (const auto& [name, value] : s.options) options.push_back({name.c_str(), value.c_str()});
    for (const auto& [name, value] : changes.more_options) options.push_back({name.c_str(), value.c_str()});
    assay_open_options request{};
    request.struct_size = sizeof request;
    request.artifact = artifact.c_str();
    request.accelerator = accelerator.c_str();
    request.precision = s.precision.c_str();
    request.profiling = changes.profiling ? 1 : 0;
    request.slot_count = changes.slots;
    request.option_count = static_cast<std::uint32_t>(options.size());
    request.options = options.data();
    code = s.backend->open(&request, &session, error);
    if (code == ASSAY_OK) info_code = s.backend->session_info(session, &info, error);
  }
  ~Open() {
    if (session) subject().backend->close(session);
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;

  const assay_tensor& input(std::uint32_t i) const { return backend::element(info->inputs, i); }
  const assay_tensor& output(std::uint32_t i) const { return backend::element(info->outputs, i); }

  std::int32_t bind(std::uint32_t slot, bool as_memfd = false) {
    slots.emplace_back();
    Slot& memory = slots.back();
    memory.number = slot;
    for (std::uint32_t i = 0; i < info->input_count; ++i)
      memory.inputs.emplace_back(input(i).byte_size, as_memfd);
    for (std::uint32_t i = 0; i < info->output_count; ++i)
      memory.outputs.emplace_back(output(i).byte_size, as_memfd);
    std::vector<assay_buffer> in, out;
    for (const Memory& m : memory.inputs) in.push_back(m.buffer());
    for (const Memory& m : memory.outputs) out.push_back(m.buffer());
    return subject().backend->bind(session, slot, in.data(), static_cast<std::uint32_t>(in.size()),
                                   out.data(), static_cast<std::uint32_t>(out.size()), error);
  }
  /// Fills the inputs of the slot that was bound as the n-th.
  void set_input(std::size_t n, std::uint64_t seed) {
    for (std::uint32_t i = 0; i < info->input_count; ++i) {
      slots[n].inputs[i].write(make_input(input(i), seed + 1000 * i));
      slots[n].inputs[i].protect();
    }
  }
  void fill_outputs(std::size_t n, int value) {
    for (Memory& memory : slots[n].outputs) memory.fill(value);
  }
  std::vector<std::vector<char>> outputs(std::size_t n) const {
    std::vector<std::vector<char>> list;
    for (const Memory& memory : slots[n].outputs) list.push_back(memory.bytes());
    return list;
  }
  std::int32_t infer(std::uint32_t slot) { return subject().backend->infer(session, slot, error); }

  struct Slot {
    std::uint32_t number = 0;
    std::vector<Memory> inputs, outputs;
  };
  std::int32_t code = ASSAY_OK, info_code = ASSAY_OK;
  assay_session* session = nullptr;
  const assay_session_info* info = nullptr;
  Error error;
  std::vector<Slot> slots;
};

}  // namespace assay::conformance
