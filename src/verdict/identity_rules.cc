// Did the runs happen, and did they happen on what the row claims?
#include <algorithm>
#include <iterator>
#include <set>

#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::Severity;

namespace {

constexpr std::size_t kLeastRepeats = 3;

}  // namespace

void judge_failures(const Case& c, Findings& out) {
  const auto& e = c.evidence;
  const auto report = [&](const std::string& what, const record::Failure& failure,
                          std::vector<std::string> figures) {
    if (!failure.reason.empty())
      out.push_back({"run-failed", Severity::kInvalid, what + ": " + failure.reason, std::move(figures)});
  };
  report("preparing the artifact", e.artifact.failure, {});
  // A repeat that failed makes the others doubtful, and says nothing about the accuracy. With none completed
  // there is no number to believe at all.
  const bool none = completed(e).empty();
  for (const record::TimedRun& run : e.timed)
    report("timed run " + std::to_string(run.repeat), run.failure,
           none ? std::vector<std::string>() : timed_figures());
  if (e.accuracy) report("accuracy pass", e.accuracy->failure, accuracy_figures());
  if (e.reference) report("FP32 reference", e.reference->failure, {"miou_fp32", "miou_drop"});
  for (std::size_t i = 0; i < e.pipeline.size(); ++i)
    report("end-to-end loop " + std::to_string(i + 1), e.pipeline[i].failure, end_to_end_figures());
  // A profile that failed takes nothing away from what was timed without it.
  if (e.profiled && !e.profiled->failure.reason.empty())
    out.push_back(
        {"run-failed", Severity::kWarn, "profiled pass: " + e.profiled->failure.reason, {"placement"}});
  if (e.timed.empty() && e.untimed.empty() && e.artifact.failure.reason.empty())
    out.push_back({"run-failed", Severity::kInvalid, "no timed run was made", {}});
}

/// A run that ends well at the second attempt is chosen from two: whoever reads the table should know.
void judge_made_again(const Case& c, Findings& out) {
  for (const record::SupersededRun& run : c.evidence.superseded) {
    const std::string what = run.id + ": " + run.why;
    if (run.made_again)
      out.push_back({"run-again", Severity::kWarn, "failed, and was made again: " + what, {}});
    else
      out.push_back({"run-failed", Severity::kInvalid, "failed, and is yet to be made again: " + what, {}});
  }
}

void judge_repeats(const Case& c, Findings& out) {
  const auto planned = static_cast<std::size_t>(std::max(0, c.evidence.planned_repeats));
  const auto judge = [&](std::size_t done, const std::string& what, const std::vector<std::string>& figures) {
    if (done < planned)
      out.push_back({"repeats", Severity::kWarn,
                     std::to_string(done) + " of " + std::to_string(planned) + " " + what + " were completed",
                     figures});
    else if (done > 0 && done < kLeastRepeats)
      out.push_back({"repeats", Severity::kWarn,
                     what + ": " + std::to_string(done) + " completed, which gives " +
                         (done == 1 ? "no interval" : "a very wide interval") + "; at least " +
                         std::to_string(kLeastRepeats) + " are asked for",
                     figures});
  };
  judge(completed(c.evidence).size(), "repeats", timed_figures());
  if (!c.evidence.pipeline.empty())
    judge(static_cast<std::size_t>(std::ranges::count_if(
              c.evidence.pipeline, [](const auto& run) { return run.failure.reason.empty(); })),
          "end-to-end loops", end_to_end_figures());
}

