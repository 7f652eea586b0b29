#include "timeline/align.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "timeline/clock_map.h"
#include "timeline/load_profile.h"
#include "timeline/say.h"

namespace assay::timeline {
namespace {

tl::unexpected<Status> refuse(const std::string& reason) {
  return fail(Code::kInvalidInput, "the power log does not match the load pattern: " + reason);
}

// Where in the log: correlation over all offsets.

struct Peak {
  std::int64_t offset_ns = 0;
  double correlation = 0;
  double step_w = 0;                ///< Power with the load on less that with it off.
  std::optional<double> runner_up;  ///< The highest correlation over two chips away.
  std::int64_t runner_up_ns = 0;
};

/// Correlation of power and load over the pattern, by sums up to its edges: a log of any rate costs the same.
/// The offsets of one scan are asked from high to low.
class Correlator {
 public:
  Correlator(const LogProfile& log, const LoadProfile& load)
      : log_(log), load_(load), hints_(load.edges().size() + 2) {}

  /// Correlation and step at an offset.
  std::pair<double, double> at(std::int64_t offset_ns) {
    const auto until = [&](std::int64_t ours_ns, std::size_t& hint) {
      return log_.sums_until(ours_ns - offset_ns, hint);
    };
    const auto& edges = load_.edges();
    const Sums begin = until(load_.window().begin_ns, hints_[edges.size()]);
    const Sums end = until(load_.window().end_ns, hints_[edges.size() + 1]);
    Sums on;
    for (std::size_t i = 0; i < edges.size(); ++i) {
      const Sums edge = until(edges[i].at_ns, hints_[i]);
      on = edges[i].on ? on - edge : on + edge;
    }
    if (edges.back().on) on = on + end;
    const Sums all = end - begin;
    // A hole in the log shows nothing, and few readings correlate with anything.
    if (all.covered < 0.5 * static_cast<double>(load_.window().length().count())) return {0, 0};
    const double load_variance = on.covered - square(on.covered) / all.covered;
    const double power_variance = all.squares - square(all.power) / all.covered;
    const double covariance = on.power - all.power * on.covered / all.covered;
    // A constant log has a variance that is nothing but rounding.
    if (load_variance <= 0 || power_variance <= 1e-9 * all.squares) return {0, 0};
    return {covariance / std::sqrt(load_variance * power_variance), covariance / load_variance};
  }

 private:
  const LogProfile& log_;
  const LoadProfile& load_;
  std::vector<std::size_t> hints_;
};

Result<Peak> find_peak(const LogProfile& log, const LoadProfile& load, const OffsetRange& allowed) {
  constexpr std::int64_t kStepsAChip = 8;
  constexpr std::int64_t kMostOffsets = 10'000'000;  // Some seconds; with chips of 0.2 s, 2.9 days.
  // An eighth of the pattern may be missing at either end of the log.
  const auto slack = load.window().length().count() / 8;
  const auto from = std::max(load.window().end_ns - log.end_ns() - slack, allowed.from_ns);
  const auto to = std::min(load.window().begin_ns - log.begin_ns() + slack, allowed.to_ns);
  if (from > to)
    return refuse("the pattern lasts " + seconds_text(load.window().length().count()) + ", the log " +
                  seconds_text(log.end_ns() - log.begin_ns()) +
                  ", and under no offset that is allowed does the log hold the pattern; record from before "
                  "the pattern to after it, and check the log's time zone");
  const auto step = std::max<std::int64_t>(1, load.shortest_ns() / kStepsAChip);
  if ((to - from) / step >= kMostOffsets)
    return refuse("the log is too long to search all of it; say in which zone its times are");

  const auto count = static_cast<std::size_t>((to - from) / step) + 1;
  Correlator correlator(log, load);
  std::vector<double> correlations(count);
  Peak peak;
  peak.correlation = -1;
  for (std::size_t i = 0; i < count; ++i) {
    const auto offset_ns = to - static_cast<std::int64_t>(i) * step;
    const auto [correlation, step_w] = correlator.at(offset_ns);
    correlations[i] = correlation;
    if (correlation > peak.correlation) {
      peak.offset_ns = offset_ns;
      peak.correlation = correlation;
      peak.step_w = step_w;
    }
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto offset_ns = to - static_cast<std::int64_t>(i) * step;
    if (std::abs(offset_ns - peak.offset_ns) <= 2 * load.shortest_ns()) continue;
    if (!peak.runner_up || correlations[i] > *peak.runner_up) {
      peak.runner_up = correlations[i];
      peak.runner_up_ns = offset_ns;
    }
  }
  return peak;
}

Result<void> check(const Peak& peak) {
  if (peak.correlation < kLeastCorrelation) {
    const double r = std::max(0.0, peak.correlation);
    return refuse("at the best place their correlation is " + number_text(r) + ", at least " +
                  number_text(kLeastCorrelation) + " is needed; the load step is " +
                  number_text(peak.step_w) +
                  " W there. The pattern is not in the log, or the load is too small against what else "
                  "draws power");
  }
  if (peak.runner_up && *peak.runner_up > kRunnerUpShare * peak.correlation)
    return refuse("two places are alike, at offsets of " + seconds_text(peak.offset_ns) + " (correlation " +
                  number_text(peak.correlation) + ") and " + seconds_text(peak.runner_up_ns) + " (" +
                  number_text(*peak.runner_up) + "); say in which zone the log's times are");
  return {};
}

// How exactly: least squares of the readings.

struct Match {
  std::int64_t offset_ns = 0, error_ns = 0;
  std::int64_t pivot_ns = 0;  ///< Middle of the pattern on their clock: where the offset holds.
};

/// Fits power = a + b x share of the reading in which the load was on, for one offset after another.
class Fitter {
 public:
  /// The readings that lie within the pattern under all offsets center +- reach.
  Fitter(const LogProfile& log, const LoadProfile& load, std::int64_t center_ns, std::int64_t reach_ns,
         std::int64_t pivot_ns, double drift)
      : load_(load), pivot_ns_(pivot_ns), drift_(drift), shares_(0) {
    for (const Span& span : log.spans)
      if (ours(span.begin_ns, center_ns - reach_ns) >= load.window().begin_ns &&
          ours(span.end_ns, center_ns + reach_ns) <= load.window().end_ns)
        spans_.push_back(span);
    for (const Span& span : spans_) mean_w_ += span.watts / static_cast<double>(spans_.size());
    for (const Span& span : spans_) total_ += square(span.watts - mean_w_);
    shares_.resize(spans_.size());
  }

