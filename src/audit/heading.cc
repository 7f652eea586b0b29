#include "audit/heading.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "audit/words.h"
#include "base/text.h"

namespace assay::audit {
namespace {

using D = Dimension;
using Q = Quantity;

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
    {"power above idle", Q::kNetPower},
    {"power minus idle", Q::kNetPower},
    {"power idle subtracted", Q::kNetPower},
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
    {"time per batch", Q::kInferenceTime},
    {"latency per batch", Q::kInferenceTime},
    {"time per", Q::kInputTime},
    {"latency per", Q::kInputTime},
    {"time image", Q::kInputTime},
    {"time frame", Q::kInputTime},
    {"time inference", Q::kInputTime},
    {"inference time", Q::kInferenceTime},
    {"inference latency", Q::kInferenceTime},
    {"execution time", Q::kInferenceTime},
    {"end to end", Q::kLatency},
    {"e 2 e", Q::kLatency},
    {"latency", Q::kLatency},
    {"time", Q::kInferenceTime},
    {"inferences s", Q::kRate},
    {"inferences per second", Q::kRate},
    {"frames per second", Q::kRate},
    {"images s", Q::kRate},
    {"images per second", Q::kRate},
    {"throughput", Q::kRate},
    {"performance", Q::kRate},
    {"frame rate", Q::kRate},
    {"fps", Q::kRate},
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
    {"post quantization miou", Q::kMiou},
    {"accuracy", Q::kAccuracy},
    {"batchsize", Q::kBatch},
    {"batch", Q::kBatch},
    {"threads", Q::kThreads},
    {"instances", Q::kInstances},
    {"streams", Q::kInstances},
    {"concurrency", Q::kInstances},
});

/// Words beside a name that leave every quantity what it is.
constexpr std::string_view kPlainWords =
    "mean average avg achieved measured per inference inferences of the in number";
/// So of a time, a rate or a score. Power, energy and efficiency of a processor are only a part of the
/// whole's.
constexpr std::string_view kProcessors = "cpu gpu npu tpu dpu vpu dla nvidia accelerator";

