#include "campaign/witness_reasons.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>

#include "vendor/trtexec_output.h"

namespace assay::campaign {
namespace {

using record::WitnessReason;

/// The share of the processors' time that others take before they count as a reason.
constexpr double kBusyShare = 0.1;

std::string text(double value, int places) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", places, value);
  return buffer;
}

class Rules {
 public:
  explicit Rules(const WitnessFacts& facts)
      : f_(facts), last_(facts.theirs.back()), percent_(*facts.comparison.difference.value) {}

  std::vector<WitnessReason> all() {
    version();
    settings();
    input();
    asynchronous();
    defaults();
    transfers();
    placement();
    layout();
    clock();
    resolution();
    warm_up();
    mean_only();
    scatter();
    order();
    later();
    busy();
    unexplained();
    return std::move(reasons_);
  }

 private:
  bool theirs_slower() const { return percent_ > 0; }
  /// There is a difference to explain, be it within the tolerance.
  bool decided() const { return f_.comparison.widened_lo > 0 || f_.comparison.widened_hi < 0; }
  void say(const char* id, bool likely, std::string evidence) {
    reasons_.push_back({id, std::move(evidence), likely});
  }

  void version() {
    if (last_.version.empty() || f_.ours.runtime_version.empty()) return;
    // ONNX Runtime says "1.31.1" in both; OpenVINO's build number is longer in the tool.
    const bool same = last_.version.starts_with(f_.ours.runtime_version) ||
                      f_.ours.runtime_version.starts_with(last_.version);
    say("version", !same,
        same ? "both run " + last_.version
             : "the tool runs " + last_.version + ", our worker runs " + f_.ours.runtime_version);
  }

  /// The same number or the same text.
  static bool equal(const std::string& a, const std::string& b) {
    if (a == b) return true;
    double x = 0, y = 0;
    const auto number = [](const std::string& s, double& value) {
      const auto [end, error] = std::from_chars(s.data(), s.data() + s.size(), value);
      return error == std::errc() && end == s.data() + s.size();
    };
    return number(a, x) && number(b, y) && x == y;
  }

  void settings() {
    // Names, and what Python prints in a form of its own.
    static const std::set<std::string, std::less<>> kNoSettings{"NETWORK_NAME",
                                                                "OPTIMAL_NUMBER_OF_INFER_REQUESTS",
                                                                "PERFORMANCE_HINT_NUM_REQUESTS",
                                                                "EXECUTION_DEVICES",
                                                                "MODEL_DISTRIBUTION_POLICY",
                                                                "RUNTIME_REQUIREMENTS",
                                                                "LOG_LEVEL",
                                                                "SUPPORTED_PROPERTIES"};
    // What a latency hangs on most; the others are counted.
    static const std::set<std::string, std::less<>> kFirst{"INFERENCE_NUM_THREADS",
                                                           "NUM_STREAMS",
                                                           "INFERENCE_PRECISION_HINT",
                                                           "PERFORMANCE_HINT",
                                                           "ENABLE_CPU_PINNING",
                                                           "threads",
                                                           "inter_op",
                                                           "graph_optimization",
                                                           "execution_mode",
                                                           "spinning"};
    std::string different, same;
    int count = 0, named = 0;
    for (const auto& [name, theirs] : last_.settings) {
      const auto ours = f_.ours.properties.find(name);
      if (ours == f_.ours.properties.end() || kNoSettings.contains(name)) continue;
      if (!equal(ours->second, theirs)) {
        different += (different.empty() ? "" : ", ") + name + " " + theirs + " (ours " + ours->second + ")";
        continue;
      }
      ++count;
      if (!kFirst.contains(name)) continue;
      ++named;
      same += (same.empty() ? "" : ", ") + name + " " + theirs;
    }
    if (!different.empty())
      say("settings", true, "the tool runs with other settings: " + different);
    else if (count > 0)
      say("settings", false,
          "the " + std::to_string(count) + " settings that both tell are equal" +
              (same.empty() ? "" : ": " + same + (count > named ? " ..." : "")));
  }

