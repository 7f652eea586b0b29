#include "audit/unit.h"

#include <algorithm>
#include <array>

#include "audit/words.h"
#include "base/text.h"

namespace assay::audit {
namespace {

using D = Dimension;

constexpr auto kUnits = std::to_array<Unit>({
    {"ms", D::kTime, 1},
    {"s", D::kTime, 1e3},
    {"sec", D::kTime, 1e3},
    {"seconds", D::kTime, 1e3},
    {"us", D::kTime, 1e-3},
    {"ns", D::kTime, 1e-6},
    {"msec", D::kTime, 1},
    {"milliseconds", D::kTime, 1},
    {"fps", D::kRate, 1},
    {"ips", D::kRate, 1},
    {"1/s", D::kRate, 1},
    {"hz", D::kRate, 1},
    {"inferences/s", D::kRate, 1},
    {"inferences/sec", D::kRate, 1},
    {"inference/s", D::kRate, 1},
    {"inf/s", D::kRate, 1},
    {"images/s", D::kRate, 1},
    {"images/sec", D::kRate, 1},
    {"img/s", D::kRate, 1},
    {"img/sec", D::kRate, 1},
    {"frames/s", D::kRate, 1},
    {"samples/s", D::kRate, 1},
    {"samples/sec", D::kRate, 1},
    {"queries/s", D::kRate, 1},
    {"qps", D::kRate, 1},
    {"gops", D::kOpRate, 1},
    {"gops/s", D::kOpRate, 1},
    {"gop/s", D::kOpRate, 1},
    {"tops", D::kOpRate, 1e3},
    {"tops/s", D::kOpRate, 1e3},
    {"top/s", D::kOpRate, 1e3},
    {"mops", D::kOpRate, 1e-3},
    {"mop/s", D::kOpRate, 1e-3},
    {"ops/s", D::kOpRate, 1e-9},
    {"op/s", D::kOpRate, 1e-9},
    {"gflops", D::kOpRate, 1},
    {"gflop/s", D::kOpRate, 1},
    {"tflops", D::kOpRate, 1e3},
    {"tflop/s", D::kOpRate, 1e3},
    {"gmac/s", D::kOpRate, 2},
    {"gmacs/s", D::kOpRate, 2},
    {"tmac/s", D::kOpRate, 2e3},
    {"gop", D::kOperations, 1},
    {"gop/inference", D::kOperations, 1},
    {"mop", D::kOperations, 1e-3},
    {"gflop", D::kOperations, 1},
    {"mflop", D::kOperations, 1e-3},
    {"gmac", D::kOperations, 2},
    {"gmacs", D::kOperations, 2},
    {"mmac", D::kOperations, 2e-3},
    {"mmacs", D::kOperations, 2e-3},
    {"w", D::kPower, 1},
    {"watt", D::kPower, 1},
    {"watts", D::kPower, 1},
    {"mw", D::kPower, 1e-3},
    {"kw", D::kPower, 1e3},
    {"mj", D::kEnergy, 1},
    {"j", D::kEnergy, 1e3},
    {"uj", D::kEnergy, 1e-3},
    {"kj", D::kEnergy, 1e6},
    {"wh", D::kEnergy, 3.6e6},
    {"mwh", D::kEnergy, 3.6e3},
    {"mj/inference", D::kEnergy, 1},
    {"j/inference", D::kEnergy, 1e3},
    {"mj/frame", D::kEnergy, 1},
    {"gops/w", D::kOpEfficiency, 1},
    {"gops/watt", D::kOpEfficiency, 1},
    {"tops/w", D::kOpEfficiency, 1e3},
    {"tops/watt", D::kOpEfficiency, 1e3},
    {"gflops/w", D::kOpEfficiency, 1},
    {"tflops/w", D::kOpEfficiency, 1e3},
    {"fps/w", D::kRateEfficiency, 1},
    {"fps/watt", D::kRateEfficiency, 1},
    {"ips/w", D::kRateEfficiency, 1},
    {"inferences/w", D::kRateEfficiency, 1},
    {"inferences/s/w", D::kRateEfficiency, 1},
    {"inferences/j", D::kRateEfficiency, 1},
    {"images/j", D::kRateEfficiency, 1},
    {"frames/j", D::kRateEfficiency, 1},
    {"%", D::kPercent, 1},
    {"percent", D::kPercent, 1},
    {"pct", D::kPercent, 1},
    {"gb", D::kBytes, 1},
    {"mb", D::kBytes, 1e-3},
    {"kb", D::kBytes, 1e-6},
    {"gib", D::kBytes, 1.073741824},
    {"mib", D::kBytes, 1.048576e-3},
    {"js", D::kEdp, 1},
    {"j*s", D::kEdp, 1},
    {"mj*s", D::kEdp, 1e-3},
    {"mjs", D::kEdp, 1e-3},
    {"mj*ms", D::kEdp, 1e-6},
    {"mjms", D::kEdp, 1e-6},
});

/// Only by the case of their last letter do people tell operations from operations a second.
constexpr auto kSmallS = std::to_array<Unit>({
    {"GOPs", D::kOperations, 1},
    {"GOps", D::kOperations, 1},
    {"GFLOPs", D::kOperations, 1},
    {"MFLOPs", D::kOperations, 1e-3},
    {"MOPs", D::kOperations, 1e-3},
});

std::string squeezed(std::string_view text) {
  std::string out;
  for (const char c : text)
    if (c != ' ' && c != '_') out += c;
  return out;
}

}  // namespace

bool is_mega(std::string_view text) {
  const std::string exact = squeezed(trim(text));
  const std::string small = lower(exact);
  return exact.starts_with('M') && (small.starts_with("mw") || small.starts_with("mj")) &&
         std::ranges::find(kUnits, small, &Unit::name) != kUnits.end();
}

const Unit* find_unit(std::string_view text) {
  const std::string exact = squeezed(trim(text));
  if (is_mega(exact)) return nullptr;
  if (const auto* unit = std::ranges::find(kSmallS, exact, &Unit::name); unit != kSmallS.end()) return unit;
  const std::string small = lower(exact);
  const auto* unit = std::ranges::find(kUnits, small, &Unit::name);
  return unit == kUnits.end() ? nullptr : unit;
}

std::string_view base_unit(Dimension dimension) {
  switch (dimension) {
    case D::kTime:
      return "ms";
    case D::kRate:
      return "/s";
    case D::kOpRate:
      return "GOPS";
    case D::kOperations:
      return "GOp";
    case D::kPower:
      return "W";
    case D::kEnergy:
      return "mJ";
    case D::kOpEfficiency:
      return "GOPS/W";
    case D::kRateEfficiency:
      return "/s/W";
    case D::kPercent:
      return "%";
    case D::kBytes:
      return "GB";
    case D::kEdp:
      return "J s";
    case D::kNone:
    case D::kCount:
      break;
  }
  return "";
}

}  // namespace assay::audit