  std::size_t count() const { return spans_.size(); }
  double total_squares() const { return total_; }

  /// Sum of the squared residuals; all of total_squares() where the power falls as the load comes on.
  double residual_squares(std::int64_t offset_ns) {
    std::size_t hint = 0;
    double sum_x = 0, sum_xx = 0, sum_xy = 0;
    for (std::size_t i = 0; i < spans_.size(); ++i) {
      const double x =
          load_.on_share(ours(spans_[i].begin_ns, offset_ns), ours(spans_[i].end_ns, offset_ns), hint);
      shares_[i] = x;
      sum_x += x;
      sum_xx += x * x;
      sum_xy += x * (spans_[i].watts - mean_w_);
    }
    mean_share_ = sum_x / static_cast<double>(count());
    const double xx = sum_xx - sum_x * mean_share_;
    slope_ = xx > 0 ? std::max(0.0, sum_xy / xx) : 0;
    return std::max(0.0, total_ - slope_ * slope_ * xx);
  }

  /// Variance of a reading about the fit: over all readings or over those at the load's edges, which alone
  /// tell the offset, whichever is more, and more again where neighbours' residuals are alike.
  double residual_variance(std::int64_t offset_ns, std::int64_t interval_ns) {
    const double squares = residual_squares(offset_ns);
    double at_edges = 0, edge_count = 0, products = 0, before = 0;
    std::size_t hint = 0;
    for (std::size_t i = 0; i < spans_.size(); ++i) {
      const double residual = spans_[i].watts - mean_w_ - slope_ * (shares_[i] - mean_share_);
      products += residual * before;
      before = residual;
      const double around = load_.on_share(ours(spans_[i].begin_ns, offset_ns) - interval_ns / 2,
                                           ours(spans_[i].end_ns, offset_ns) + interval_ns / 2, hint);
      if (around <= 0 || around >= 1) continue;
      at_edges += square(residual);
      edge_count += 1;
    }
    const double correlation = squares > 0 ? std::clamp(products / squares, 0.0, 0.9) : 0;
    const double variance = std::max(squares / static_cast<double>(count() - 3),
                                     edge_count > 3 ? at_edges / (edge_count - 3) : 0);
    return variance * (1 + correlation) / (1 - correlation);
  }

 private:
  std::int64_t ours(std::int64_t theirs_ns, std::int64_t offset_ns) const {
    return theirs_ns + offset_ns + std::llround(drift_ * static_cast<double>(theirs_ns - pivot_ns_));
  }

