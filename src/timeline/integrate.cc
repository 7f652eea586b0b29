#include "timeline/integrate.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "timeline/say.h"

namespace assay::timeline {
namespace {

constexpr double kSecond = 1e-9;  // Of a nanosecond.
const double kSqrt3 = std::sqrt(3.0);

double to_s(std::int64_t ns) { return static_cast<double>(ns) * kSecond; }

/// What lies on either side of the window's edges, as wide as the clock may be wrong, and no narrower than a
/// reading.
std::array<Window, 4> sides_of(const Window& window, std::int64_t clock_error_ns, std::int64_t interval_ns) {
  const auto width = std::min(std::max(clock_error_ns, interval_ns), window.length().count());
  return {{{window.begin_ns - width, window.begin_ns},
           {window.begin_ns, window.begin_ns + width},
           {window.end_ns - width, window.end_ns},
           {window.end_ns, window.end_ns + width}}};
}

}  // namespace

double PowerUncertainty::combined_w() const {
  return std::sqrt(square(gain_w + range_w) + square(clock_w) + square(sampling_w) + square(edges_w) +
                   square(gaps_w));
}

Uncertain mean_power(const WindowPower& power) {
  const auto& u = power.u;
  const double scatter = std::hypot(u.sampling_w, u.gaps_w);
  return {power.mean.value, std::hypot(scatter, u.clock_w, u.edges_w), u.gain_w, u.range_w, u.accuracy_known,
          scatter};
}

Uncertain window_energy(const WindowPower& power) {
  return scaled(mean_power(power), seconds(power.window.length()));
}

void Integrator::Slice::add(const Piece& piece) {
  const auto begin = std::max(piece.begin_ns, window.begin_ns), end = std::min(piece.end_ns, window.end_ns);
  if (begin >= end) return;
  joules += (piece.watts_at(begin) + piece.watts_at(end)) / 2 * to_s(end - begin);
  covered_ns += end - begin;
}

std::optional<double> Integrator::Slice::mean_w() const {
  if (covered_ns == 0) return std::nullopt;
  return joules / to_s(covered_ns);
}

double Integrator::Cut::swing_w() const {
  if (before && after) return std::abs(watts - *before) + std::abs(*after - watts);
  if (before || after) return 2 * std::abs(watts - (before ? *before : *after));
  return 2 * std::abs(watts);
}

double Integrator::Cut::highest_w() const {
  return std::max({watts, before.value_or(watts), after.value_or(watts)});
}

/// Standard uncertainty from a step of the swing's size within the interval: what of its energy is put to the
/// wrong side of the cut, by sharing along a straight line or in proportion to time. The latter is bounded by
/// inside (1 - inside), and comes near that as often as not (U-shaped, / sqrt 2): where a window ends with
/// its load, the step lies at the cut.
double Integrator::Cut::misplaced_j(bool linear) const {
  const double share = linear ? std::sqrt(inside * inside * inside * (4 - 3 * inside) / 12)
                              : inside * (1 - inside) / std::sqrt(2.0);
  return share * seconds * swing_w();
}

Result<Integrator> Integrator::make(const record::Channel& channel, const Setup& setup) {
  if (!is_sane(setup.window))
    return fail(Code::kInvalidInput,
                "channel " + channel.id + ": a window from " + std::to_string(setup.window.begin_ns) +
                    " to " + std::to_string(setup.window.end_ns) + " ns: it has to end after it begins");
  if (setup.clock_error_ns < 0 || setup.clock_error_ns > kFarthestNs)
    return fail(Code::kInvalidInput, "channel " + channel.id + ": a clock's error bound of " +
                                         std::to_string(setup.clock_error_ns) + " ns: it cannot be");
  ASSAY_TRY(auto pieces, PieceMaker::make(channel, setup.interval_ns, setup.plausible_w));
  return Integrator(std::move(pieces), channel, setup);
}

Integrator::Integrator(PieceMaker pieces, const record::Channel& channel, const Setup& setup)
    : pieces_(std::move(pieces)),
      id_(channel.id),
      kind_(channel.kind),
      accuracy_(channel.accuracy),
      update_ns_(std::max<std::int64_t>(channel.update_ns, 0)),
      setup_(setup),
      main_{setup.window},
      covered_until_ns_(setup.window.begin_ns),
      seen_until_ns_(setup.window.begin_ns) {
  const auto windows = sides_of(setup.window, setup.clock_error_ns, setup.interval_ns);
  for (std::size_t i = 0; i < windows.size(); ++i) sides_[i].window = windows[i];
}

void Integrator::push(const record::Reading& reading) {
  const auto taken = pieces_.push(reading);
  if (pieces_.failure()) return;
  const auto at_ns = moment_ns(reading);
  if (setup_.window.contains(at_ns)) {
    ++stamps_;
    half_brackets_s_ += to_s(reading.end_ns - reading.begin_ns) / 2;
  }
  if (!taken.fresh) return;
  const auto seen_ns = std::min(at_ns, setup_.window.end_ns);
  if (seen_ns > seen_until_ns_) {
    longest_gap_ns_ = std::max(longest_gap_ns_, seen_ns - seen_until_ns_);
    seen_until_ns_ = seen_ns;
  }
  if (kind_ == record::ReadingKind::kInstant && setup_.window.contains(at_ns)) take_sample(reading.value);
  if (taken.piece) take_piece(*taken.piece);
}

void Integrator::take_sample(double watts) {
  peak_w_ = std::max(peak_w_.value_or(watts), watts);
  scatter_.push(watts);
}

void Integrator::take_piece(const Piece& piece) {
  // Most pieces lie well within the window.
  if (piece.begin_ns < sides_[1].window.end_ns || piece.end_ns > sides_[2].window.begin_ns)
    for (Slice& side : sides_) side.add(piece);
  for (auto& cut : cuts_)
    if (cut && !cut->after) cut->after = piece.mean_w();

  const Window& window = setup_.window;
  const auto begin = std::max(piece.begin_ns, window.begin_ns), end = std::min(piece.end_ns, window.end_ns);
  const auto length_ns = piece.end_ns - piece.begin_ns;
  const bool cut_begin = piece.begin_ns < begin, cut_end = end < piece.end_ns;
  // A counter's difference over a long time is known as a whole, but not what share of it an edge cuts off.
  const bool share_unknown =
      kind_ == record::ReadingKind::kCounter && (cut_begin || cut_end) &&
      static_cast<double>(length_ns) > kLongestGapIntervals * static_cast<double>(setup_.interval_ns);
  if (begin < end && !share_unknown) {
    main_.add(piece);
    holes_squared_ += square(to_s(begin - covered_until_ns_));
    covered_until_ns_ = end;
    const double overlap_s = to_s(end - begin), watts = piece.mean_w();
    weight2_ += square(overlap_s);
    weight3_ += square(overlap_s) * overlap_s;
    if (!reference_w_) reference_w_ = watts;
    sum_ += (watts - *reference_w_) * overlap_s;
    sum_squares_ += square(watts - *reference_w_) * overlap_s;
    last_rise_js_ = to_s(length_ns) * (piece.to_w - piece.from_w);
    if (main_.covered_ns == end - begin) first_rise_js_ = last_rise_js_;
    const bool instant = kind_ == record::ReadingKind::kInstant;
    if (!instant && window.contains(piece.begin_ns + length_ns / 2)) take_sample(watts);
    const auto cut_of = [&](std::int64_t inside_ns) {
      Cut cut{to_s(length_ns), to_s(inside_ns) / to_s(length_ns), watts, last_w_, {}};
      if (instant) {
        cut.before = piece.from_w;
        cut.after = piece.to_w;
      }
      return cut;
    };
    if (cut_begin) cuts_[0] = cut_of(piece.end_ns - window.begin_ns);
    if (cut_end) cuts_[1] = cut_of(window.end_ns - piece.begin_ns);
  }
  last_w_ = piece.mean_w();
}

/// The age that the source's value may have when it is read: up to its update interval, unless it is read
/// more often, since only what has changed is used.
double Integrator::age_s() const {
  if (stamps_ == 0) return to_s(update_ns_);
  return std::min(to_s(update_ns_), seconds(setup_.window.length()) / static_cast<double>(stamps_));
}

double Integrator::half_bracket_s() const {
  return stamps_ == 0 ? 0 : half_brackets_s_ / static_cast<double>(stamps_);
}

/// By how much all moments together may be shifted, k = 1: the clock's error, where in its bracket a reading
/// was acquired (it may be the same place each time), and how old a value was that is no mean.
double Integrator::shift_s() const {
  const double age = kind_ == record::ReadingKind::kMean ? 0 : age_s();
  return std::sqrt(square(to_s(setup_.clock_error_ns) / 1.96) + square(half_bracket_s()) / 3 +
                   square(age) / 3);
}

/// How fast the energy changes as the window is shifted: by the power at its end less that at its begin. A
/// shift to either side may do more harm than the other; the worse one counts. Where the series shows
/// neither, an edge may lie between no power and all of it.
double Integrator::shift_change_w(double mean_w) const {
  std::optional<double> worst;
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    const auto at_begin = sides_[side].mean_w(), at_end = sides_[side + 2].mean_w();
    if (at_begin && at_end) worst = std::max(worst.value_or(0), std::abs(*at_end - *at_begin));
  }
  return worst.value_or(peak_w_.value_or(std::abs(mean_w)));
}

