// The targets that ship, one file each under targets/ of assay's home, and what a row takes from one.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "record/run.h"
#include "record/target.h"
#include "target/target.h"

namespace assay::target {

/// $ASSAY_HOME/targets. Errors: kUnavailable where assay's home is not found.
Result<std::filesystem::path> targets_folder();

class Catalogue {
 public:
  /// Reads every *.yaml of a folder. Errors: kNotFound (no folder), parse_target's.
  static Result<Catalogue> open(const std::filesystem::path& folder);

  const std::vector<Target>& targets() const { return targets_; }  ///< In the order of ids.
  /// Errors: kInvalidInput with the nearest id.
  Result<const Target*> find(std::string_view id) const;
  /// The target that the machine says it is; nullptr: none, or none alone. A card is in no machine's name.
  const Target* recognise(const record::MachineFacts& machine) const;

 private:
  std::vector<Target> targets_;
};

/// The unit that an accelerator's name picks: its own, or one by which backends know it ("GPU.0"), in any
/// case. Errors: kInvalidInput with the units that there are.
Result<const Unit*> unit_of(const Target& target, std::string_view accelerator);

/// Whether two names mean one mode: "MODE_15W" and nvpmodel's "15W (mode 2)" do.
bool same_power_mode(std::string_view a, std::string_view b);

/// Whether any of the phrases stands in the text as whole words, in any case: "A100" does not stand in "RTX
/// A1000", "GTX 1660" does in "GTX 1660 Ti". What separates words is all that is no letter or digit. With $
/// at its end a phrase is the text's end: "GTX 1660$" stands in "NVIDIA GeForce GTX 1660" alone.
bool says(std::string_view text, const std::vector<std::string>& phrases);

/// What an environment tells of the machine: "cpu", "board", "compatible", "power_mode".
record::MachineFacts machine_facts(const record::Environment& environment);

/// Whether the machine's board is the target's, where the target is known by more than its SoC.
bool is_board(const std::vector<std::string>& board_says, const record::MachineFacts& machine);

/// By name or alias, in any case; nvpmodel's "15W (mode 2)" and "MODE_15W" are "15W". nullptr: none.
const PowerMode* find_mode(const Target& target, std::string_view name);

/// What a row of this accelerator takes. Errors: unit_of's; kInvalidInput for a power mode that it does not
/// have.
Result<record::TargetFacts> facts_of(const Target& target, std::string_view accelerator,
                                     std::string_view power_mode);

/// Peaks that a row's achieved rate may be held against, one for each precision, named by `accelerator`. The
/// mode is the stated one, else the one that was found, else each precision's highest; of a mode that was
/// found and is not the catalogue's nobody knows a peak: none. Dense, unless `sparse`: a sparse rate is no
/// peak of a dense build, and where only that is known there is none. Errors: unit_of's.
Result<std::vector<record::Peak>> peaks_of(const Target& target, const std::string& accelerator,
                                           std::string_view stated_mode, std::string_view found_mode,
                                           bool sparse);

/// "Title (date), where" with the arithmetic before it, where there is some.
std::string in_words(const Target& target, const Cite& cite);

}  // namespace assay::target
