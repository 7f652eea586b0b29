// A small strict JSON reader (RFC 8259) for what TensorRT's engine inspector prints: the plugin is built on
// boards, with nothing but a compiler and NVIDIA's headers. Strict but in one thing: control characters
// inside strings are taken as they are, since TensorRT's layer metadata separates names by 0x1E.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::tensorrt {

struct Json {
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  Kind kind = Kind::kNull;
  bool boolean = false;
  double number = 0;
  std::string string;
  std::vector<Json> items;                            ///< Of an array.
  std::vector<std::pair<std::string, Json>> members;  ///< Of an object, in the text's order.

  /// The member of that name, the first where several are; null for none, and for what is no object.
  const Json* find(std::string_view name) const;
  /// The member's text; "" where it is absent or no string.
  std::string text(std::string_view name) const;
};

/// Throws plugin::Failure (VENDOR) that says at which byte what was expected. Depth is at most 64.
Json parse_json(std::string_view text);

}  // namespace assay::tensorrt