  void input() {
    for (const record::TensorInfo& tensor : f_.ours.inputs)
      if (const auto type = last_.settings.find("input " + tensor.name);
          type != last_.settings.end() && type->second != tensor.dtype)
        say("input", true,
            "the tool feeds " + tensor.name + " as " + type->second + ", we as " + tensor.dtype +
                ": its model has a conversion more");
    for (const std::string& warning : last_.warnings)
      if (warning.find("random values") != std::string::npos)
        say("input", true, "the tool filled its input with random values");
  }

  void asynchronous() {
    const auto api = last_.settings.find("API");
    if (api != last_.settings.end() && api->second == "async")
      say("asynchronous", true, "the tool keeps several requests in flight: its latency includes waiting");
  }

  void defaults() {
    if (f_.tool.name != "trtexec") return;
    const int major = vendor::trtexec_major(last_);
    const auto known = vendor::trtexec_defaults(major);
    std::string effective;
    for (const char* name : {"Data transfers", "Spin-wait", "CUDA Graph", "ExposeDMA"})
      if (const auto found = last_.settings.find(name); found != last_.settings.end())
        effective += std::string(effective.empty() ? "" : ", ") + name + " " + found->second;
    say("defaults", false,
        "trtexec " + last_.version + ": by default " + (known.empty() ? "unknown" : std::string(known)) +
            "; in this run " + (effective.empty() ? "not told" : effective) +
            "; never compare its figures across majors");
  }

  void transfers() {
    const auto on = last_.settings.find("Data transfers");
    if (on != last_.settings.end() && on->second == "Disabled") {
      say("transfers", decided() && !theirs_slower(), "the tool's times have no transfers, ours have them");
    } else if (last_.to_device_ms && last_.from_device_ms) {
      say("transfers", false,
          "both have the transfers in: by the tool's clock " + text(*last_.to_device_ms, 3) + " ms in and " +
              text(*last_.from_device_ms, 3) + " ms out");
    }
  }

  void placement() {
    std::string others;
    for (const auto& [name, count] : last_.settings)
      if (name.starts_with("layers on ")) others += (others.empty() ? "" : ", ") + count + " " + name;
    if (!others.empty()) say("placement", others.find(',') != std::string::npos, "the tool ran " + others);
  }

  /// Of SNPE: what our worker says that it does to a tensor inside the inference, and the tool does not.
  void layout() {
    if (f_.tool.backend != "snpe") return;
    constexpr std::string_view kTurned = "NHWC <-> NCHW";
    std::string tensors;
    bool turned = false;
    for (const auto& [name, value] : f_.ours.properties) {
      const auto at = value.find(kConverted);
      if (at == std::string::npos || !is_tensor(name)) continue;
      const std::string how = value.substr(at + kConverted.size());
      turned |= how.find(kTurned) != std::string::npos;
      tensors += (tensors.empty() ? "" : "; ") + name + " " + how;
    }
    if (tensors.empty()) return;
    say("layout", decided() && !theirs_slower(),
        std::string("ours includes the ") + (turned ? "transposition" : "conversion") + " (" + tensors +
            "), the tool is fed in the DLC's own layout and leaves its outputs in it");
  }

  static constexpr std::string_view kConverted = "converted inside infer(): ";
  static bool is_tensor(const std::string& property) {
    return property.starts_with("input ") || property.starts_with("output ");
  }

  /// Of SNPE: what of ours lies between the two clocks, as our worker describes each tensor.
  std::string between_clocks() const {
    if (f_.tool.backend != "snpe") return "";
    bool converted = false, floats = false;
    for (const auto& [name, value] : f_.ours.properties) {
      if (!is_tensor(name)) continue;
      converted |= value.find(kConverted) != std::string::npos;
      // Quantized in the DLC, and handed over by us in floats: SNPE converts them inside its execution.
      for (const char* type : {"TF8", "TF16"})
        floats |= value.find(std::string(type) + " in the DLC; user buffer f32") != std::string::npos;
    }
    std::string text = converted ? ", with the conversion of our tensors (see layout)" : "";
    if (floats && f_.tool.name == "snpe-throughput-net-run")
      text +=
          "; its user buffers are of the DLC's own 8 or 16 bits (--userbuffer_auto), ours floats, which SNPE "
          "converts in each inference";
    return text;
  }