/// Standard uncertainty of the energy from what the samples do not show.
double Integrator::sampling_j(double mean_w) const {
  constexpr std::int64_t kFewest = 3;
  const double covered_s = to_s(main_.covered_ns), interval_s = to_s(setup_.interval_ns);
  if (scatter_.count() < kFewest) return std::abs(mean_w) * covered_s;

  const bool instant = kind_ == record::ReadingKind::kInstant,
             counter = kind_ == record::ReadingKind::kCounter;
  double variance = 0;
  if (!counter) {
    variance += scatter_.noise_variance() * weight2_;
    // Where in its bracket each reading lay shifts time from one reading to its neighbour.
    variance += square(half_bracket_s()) / 3 * scatter_.squared_differences();
  }
  if (instant) {
    // A step at any place between two samples: the trapezoid puts it in the middle, +-half a step x interval.
    variance += scatter_.squared_steps() / 12 * weight3_ / covered_s;
    // What is left of a smooth curve (Euler and Maclaurin): interval^2 / 12 x slope, at either end.
    variance += (square(first_rise_js_) + square(last_rise_js_)) / 144;
  }
  const double within = 1.5 * scatter_.neighbour_variance();
  for (const auto& cut : cuts_) {
    if (instant) continue;
    if (cut && !counter) variance += within * cut->inside * (1 - cut->inside) * square(cut->seconds);
    if (counter) {
      // When the counter was read, and how old its total was: told by the scatter of its differences, unless
      // the ages are alike.
      const double watts = cut ? cut->highest_w() : mean_w;
      const double stale = square(watts) * (square(half_bracket_s()) / 3 + square(age_s()) / 12);
      variance += std::max(within * square(interval_s) / 4, stale);
    }
  }
  return std::sqrt(variance);
}

