// Numbers as tables print them: the value, and the digits that say how far it may be off.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "audit/interval.h"

namespace assay::audit {

struct Printed {
  double value = 0;
  double step = 1;      ///< One in the last printed place: 0.01 of "71.65", 1 of "150".
  double coarse = 0;    ///< Of a whole number that ends in zeros: the greatest power of ten that it may have
                        ///< been rounded to with three digits left: 100 of "10300". 0: none.
  bool tens = false;    ///< A whole number that ends in 0: "150" may have been rounded to tens.
  int significant = 0;  ///< Digits without leading and trailing zeros: 4 of "71.65", 3 of "1.710".
  std::optional<double> spread;  ///< Stated beside it: 0.4 of "12.3 +- 0.4".
  std::string text;              ///< As it stands there, without what surrounds it: "71,65".

  /// What it may have been if it was rounded: half a step each way, and the stated spread.
  Interval rounded() const;
  /// What it may have been if digits were cut off rather than rounded, or a whole number rounded to three
  /// digits or more.
  Interval further() const;
  /// The same, and a whole number of fewer digits rounded to tens.
  Interval cut() const;
};

/// Which marks a table's clear numbers use as decimal marks: "70,90" is clear, "1,234" is not.
struct Marks {
  bool comma = false, point = false;
  Marks& operator|=(Marks other) {
    comma |= other.comma;
    point |= other.point;
    return *this;
  }
};

enum class Reading {
  kNothing,    ///< Empty, a dash, "n/a".
  kNumber,     ///< One number, perhaps with a unit.
  kInexact,    ///< "~0", "< 5": no digits to hold it to.
  kAmbiguous,  ///< "1,234" in a table that does not show what its commas mean.
  kSeveral,    ///< "6.6 / 12.6".
  kText        ///< Anything else.
};

struct CellNumber {
  Reading reading = Reading::kText;
  Printed number;    ///< With kNumber.
  std::string unit;  ///< What stands behind the number: "MB", "%"; parentheses are left out.
};

/// The decimal marks that this cell shows for certain.
Marks marks_of(std::string_view cell);

/// Reads a cell of plain text (audit/words.h). Thousands may be grouped by commas, points, blanks or
/// apostrophes; an exponent, a stated spread and a unit may follow. `table`: marks of all of its cells.
CellNumber read_cell(std::string_view cell, Marks table);

}  // namespace assay::audit
