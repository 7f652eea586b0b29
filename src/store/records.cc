#include "store/records.h"

#include <charconv>

#include "base/file.h"
#include "store/json_fields.h"
#include "store/latency_csv.h"
#include "store/observation.h"

namespace assay::store {

// Outside the unnamed namespace: the visitors find these by their arguments' namespaces.

template <typename V>
void fields(V& v, Is<record::TimedRun> auto& x) {
  v("repeat", x.repeat), v("inputs", x.inputs), v("failure", x.failure),
      v("window_begin_ns", x.window_begin_ns);
  v("window_end_ns", x.window_end_ns), v("warmup_end", x.warmup_end), v("capped", x.capped),
      v("boot_id", x.boot_id);
  v.added("quiet_wait_ns", x.quiet_wait_ns), v.added("disturbances", x.disturbances);
  v.added("loaded_idle_begin_ns", x.loaded_idle_begin_ns);
  v.added("loaded_idle_end_ns", x.loaded_idle_end_ns);
  v("begin_utc_ns", x.begin_utc_ns), v("clock_step_ns", x.clock_step_ns),
      v("peak_rss_bytes", x.peak_rss_bytes);
  v("device_memory_bytes", x.device_memory_bytes), v("foreign_cpu_share", x.foreign_cpu_share);
  v("involuntary_switches", x.involuntary_switches), v("binding", x.binding), v("samples", x.samples);
  v("device_time_ns", x.device_time_ns), v("session", x.session);
  v.added("device_memory_problem", x.device_memory_problem);
  v.added("transfer_in_ns", x.transfer_in_ns), v.added("transfer_out_ns", x.transfer_out_ns);
}

template <typename V>
void fields(V& v, Is<record::IdleRun> auto& x) {
  v("begin_ns", x.begin_ns), v("end_ns", x.end_ns), v("boot_id", x.boot_id), v("skipped", x.skipped);
  v("quiet_wait_ns", x.quiet_wait_ns), v("disturbances", x.disturbances);
}

template <typename V>
void fields(V& v, Is<record::PatternRun> auto& x) {
  v("edges_ns", x.edges_ns), v("window_begin_ns", x.window_begin_ns), v("window_end_ns", x.window_end_ns);
  v("boot_id", x.boot_id), v("skipped", x.skipped);
}

template <typename V>
void fields(V& v, Is<record::PipelineRun> auto& x) {
  v("failure", x.failure), v("window_begin_ns", x.window_begin_ns), v("window_end_ns", x.window_end_ns);
  v("binding", x.binding), v("session", x.session), v("pre_ns", x.pre_ns), v("infer_ns", x.infer_ns);
  v("post_ns", x.post_ns), v("total_ns", x.total_ns);
  v.added("boot_id", x.boot_id);
}

template <typename V>
void fields(V& v, Is<record::AccuracyRun> auto& x) {
  v("task", x.task), v("classes", x.classes), v("failure", x.failure), v("dataset_digest", x.dataset_digest);
  v("distinct_inputs", x.distinct_inputs), v("distinct_outputs", x.distinct_outputs);
  v("wall_ns", x.wall_ns), v("binding", x.binding), v("session", x.session), v("images", x.images);
}

template <typename V>
void fields(V& v, Is<record::ProfiledRun> auto& x) {
  v("failure", x.failure), v("binding", x.binding), v("session", x.session), v("layers", x.layers);
}

template <typename V>
void fields(V& v, Is<record::ArtifactRecord> auto& x) {
  v("path", x.path), v("format", x.format), v("digest", x.digest), v("key", x.key),
      v("toolchain", x.toolchain);
  v("versions", x.versions), v("calibration_digest", x.calibration_digest);
  v("calibration_count", x.calibration_count), v("from_cache", x.from_cache);
  v("compared_images", x.compared_images), v("compared_argmax_agreement", x.compared_argmax_agreement);
  v("compared_max_abs_difference", x.compared_max_abs_difference), v("compared_note", x.compared_note);
  v("failure", x.failure);
}

namespace {

namespace fs = std::filesystem;

template <typename T>
Result<void> save(const fs::path& file, const T& value) {
  auto text = write_json(value);
  if (!text) return fail(text.error().with_context(file.string()));
  return write_file(file, *text);
}

template <typename T>
Result<T> load(const fs::path& file) {
  ASSAY_TRY(const std::string text, read_file(file));
  auto value = read_json<T>(text);
  if (!value) return fail(value.error().with_context(file.string()));
  return value;
}

constexpr std::string_view kConfusionHeader = "image,truth,prediction,pixels\n";

std::string confusion_to_csv(const record::AccuracyRun& run) {
  std::string out(kConfusionHeader);
  const auto append = [&](auto value, char end) {
    char buffer[24];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
    out += end;
  };
  const auto classes = static_cast<std::size_t>(run.classes);
  for (std::size_t image = 0; image < run.confusion.size(); ++image)
    for (std::size_t cell = 0; cell < run.confusion[image].size(); ++cell) {
      if (run.confusion[image][cell] == 0) continue;
      append(image, ',');
      append(cell / classes, ',');
      append(cell % classes, ',');
      append(run.confusion[image][cell], '\n');
    }
  return out;
}

Result<void> confusion_from_csv(std::string_view text, record::AccuracyRun& run) {
  const auto bad = [](std::int64_t line, const char* expected) {
    return fail(Code::kCorrupt, "confusion.csv, line " + std::to_string(line) + ": expected " + expected);
  };
  if (!text.starts_with(kConfusionHeader)) return bad(1, "the header image,truth,prediction,pixels");
  const char* at = text.data() + kConfusionHeader.size();
  const char* const stop = text.data() + text.size();
  const auto classes = static_cast<std::size_t>(run.classes);
  for (std::int64_t line = 2; at != stop; ++line) {
    std::size_t image = 0, truth = 0, prediction = 0;
    std::uint32_t pixels = 0;
    const auto take = [&](auto& value, char end) {
      const auto [next, error] = std::from_chars(at, stop, value);
      if (error != std::errc() || next == stop || *next != end) return false;
      at = next + 1;
      return true;
    };
    if (!take(image, ',') || !take(truth, ',') || !take(prediction, ',') || !take(pixels, '\n'))
      return bad(line, "four whole numbers and the end of the line (is the file cut short?)");
    if (image >= run.confusion.size() || truth >= classes || prediction >= classes)
      return bad(line, "an image and classes of run.json");
    run.confusion[image][truth * classes + prediction] = pixels;
  }
  return {};
}

/// run.json of an accuracy run also says how many images were scored before it ended.
struct StoredAccuracy {
  record::AccuracyRun run;
  std::uint64_t scored = 0;
};
template <typename V>
void fields(V& v, Is<StoredAccuracy> auto& x) {
  v("scored", x.scored), v("run", x.run);
}

}  // namespace

Result<void> save_timed_run(const fs::path& folder, const record::TimedRun& run) {
  ASSAY_OK(write_file(folder / "latencies.csv",
                      latencies_to_csv(run.warmup_ns, run.latency_ns, static_cast<int>(run.inputs))));
  ASSAY_OK(save_observation(folder, run.observation));
  return save(folder / "run.json", run);
}

Result<record::TimedRun> load_timed_run(const fs::path& folder) {
  ASSAY_TRY(record::TimedRun run, load<record::TimedRun>(folder / "run.json"));
  const fs::path csv = folder / "latencies.csv";
  ASSAY_TRY(const std::string text, read_file(csv));
  auto series = latencies_from_csv(text);
  if (!series) return fail(series.error().with_context(csv.string()));
  run.warmup_ns = std::move(series->warmup_ns);
  run.latency_ns = std::move(series->timed_ns);
  ASSAY_TRY(run.observation, load_observation(folder));
  return run;
}

Result<void> save_pipeline_run(const fs::path& folder, const record::PipelineRun& run) {
  return save(folder / "run.json", run);
}
Result<record::PipelineRun> load_pipeline_run(const fs::path& folder) {
  return load<record::PipelineRun>(folder / "run.json");
}

Result<void> save_accuracy_run(const fs::path& folder, const record::AccuracyRun& run) {
  const auto cells = static_cast<std::size_t>(run.classes) * static_cast<std::size_t>(run.classes);
  for (const auto& matrix : run.confusion)
    if (matrix.size() != cells)
      return fail(Code::kInternal, folder.string() + ": a confusion matrix has " +
                                       std::to_string(matrix.size()) + " cells, expected " +
                                       std::to_string(cells));
  ASSAY_OK(write_file(folder / "confusion.csv", confusion_to_csv(run)));
  return save(folder / "run.json", StoredAccuracy{run, run.confusion.size()});
}

Result<record::AccuracyRun> load_accuracy_run(const fs::path& folder) {
  ASSAY_TRY(StoredAccuracy stored, load<StoredAccuracy>(folder / "run.json"));
  record::AccuracyRun& run = stored.run;
  constexpr int kMostClasses = 4096;
  if (run.classes < 0 || run.classes > kMostClasses || stored.scored > run.images.size())
    return fail(Code::kCorrupt, (folder / "run.json").string() +
                                    ": expected at most 4096 classes and as many scored "
                                    "images as there are");
  const auto cells = static_cast<std::size_t>(run.classes) * static_cast<std::size_t>(run.classes);
  run.confusion.assign(stored.scored, std::vector<std::uint32_t>(cells));
  ASSAY_TRY(const std::string text, read_file(folder / "confusion.csv"));
  if (auto read = confusion_from_csv(text, run); !read)
    return fail(read.error().with_context(folder.string()));
  return std::move(run);
}

Result<void> save_profiled_run(const fs::path& folder, const record::ProfiledRun& run) {
  return save(folder / "run.json", run);
}
Result<record::ProfiledRun> load_profiled_run(const fs::path& folder) {
  return load<record::ProfiledRun>(folder / "run.json");
}

Result<void> save_idle_run(const fs::path& folder, const record::IdleRun& run) {
  ASSAY_OK(save_observation(folder, run.observation));
  return save(folder / "run.json", run);
}
Result<record::IdleRun> load_idle_run(const fs::path& folder) {
  ASSAY_TRY(record::IdleRun run, load<record::IdleRun>(folder / "run.json"));
  ASSAY_TRY(run.observation, load_observation(folder));
  return run;
}

Result<void> save_pattern_run(const fs::path& folder, const record::PatternRun& run) {
  return save(folder / "run.json", run);
}
Result<record::PatternRun> load_pattern_run(const fs::path& folder) {
  return load<record::PatternRun>(folder / "run.json");
}

Result<void> save_artifact(const fs::path& folder, const record::ArtifactRecord& artifact) {
  return save(folder / "artifact.json", artifact);
}
Result<record::ArtifactRecord> load_artifact(const fs::path& folder) {
  return load<record::ArtifactRecord>(folder / "artifact.json");
}

Result<void> save_environment(const fs::path& file, const record::Environment& environment) {
  return save(file, environment);
}
Result<record::Environment> load_environment(const fs::path& file) { return load<record::Environment>(file); }

Result<void> save_peaks(const fs::path& file, const std::vector<record::Peak>& peaks) {
  return save(file, peaks);
}
Result<std::vector<record::Peak>> load_peaks(const fs::path& file) {
  return load<std::vector<record::Peak>>(file);
}

}  // namespace assay::store
