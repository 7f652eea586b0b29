// Rules whose relation is an order: one number may not be over another.
#include <algorithm>
#include <array>
#include <utility>

#include "audit/rules.h"

namespace assay::audit {
namespace {

using Q = Quantity;

/// However they were rounded to three digits or more, or cut off.
bool certainly_over(const Cell& a, const Cell& b) { return below(b.further(), a.further()); }

/// Where both are there and `small` is certainly over `great`: a finding.
void in_order(const Document& document, std::vector<Finding>& findings, std::string_view rule, Quantity small,
              Quantity great, std::string_view consequence = "") {
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    const Cell* less = entry.find(small);
    const Cell* more = entry.find(great);
    if (!less || !more || !certainly_over(*less, *more)) return;
    findings.push_back(finding_at(
        rule, Severity::kContradiction, table, number, {reference(small, *less), reference(great, *more)},
        std::string(info_of(small).name) + " <= " + std::string(info_of(great).name) + "; the table says " +
            with_unit(*less) + " (at least " + number_text(less->further().lo) + ") and " + with_unit(*more) +
            " (at most " + number_text(more->further().hi) + ")" + std::string(consequence)));
  });
}

}  // namespace

void check_above_peak(const Document& document, std::vector<Finding>& findings) {
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    constexpr double kWhole = 100;
    const Cell* ratio = entry.find(Q::kRatio);
    const Cell* gops = entry.find(Q::kGops);
    const Cell* peak = entry.find(Q::kPeak);
    if (ratio && below(Interval::of(kWhole), ratio->further()))
      findings.push_back(finding_at("above-peak", Severity::kContradiction, table, number,
                                    {reference(Q::kRatio, *ratio)},
                                    "performance ratio <= 100 %; the table says " + with_unit(*ratio)));
    if (!gops || !peak || !certainly_over(*gops, *peak)) return;
    // Where the stated ratio shows that a unit is wrong, performance-ratio says so.
    if (ratio && below(ratio->rounded(), Interval::of(kWhole))) return;
    findings.push_back(finding_at("above-peak", Severity::kContradiction, table, number,
                                  {reference(Q::kGops, *gops), reference(Q::kPeak, *peak)},
                                  "GOPS <= peak; the table says " + with_unit(*gops) + " and " +
                                      with_unit(*peak) + ": " + percent_off(gops->value(), peak->value())));
  });
}

void check_idle(const Document& document, std::vector<Finding>& findings) {
  in_order(document, findings, "idle-power", Q::kIdlePower, Q::kPower);
  in_order(document, findings, "idle-power", Q::kPower, Q::kPeakPower);
}

void check_net(const Document& document, std::vector<Finding>& findings) {
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    const Cell* net = entry.find(Q::kNetPower);
    const Cell* power = entry.find(Q::kPower);
    const Cell* idle = entry.find(Q::kIdlePower);
    if (!net || !power || !idle) return;
    const Interval expected = power->rounded() - idle->rounded();
    if (meet(net->rounded(), expected)) return;
    const bool cut = meet(net->cut(), power->cut() - idle->cut());
    findings.push_back(finding_at(
        cut ? "digits" : "net-power", cut ? Severity::kSuspicion : Severity::kContradiction, table, number,
        {reference(Q::kNetPower, *net), reference(Q::kPower, *power), reference(Q::kIdlePower, *idle)},
        "net power = power - idle power = " + with_unit(*power) + " - " + with_unit(*idle) + " = " +
            number_text(power->value() - idle->value()) + " W (rounding allows " + range_text(expected) +
            "); the table says " + with_unit(*net) + (cut ? ": it holds only if digits were cut off" : "")));
  });
}

