// Did the runs happen, and did they happen on what the row claims?
#include <algorithm>
#include <set>

#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::Severity;

void judge_failures(const Case& c, Findings& out) {
  const auto& e = c.evidence;
  const auto report = [&](const std::string& what, const record::Failure& failure,
                          std::vector<std::string> figures) {
    if (!failure.reason.empty())
      out.push_back({"run-failed", Severity::kInvalid, what + ": " + failure.reason, std::move(figures)});
  };
  report("preparing the artifact", e.artifact.failure, {});
  for (const record::TimedRun& run : e.timed)
    report("timed run " + std::to_string(run.repeat), run.failure, {});
  if (e.accuracy) report("accuracy pass", e.accuracy->failure, accuracy_figures());
  if (e.reference) report("FP32 reference", e.reference->failure, {"miou_fp32", "miou_drop"});
  if (e.pipeline) report("end-to-end loop", e.pipeline->failure, end_to_end_figures());
  // A profile that failed takes nothing away from what was timed without it.
  if (e.profiled && !e.profiled->failure.reason.empty())
    out.push_back(
        {"run-failed", Severity::kWarn, "profiled pass: " + e.profiled->failure.reason, {"placement"}});
  if (e.timed.empty() && e.artifact.failure.reason.empty())
    out.push_back({"run-failed", Severity::kInvalid, "no timed run was made", {}});
}

void judge_repeats(const Case& c, Findings& out) {
  const auto done = completed(c.evidence).size();
  const auto planned = static_cast<std::size_t>(std::max(0, c.evidence.planned_repeats));
  if (done < planned)
    out.push_back({"repeats", Severity::kWarn,
                   std::to_string(done) + " of " + std::to_string(planned) + " repeats were completed",
                   latency_figures()});
}

void judge_executed_precision(const Case& c, Findings& out) {
  std::set<std::string> executed;
  for (const record::TimedRun* run : completed(c.evidence)) executed.insert(run->session.executed_precision);
  for (const std::string& precision : executed) {
    if (precision == c.row.key.precision) continue;
    if (precision.empty() || precision == "unknown")
      out.push_back(
          {"executed-precision", Severity::kWarn,
           "the backend does not tell which precision it executed (asked for " + c.row.key.precision + ")",
           latency_figures()});
    else
      out.push_back({"executed-precision",
                     Severity::kInvalid,
                     "asked for " + c.row.key.precision + ", but " + precision + " was executed",
                     {}});
  }
}

void judge_binding(const Case& c, Findings& out) {
  struct Part {
    const char* name;
    std::string record::Binding::*digest;
  };
  static constexpr Part kParts[] = {{"artifact", &record::Binding::artifact_digest},
                                    {"options", &record::Binding::options_digest},
                                    {"environment", &record::Binding::environment_digest},
                                    {"plugin", &record::Binding::plugin_digest}};
  const auto& e = c.evidence;
  std::vector<const record::Binding*> bindings;
  const auto add = [&](const auto& run) {
    if (run.failure.reason.empty()) bindings.push_back(&run.binding);
  };
  for (const record::TimedRun& run : e.timed) add(run);
  if (e.accuracy) add(*e.accuracy);
  if (e.pipeline) add(*e.pipeline);
  if (e.profiled) add(*e.profiled);
  for (const Part& part : kParts) {
    std::set<std::string> digests;
    for (const record::Binding* binding : bindings) digests.insert(binding->*part.digest);
    if (part.digest == &record::Binding::artifact_digest && !bindings.empty() && !e.artifact.digest.empty())
      digests.insert(e.artifact.digest);
    if (digests.size() > 1)
      out.push_back({"binding",
                     Severity::kInvalid,
                     "the passes of this row ran with " + std::to_string(digests.size()) +
                         " different digests of the " + part.name + ": " + digests.begin()->substr(0, 12) +
                         " and " + digests.rbegin()->substr(0, 12),
                     {}});
    else if (digests.contains(""))
      out.push_back({"binding",
                     Severity::kWarn,
                     std::string("the digest of the ") + part.name + " was not recorded",
                     {}});
  }
}

void judge_placement(const Case& c, Findings& out) {
  if (c.row.repeats == 0) return;
  const record::Figure& placement = c.row.figures.placement;
  if (!placement.value) {
    out.push_back({"placement",
                   Severity::kUnmeasured,
                   "unknown what share of the model ran on " + c.row.key.accelerator +
                       (placement.reasons.empty() ? "" : ": " + placement.reasons.front()),
                   {"placement"}});
    return;
  }
  constexpr double kRounding = 1e-6;  // Of a sum of shares.
  if (*placement.value < 100 - kRounding)
    out.push_back({"placement",
                   Severity::kInvalid,
                   "only " + number(*placement.value) + " % of the model ran on " + c.row.key.accelerator +
                       ": the rest fell back elsewhere",
                   {}});
}

void judge_versions(const Case& c, Findings& out) {
  const auto runs = completed(c.evidence);
  if (runs.empty()) return;
  std::string missing;
  const auto need = [&](bool there, const char* what) {
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string(what);
  };
  const auto all = [&](auto has) { return std::ranges::all_of(runs, has); };
  need(all([](const auto* run) { return !run->session.plugin_version.empty(); }), "plugin version");
  need(all([](const auto* run) { return !run->session.runtime_version.empty(); }), "runtime version");
  need(all([](const auto* run) { return !run->session.libraries.empty(); }), "loaded libraries");
  need(!c.evidence.model_digest.empty(), "model digest");
  if (!missing.empty()) out.push_back({"versions", Severity::kWarn, "not recorded: " + missing, {}});
}

void judge_simulated(const Case& c, Findings& out) {
  if (!c.row.simulated) return;
  out.push_back({"simulated", Severity::kWarn,
                 "the " + c.row.key.backend + " backend replays or simulates: its times are no device's",
                 latency_figures()});
}

}  // namespace assay::verdict
