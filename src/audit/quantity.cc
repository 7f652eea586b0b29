#include "audit/quantity.h"

#include <algorithm>
#include <array>
#include <vector>

#include "audit/words.h"
#include "base/text.h"

namespace assay::audit {
namespace {

using D = Dimension;
using Q = Quantity;

constexpr auto kQuantities = std::to_array<QuantityInfo>({
    {Q::kInferenceTime, "latency_mean", "inference time", D::kTime, true},
    {Q::kLatency, "end_to_end_mean", "latency", D::kTime, true},
    {Q::kLatencyMin, "latency_min", "least latency", D::kTime, true},
    {Q::kP50, "latency_p50", "p50 latency", D::kTime, true},
    {Q::kP90, "latency_p90", "p90 latency", D::kTime, true},
    {Q::kP95, "latency_p95", "p95 latency", D::kTime, true},
    {Q::kP99, "latency_p99", "p99 latency", D::kTime, true},
    {Q::kP999, "latency_p999", "p99.9 latency", D::kTime, true},
    {Q::kLatencyMax, "latency_max", "greatest latency", D::kTime, true},
    {Q::kPreprocess, "preprocess_mean", "preprocessing", D::kTime, false},
    {Q::kPostprocess, "postprocess_mean", "postprocessing", D::kTime, false},
    {Q::kRate, "throughput", "inferences/s", D::kRate, false},
    {Q::kGops, "gops", "GOPS", D::kOpRate, false},
    {Q::kPeak, "peak", "peak", D::kOpRate, false},
    {Q::kRatio, "performance_ratio", "performance ratio", D::kPercent, false},
    {Q::kPower, "power", "power", D::kPower, true},
    {Q::kIdlePower, "power_idle", "idle power", D::kPower, false},
    {Q::kNetPower, "power_net", "net power", D::kPower, false},
    {Q::kPeakPower, "power_peak", "peak power", D::kPower, false},
    {Q::kEnergy, "energy_per_inference", "energy per inference", D::kEnergy, false},
    {Q::kEdp, "edp", "energy-delay product", D::kEdp, false},
    {Q::kGopsPerWatt, "gops_per_watt", "GOPS/W", D::kOpEfficiency, false},
    {Q::kRatePerWatt, "efficiency", "FPS/W", D::kRateEfficiency, false},
    {Q::kOperations, "operations", "operations per inference", D::kOperations, false},
    {Q::kTop1, "top1", "top-1", D::kPercent, true},
    {Q::kTop5, "top5", "top-5", D::kPercent, true},
    {Q::kMap50, "map50", "mAP(.50)", D::kPercent, true},
    {Q::kMap5095, "map50_95", "mAP(.50:.95)", D::kPercent, true},
    {Q::kMiou, "miou", "mIoU", D::kPercent, true},
    {Q::kAccuracy, "accuracy", "accuracy", D::kPercent, true},
    {Q::kMemory, "memory", "memory", D::kBytes, false},
    {Q::kBatch, "batch", "batch", D::kCount, false},
    {Q::kThreads, "threads", "threads", D::kCount, false},
    {Q::kInstances, "instances", "instances", D::kCount, false},
});

constexpr auto kLabels = std::to_array<LabelInfo>({
    {Label::kTable, "table"},
    {Label::kSection, "section"},
    {Label::kDevice, "device"},
    {Label::kMode, "mode"},
    {Label::kAccelerator, "accelerator"},
    {Label::kRuntime, "runtime"},
    {Label::kModel, "model"},
    {Label::kPrecision, "precision"},
    {Label::kResolution, "resolution"},
    {Label::kBoundary, "boundary"},
    {Label::kRemark, "remark"},
});

struct LabelPhrase {
  std::string_view phrase;
  Label label;
};
constexpr auto kLabelPhrases = std::to_array<LabelPhrase>({
    {"table", Label::kTable},
    {"section", Label::kSection},
    {"page", Label::kSection},
    {"power boundary", Label::kBoundary},
    {"boundary", Label::kBoundary},
    {"power mode", Label::kMode},
    {"mode", Label::kMode},
    {"execution provider", Label::kRuntime},
    {"runtime", Label::kRuntime},
    {"toolchain", Label::kRuntime},
    {"framework", Label::kRuntime},
    {"backend", Label::kRuntime},
    {"precision", Label::kPrecision},
    {"data type", Label::kPrecision},
    {"numerical format", Label::kPrecision},
    {"model", Label::kModel},
    {"network", Label::kModel},
    {"resolution", Label::kResolution},
    {"input size", Label::kResolution},
    {"ai processor", Label::kDevice},
    {"device", Label::kDevice},
    {"platform", Label::kDevice},
    {"hardware", Label::kDevice},
    {"board", Label::kDevice},
    {"accelerator", Label::kAccelerator},
    {"dpu", Label::kAccelerator},
    {"remark", Label::kRemark},
    {"note", Label::kRemark},
});

struct Phrase {
  std::string_view phrase;
  Quantity quantity;
};
/// What is more particular stands first.
constexpr auto kPhrases = std::to_array<Phrase>({
    {"preprocess", Q::kPreprocess},
    {"preprocessing", Q::kPreprocess},
    {"pre process", Q::kPreprocess},
    {"pre processing", Q::kPreprocess},
    {"postprocess", Q::kPostprocess},
    {"postprocessing", Q::kPostprocess},
    {"post process", Q::kPostprocess},
    {"post processing", Q::kPostprocess},
    {"net power", Q::kNetPower},
    {"dynamic power", Q::kNetPower},
    {"idle power", Q::kIdlePower},
    {"power idle", Q::kIdlePower},
    {"idle", Q::kIdlePower},
    {"peak power", Q::kPeakPower},
    {"edp", Q::kEdp},
    {"energy delay product", Q::kEdp},
    {"energy efficiency", Q::kGopsPerWatt},
    {"energy efficiency", Q::kRatePerWatt},
    {"energy", Q::kEnergy},
    {"p 99 9", Q::kP999},
    {"99 9 th percentile", Q::kP999},
    {"p 999", Q::kP999},
    {"p 99", Q::kP99},
    {"99 th percentile", Q::kP99},
    {"p 95", Q::kP95},
    {"95 th percentile", Q::kP95},
    {"p 90", Q::kP90},
    {"90 th percentile", Q::kP90},
    {"p 50", Q::kP50},
    {"50 th percentile", Q::kP50},
    {"median", Q::kP50},
    {"min latency", Q::kLatencyMin},
    {"latency min", Q::kLatencyMin},
    {"minimum latency", Q::kLatencyMin},
    {"max latency", Q::kLatencyMax},
    {"latency max", Q::kLatencyMax},
    {"maximum latency", Q::kLatencyMax},
    {"performance ratio", Q::kRatio},
    {"ratio to peak", Q::kRatio},
    {"of peak", Q::kRatio},
    {"peak performance", Q::kPeak},
    {"theoretical performance", Q::kPeak},
    {"theoretical maximum", Q::kPeak},
    {"peak", Q::kPeak},
    {"operations", Q::kOperations},
    {"ops inference", Q::kOperations},
    {"flops", Q::kOperations},
    {"gflops", Q::kOperations},
    {"mflops", Q::kOperations},
    {"gmacs", Q::kOperations},
    {"macs", Q::kOperations},
    {"inference time", Q::kInferenceTime},
    {"inference latency", Q::kInferenceTime},
    {"execution time", Q::kInferenceTime},
    {"mean time", Q::kInferenceTime},
    {"average time", Q::kInferenceTime},
    {"avg time", Q::kInferenceTime},
    {"time per inference", Q::kInferenceTime},
    {"time inference", Q::kInferenceTime},
    {"time per image", Q::kInferenceTime},
    {"time per frame", Q::kInferenceTime},
    {"latency", Q::kLatency},
    {"inferences s", Q::kRate},
    {"inferences per second", Q::kRate},
    {"frames per second", Q::kRate},
    {"images s", Q::kRate},
    {"images per second", Q::kRate},
    {"throughput", Q::kRate},
    {"performance", Q::kRate},
    {"frame rate", Q::kRate},
    {"throughput", Q::kGops},
    {"performance", Q::kGops},
    {"gops", Q::kGops},
    {"efficiency", Q::kGopsPerWatt},
    {"efficiency", Q::kRatePerWatt},
    {"power", Q::kPower},
    {"memory", Q::kMemory},
    {"top 1", Q::kTop1},
    {"top 5", Q::kTop5},
    {"miou", Q::kMiou},
    {"m iou", Q::kMiou},
    {"mean iou", Q::kMiou},
    {"accuracy", Q::kAccuracy},
    {"batchsize", Q::kBatch},
    {"batch", Q::kBatch},
    {"threads", Q::kThreads},
    {"instances", Q::kInstances},
    {"streams", Q::kInstances},
    {"concurrency", Q::kInstances},
});

/// Near names of other things: what is said of them is not held against anything.
constexpr auto kOtherThings = std::to_array<std::string_view>(
    {"unconfigured", "tdp", "power limit", "max power", "maximum power", "power budget", "speed up",
     "speedup", "cost", "price", "utilization gpu", "std", "standard deviation", "compile", "build time",
     "load time", "warm up"});
/// What an accuracy lacks, or how it differs from another: no accuracy.
constexpr auto kDifferences =
    std::to_array<std::string_view>({"error", "loss", "drop", "degradation", "delta", "difference", "change",
                                     "gain", "improvement", "reduction", "overhead"});
/// Of something longer than an inference.
constexpr auto kWholeRuns =
    std::to_array<std::string_view>({"training", "idle time", "wall time", "wall clock", "elapsed",
                                     "total time", "total energy", "total latency", "total duration"});

/// A header that is nothing but a unit names the quantity that is meant.
struct Meant {
  Dimension dimension;
  Quantity quantity;
};
constexpr auto kMeantByUnit = std::to_array<Meant>({
    {D::kRate, Q::kRate},
    {D::kOpRate, Q::kGops},
    {D::kPower, Q::kPower},
    {D::kEnergy, Q::kEnergy},
    {D::kOpEfficiency, Q::kGopsPerWatt},
    {D::kRateEfficiency, Q::kRatePerWatt},
    {D::kEdp, Q::kEdp},
    {D::kOperations, Q::kOperations},
});

/// Whether some word of it is a unit in mega: "Power MW", "Power (MW)", "power_MW".
bool states_mega(std::string_view text) {
  std::string word;
  for (const char c : std::string(text) + " ") {
    if (std::string_view(" _[](),").find(c) == std::string_view::npos) {
      word += c;
      continue;
    }
    if (is_mega(word)) return true;
    word.clear();
  }
  return false;
}

/// Name and unit of "Inference time [ms]", "power (W)", "latency_ms", "Energy / Inference [mJ]".
struct Parts {
  std::string name;
  const Unit* unit = nullptr;
  std::string unit_text;
  bool unit_unknown = false;
};
Parts parts_of(std::string_view text) {
  Parts parts{std::string(text), find_unit(text), std::string(text), false};
  if (parts.unit) return parts;
  if (states_mega(text)) {
    parts.unit_unknown = true;
    return parts;
  }
  for (const auto& [open, close] : {std::pair('[', ']'), std::pair('(', ')')}) {
    const auto begin = text.rfind(open);
    const auto end = begin == std::string_view::npos ? begin : text.find(close, begin);
    if (end == std::string_view::npos) continue;
    const Unit* unit = find_unit(text.substr(begin + 1, end - begin - 1));
    if (!unit) {
      // "[GOPS/W]" alone, or words that are no unit: those stay part of the name.
      parts.unit_unknown = open == '[' && begin > 0;
      continue;
    }
    parts.unit = unit;
    parts.unit_text = std::string(trim(text.substr(begin + 1, end - begin - 1)));
    parts.unit_unknown = false;
    parts.name = std::string(trim(text.substr(0, begin))) + " " + std::string(text.substr(end + 1));
    return parts;
  }
  // "efficiency_fps_per_w" ends in one unit, not in watts.
  std::string joined(text);
  for (const std::string_view per : {" per ", "_per_"})
    if (const auto at = joined.rfind(per); at != std::string::npos) joined.replace(at, per.size(), "/");
  const auto cut = joined.find_last_of(" _");
  const std::string last = cut == std::string::npos ? joined : joined.substr(cut + 1);
  const Unit* unit = find_unit(last);
  // "Model S" is no time.
  if (!unit || (last.size() == 1 && cut != std::string::npos && joined[cut] != '_')) return parts;
  parts.unit = unit;
  parts.unit_text = last;
  parts.name = cut == std::string::npos ? "" : joined.substr(0, cut);
  return parts;
}

/// mAP is written in too many ways for phrases: what counts is whether .95 is in it.
std::optional<Quantity> map_in(const std::vector<std::string>& words) {
  const auto map = std::ranges::find_if(words, [](const std::string& w) { return w == "map" || w == "ap"; });
  if (map == words.end()) return std::nullopt;
  if (std::find(map, words.end(), "95") != words.end()) return Q::kMap5095;
  for (const std::string_view at : {"50", "5"})
    if (std::find(map, words.end(), at) != words.end()) return Q::kMap50;
  return Q::kAccuracy;
}

/// The unit that a name implies without stating one apart: "Inferences per second", "GFLOPs (ops)".
const Unit* unit_in_words(std::string_view name, const std::vector<std::string>& words,
                          const Phrase& phrase) {
  if (phrase.quantity == Q::kRate && (has_phrase(words, "per second") || words.back() == "s"))
    return find_unit("1/s");
  if (phrase.quantity != Q::kOperations) return nullptr;
  const bool macs = has_phrase(words, "macs");
  for (const std::string_view prefix : {"(G)", "[G]"})
    if (name.find(prefix) != std::string_view::npos) return find_unit(macs ? "GMAC" : "GFLOP");
  for (const std::string_view prefix : {"(M)", "[M]"})
    if (name.find(prefix) != std::string_view::npos) return find_unit(macs ? "MMAC" : "MFLOP");
  for (const std::string& word : split(name, ' '))
    if (const Unit* unit = find_unit(word); unit && unit->dimension == D::kOperations) return unit;
  return nullptr;
}

}  // namespace

std::span<const QuantityInfo> quantities() { return kQuantities; }

const QuantityInfo& info_of(Quantity quantity) {
  return *std::ranges::find(kQuantities, quantity, &QuantityInfo::quantity);
}

std::optional<Quantity> quantity_by_id(std::string_view id) {
  const auto* found = std::ranges::find(kQuantities, id, &QuantityInfo::id);
  return found == kQuantities.end() ? std::nullopt : std::optional(found->quantity);
}

std::span<const LabelInfo> labels() { return kLabels; }

std::string_view label_id(Label label) { return std::ranges::find(kLabels, label, &LabelInfo::label)->id; }

Heading read_heading(std::string_view text) {
  Heading heading;
  const Parts parts = parts_of(text);
  heading.unit = parts.unit;
  if (parts.unit) heading.unit_text = parts.unit_text;
  const std::vector<std::string> words = words_of(parts.name);
  const auto says = [&](std::string_view phrase) { return has_phrase(words, phrase); };
  const auto fits = [&](Quantity quantity) {
    const Dimension dimension = info_of(quantity).dimension;
    return !parts.unit || parts.unit->dimension == dimension ||
           // "Operations [GOPS]", "MACs [G]": after the name it can only be an amount.
           (quantity == Q::kOperations && parts.unit->dimension == D::kOpRate && says("operations"));
  };
  const auto says_one_of = [&](std::span<const std::string_view> phrases) {
    return std::ranges::any_of(phrases, says);
  };
  if (parts.unit_unknown || says_one_of(kOtherThings) || says_one_of(kDifferences) || says_one_of(kWholeRuns))
    return heading;
  for (const LabelPhrase& label : kLabelPhrases)
    // "Model name", but not "Number of model parameters".
    if (!parts.unit && says(label.phrase) && words.size() <= words_of(label.phrase).size() + 1) {
      heading.label = label.label;
      return heading;
    }
  if (const auto map = map_in(words); map && fits(*map)) {
    heading.quantity = map;
    return heading;
  }
  // Nothing but a unit: "FPS", "GOPS / W".
  if (parts.unit && find_unit(text) == parts.unit) {
    const auto* meant = std::ranges::find(kMeantByUnit, parts.unit->dimension, &Meant::dimension);
    if (meant != kMeantByUnit.end()) heading.quantity = meant->quantity;
    return heading;
  }
  // Alone it is the inference's; beside other words it may be of anything.
  if (words == std::vector<std::string>{"time"} && fits(Q::kInferenceTime)) {
    heading.quantity = Q::kInferenceTime;
    return heading;
  }
  for (const Phrase& phrase : kPhrases)
    if (says(phrase.phrase) && fits(phrase.quantity)) {
      heading.quantity = phrase.quantity;
      if (!heading.unit) {
        heading.unit = unit_in_words(parts.name, words, phrase);
        if (heading.unit) heading.unit_text = base_unit(heading.unit->dimension);
      }
      return heading;
    }
  // "Avg. FPS", "Nvidia GOPS/W": the last word is a unit that says what is meant.
  if (parts.unit) {
    const auto* meant = std::ranges::find(kMeantByUnit, parts.unit->dimension, &Meant::dimension);
    if (meant != kMeantByUnit.end()) heading.quantity = meant->quantity;
  }
  return heading;
}

std::optional<std::string> precision_in(std::string_view text) {
  static constexpr auto kNames =
      std::to_array<std::string_view>({"INT8", "UINT8", "INT4", "INT16", "FP32", "FP16", "BF16", "FP8", "FP4",
                                       "TF32", "FP64", "W8A8", "W4A16"});
  std::string name;
  for (const char c : lower(trim(text)))
    if (c != ' ' && c != '-') name += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
  if (name == "FLOAT32" || name == "F32") name = "FP32";
  if (name == "FLOAT16" || name == "F16" || name == "HALF") name = "FP16";
  if (name == "I8") name = "INT8";
  const auto* found = std::ranges::find(kNames, name);
  return found == kNames.end() ? std::nullopt : std::optional(std::string(*found));
}

bool is_quantized(std::string_view precision) {
  const auto name = precision_in(precision);
  return name && (name->find("INT") != std::string::npos || name->starts_with('W') || *name == "FP8" ||
                  *name == "FP4");
}

std::string understood_names() {
  return "Inference time [ms], Latency [ms], p99 [ms], Inferences/s, FPS, GOPS, Peak performance [GOPS], "
         "Performance ratio [%], Power [W], Idle power [W], Energy/inference [mJ], GOPS/W, FPS/W, EDP [J s], "
         "Batch, "
         "Operations [GOp], Top-1 [%], Top-5 [%], mAP(.50), mAP(.50:.95), mIoU";
}

}  // namespace assay::audit