/// Words that belong to this quantity: "power consumption", "top-1 accuracy".
std::string_view words_beside(Quantity quantity) {
  switch (quantity) {
    case Q::kInputTime:
      return "image frame sample input latency time";
    case Q::kPreprocess:
    case Q::kPostprocess:
    case Q::kLatency:
    case Q::kLatencyMin:
    case Q::kP50:
    case Q::kP90:
    case Q::kP95:
    case Q::kP99:
    case Q::kP999:
    case Q::kLatencyMax:
      return "latency time";
    case Q::kRate:
    case Q::kMeanRate:
      return "images frames samples second s sec rate throughput performance fps ips";
    case Q::kGops:
      return "performance throughput gops";
    case Q::kPeak:
      return "perf performance theoretical maximum compute throughput";
    case Q::kRatio:
      return "performance gops peak";
    case Q::kPower:
      return "consumption draw total board module system card chip device soc under load";
    case Q::kIdlePower:
    case Q::kNetPower:
    case Q::kPeakPower:
      return "power consumption draw board module system card chip device soc";
    case Q::kEnergy:
      return "consumption image frame sample input";
    case Q::kGopsPerWatt:
    case Q::kRatePerWatt:
      return "power energy";
    case Q::kOperations:
      return "model network image frame input ops g m";
    case Q::kTop1:
    case Q::kTop5:
    case Q::kMap50:
    case Q::kMap5095:
    case Q::kMiou:
    case Q::kAccuracy:
      return "accuracy acc score val validation test imagenet cityscapes coco";
    case Q::kMemory:
      return "usage utilization utilisation footprint consumption peak used device";
    case Q::kBatch:
      return "size";
    default:
      return "";
  }
}

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
  for (const auto& [open, close] : {std::pair('[', ']'), std::pair('(', ')')}) {
    const auto begin = text.rfind(open);
    const auto end = begin == std::string_view::npos ? begin : text.find(close, begin);
    if (end == std::string_view::npos) continue;
    const std::string_view within = trim(text.substr(begin + 1, end - begin - 1));
    const Unit* unit = find_unit(within);
    if (!unit) {
      // "[GOPS/W]" alone, "MACs [G]", or words that are no unit: those stay part of the name.
      parts.unit_unknown = open == '[' && begin > 0 && within != "G" && within != "M";
      continue;
    }
    parts.unit = unit;
    parts.unit_text = std::string(within);
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

bool listed_in(std::string_view word, std::string_view list) {
  const std::vector<std::string> words = split(list, ' ');
  return std::ranges::find(words, word) != words.end();
}

/// `words` without the first run that is `phrase`; absent: it is not there.
std::optional<std::vector<std::string>> without(std::vector<std::string> words, std::string_view phrase) {
  const auto found = std::ranges::search(words, split(phrase, ' '));
  if (found.empty()) return std::nullopt;
  words.erase(found.begin(), found.end());
  return words;
}

/// mAP is written in too many ways for phrases: what counts is whether .95 is in it. Takes its words out.
std::optional<Quantity> take_map(std::vector<std::string>& words) {
  const auto map = std::ranges::find_if(words, [](const std::string& w) { return w == "map" || w == "ap"; });
  if (map == words.end()) return std::nullopt;
  const auto end = std::find_if(map + 1, words.end(), [](const std::string& w) {
    return w != "0" && w != "5" && w != "50" && w != "95";
  });
  const auto says = [&](std::string_view word) { return std::find(map, end, word) != end; };
  const Quantity quantity = says("95") ? Q::kMap5095 : says("50") || says("5") ? Q::kMap50 : Q::kAccuracy;
  words.erase(map, end);
  return quantity;
}

/// Takes precisions out of words, and returns what they name: "INT8"; "" where there are none.
std::string take_precision(std::vector<std::string>& words) {
  std::string found;
  for (auto word = words.begin(); word != words.end() && word + 1 != words.end();) {
    const auto precision = precision_in(word[0] + word[1]);
    found += precision.value_or("");
    word = precision ? words.erase(word, word + 2) : word + 1;
  }
  return found;
}

/// The unit that a name implies without stating one apart: "Inferences per second", "GFLOPs (ops)".
const Unit* unit_in_words(std::string_view name, const std::vector<std::string>& words, Quantity quantity) {
  const auto says = [&](std::string_view phrase) { return has_phrase(words, phrase); };
  if (quantity == Q::kRate || quantity == Q::kMeanRate)
    return says("per second") || says("fps") || words.back() == "s" ? find_unit("1/s") : nullptr;
  if (quantity != Q::kOperations) return nullptr;
  if (says("g")) return find_unit(says("macs") ? "GMAC" : "GFLOP");
  if (says("m")) return find_unit(says("macs") ? "MMAC" : "MFLOP");
  for (const std::string& word : split(name, ' '))
    if (const Unit* unit = find_unit(word); unit && unit->dimension == D::kOperations) return unit;
  return nullptr;
}

/// The quantity that words beside its name leave as it is, with what they say of it. False: some word may
/// make it another thing.
bool settle(Heading& heading, Quantity quantity, std::vector<std::string> rest) {
  std::string precision = take_precision(rest);
  const D dimension = info_of(quantity).dimension;
  const bool whole = dimension == D::kPower || dimension == D::kEnergy || dimension == D::kEdp ||
                     dimension == D::kOpEfficiency || dimension == D::kRateEfficiency;
  // "Performance [TOPS]" of a device is its peak, "GOPS" what it achieved.
  constexpr double kTera = 1e3;
  const bool claimed = quantity == Q::kGops && heading.unit && heading.unit->scale >= kTera;
  bool mean = false, achieved = false;
  for (const std::string& word : rest) {
    if (!listed_in(word, kPlainWords) && !listed_in(word, words_beside(quantity)) &&
        (whole || !listed_in(word, kProcessors)))
      return false;
    mean = mean || listed_in(word, "mean average avg");
    achieved = achieved || listed_in(word, "achieved measured");
  }
  if (claimed && !achieved) return false;
  heading.quantity = quantity == Q::kRate && mean ? Q::kMeanRate : quantity;
  heading.precision = std::move(precision);
  return true;
}

/// The quantity that a name stands for.
void understand(Heading& heading, const Parts& parts, std::string_view text) {
  std::vector<std::string> words = words_of(parts.name);
  const auto fits = [&](Quantity quantity) {
    return !parts.unit || parts.unit->dimension == info_of(quantity).dimension ||
           // "Operations [GOPS]": after the name it can only be an amount.
           (quantity == Q::kOperations && parts.unit->dimension == D::kOpRate &&
            has_phrase(words, "operations"));
  };
  if (const auto exact = quantity_by_id(lower(trim(parts.name))); exact && fits(*exact)) {
    heading.quantity = exact;
    return;
  }
  if (auto rest = words; const auto map = take_map(rest)) {
    if (fits(*map)) settle(heading, *map, std::move(rest));
    return;
  }
  const bool bare = parts.unit && find_unit(text) == parts.unit;  // Nothing but a unit: "FPS", "GOPS / W".
  for (const Phrase& phrase : kPhrases) {
    if (bare || !fits(phrase.quantity)) continue;
    auto rest = without(words, phrase.phrase);
    if (!rest) continue;
    // "Time" is the inference's if nothing else is said; in seconds it is as often a whole run's.
    constexpr double kSecond = 1e3;
    if (phrase.phrase == "time" &&
        ((parts.unit && parts.unit->scale >= kSecond) ||
         std::ranges::any_of(*rest, [](const std::string& word) { return listed_in(word, kProcessors); })))
      continue;
    if (settle(heading, phrase.quantity, std::move(*rest))) return;
  }
  if (!parts.unit) return;
  // "Avg. FPS", "Board [W]": the unit says what is meant. But "GFLOPS" is as often a model's size.
  const bool flops = lower(parts.unit_text).find("flop") != std::string::npos;
  const auto* meant = std::ranges::find(kMeantByUnit, parts.unit->dimension, &Meant::dimension);
  if (meant == kMeantByUnit.end() || (flops && parts.unit->dimension == D::kOpRate)) return;
  settle(heading, meant->quantity, bare ? std::vector<std::string>{} : std::move(words));
}

}  // namespace

