#include "store/results_json.h"

#include <algorithm>
#include <charconv>
#include <tuple>

#include "base/file.h"
#include "store/json_fields.h"
#include "store/seal.h"
#include "store/top_seal.h"

namespace assay::store {

using record::Figure;
using record::FigureStatus;
using record::Finding;
using record::Row;
using record::Severity;

namespace {

constexpr FigureStatus kStatuses[] = {FigureStatus::kOk, FigureStatus::kWarn, FigureStatus::kInvalid,
                                      FigureStatus::kUnmeasured};
constexpr Severity kSeverities[] = {Severity::kOk, Severity::kWarn, Severity::kInvalid,
                                    Severity::kUnmeasured};

template <typename Enum, std::size_t n>
Enum from_word(const std::string& word, const Enum (&values)[n], const std::string& path) {
  for (const Enum value : values)
    if (to_string(value) == word) return value;
  throw FieldError(Code::kCorrupt, path, "unknown word '" + word + "'");
}

/// "1.0" -> {1, 0}.
std::pair<int, int> parse_version(const std::string& text) {
  int major = 0, minor = 0;
  const char* const end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, major);
  if (first.ec == std::errc() && first.ptr != end && *first.ptr == '.') {
    const auto second = std::from_chars(first.ptr + 1, end, minor);
    if (second.ec == std::errc() && second.ptr == end && major > 0 && minor >= 0) return {major, minor};
  }
  throw FieldError(Code::kCorrupt, "schema_version", "expected major.minor, found '" + text + "'");
}

/// -1 in memory, null in the file: a class that does not occur has no IoU.
std::vector<std::optional<double>> absent_as_null(const std::vector<double>& values) {
  std::vector<std::optional<double>> out;
  for (const double value : values) out.push_back(value < 0 ? std::nullopt : std::optional(value));
  return out;
}

}  // namespace

void fields(Writer& v, const Figure& x) {
  v("value", x.value), v("unit", x.unit), v("lo", x.lo), v("hi", x.hi);
  v("status", std::string(to_string(x.status))), v("reasons", x.reasons);
}
void fields(const Reader& v, Figure& x) {
  std::string status;
  v("value", x.value), v("unit", x.unit), v("lo", x.lo), v("hi", x.hi), v("status", status),
      v("reasons", x.reasons);
  x.status = from_word(status, kStatuses, v.path_of("status"));
}

void fields(Writer& v, const Finding& x) {
  v("rule", x.rule), v("severity", std::string(to_string(x.severity))), v("evidence", x.evidence);
  v("figures", x.figures);
}
void fields(const Reader& v, Finding& x) {
  std::string severity;
  v("rule", x.rule), v("severity", severity), v("evidence", x.evidence), v("figures", x.figures);
  x.severity = from_word(severity, kSeverities, v.path_of("severity"));
}

template <typename V>
void fields(V& v, Is<record::LatencyDiagnostics> auto& x) {
  v("process_mean_ms", x.process_mean_ms), v("pooled_ms", x.pooled_ms), v("bound_ms", x.bound_ms);
  v("warmup_mean_ms", x.warmup_mean_ms), v("effective_n", x.effective_n);
  v("process_effective_n", x.process_effective_n);
  v("lag1_autocorrelation", x.lag1_autocorrelation), v("outliers", x.outliers),
      v("change_points", x.change_points);
  v("bootstrap_lo_ms", x.bootstrap_lo_ms), v("bootstrap_hi_ms", x.bootstrap_hi_ms);
  v("drift_percent", x.drift_percent);
}

// A window without a value has none in the file either: null, where the record holds zeros that nobody
// measured.
void measured(Writer& v, const char* key, const auto& value, bool told) {
  v(key, told ? std::optional(value) : std::nullopt);
}
void measured(const Reader& v, const char* key, auto& value, bool told) {
  if (told) v(key, value);
}

template <typename V>
void fields(V& v, Is<record::PowerWindow> auto& x) {
  v("repeat", x.repeat), v("problem", x.problem);
  const bool told = x.problem.empty();
  measured(v, "mean_w", x.mean_w, told), measured(v, "window_energy_j", x.window_energy_j, told);
  v("peak_w", x.peak_w);
  measured(v, "u_gain_w", x.u_gain_w, told), measured(v, "u_range_w", x.u_range_w, told);
  measured(v, "u_other_w", x.u_other_w, told);
  v("accuracy_known", x.accuracy_known);
  measured(v, "coverage", x.coverage, told), measured(v, "samples", x.samples, told);
  measured(v, "breaks", x.breaks, told), measured(v, "repeated", x.repeated, told);
  measured(v, "window_ms", x.window_ms, told), measured(v, "longest_gap_ms", x.longest_gap_ms, told);
  measured(v, "interval_ms", x.interval_ms, told);
  v("loaded_idle_w", x.loaded_idle_w);
}