  const LoadProfile& load_;
  std::int64_t pivot_ns_;
  double drift_;
  std::vector<Span> spans_;
  std::vector<double> shares_;
  double mean_w_ = 0, total_ = 0, mean_share_ = 0, slope_ = 0;
};

/// The offset in the middle of all those that the readings allow for: whose likelihood is within two standard
/// deviations of the best one's. Without noise, of those that put every reading on its side of every edge.
Result<Match> refine(const LogProfile& log, const LoadProfile& load, std::int64_t coarse_ns, double drift) {
  constexpr std::size_t kFewestReadings = 16;
  constexpr std::int64_t kFineSteps = 64;  // An interval.
  const auto interval = log.interval_ns;
  const auto near = std::max(load.shortest_ns() / 4, interval), reach = near + 2 * interval;
  const auto pivot_ns = load.window().begin_ns + load.window().length().count() / 2 - coarse_ns;
  Fitter fitter(log, load, coarse_ns, reach, pivot_ns, drift);
  if (fitter.count() < kFewestReadings)
    return refuse("only " + std::to_string(fitter.count()) + " readings lie within the pattern, at least " +
                  std::to_string(kFewestReadings) + " are needed: a longer pattern, or a faster log");

  auto best_ns = coarse_ns;
  double least = fitter.residual_squares(coarse_ns);
  const auto look_at = [&](std::int64_t offset_ns) {
    const double squares = fitter.residual_squares(offset_ns);
    if (squares < least) {
      least = squares;
      best_ns = offset_ns;
    }
    return squares;
  };
  const auto half_interval = std::max<std::int64_t>(1, interval / 2);
  for (auto offset = coarse_ns - near; offset <= coarse_ns + near; offset += half_interval) look_at(offset);

  const auto fine = std::max<std::int64_t>(1, interval / kFineSteps);
  const auto from = best_ns - 2 * interval, to = best_ns + 2 * interval;
  std::vector<std::pair<std::int64_t, double>> squares;
  for (auto offset = from; offset <= to; offset += fine) squares.emplace_back(offset, look_at(offset));
  const double allowed =
      least + 4 * fitter.residual_variance(best_ns, interval) + 1e-12 * fitter.total_squares();
  auto lowest = best_ns, highest = best_ns;
  for (const auto& [offset, sum] : squares) {
    if (sum > allowed) continue;
    lowest = std::min(lowest, offset);
    highest = std::max(highest, offset);
  }
  if (lowest - fine < from || highest + fine > to)
    return refuse(
        "the load's edges drown in the scatter of the readings: the offset is known to no better "
        "than two update intervals; a longer pattern or a larger load is needed");
  return Match{lowest + (highest - lowest) / 2,
               (highest - lowest) / 2 + fine + std::llround(std::ceil(log.half_bracket_ns)), pivot_ns};
}

}  // namespace

Result<record::ClockMap> align_by_pattern(const record::Series& theirs,
                                          std::span<const DrivenPattern> patterns, const OffsetRange& range) {
  if (patterns.empty())
    return fail(Code::kInvalidInput, "no load pattern was driven: there is nothing to align by");
  ASSAY_TRY(const auto log, profile_of(theirs));
  std::vector<LoadProfile> loads;
  std::vector<Match> matches;
  OffsetRange allowed = range;
  for (const DrivenPattern& pattern : patterns) {
    ASSAY_TRY(auto load, LoadProfile::make(pattern));
    if (log.interval_ns > load.shortest_ns())
      return refuse("the log has a reading every " + seconds_text(log.interval_ns) + ", a chip lasts " +
                    seconds_text(load.shortest_ns()) +
                    "; make the chips at least twice as long as an interval");
    if (!matches.empty()) {
      const auto away = pattern.window.end_ns - patterns.front().window.begin_ns;
      if (pattern.window.begin_ns < loads.back().window().end_ns)
        return refuse("the patterns are not in order of time");
      const auto drifted = load.shortest_ns() + std::llround(kLargestDrift * static_cast<double>(away));
      allowed = {matches.front().offset_ns - drifted, matches.front().offset_ns + drifted};
    }
    ASSAY_TRY(const auto peak, find_peak(log, load, allowed));
    ASSAY_OK(check(peak));
    ASSAY_TRY(const auto match, refine(log, load, peak.offset_ns, 0));
    loads.push_back(std::move(load));
    matches.push_back(match);
  }

  Match& first = matches.front();
  Match& last = matches.back();
  record::ClockMap map{first.pivot_ns, first.offset_ns, 0, first.error_ns, "load pattern"};
  if (matches.size() == 1) {
    const auto farthest = std::max(first.pivot_ns - log.begin_ns(), log.end_ns() - first.pivot_ns);
    map.error_ns += std::llround(std::ceil(kQuartzDrift * static_cast<double>(farthest)));
    return map;
  }
  const auto drift = [&] {
    return static_cast<double>(last.offset_ns - first.offset_ns) /
           static_cast<double>(last.pivot_ns - first.pivot_ns);
  };
  // Again, now that the drift within a pattern is known.
  const double rough = drift();
  for (std::size_t i = 0; i < matches.size(); ++i) {
    ASSAY_TRY(matches[i], refine(log, loads[i], matches[i].offset_ns, rough));
  }
  map = {first.pivot_ns, first.offset_ns, drift(), std::max(first.error_ns, last.error_ns), "load pattern"};
  return map;
}

}  // namespace assay::timeline