Heading read_heading(std::string_view text) {
  Heading heading;
  const Parts parts = parts_of(text);
  heading.unit = parts.unit;
  if (parts.unit) heading.unit_text = parts.unit_text;
  if (parts.unit_unknown) return heading;
  const std::vector<std::string> words = words_of(parts.name);
  for (const LabelPhrase& label : kLabelPhrases)
    // "Model name", but not "Number of model parameters".
    if (!parts.unit && has_phrase(words, label.phrase) && words.size() <= words_of(label.phrase).size() + 1) {
      heading.label = label.label;
      return heading;
    }
  understand(heading, parts, text);
  if (heading.quantity && !heading.unit) {
    heading.unit = unit_in_words(parts.name, words, *heading.quantity);
    if (heading.unit) heading.unit_text = base_unit(heading.unit->dimension);
  }
  return heading;
}

std::string understood_names() {
  return "Inference time [ms], Latency [ms], p99 [ms], Inferences/s, FPS, GOPS, Peak performance [GOPS], "
         "Performance ratio [%], Power [W], Idle power [W], Energy/inference [mJ], GOPS/W, FPS/W, EDP [J s], "
         "Batch, "
         "Operations [GOp], Top-1 [%], Top-5 [%], mAP(.50), mAP(.50:.95), mIoU";
}

}  // namespace assay::audit
