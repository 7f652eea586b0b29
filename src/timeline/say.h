// Numbers in this folder's messages.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>

namespace assay::timeline {

inline std::string number_text(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}
inline std::string seconds_text(double ns) { return number_text(ns * 1e-9) + " s"; }
inline std::string seconds_text(std::int64_t ns) { return seconds_text(static_cast<double>(ns)); }

}  // namespace assay::timeline