void judge_executed_precision(const Case& c, Findings& out) {
  const std::string& asked = c.row.key.precision;
  std::set<std::string> executed;
  for (const record::SessionInfo* session : sessions(c.evidence))
    executed.insert(session->executed_precision);
  for (const std::string& precision : executed) {
    if (precision == asked) continue;
    if (precision.empty() || precision == "unknown") {
      out.push_back({"executed-precision", Severity::kWarn,
                     "the backend does not tell which precision it executed (asked for " + asked + ")",
                     timed_figures()});
      continue;
    }
    // "int8+fp32": what most convolutions and matrix products ran in comes first. A quantized model may leave
    // some of them as they were; FP32 was asked for because it is exact, and a part of it is not.
    const std::size_t plus = precision.find('+');
    if (asked != "fp32" && plus != std::string::npos && precision.substr(0, plus) == asked)
      out.push_back({"executed-precision", Severity::kWarn,
                     "asked for " + asked + ", but some convolutions or matrix products were executed in " +
                         precision.substr(plus + 1),
                     timed_figures()});
    else
      out.push_back({"executed-precision",
                     Severity::kInvalid,
                     "asked for " + asked + ", but " + precision + " was executed",
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
  for (const record::PipelineRun& run : e.pipeline) add(run);
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

void judge_environment(const Case& c, Findings& out) {
  const auto& e = c.evidence;
  std::set<std::string> runtimes;
  std::set<std::set<std::string>> libraries;
  // What a pass does not tell is the matter of "versions".
  const auto add = [&](const auto& run) {
    if (!run.failure.reason.empty()) return;
    const record::SessionInfo& session = run.session;
    if (!session.runtime_version.empty()) runtimes.insert(session.runtime_version);
    if (!session.libraries.empty()) libraries.emplace(session.libraries.begin(), session.libraries.end());
  };
  for (const record::TimedRun& run : e.timed) add(run);
  if (e.accuracy) add(*e.accuracy);
  for (const record::PipelineRun& run : e.pipeline) add(run);
  if (e.profiled) add(*e.profiled);
  if (runtimes.size() > 1)
    out.push_back({"environment",
                   Severity::kInvalid,
                   "the passes of this row ran on different versions of the runtime: " + *runtimes.begin() +
                       " and " + *runtimes.rbegin(),
                   {}});
  if (libraries.size() > 1) {
    std::vector<std::string> differing;
    std::ranges::set_symmetric_difference(*libraries.begin(), *libraries.rbegin(),
                                          std::back_inserter(differing));
    out.push_back(
        {"environment",
         Severity::kInvalid,
         "the passes of this row loaded different libraries: not all have " + differing.front() +
             (differing.size() > 1 ? " (and " + std::to_string(differing.size() - 1) + " others)" : ""),
         {}});
  }
}

void judge_placement(const Case& c, Findings& out) {
  if (nothing_ran(c)) return;
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
  const auto partial = [](const record::Figure& figure) {
    return figure.value && *figure.value < 100 - kRounding;
  };
  const record::Figure& operations = c.row.figures.placement_operations;
  if (!partial(placement) && !partial(operations)) return;
  // By operations where they are told: a share by time depends on how fast each of the two is.
  const bool by_operations = partial(operations);
  std::string evidence = "only " + number(*(by_operations ? operations : placement).value) +
                         " % of the model" + (by_operations ? "'s operations" : "") + " ran on " +
                         c.row.key.accelerator;
  if (by_operations) evidence += " (of its layers: " + number(*placement.value) + " %)";
  const auto spec = std::ranges::find(c.experiment.rows, c.row.key.id, &spec::RowSpec::id);
  const bool allowed = spec != c.experiment.rows.end() && spec->fallback == "allow";
  if (allowed)
    out.push_back({"placement", Severity::kWarn,
                   evidence + ": the rest fell back elsewhere, as the spec allows; this is the time of both",
                   both(timed_figures(), {"placement", "placement_operations"})});
  else
    out.push_back({"placement", Severity::kInvalid, evidence + ": the rest fell back elsewhere", {}});
}

void judge_compile_time(const Case& c, Findings& out) {
  std::vector<std::string> cached;
  for (const record::TimedRun* run : completed(c.evidence)) {
    const auto& properties = run->session.properties;
    const auto made = properties.find("compiled_model");
    if (made != properties.end() && made->second == "from cache")
      cached.push_back("repeat " + std::to_string(run->repeat));
  }
  if (!cached.empty())
    out.push_back({"compile-cached",
                   Severity::kWarn,
                   "the compiled model was read from a cache (" + joined(cached, ", ") +
                       "): compile_time is no compilation there",
                   {"compile_time"}});
}

void judge_versions(const Case& c, Findings& out) {
  const auto used = sessions(c.evidence);
  if (used.empty()) return;
  std::string missing;
  const auto need = [&](bool there, const char* what) {
    if (!there) missing += (missing.empty() ? "" : ", ") + std::string(what);
  };
  const auto all = [&](auto has) { return std::ranges::all_of(used, has); };
  need(all([](const auto* session) { return !session->plugin_version.empty(); }), "plugin version");
  need(all([](const auto* session) { return !session->runtime_version.empty(); }), "runtime version");
  need(all([](const auto* session) { return !session->libraries.empty(); }), "loaded libraries");
  need(!c.evidence.model_digest.empty(), "model digest");
  if (!missing.empty()) out.push_back({"versions", Severity::kWarn, "not recorded: " + missing, {}});
}

void judge_simulated(const Case& c, Findings& out) {
  if (!c.row.simulated) return;
  if (c.evidence.untimed.empty())
    out.push_back({"simulated", Severity::kWarn,
                   "the " + c.row.key.backend + " backend replays or simulates: its times are no device's",
                   timed_figures()});
  else
    out.push_back({"simulated", Severity::kWarn, "not timed: " + c.evidence.untimed, timed_figures()});
}

}  // namespace assay::verdict
