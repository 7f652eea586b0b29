// YAML -> Experiment. Every problem is told at once, each with its place in the file, what was expected, what
// was found and what to do.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/status.h"
#include "spec/experiment.h"

namespace assay::spec {

/// Parses and validates. `source` names the file in messages; relative paths in the spec are relative to its
/// folder and come out absolute. No file is opened: whether paths exist is for their users to find out.
/// Errors: kInvalidInput, one line for each problem: "quick.yaml:12:5: protocol.repeats: expected ..., found
/// ...".
Result<Experiment> parse_experiment(std::string_view yaml, const std::filesystem::path& source);

/// Reads and parses a file. Errors: those of parse_experiment and read_file.
Result<Experiment> load_experiment(const std::filesystem::path& path);

}  // namespace assay::spec
