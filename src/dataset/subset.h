// Choosing some images of many, so that anybody can choose the same ones again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::dataset {

/// The generator's name in manifests. The definition, complete:
///   state = seed; each draw of 64 bits is SplitMix64 (Steele, Lea, Flood 2014):
///     state += 0x9E3779B97F4A7C15; z = state;
///     z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9; z = (z ^ (z >> 27)) * 0x94D049BB133111EB; draw = z ^ (z >>
///     31)
///   below(n): draw x until x >= 2^64 mod n, then x mod n (unbiased).
///   choice: list = 0..total-1; for i in 0..count-1: j = i + below(total - i); swap list[i], list[j]; take
///   list[i].
/// All arithmetic is modulo 2^64; the list that is numbered is sorted by id in byte order.
inline constexpr std::string_view kGenerator = "splitmix64-fisher-yates-v1";

/// `count` different indices of 0..total-1 in the order in which they are drawn: the choice of fewer with the
/// same seed is a prefix of it. Precondition: count <= total.
std::vector<std::size_t> choose(std::size_t total, std::size_t count, std::uint64_t seed);

enum class Transfer { kCopy, kHardLink, kSymbolicLink };

struct SubsetRequest {
  std::filesystem::path root;  ///< Source, in the Cityscapes layout.
  std::string split = "val";
  int count = 0;  ///< 0: all of the split.
  std::uint64_t seed = 42;
  Transfer transfer = Transfer::kCopy;
};

/// Writes the chosen images with every kind of label they have, in the same layout, and manifest.json with
/// the request, the generator and the SHA-256 of each file. `out` appears whole or not at all; if it exists
/// and is this very subset, nothing is done. Errors: those of list_cityscapes; kInvalidInput (count above the
/// split's size); kConflict (`out` exists and is something else); kResource.
Result<void> write_subset(const SubsetRequest& request, const std::filesystem::path& out);

}  // namespace assay::dataset
