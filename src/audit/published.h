// Rows that others published, with their source: what ships under published/ of assay's home. Facts as
// printed; each row carries what the audit found about it.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "audit/audit.h"
#include "base/status.h"

namespace assay::audit {

/// A published number: as printed, and in the base unit of its quantity.
struct PublishedValue {
  std::string text;       ///< "13.282 ms"
  double value = 0;       ///< In `unit`.
  double lo = 0, hi = 0;  ///< What it may have been before it was rounded.
  std::string unit;       ///< "ms", "/s", "GOPS", "W", "mJ", "GOPS/W", "/s/W", "%", "GB"
};

/// One configuration of one published table. Text is "" and numbers are absent where the source says nothing.
struct PublishedRow {
  std::string id;       ///< "vedliot-d3.3:58:5": source, table, number of the row in it from 1.
  std::string source;   ///< "vedliot-d3.3"
  std::string year;     ///< Of the source.
  std::string table;    ///< "58"
  std::string section;  ///< "3.4.11.3", or a page
  std::string device, mode, accelerator, runtime, model, precision, resolution;
  std::string boundary;  ///< What the power is of, in the source's terms: "card (nvidia-smi)".
  std::string remark;
  std::optional<int> batch;
  /// By the id of its quantity (audit/quantity.h), which is the metrics catalogue's where the figure is the
  /// same: latency_mean, throughput, gops, performance_ratio, power, power_idle, energy_per_inference,
  /// gops_per_watt, efficiency, preprocess_mean, postprocess_mean, miou; beside those top1, top5, map50,
  /// map50_95, peak, memory. Where a source has stages of a pipeline, throughput is the pipeline's.
  std::map<std::string, PublishedValue> values;
  std::vector<Finding> findings;  ///< About this row; a contradiction among them: flagged().

  bool flagged() const;  ///< A number of it contradicts another.
};

struct PublishedSource {
  std::string id;  ///< The file's name without its ending.
  std::string title, authors, publisher, year, identifier, kind;
  std::vector<PublishedRow> rows;
  std::size_t tables = 0;
  std::vector<Finding> findings;  ///< All, of whole tables too.
};

/// $ASSAY_HOME/published. Errors: kUnavailable where assay's home is not found.
Result<std::filesystem::path> published_folder();

/// The file of a source. Errors: kNotFound (no folder); kInvalidInput (no such source, with those that there
/// are).
Result<std::filesystem::path> published_file(const std::filesystem::path& folder, std::string_view source);

/// Reads one file. Errors: kInvalidInput: those of read_tables; no title or year.
Result<PublishedSource> parse_published(std::string_view csv, const std::filesystem::path& file);

/// Reads every *.csv of the folder, in the order of names. Errors: kNotFound (no folder), parse_published's.
Result<std::vector<PublishedSource>> published_sources(const std::filesystem::path& folder);

/// The rows of one source: published_rows(folder, "vedliot-d3.3"). Errors: kInvalidInput (no such source,
/// with the nearest), those of parse_published.
Result<std::vector<PublishedRow>> published_rows(const std::filesystem::path& folder,
                                                 std::string_view source);

/// The row of an id. Errors: kInvalidInput (no such source, table or row).
Result<PublishedRow> published_row(const std::filesystem::path& folder, std::string_view id);

/// What ships, for a console: sources, tables, rows, flagged rows.
std::string published_list(const std::vector<PublishedSource>& sources);

}  // namespace assay::audit
