// What results say otherwise than their runs give again.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <tuple>

#include "campaign/check_results.h"

namespace assay::campaign {
namespace {

using record::Figure;
using record::Finding;
using record::Results;
using record::Row;
using record::Severity;

bool same_number(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  constexpr double kRounding = 1e-6;
  return std::abs(*a - *b) <= kRounding * std::max({std::abs(*a), std::abs(*b), 1e-12});
}

std::string number(const std::optional<double>& value) {
  if (!value) return "nothing";
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", *value);
  return text;
}

bool has_interval(const Figure& figure) { return figure.lo.has_value() && figure.hi.has_value(); }

/// "latency_mean 12.3, its runs give 13.1 ms"; "" where both say the same.
std::string difference(const record::MetricInfo& metric, const Figure& stated, const Figure& derived,
                       bool same_schema) {
  const std::string name(metric.name), unit(metric.unit);
  if (!same_number(stated.value, derived.value)) {
    // What an older schema did not know is no difference.
    if (!stated.value && !same_schema) return "";
    return name + " " + number(stated.value) + ", its runs give " + number(derived.value) + " " + unit;
  }
  if (!same_schema) return "";
  if (has_interval(stated) != has_interval(derived) || !same_number(stated.lo, derived.lo) ||
      !same_number(stated.hi, derived.hi))
    return "the interval of " + name + " as " + number(stated.lo) + " to " + number(stated.hi) +
           ", its runs give " + number(derived.lo) + " to " + number(derived.hi) + " " + unit;
  if (stated.status != derived.status)
    return name + " as " + std::string(to_string(stated.status)) + ", by its runs it is " +
           std::string(to_string(derived.status));
  return "";
}

std::multiset<std::string> rules_of(const Row& row) {
  std::multiset<std::string> rules;
  for (const Finding& finding : row.findings)
    rules.insert(std::string(to_string(finding.severity)) + " " + finding.rule);
  return rules;
}

Finding edited(std::string evidence, std::vector<std::string> figures = {}) {
  return {kEdited, Severity::kWarn, std::move(evidence), std::move(figures)};
}

std::vector<Finding> differences_of_row(const Row& stated, const Row& derived, bool same_schema) {
  std::vector<Finding> findings;
  std::vector<std::string> figures, differing;
  for (const record::MetricInfo& metric : record::metrics()) {
    const std::string text =
        difference(metric, stated.figures.*metric.member, derived.figures.*metric.member, same_schema);
    if (text.empty()) continue;
    figures.emplace_back(metric.name);
    differing.push_back(text);
  }
  constexpr std::size_t kTold = 4;
  if (!differing.empty()) {
    const std::size_t more = differing.size() > kTold ? differing.size() - kTold : 0;
    differing.resize(differing.size() - more);
    std::string text = "results.json has ";
    for (std::size_t i = 0; i < differing.size(); ++i) text += (i > 0 ? "; " : "") + differing[i];
    if (more > 0) text += "; and " + std::to_string(more) + " more differ";
    findings.push_back(edited(text, figures));
  }
  std::vector<std::string> facts;
  const auto compare = [&](const char* what, const auto& a, const auto& b) {
    if (a != b) facts.push_back(std::string(what) + " differ");
  };
  compare("counts of repeats, warm-up or iterations",
          std::tuple(stated.repeats, stated.warmup, stated.iterations),
          std::tuple(derived.repeats, derived.warmup, derived.iterations));
  compare("simulated or executed precision", std::tuple(stated.simulated, stated.executed_precision),
          std::tuple(derived.simulated, derived.executed_precision));
  if (same_schema) {
    if (stated.verdict != derived.verdict)
      facts.push_back("the verdict is " + stated.verdict + ", by its runs it is " + derived.verdict);
    compare("findings", rules_of(stated), rules_of(derived));
    compare("digests", stated.digests, derived.digests);
  }
  std::string text;
  for (const std::string& fact : facts) text += (text.empty() ? "" : ", ") + fact;
  if (!facts.empty()) findings.push_back(edited("between results.json and its runs " + text));
  return findings;
}

}  // namespace

std::vector<std::vector<Finding>> differences_from_runs(const Results& stated, const Results& derived) {
  const bool same_schema =
      stated.schema_major == derived.schema_major && stated.schema_minor == derived.schema_minor;
  std::vector<std::vector<Finding>> findings(stated.rows.size());
  for (std::size_t i = 0; i < stated.rows.size(); ++i) {
    const Row& row = stated.rows[i];
    const auto found =
        std::ranges::find_if(derived.rows, [&](const Row& other) { return other.key.id == row.key.id; });
    if (found == derived.rows.end())
      findings[i].push_back(edited("the spec and the runs know of no row " + row.key.id));
    else
      findings[i] = differences_of_row(row, *found, same_schema);
  }
  return findings;
}

}  // namespace assay::campaign
