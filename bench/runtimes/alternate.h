// Our loop against a vendor's bare API, in turns: what both share, and the interval of their ratio.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/status.h"

namespace assay::bench {

/// Mean nanoseconds of one inference over `iterations` of them.
using Block = std::function<Result<double>(int iterations)>;

/// The model to run: the first argument, or the built-in network at 256x512, written into `folder`.
Result<std::filesystem::path> model_of(int argc, char** argv, const std::filesystem::path& folder);

/// Values in -2..2 that every run makes alike: no denormals, nothing that a kernel could skip.
std::vector<float> input_values(std::size_t count);

/// An opened session of a plugin, run by the worker's own timed loop. `outputs` in bytes of memory of its
/// own. A block first infers `untimed` times, because the other side has just had the caches and the cores.
Result<Block> plugin_block(const std::string& backend, const std::filesystem::path& model,
                           const std::map<std::string, std::string>& options);

/// The bare API's side, for an `infer` that throws nothing: the same clock reads around the same number of
/// calls.
Block bare_block(std::function<bool()> infer);

/// Opens both sides anew in each round, so that the luck of one memory layout is not taken for
/// the harness's cost, and runs `pairs` pairs of blocks in each, first one side first, then the other. Prints
/// each round and the ratio ours / bare with the 95 % interval of its mean over rounds. At least `rounds`;
/// more, up to 40 or two minutes, until the interval is narrow. Returns the exit code: 0 when the ratio is
/// within 2 % of 1 and the interval's half-width is 2 % at most; one wider than that shows nothing.
int compare(const std::string& title, const std::function<Result<Block>()>& open_ours,
            const std::function<Result<Block>()>& open_bare, int rounds = 10, int pairs = 4,
            int iterations = 25);

/// The mean of ratios with its 95 % interval.
struct Ratio {
  double mean = 0, lo = 0, hi = 0;
  double half_width() const { return (hi - lo) / 2; }
};
/// Of at least two.
Ratio ratio_of(const std::vector<double>& ratios);
/// A half-width over this shows nothing.
inline constexpr double kWidest = 0.02;
/// Prints "ratio ours / theirs 1.0012, 95 % interval 0.9951 to 1.0073 over 12" and what follows: met,
/// missed, or inconclusive where the interval is too wide. Returns the exit code.
int print_ratio(const std::vector<double>& ratios, bool met);

}  // namespace assay::bench
