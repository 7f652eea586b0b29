// Arrays of ABI structs. C++17: the worker and plugins' tests use it too.
#pragma once

#include <cstdint>

namespace assay::backend {

/// Element `index` of an array of ABI structs. A plugin that was compiled against a longer struct than ours
/// lays its array out with that length, which its struct_size tells: plain indexing would land between two
/// elements.
template <typename T>
const T& element(const T* array, std::uint32_t index) {
  return *reinterpret_cast<const T*>(reinterpret_cast<const char*>(array) +
                                     static_cast<std::size_t>(index) * array->struct_size);
}

/// A string of the plugin's, or "" where it broke the rule that there is none of NULL.
inline const char* text_or_empty(const char* text) { return text ? text : ""; }

}  // namespace assay::backend
