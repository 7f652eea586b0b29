#include "audit/relation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

namespace assay::audit {
namespace {

constexpr double kThousand = 1000;

Comparison compare_form(const Form& form, const Cell& result, const std::vector<const Cell*>& cells) {
  Comparison made;
  made.form = &form;
  made.cells = {&result};
  made.expected = Interval::of(form.factor);
  Interval cut = made.expected;
  made.expected_value = form.factor;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = *cells[i];
    made.cells.push_back(&cell);
    if (form.terms[i].power > 0) {
      made.expected = made.expected * cell.rounded();
      cut = cut * cell.cut();
      made.expected_value *= cell.value();
    } else {
      made.expected = made.expected / cell.rounded();
      cut = cut / cell.cut();
      made.expected_value /= cell.value();
    }
  }
  made.expected_cut = cut;
  if (meet(result.rounded(), made.expected)) return made;
  made.outcome = meet(result.cut(), cut) ? Outcome::kCut : Outcome::kBroken;
  if (made.outcome == Outcome::kCut) return made;
  // What may be 0 is any other number times a small power of 1000.
  if (!below(Interval::of(0), result.cut())) return made;
  for (const int thousands : {1, -1, 2, -2, 3, -3}) {
    const Interval scaled = cut * Interval::of(std::pow(kThousand, thousands));
    if (!meet(result.cut(), scaled)) continue;
    made.outcome = Outcome::kScaled;
    made.thousands = thousands;
    break;
  }
  return made;
}

/// "x 1000", "/ 1e6"
std::string power_of_thousand(int thousands) {
  const int size = std::abs(thousands);
  return (thousands > 0 ? "/ " : "x ") + (size == 1 ? std::string("1000") : "1e" + std::to_string(3 * size));
}

}  // namespace

double off(const Comparison& comparison) {
  return std::abs(std::log(comparison.cells[0]->value() / comparison.expected_value));
}

const Cell* cell_of(const Entry& entry, std::span<const Given> given, Quantity quantity) {
  if (const Cell* cell = entry.find(quantity)) return cell;
  const auto found = std::ranges::find(given, quantity, &Given::quantity);
  return found == given.end() ? nullptr : found->cell;
}

std::optional<Comparison> compare(const Entry& entry, Quantity result, std::span<const Form> forms,
                                  std::span<const Given> given) {
  const Cell* printed = cell_of(entry, given, result);
  if (!printed) return std::nullopt;
  std::optional<Comparison> best;
  for (const Form& form : forms) {
    std::vector<const Cell*> cells;
    for (const Term& term : form.terms)
      if (const Cell* cell = cell_of(entry, given, term.quantity)) cells.push_back(cell);
    if (cells.size() < form.terms.size()) continue;
    Comparison made = compare_form(form, *printed, cells);
    made.quantities = {result};
    for (const Term& term : form.terms) made.quantities.push_back(term.quantity);
    if (!best || made.outcome < best->outcome || (made.outcome == best->outcome && off(made) < off(*best)))
      best = std::move(made);
  }
  return best;
}

std::optional<Comparison> worse(std::optional<Comparison> a, std::optional<Comparison> b) {
  if (!a || !b) return a ? std::move(a) : std::move(b);
  // A wrong unit says more than that it does not hold.
  const auto rank = [](const Comparison& c) { return std::pair(c.outcome == Outcome::kScaled, c.outcome); };
  return rank(*b) > rank(*a) ? std::move(b) : std::move(a);
}

std::optional<Comparison> better(std::optional<Comparison> a, std::optional<Comparison> b) {
  if (!a || !b) return a ? std::move(a) : std::move(b);
  const bool second = b->outcome < a->outcome || (b->outcome == a->outcome && off(*b) < off(*a));
  return second ? std::move(b) : std::move(a);
}

CellRef reference(Quantity quantity, const Cell& cell) {
  return {quantity, cell.heading, with_unit(cell), cell.line, cell.column};
}

std::string with_unit(const Cell& cell) {
  return cell.number.text + (cell.unit.empty() ? "" : " " + cell.unit);
}

std::string number_text(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.8g", value);
  return text.data();
}

std::string range_text(Interval interval) {
  return number_text(interval.lo) + " to " + number_text(interval.hi);
}

std::string percent_off(double value, double from) {
  std::array<char, 400> text{};  // Enough for any double.
  constexpr double kPercent = 100, kTwice = 2, kThousandth = 1e-3, kTwoDigits = 99;
  const double ratio = value / from, percent = std::abs(ratio - 1) * kPercent;
  if (!(ratio < kTwice && ratio > kThousandth))
    std::snprintf(text.data(), text.size(), ratio < kThousand ? "%.3g times as much" : "%.0f times as much",
                  ratio);
  else
    std::snprintf(text.data(), text.size(), "%.*g %% %s", percent < kTwoDigits ? 2 : 3, percent,
                  ratio < 1 ? "less" : "more");
  return text.data();
}

std::optional<Finding> finding_of(const Comparison& comparison, Quantity result, std::string_view id) {
  if (comparison.outcome == Outcome::kHolds) return std::nullopt;
  const Cell& printed = *comparison.cells[0];
  const std::string unit(base_unit(info_of(result).dimension));
  Finding finding;
  finding.rule = id;
  for (std::size_t i = 0; i < comparison.cells.size(); ++i)
    finding.cells.push_back(reference(comparison.quantities[i], *comparison.cells[i]));
  std::string& words = finding.evidence;
  words = std::string(info_of(result).name) + " = " + std::string(comparison.form->words) + " = ";
  if (comparison.form->factor != 1) words += number_text(comparison.form->factor);
  for (std::size_t i = 1; i < comparison.cells.size(); ++i) {
    const bool divides = comparison.form->terms[i - 1].power < 0;
    if (i > 1 || comparison.form->factor != 1)
      words += divides ? " / " : " x ";
    else if (divides)
      words += "1 / ";
    const Cell& cell = *comparison.cells[i];
    // In base units, which the factor is written for.
    words += cell.scale == 1 ? cell.number.text : number_text(cell.value());
  }
  words += " = " + number_text(comparison.expected_value) + " " + unit + " (rounding allows " +
           range_text(comparison.expected) + "); the table says " + with_unit(printed) + " (" +
           range_text(printed.rounded()) + ")";
  switch (comparison.outcome) {
    case Outcome::kCut:
      finding.rule = "digits";
      finding.severity = Severity::kSuspicion;
      words += ": it holds only if digits were cut off or a whole number rounded further";
      break;
    case Outcome::kScaled:
      finding.rule = "units";
      words += ": it holds with " + std::string(info_of(result).name) + " " +
               power_of_thousand(comparison.thousands) + ": a unit is wrong";
      break;
    default:
      words += ": " + percent_off(printed.value(), comparison.expected_value);
  }
  return finding;
}

}  // namespace assay::audit