void check_percentiles(const Document& document, std::vector<Finding>& findings) {
  static constexpr std::array kOrder = {Q::kLatencyMin, Q::kP50,  Q::kP90,       Q::kP95,
                                        Q::kP99,        Q::kP999, Q::kLatencyMax};
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    const auto complain = [&](Quantity small, Quantity great) {
      const Cell* less = entry.find(small);
      const Cell* more = entry.find(great);
      if (!less || !more || !certainly_over(*less, *more)) return false;
      findings.push_back(finding_at("percentiles", Severity::kContradiction, table, number,
                                    {reference(small, *less), reference(great, *more)},
                                    std::string(info_of(small).name) +
                                        " <= " + std::string(info_of(great).name) + "; the table says " +
                                        with_unit(*less) + " and " + with_unit(*more)));
      return true;
    };
    // Each with the next one that is there, so that one wrong cell is told once or twice, not six times.
    std::optional<Quantity> last;
    for (const Quantity quantity : kOrder) {
      if (!entry.find(quantity)) continue;
      if (last) complain(*last, quantity);
      last = quantity;
    }
    for (const Quantity mean : {Q::kInferenceTime, Q::kLatency}) {
      complain(Q::kLatencyMin, mean);
      complain(mean, Q::kLatencyMax);
    }
    // The whole way holds the inference.
    complain(Q::kInferenceTime, Q::kLatency);
  });
}

void check_stages(const Document& document, std::vector<Finding>& findings) {
  constexpr double kPerThousand = 1000;
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    const Cell* mean = entry.find(Q::kMeanRate);
    const Cell* rate = mean ? mean : entry.find(Q::kRate);
    Interval sum{};
    double value = 0;
    std::string words;
    std::vector<CellRef> cells;
    if (!rate || in_flight(entry) != 1 || entry.count_unread) return;
    cells.push_back(reference(mean ? Q::kMeanRate : Q::kRate, *rate));
    for (const Quantity stage : {Q::kPreprocess, Q::kInferenceTime, Q::kPostprocess}) {
      const Cell* cell = entry.find(stage);
      if (!cell) continue;
      sum = sum + cell->further();
      value += cell->value();
      words += (words.empty() ? "" : " + ") + cell->number.text;
      cells.push_back(reference(stage, *cell));
    }
    // Of one stage a plain rate is held to its time (check_rate); a mean of rates may be of a longer way.
    const bool alone = cells.size() == 2;
    if (!entry.find(Q::kInferenceTime) || (alone && !mean)) return;
    // The mean of the rates of single images is at least the rate of the mean time (Jensen): only less is
    // wrong.
    const Interval least = Interval::of(kPerThousand * entry.count(Q::kBatch, 1)) / sum;
    if (!below(rate->further(), least)) return;
    findings.push_back(finding_at(
        "stages", alone ? Severity::kSuspicion : Severity::kContradiction, table, number, std::move(cells),
        "inferences/s >= 1 / (sum of the stages) = 1 / (" + words + ") = 1 / " + number_text(value) +
            " ms = " + number_text(kPerThousand * entry.count(Q::kBatch, 1) / value) +
            " /s (rounding allows " + range_text(least) +
            "), whether it is the rate of the mean time or the mean of rates; the table says " +
            with_unit(*rate) + ": " +
            percent_off(rate->value() * value, kPerThousand * entry.count(Q::kBatch, 1))));
  });
}

void check_map(const Document& document, std::vector<Finding>& findings) {
  in_order(document, findings, "map-order", Q::kMap5095, Q::kMap50,
           ": what is found at an overlap of .95 is found at .50; the two are likely exchanged");
}

void check_top(const Document& document, std::vector<Finding>& findings) {
  in_order(document, findings, "top-order", Q::kTop1, Q::kTop5, ": who is first is among the first five");
}

void check_shares(const Document& document, std::vector<Finding>& findings) {
  constexpr double kWhole = 100;
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    for (const Quantity quantity : {Q::kTop1, Q::kTop5, Q::kMap50, Q::kMap5095, Q::kMiou, Q::kAccuracy}) {
      const Cell* cell = entry.find(quantity);
      if (!cell ||
          (!below(Interval::of(kWhole), cell->further()) && !below(cell->further(), Interval::of(0))))
        continue;
      findings.push_back(finding_at(
          "share", Severity::kContradiction, table, number, {reference(quantity, *cell)},
          "0 <= " + std::string(info_of(quantity).name) + " <= 100 %; the table says " + with_unit(*cell)));
    }
  });
}

}  // namespace assay::audit
