// What every plugin of this repository shares: errors that stay behind the ABI, options, shapes and tensor
// lists. C++17 and the C library only, like the plugins themselves.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "assay/backend_abi.h"
#include "support/plugin_support.h"

namespace assay::plugin {

/// Thrown inside a plugin and turned into a code and a text by guard(): never leaves the plugin.
struct Failure : std::runtime_error {
  Failure(assay_code error_code, const std::string& text, int32_t vendor = 0)
      : std::runtime_error(text), code(error_code), vendor_code(vendor) {}
  assay_code code;
  int32_t vendor_code;
};

/// The one place where exceptions end: every function of the table is guard(error, [&] { ... }).
template <typename Body>
int32_t guard(assay_error* error, Body&& body) noexcept {
  try {
    body();
    return ASSAY_OK;
  } catch (const Failure& failure) {
    return fail(error, failure.code, failure.what(), failure.vendor_code);
  } catch (const std::exception& exception) {
    return fail(error, ASSAY_ERROR_VENDOR, exception.what());
  } catch (...) {
    return fail(error, ASSAY_ERROR_VENDOR, "the runtime threw something that is not an exception");
  }
}

/// Element of an array that the host compiled: its stride is the host's struct_size, not ours.
template <typename T>
const T& element(const T* array, uint32_t index) {
  const auto* bytes = reinterpret_cast<const char*>(array);
  return *reinterpret_cast<const T*>(bytes + static_cast<size_t>(index) * array->struct_size);
}

/// Bytes that version 1 of the ABI had of T: what every host has. Fields that were appended since lie behind
/// it, and are read where ASSAY_HAS finds them. Not sizeof(T), which grows with each of them.
template <typename T>
constexpr std::size_t kVersionOneSize = 0;
#define ASSAY_VERSION_ONE(type, last_field) \
  template <>                               \
  inline constexpr std::size_t kVersionOneSize<type> = offsetof(type, last_field) + sizeof(type::last_field)
ASSAY_VERSION_ONE(assay_open_options, options);
ASSAY_VERSION_ONE(assay_prepare_options, options);
ASSAY_VERSION_ONE(assay_calibration, files);
ASSAY_VERSION_ONE(assay_buffer, offset);
#undef ASSAY_VERSION_ONE

/// Refuses a null pointer or a struct that is older than version 1 of the ABI.
template <typename T>
void require_struct(const T* value, const char* what) {
  static_assert(kVersionOneSize<T> > 0, "say above which field of it was the last of version 1");
  if (value == nullptr || value->struct_size < kVersionOneSize<T>)
    throw Failure(ASSAY_ERROR_INVALID, std::string(what) + ": null, or struct_size below " +
                                           std::to_string(kVersionOneSize<T>) + " (ABI version 1)");
}

/// The backend options of the spec. Reading is typed; a name outside `known` is refused with the list.
class Options {
 public:
  Options(const assay_name_value* values, uint32_t count, std::vector<std::string> known);

  std::optional<std::string> text(std::string_view name) const;
  /// A decimal integer within [low, high].
  std::optional<int> integer(std::string_view name, int low, int high) const;
  /// "0", "1", "true", "false", "on", "off".
  std::optional<bool> boolean(std::string_view name) const;
  /// The index of the value in `choices`.
  std::optional<size_t> choice(std::string_view name, const std::vector<std::string>& choices) const;

