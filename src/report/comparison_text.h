// What every format of a comparison says in the same words. Private to report/.
#pragma once

#include <string>
#include <vector>

#include "report/comparison.h"
#include "report/grid.h"

namespace assay::report {

std::string render_comparison_table(const ComparisonReport& report, const Style& style, bool all);
std::string render_comparison_markdown(const ComparisonReport& report);
Result<std::string> render_comparison_json(const ComparisonReport& report);

/// "B: runs/b: quickstart, 2026-11-21 10:36 UTC, 3 repeats".
std::string side_line(const ComparisonReport& report, std::size_t side);

/// "A: edited by hand: ...", a line each; none of a side that is as it was sealed.
std::vector<std::string> side_notes(const ComparisonReport& report, std::size_t side);

/// "p99 (ms)".
std::string figure_title(const record::MetricInfo& metric);

/// "0.324 [0.251, 0.418]", "-0.17 [-0.24, -0.09]"; the change alone without an interval; "" without a change.
/// An end that is not 1 (of a difference 0) has as many digits as tell it from that.
std::string change_text(const metric::FigureComparison& compared);

/// "better", "worse", "not distinguishable", "invalid in B", "no interval", ...
struct Judgement {
  std::string words;
  Ink ink = Ink::kPlain;
};
Judgement judgement(const metric::FigureComparison& compared, const std::string& side);

/// Among the figures that are shown without being asked for.
bool is_main(const metric::FigureComparison& compared, const ComparisonReport& report);

/// Whether either side has a number, or ought to: what is unmeasured in both is told in one line.
bool is_shown(const metric::FigureComparison& compared);

/// "Unmeasured in both: power, energy (no power source); p99.9 (n=1000 too small ...)"; "" where there is
/// none.
std::string unmeasured_line(const std::vector<metric::FigureComparison>& row, const ComparisonReport& report,
                            bool all);

/// How the intervals were made, in sentences.
std::vector<std::string> method_lines(const ComparisonReport& report);

/// "openvino-cpu-fp32 against openvino-cpu-int8"; with the letters of their sides where these are not A and
/// B.
std::string pair_title(const ComparisonReport& report, const Against& against, std::size_t pair);

/// "source model: 1111 in A, 2222 in B".
std::string difference_text(const metric::Difference& difference, const std::string& side);

/// "Differs: precision: fp32 in A, int8 in B; ..." of what does not refuse; "" where there is none.
std::string differences_line(const std::vector<metric::Difference>& differences, const std::string& side);

/// "FORCED past batch: 1 in A, 8 in B; ...": what does refuse, and was overruled; "" where there is none.
std::string forced_line(const std::vector<metric::Difference>& differences, const std::string& side);

/// Rules that warn of figures of the row, on each side: "A: drift; B: autocorrelation". "" without.
std::string warnings_line(const std::vector<metric::FigureComparison>& row, const std::string& side);

/// That both sides are one measurement.
std::string same_runs_line(const std::string& side);

/// Rows that stayed alone, as lines.
std::vector<std::string> unmatched_lines(const ComparisonReport& report, const Against& against);

/// One line for each answer of each condition, and its ink.
std::vector<Text> condition_lines(const ComparisonReport& report);

}  // namespace assay::report