  void clock() {
    if (f_.tool.clock == WitnessTool::Clock::kSame) return;
    const bool less = f_.tool.clock == WitnessTool::Clock::kLess;
    std::string evidence = std::string(f_.tool.clock_evidence) + between_clocks();
    std::vector<double> loop;
    for (const vendor::ToolReport& report : f_.theirs)
      if (report.loop_ms && report.mean_ms) loop.push_back(*report.loop_ms - *report.mean_ms);
    if (!loop.empty()) {
      std::ranges::nth_element(loop, loop.begin() + static_cast<std::ptrdiff_t>(loop.size() / 2));
      evidence += "; its loop takes " + text(1000 * loop[loop.size() / 2], 1) +
                  " us more for an inference than it reports";
    }
    say("clock", decided() && less != theirs_slower(), evidence);
  }

  void resolution() {
    const double half = f_.comparison.resolution_percent;
    if (half <= 0) return;
    say("resolution", half >= std::abs(percent_) / 2,
        "the tool prints steps of " + text(last_.resolution_ms, last_.resolution_ms < 0.001 ? 5 : 3) +
            " ms: half a step is " + text(half, 2) + " %");
  }

  void warm_up() {
    if (f_.tool.warm_up == "unknown") return;
    std::string evidence = "the tool warms up with " + std::string(f_.tool.warm_up);
    if (last_.first_ms && last_.median_ms)
      evidence += "; its first took " + text(*last_.first_ms, 2) + " ms, its median is " +
                  text(*last_.median_ms, 2) + " ms of " + std::to_string(last_.inferences);
    // A median moves only where the warming takes much of a loop.
    const bool skewed = last_.mean_ms && last_.median_ms && *last_.mean_ms > 1.1 * *last_.median_ms;
    say("warm-up", decided() && theirs_slower() && skewed && f_.tool.warm_up == "one inference", evidence);
  }

  void mean_only() {
    if (!f_.tool.median)
      say("mean", false, "the tool tells no median: the means of both are compared, which outliers move");
  }

  static std::string interval(const record::Figure& figure) {
    return text(*figure.value, 2) + " % [" + text(*figure.lo, 2) + ", " + text(*figure.hi, 2) + "]";
  }
  static bool sure(const record::Figure& figure) { return *figure.lo > 0 || *figure.hi < 0; }

  /// How much single pairs scatter: what more pairs, or a quieter machine, would make narrower.
  void scatter() {
    double low = 0, high = 0;
    for (std::size_t i = 0; i < f_.runs.size(); ++i) {
      const double ratio = f_.runs[i].theirs_ms / f_.runs[i].ours_ms;
      low = i == 0 ? ratio : std::min(low, ratio);
      high = std::max(high, ratio);
    }
    say("scatter", f_.comparison.verdict == metric::WitnessVerdict::kUndecided,
        "single pairs lie between " + text(low, 3) + " and " + text(high, 3));
  }

  void order() {
    if (!f_.comparison.second_slower) return;
    const record::Figure& second = *f_.comparison.second_slower;
    say("order", sure(second),
        "who ran second in a pair took " + interval(second) + " longer" +
            (sure(second) ? ": heat or clocks that have not settled" : ": no effect of the order is seen"));
  }

  void later() {
    if (!f_.comparison.later_slower) return;
    const record::Figure& later = *f_.comparison.later_slower;
    say("drift", sure(later),
        "both took " + interval(later) + " longer in the second half of the pairs" +
            (sure(later) ? ": the machine changed meanwhile" : ": no trend is seen"));
  }

  void busy() {
    double most = -1;
    for (const record::WitnessRun& run : f_.runs) most = std::max(most, run.foreign_cpu_share);
    if (most < 0) return;
    say("busy", most > kBusyShare,
        "other processes took up to " + text(100 * most, 1) + " % of the processors' time in our windows" +
            (most > kBusyShare ? ": both figures are of a busy machine, repeat it on an idle one" : ""));
  }

  void unexplained() {
    if (f_.comparison.verdict != metric::WitnessVerdict::kDiffers) return;
    if (std::ranges::none_of(reasons_, &WitnessReason::likely))
      say("unexplained", true, "none of the known reasons fits: read the tool's output beside the record");
  }

  const WitnessFacts& f_;
  const vendor::ToolReport& last_;
  const double percent_;
  std::vector<WitnessReason> reasons_;
};

}  // namespace

std::vector<WitnessReason> witness_reasons(const WitnessFacts& facts) { return Rules(facts).all(); }

}  // namespace assay::campaign