 private:
  std::vector<assay_name_value> values_;
};

/// What `open(candidate)` makes of the first candidate that it does not throw Failure for. Throws Failure
/// (NOT_FOUND: `advice`, and why each was not usable).
template <typename Open>
auto first_usable(const std::vector<std::string>& candidates, const std::string& advice, Open open)
    -> decltype(open(candidates.front())) {
  std::string tried;
  for (const std::string& candidate : candidates) {
    try {
      return open(candidate);
    } catch (const Failure& failure) {
      tried += std::string("\n  ") + failure.what();
    }
  }
  throw Failure(ASSAY_ERROR_NOT_FOUND, advice + ". Tried:" + tried);
}

/// "a, b, c"
std::string join(const std::vector<std::string>& parts, const char* separator = ", ");

/// Refuses a precision that is not one of "fp32", "fp16", "bf16", "int8".
void require_known_precision(const std::string& precision);

/// Refuses a model path that is not a readable, non-empty regular file.
void require_model_file(const char* path);

/// Cores that this thread may run on: what a runtime should use where the spec names no thread count.
int affinity_cores();

/// "AMD EPYC 9B45", from /proc/cpuinfo; "" where it does not say (many Arm boards).
std::string cpu_name();

/// An input of the model as the runtime declares it. A dynamic dimension is negative; `symbols` names it
/// where known.
struct DeclaredShape {
  std::string name;
  std::vector<int64_t> dims;
  std::vector<std::string> symbols;
};

/// The dimensions of each input with the host's shapes put in. Refuses: a shape for no input of the model,
/// another rank, a disagreement with a fixed dimension, and a dimension that is still dynamic (named in the
/// text).
std::vector<std::vector<int64_t>> resolve_shapes(const std::vector<DeclaredShape>& inputs,
                                                 const assay_open_options& options);

/// Tensors with the storage of their names, as the ABI wants them. Pointers stay valid while it lives.
class TensorList {
 public:
  /// Row-major and dense. Refuses a rank over ASSAY_MAX_RANK and a type without a size.
  void add(const std::string& name, assay_dtype dtype, const std::vector<int64_t>& dims);
  const assay_tensor* data() const { return tensors_.data(); }
  uint32_t size() const { return static_cast<uint32_t>(tensors_.size()); }
  const assay_tensor& operator[](size_t index) const { return tensors_[index]; }

 private:
  std::vector<assay_tensor> tensors_;
  std::deque<TensorSpec> specs_;
};

/// Name-value pairs with their storage.
class PairList {
 public:
  void add(std::string name, std::string value);
  const assay_name_value* data() const { return pairs_.data(); }
  uint32_t size() const { return static_cast<uint32_t>(pairs_.size()); }

 private:
  std::vector<assay_name_value> pairs_;
  std::deque<std::string> texts_;
};

/// What a session tells, of things that outlive it: one inference in flight, determinism unknown. An empty
/// name: the accelerator is as describe() has it.
assay_session_info make_session_info(const std::string& executed_precision, const TensorList& inputs,
                                     const TensorList& outputs, const PairList& properties,
                                     const std::string& accelerator_name = std::string());

/// Layers with their storage.
class LayerList {
 public:
  /// `operations`: -1 where they are not told.
  void add(std::string name, std::string type, std::string exec_type, int64_t time_ns,
           assay_placement placement, double operations = -1);
  const assay_profile* profile();

 private:
  std::vector<assay_layer> layers_;
  std::deque<std::string> texts_;
  assay_profile profile_{};
};

/// Counts what executed the layers that do the arithmetic (convolutions and matrix products) and names it:
/// the precision of most of them first, any other that executes at least one joined by '+': "int8+fp32".
/// "unknown" when nothing was counted.
class PrecisionCount {
 public:
  /// `weight`: of a layer that is worth more than others.
  void add(const std::string& precision, double weight = 1);
  bool empty() const { return counts_.empty(); }
  size_t size() const { return counts_.size(); }
  std::string name() const;

 private:
  std::vector<std::pair<std::string, double>> counts_;  // In order of appearance.
};

/// Refuses a slot that open() was not told of.
void require_slot(uint32_t slot, uint32_t slot_count);

/// Checks the buffers of bind() against a tensor list: number, memory, size.
void require_buffers(const TensorList& tensors, const assay_buffer* buffers, uint32_t count,
                     const char* what);

}  // namespace assay::plugin
