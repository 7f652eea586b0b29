// The records of a run as files in a folder: run.json, and beside it what is long (latencies.csv,
// confusion.csv, readings.csv). save_* writes into an existing folder; load_* gives back an equal record.
// Errors of save: write_file's (kResource: disk full). Of load: kNotFound, kCorrupt with the file and key
// path.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "record/run.h"

namespace assay::store {

Result<void> save_timed_run(const std::filesystem::path& folder, const record::TimedRun& run);
Result<record::TimedRun> load_timed_run(const std::filesystem::path& folder);

Result<void> save_pipeline_run(const std::filesystem::path& folder, const record::PipelineRun& run);
Result<record::PipelineRun> load_pipeline_run(const std::filesystem::path& folder);

/// confusion.csv holds the cells that are not zero: image,truth,prediction,pixels.
Result<void> save_accuracy_run(const std::filesystem::path& folder, const record::AccuracyRun& run);
Result<record::AccuracyRun> load_accuracy_run(const std::filesystem::path& folder);

Result<void> save_profiled_run(const std::filesystem::path& folder, const record::ProfiledRun& run);
Result<record::ProfiledRun> load_profiled_run(const std::filesystem::path& folder);

Result<void> save_idle_run(const std::filesystem::path& folder, const record::IdleRun& run);
Result<record::IdleRun> load_idle_run(const std::filesystem::path& folder);

Result<void> save_pattern_run(const std::filesystem::path& folder, const record::PatternRun& run);
Result<record::PatternRun> load_pattern_run(const std::filesystem::path& folder);

Result<void> save_artifact(const std::filesystem::path& folder, const record::ArtifactRecord& artifact);
Result<record::ArtifactRecord> load_artifact(const std::filesystem::path& folder);

/// One file each.
Result<void> save_environment(const std::filesystem::path& file, const record::Environment& environment);
Result<record::Environment> load_environment(const std::filesystem::path& file);
Result<void> save_peaks(const std::filesystem::path& file, const std::vector<record::Peak>& peaks);
Result<std::vector<record::Peak>> load_peaks(const std::filesystem::path& file);

}  // namespace assay::store
