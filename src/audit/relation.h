// Relations between the numbers of one entry, all of the form: result = factor x product of powers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit.h"

namespace assay::audit {

struct Term {
  Quantity quantity;
  int power;  ///< 1 or -1.
};

/// One way in which a result follows from others.
struct Form {
  double factor;
  std::vector<Term> terms;
  std::string_view words;  ///< "batch / inference time"
};

/// A number that is not a cell of the entry, such as operations from the file's table of models.
struct Given {
  Quantity quantity;
  const Cell* cell;
};

enum class Outcome {
  kHolds,   ///< Some numbers that would have been rounded to these satisfy it.
  kCut,     ///< Only numbers that were cut off, or rounded before the last digit that is printed.
  kScaled,  ///< Only if one of them is a power of a thousand off.
  kBroken
};

/// How a result compares with one form of it.
struct Comparison {
  Outcome outcome = Outcome::kHolds;
  int thousands = 0;  ///< With kScaled: the result as printed is 1000^this times what it should be.
  const Form* form = nullptr;
  Interval expected;               ///< By rounding.
  Interval expected_cut;           ///< The same if digits may have been cut off.
  double expected_value = 0;       ///< By the printed values.
  std::vector<const Cell*> cells;  ///< The result first.
  std::vector<Quantity> quantities;
};

/// A cell of the entry, or among the given ones.
const Cell* cell_of(const Entry& entry, std::span<const Given> given, Quantity quantity);

/// The best comparison over the forms whose cells are all there; absent: there is none.
std::optional<Comparison> compare(const Entry& entry, Quantity result, std::span<const Form> forms,
                                  std::span<const Given> given = {});

/// How far the printed result is from the expected one, as a ratio's logarithm: 0.69 of twice or half as
/// much.
double off(const Comparison& comparison);

/// Of two relations that both have to hold, the one that fits less, or that holds but for a unit. Absent:
/// neither could be checked.
std::optional<Comparison> worse(std::optional<Comparison> a, std::optional<Comparison> b);
/// Of two relations one of which has to hold, the one that fits better.
std::optional<Comparison> better(std::optional<Comparison> a, std::optional<Comparison> b);

/// The finding about a comparison that does not hold; absent where it does. Rule `id`, or "units" (a power of
/// a thousand) or "digits" (cut off) in its place.
std::optional<Finding> finding_of(const Comparison& comparison, Quantity result, std::string_view id);

CellRef reference(Quantity quantity, const Cell& cell);
std::string with_unit(const Cell& cell);             ///< "13.282 ms"
std::string number_text(double value);               ///< Up to eight significant digits.
std::string range_text(Interval interval);           ///< "75.287 to 75.293"
std::string percent_off(double value, double from);  ///< "4.8 % less", "12.5 times as much"

}  // namespace assay::audit
