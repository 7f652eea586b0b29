// Which row is compared with which, whether that may be done at all, and what else differs between them.
// Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "record/results.h"

namespace assay::metric {

/// Something that A and B do not have in common.
struct Difference {
  std::string what;      ///< "device", "version of runtime"
  std::string a, b;      ///< "" where it is not told.
  bool refuses = false;  ///< It makes their figures incomparable.
};

struct RowPair {
  std::size_t a = 0, b = 0;  ///< Places in the rows of the results.
  std::vector<Difference> differences;
  bool same_runs =
      false;  ///< The same measurement on both sides: its digests and every process's mean are equal.
};

struct Matching {
  std::vector<Difference> differences;      ///< Of the campaigns as a whole.
  std::vector<RowPair> pairs;               ///< In the order of A's rows.
  std::vector<std::size_t> only_a, only_b;  ///< Rows without their like on the other side.

  bool refused() const;
  bool same_runs() const;  ///< Of all pairs, and there are some.
};

/// Rows are alike that agree in model, precision, backend, accelerator, batch and scenario: on one device
/// first, by the same id before another, then across devices. A row without exactly one like it stays alone.
/// With a row named on both sides these two are the pair, whatever they are; with one named, that row and its
/// like. Errors, which call B `side`: kInvalidInput (no such row: the ids are listed; no pair at all).
Result<Matching> match_rows(const record::Results& a, const record::Results& b,
                            const std::optional<std::string>& row_a = std::nullopt,
                            const std::optional<std::string>& row_b = std::nullopt,
                            const std::string& side = "B");

}  // namespace assay::metric
