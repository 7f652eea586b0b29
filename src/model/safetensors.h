// Named float tensors from a safetensors file: 8 bytes little-endian header length, JSON header, raw data.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::model {

class Safetensors {
 public:
  struct Tensor {
    std::vector<std::int64_t> dims;
    std::string_view bytes;  ///< Little-endian float32, owned by the Safetensors.
  };

  /// Errors: kNotFound, kCorrupt (truncated, a header that contradicts the data), kInvalidInput (a type other
  /// than F32).
  static Result<Safetensors> read(const std::filesystem::path& path);

  /// Null when there is none of that name.
  const Tensor* find(const std::string& name) const;
  const std::map<std::string, Tensor>& tensors() const { return tensors_; }

 private:
  std::vector<char> blob_;  ///< A vector, because its storage stays where it is when moved.
  std::map<std::string, Tensor> tensors_;
};

}  // namespace assay::model
