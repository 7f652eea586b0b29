// Generated street scenes on disk, in the Cityscapes layout.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "spec/experiment.h"

namespace assay::dataset {

/// Changes whenever the pixels of a seed change: part of every cache key and manifest.
inline constexpr int kStreetsVersion = 1;

/// The seed that a split of StreetsData is rendered with: `seed` itself for val, seed with its top bit set
/// for train (and any other split name hashed in), so that splits never share a scene. Seeds of users are
/// below 2^63.
std::uint64_t streets_split_seed(std::uint64_t seed, std::string_view split);

struct StreetsRequest {
  std::string split = "val";
  int count = 0;
  std::uint64_t seed =
      1;  ///< Of render_street(seed, index, ...), index 0..count-1: no split is mixed in here.
  spec::Size size{256, 512};
};

using StreetsProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Renders scenes 0..count-1 on all cores into
///   OUT/leftImg8bit/<split>/generated/generated_<index, 6 digits>_000019_leftImg8bit.png
///   OUT/gtFine/<split>/generated/generated_..._gtFine_labelIds.png and _gtFine_labelTrainIds.png
/// and OUT/manifest-<split>.json: version, seed, size, and the SHA-256 of each scene's decoded pixels and
/// label ids. Each split appears whole or not at all; one that is there already for the same request is left
/// alone. Errors: kInvalidInput (count, size or split name), kConflict (the split is there with other
/// contents), kResource, kInterrupted.
Result<void> write_streets(const StreetsRequest& request, const std::filesystem::path& out,
                           const StreetsProgress& progress = {});

/// The folder of `cache` that holds the scenes of a spec, whether they have been made or not.
std::filesystem::path streets_folder(const spec::StreetsData& streets, const std::filesystem::path& cache);

/// Both splits of a spec, each with streets_split_seed, in a folder of `cache` named by version, seed, size
/// and counts; made once, found again. Returns the root to open.
Result<std::filesystem::path> ensure_streets(const spec::StreetsData& streets,
                                             const std::filesystem::path& cache,
                                             const StreetsProgress& progress = {});

}  // namespace assay::dataset
