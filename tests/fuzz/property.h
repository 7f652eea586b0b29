// What a target says when a property does not hold: it stops there, as a sanitizer would.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace assay {

inline void require(bool holds, std::string_view property, const std::string& detail = "") {
  if (holds) return;
  std::fprintf(stderr, "property broken: %.*s\n%s\n", static_cast<int>(property.size()), property.data(),
               detail.c_str());
  std::abort();
}

}  // namespace assay
