// What the name of a column or row says: by the names and units that people give to quantities.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "audit/quantity.h"

namespace assay::audit {

/// What a header or a row's name says. Neither quantity nor label: not understood. A quantity is understood
/// only where every word beside its name and unit is known to leave its meaning as it is: "mean", "measured",
/// but not "camera" nor "per day".
struct Heading {
  std::optional<Quantity> quantity;
  std::optional<Label> label;
  std::string precision;       ///< That it names beside a quantity: "INT8" of "INT8 GOPS"; "".
  const Unit* unit = nullptr;  ///< Stated with the name, or meant by it ("FPS").
  std::string unit_text;       ///< As it stands there.
};
/// `text`: plain (audit/words.h).
Heading read_heading(std::string_view text);

/// The names that are understood, for the message that none was found: "Inference time [ms], ...".
std::string understood_names();

}  // namespace assay::audit