template <typename V>
void source_fields(V& v, auto& x) {
  v("channel", x.channel), v("description", x.description), v("boundary", x.boundary);
  v("simulated", x.simulated), v("primary", x.primary), v("contains", x.contains), v("mean", x.mean);
  v("idle_before_w", x.idle_before_w), v("idle_after_w", x.idle_after_w), v("windows", x.windows);
  v.added("idle_windows", x.idle), v.added("loaded_idle_windows", x.loaded_idle);
}
void fields(Writer& v, const record::PowerSource& x) {
  source_fields(v, x);
  v("idle_status", std::string(to_string(x.idle_status)));
}
void fields(const Reader& v, record::PowerSource& x) {
  source_fields(v, x);
  std::string status;
  v("idle_status", status);
  x.idle_status = from_word(status, kStatuses, v.path_of("idle_status"));
}

/// What stands before and after the figures, equal for writing and reading.
template <typename V>
void head_fields(V& v, auto& x) {
  v("id", x.key.id), v("device", x.key.device), v("backend", x.key.backend),
      v("accelerator", x.key.accelerator);
  v("model", x.key.model), v("precision", x.key.precision), v("executed_precision", x.executed_precision);
  v("batch", x.key.batch), v("scenario", x.key.scenario), v("repeats", x.repeats), v("warmup", x.warmup);
  v("iterations", x.iterations);
}
template <typename V>
void tail_fields(V& v, auto& x) {
  v("verdict", x.verdict), v("findings", x.findings), v("digests", x.digests), v("versions", x.versions);
  v("simulated", x.simulated), v("calibration_relation", x.calibration_relation), v("libraries", x.libraries);
  v.added("stack", x.stack), v.added("target", x.target);
  v("diagnostics", x.diagnostics), v("layers", x.layers);
  v.added("power_sources", x.power_sources);
}

void fields(Writer& v, const Row& x) {
  head_fields(v, x);
  for (const record::MetricInfo& metric : record::metrics()) {
    Figure figure = x.figures.*metric.member;
    // A figure that nobody formed is unmeasured in the catalogue's unit.
    if (figure.unit.empty()) figure.unit = metric.unit;
    v(std::string(metric.name).c_str(), figure);
  }
  tail_fields(v, x);
  v("per_class_iou", absent_as_null(x.per_class_iou));
}
void fields(const Reader& v, Row& x) {
  head_fields(v, x);
  for (const record::MetricInfo& metric : record::metrics()) {
    // A figure that a later minor version added is absent from older files.
    std::optional<Figure> figure;
    v(std::string(metric.name).c_str(), figure);
    x.figures.*metric.member =
        figure ? *figure
               : Figure::unmeasured(std::string(metric.unit), "unknown to the version that wrote this");
  }
  tail_fields(v, x);
  std::vector<std::optional<double>> per_class;
  v("per_class_iou", per_class);
  for (const auto& iou : per_class) x.per_class_iou.push_back(iou.value_or(-1));
  if (x.verdict != "OK" && x.verdict != "WARN" && x.verdict != "INVALID")
    throw FieldError(Code::kCorrupt, v.path_of("verdict"), "unknown word '" + x.verdict + "'");
}

template <typename V>
void result_fields(V& v, auto& x) {
  v("name", x.name), v("description", x.description), v("assay_version", x.assay_version);
  v("started_utc", x.started_utc), v("finished_utc", x.finished_utc), v("complete", x.complete);
  v("spec_digest", x.spec_digest), v("protocol", x.protocol), v("environment", x.environment),
      v("peaks", x.peaks);
  v("class_names", x.class_names), v("findings", x.findings), v("rows", x.rows);
}

void fields(Writer& v, const record::Results& x) {
  v("schema", std::string("assay-results"));
  v("schema_version", std::to_string(x.kSchemaMajor) + "." + std::to_string(x.kSchemaMinor));
  result_fields(v, x);
}
void fields(const Reader& v, record::Results& x) {
  std::string schema, version;
  v("schema", schema), v("schema_version", version);
  if (schema != "assay-results")
    throw FieldError(Code::kCorrupt, "schema", "expected assay-results, found '" + schema + "'");
  std::tie(x.schema_major, x.schema_minor) = parse_version(version);
  if (x.schema_major > record::Results::kSchemaMajor)
    throw FieldError(Code::kConflict, "schema_version",
                     version + " was written by a newer assay; this one reads up to " +
                         std::to_string(record::Results::kSchemaMajor) + ".x: use the newer one");
  result_fields(v, x);
}

Result<std::string> figure_to_json(const Figure& figure) { return write_json(figure); }

Result<std::string> results_to_json(const record::Results& results) { return write_json(results); }

Result<record::Results> results_from_json(std::string_view text) { return read_json<record::Results>(text); }

Result<void> write_results(const std::filesystem::path& path, const record::Results& results) {
  auto text = results_to_json(results);
  if (!text) return fail(text.error().with_context(path.string()));
  return write_file(path, *text);
}

Result<void> save_results(const RunDirectory& directory, const record::Results& results) {
  // The seal goes before what it names: results beside an older seal look edited.
  ASSAY_OK(break_seal(directory.path()));
  ASSAY_OK(write_results(directory.results_file(), results));
  ASSAY_TRY(const std::vector<std::string> sealed, top_names(directory));
  return seal_files(directory.path(), sealed);
}

Result<record::Results> read_results(const std::filesystem::path& path) {
  ASSAY_TRY(const std::string text, read_file(path));
  auto results = results_from_json(text);
  if (!results) return fail(results.error().with_context(path.string()));
  return results;
}

}  // namespace assay::store