/// Of the energy. The two edges not in quadrature: a window that begins and ends with its load has a step at
/// either, and both err to the same side.
double Integrator::edges_j() const {
  double sum = 0;
  for (const auto& cut : cuts_)
    if (cut) sum += cut->misplaced_j(kind_ == record::ReadingKind::kInstant);
  return sum;
}

Result<WindowPower> Integrator::finish() const {
  if (pieces_.failure()) return fail(*pieces_.failure());
  const Window& window = setup_.window;
  if (main_.covered_ns == 0)
    return fail(Code::kNotFound, "channel " + id_ + ": no reading covers any of the window of " +
                                     seconds_text(window.length().count()) + " (" + std::to_string(stamps_) +
                                     " readings in it)");
  const double covered_s = to_s(main_.covered_ns), window_s = seconds(window.length());
  const double mean_w = main_.joules / covered_s;

  WindowPower out;
  out.window = window;
  out.mean = {mean_w};
  out.covered_energy = {main_.joules};
  out.coverage = static_cast<double>(main_.covered_ns) / static_cast<double>(window.length().count());
  out.samples = scatter_.count();
  out.longest_gap = Nanoseconds(std::max(longest_gap_ns_, window.end_ns - seen_until_ns_));
  out.interval = Nanoseconds(setup_.interval_ns);
  if (peak_w_) out.peak = Watts{*peak_w_};
  out.repeated = pieces_.repeated();
  out.breaks = pieces_.breaks();

  if (accuracy_) {
    out.u.accuracy_known = true;
    out.u.gain_w = accuracy_->of_reading * std::abs(mean_w) / kSqrt3;
    const double range = accuracy_->of_range * accuracy_->range / kSqrt3;
    // Of a counter's two readings each may be off by it.
    out.u.range_w = kind_ == record::ReadingKind::kCounter ? std::sqrt(2.0) * range / covered_s : range;
  }
  out.u.clock_w = shift_s() * shift_change_w(mean_w) / window_s;
  out.u.sampling_w = sampling_j(mean_w) / covered_s;
  out.u.edges_w = edges_j() / covered_s;
  const double holes = holes_squared_ + square(to_s(window.end_ns - covered_until_ns_));
  const double spread = std::max(0.0, sum_squares_ / covered_s - square(sum_ / covered_s));
  out.u.gaps_w = std::sqrt(holes * spread) / window_s;
  if (!std::isfinite(mean_w) || !std::isfinite(out.u.combined_w()))
    return fail(Code::kCorrupt, "channel " + id_ + ": its readings are too large to be powers or energies");
  return out;
}

Result<WindowPower> integrate(const record::Series& series, const Window& window, std::int64_t clock_error_ns,
                              double plausible_w) {
  const Integrator::Setup setup{window, expected_interval_ns(series.channel, series.readings), clock_error_ns,
                                plausible_w};
  ASSAY_TRY(auto integrator, Integrator::make(series.channel, setup));
  auto gaps = series.gaps;
  std::sort(gaps.begin(), gaps.end(), [](const auto& a, const auto& b) { return a.begin_ns < b.begin_ns; });
  auto gap = gaps.begin();
  for (const auto& reading : series.readings) {
    for (; gap != gaps.end() && gap->begin_ns < reading.end_ns; ++gap) integrator.interrupt();
    integrator.push(reading);
  }
  return integrator.finish();
}

std::optional<double> rounds_of_phases(Nanoseconds interval, Nanoseconds period, Nanoseconds window) {
  const double periods = seconds(interval) / seconds(period);
  if (periods <= 0.5) return std::nullopt;
  return std::abs(periods - std::round(periods)) * seconds(window) / seconds(interval);
}

}  // namespace assay::timeline
