// Is the timed artifact the one whose accuracy is shown, and is that accuracy good enough?
#include <algorithm>
#include <limits>

#include "verdict/rule_helpers.h"

namespace assay::verdict {

using record::Severity;

namespace {

bool quantized(const Case& c) { return c.row.key.precision == "int8"; }

// Agreement of an artifact with FP32 ONNX Runtime on other images, before use. For FP32 the two runtimes'
// rounding is all that may differ; reduced precisions are judged by their argmax alone.
constexpr double kFp32Difference = 1e-4;  // max|a-b| / max|b|
struct AgreementLimits {
  double warn, invalid;
};
constexpr AgreementLimits kFp32Agreement{0.9999, 0.99};
constexpr AgreementLimits kHalfAgreement{0.99, 0.5};
constexpr AgreementLimits kInt8Agreement{0.90, 0.5};

// A backend that does not call itself deterministic may differ in the last bits, which flips few argmaxes.
constexpr double kSampleAgreement = 0.999;

// Twelve consecutive ones hit whoever skips one inference of ten.
constexpr std::size_t kLeastSamples = 12;

}  // namespace

void judge_accuracy_measured(const Case& c, Findings& out) {
  if (nothing_ran(c)) return;
  if (!c.experiment.accuracy.enabled)
    out.push_back({"accuracy-unverified", Severity::kWarn,
                   "accuracy was not verified before timing: the spec disables it", accuracy_figures()});
  else if (!c.evidence.accuracy)
    out.push_back({"accuracy-unverified", Severity::kWarn, "accuracy was not verified before timing",
                   accuracy_figures()});
}

void judge_accuracy_drop(const Case& c, Findings& out) {
  const record::Figure& drop = c.row.figures.miou_drop;
  if (!drop.value) return;
  const auto& limits = c.experiment.accuracy;
  const bool degraded = *drop.value > limits.degraded_drop;
  if (!degraded && !(*drop.value > limits.warn_drop)) return;
  std::string evidence = c.row.key.precision + " mIoU is " + number(*drop.value) + " points under FP32";
  if (drop.lo && drop.hi) evidence += " (95 % interval " + number(*drop.lo) + " to " + number(*drop.hi) + ")";
  evidence += ", over the limit of " + number(degraded ? limits.degraded_drop : limits.warn_drop);
  out.push_back(
      {degraded ? "accuracy-degraded" : "accuracy-drop", Severity::kWarn, evidence, {"miou", "miou_drop"}});
}

void judge_accuracy_target(const Case& c, Findings& out) {
  const auto& target = c.experiment.accuracy.target;
  if (!target || nothing_ran(c)) return;
  const record::Figure& miou = c.row.figures.miou;
  if (!miou.value)
    out.push_back({"accuracy-target",
                   Severity::kInvalid,
                   "mIoU is unmeasured: it cannot be shown to reach the target of " + number(*target) + " %",
                   {}});
  else if (*miou.value < *target)
    out.push_back({"accuracy-target",
                   Severity::kInvalid,
                   "mIoU " + number(*miou.value) + " % is under the target of " + number(*target) + " %",
                   {}});
}

void judge_outputs_match(const Case& c, Findings& out) {
  std::size_t total = 0, untouched = 0, broken = 0, compared = 0, different = 0;
  std::size_t fewest = std::numeric_limits<std::size_t>::max();
  double worst = 1;
  std::int64_t first_untouched = -1, first_broken = -1, first_different = -1;
  for (const record::TimedRun* run : completed(c.evidence)) {
    const bool bitwise = run->session.determinism == "deterministic";
    fewest = std::min(fewest, run->samples.size());
    for (const record::OutputSample& sample : run->samples) {
      ++total;
      if (!sample.written) {
        if (untouched++ == 0) first_untouched = sample.iteration;
        continue;
      }
      if (!sample.finite && broken++ == 0) first_broken = sample.iteration;
      if (sample.argmax_agreement < 0) continue;  // Nothing to compare with.
      ++compared;
      if (bitwise ? sample.bitwise_equal : sample.argmax_agreement >= kSampleAgreement) continue;
      if (different++ == 0) first_different = sample.iteration;
      worst = std::min(worst, sample.argmax_agreement);
    }
  }
  if (untouched > 0)
    out.push_back({"outputs-match",
                   Severity::kInvalid,
                   std::to_string(untouched) + " of " + std::to_string(total) +
                       " sampled inferences of the timed loop wrote no output (first: iteration " +
                       std::to_string(first_untouched) + "): the runtime skips work",
                   {}});
  if (different > 0)
    out.push_back({"outputs-match",
                   Severity::kInvalid,
                   std::to_string(different) + " of " + std::to_string(compared) +
                       " sampled outputs of the timed loop differ from the accuracy pass (first: iteration " +
                       std::to_string(first_different) + ", worst argmax agreement " + number(100 * worst) +
                       " %)",
                   {}});
  if (broken > 0)
    out.push_back(
        {"outputs-match",
         Severity::kInvalid,
         std::to_string(broken) + " of " + std::to_string(total) +
             " sampled outputs of the timed loop hold values that are not finite (first: iteration " +
             std::to_string(first_broken) + ")",
         {}});
  if (total > 0 && fewest < kLeastSamples)
    out.push_back({"outputs-match", Severity::kWarn,
                   "only " + std::to_string(fewest) + " outputs of a run were sampled: with fewer than " +
                       std::to_string(kLeastSamples) +
                       ", a runtime that skips some inferences may not be found",
                   latency_figures()});
  if (untouched == 0 && compared == 0 && c.row.repeats > 0)
    out.push_back({"outputs-match", Severity::kWarn,
                   "no output of the timed loop was compared with the accuracy pass", latency_figures()});
}

void judge_outputs_differ(const Case& c, Findings& out) {
  if (!c.evidence.accuracy || (c.row.simulated && c.evidence.untimed.empty())) return;
  const record::AccuracyRun& run = *c.evidence.accuracy;
  if (run.distinct_inputs < 2 || run.distinct_outputs != 1) return;
  out.push_back(
      {"outputs-differ",
       Severity::kInvalid,
       std::to_string(run.distinct_inputs) +
           " different inputs gave one and the same output, to the bit: a cached answer, or a model that "
           "ignores its input",
       {}});
}

void judge_artifact_agrees(const Case& c, Findings& out) {
  const record::ArtifactRecord& a = c.evidence.artifact;
  if (!a.failure.reason.empty() || nothing_ran(c)) return;
  if (a.compared_images == 0 || a.compared_argmax_agreement < 0) {
    out.push_back({"artifact-agrees",
                   Severity::kWarn,
                   "the artifact was not compared with FP32 ONNX Runtime before use",
                   {}});
    return;
  }
  if (!a.compared_note.empty())
    out.push_back(
        {"artifact-agrees",
         a.compared_note.find("validation images") != std::string::npos ? Severity::kWarn : Severity::kOk,
         "compared with FP32 ONNX Runtime on " + std::to_string(a.compared_images) +
             " images: " + a.compared_note,
         {}});
  const bool fp32 = c.row.key.precision == "fp32";
  const AgreementLimits limits = fp32 ? kFp32Agreement : quantized(c) ? kInt8Agreement : kHalfAgreement;
  const bool differs = fp32 && a.compared_max_abs_difference > kFp32Difference;
  if (a.compared_argmax_agreement >= limits.warn && !differs) return;
  std::string evidence = "on " + std::to_string(a.compared_images) +
                         " images the artifact's argmax agrees with FP32 ONNX Runtime on " +
                         number(100 * a.compared_argmax_agreement, 3) + " % (expected " +
                         number(100 * limits.warn) + ")";
  if (!a.compared_note.empty()) evidence += " (" + a.compared_note + ")";
  if (fp32 && a.compared_max_abs_difference >= 0)
    evidence += ", max|a-b| / max|b| = " + number(a.compared_max_abs_difference, 6) + " (expected at most " +
                number(kFp32Difference, 6) + ")";
  out.push_back({"artifact-agrees",
                 a.compared_argmax_agreement < limits.invalid ? Severity::kInvalid : Severity::kWarn,
                 evidence,
                 {}});
}

void judge_calibration_stated(const Case& c, Findings& out) {
  if (!quantized(c) || !c.evidence.artifact.failure.reason.empty()) return;
  if (c.evidence.artifact.calibration_digest.empty())
    out.push_back({"calibration", Severity::kWarn,
                   "it is not known from which images this artifact was calibrated", accuracy_figures()});
  else if (c.evidence.calibration_relation.starts_with("same"))
    out.push_back({"calibration", Severity::kOk,
                   "calibrated on the validation images: accuracy on unseen images may be lower",
                   accuracy_figures()});
}

void judge_calibration_binding(const Case& c, Findings& out) {
  const std::string& artifact = c.evidence.artifact.calibration_digest;
  const std::string& campaign = c.evidence.calibration_digest;
  if (!artifact.empty() && !campaign.empty() && artifact != campaign)
    out.push_back({"calibration-binding",
                   Severity::kInvalid,
                   "the artifact was calibrated from tensors " + artifact.substr(0, 12) +
                       ", the campaign's are " + campaign.substr(0, 12),
                   {}});
}

}  // namespace assay::verdict
