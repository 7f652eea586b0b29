#include "audit/published.h"

#include <algorithm>

#include "audit/read.h"
#include "base/file.h"
#include "base/resources.h"
#include "base/text.h"

namespace assay::audit {
namespace {

namespace fs = std::filesystem;

std::string about(const Document& document, const std::string& key) {
  const auto found = document.about.find(key);
  return found == document.about.end() ? "" : found->second;
}

PublishedRow row_of(const Entry& entry) {
  PublishedRow row;
  row.section = entry.label(Label::kSection);
  row.device = entry.label(Label::kDevice);
  row.mode = entry.label(Label::kMode);
  row.accelerator = entry.label(Label::kAccelerator);
  row.runtime = entry.label(Label::kRuntime);
  row.model = entry.label(Label::kModel);
  row.precision = entry.label(Label::kPrecision);
  row.resolution = entry.label(Label::kResolution);
  row.boundary = entry.label(Label::kBoundary);
  row.remark = entry.label(Label::kRemark);
  if (const Cell* batch = entry.find(Quantity::kBatch)) row.batch = static_cast<int>(batch->value());
  for (const auto& [quantity, cell] : entry.cells) {
    const QuantityInfo& info = info_of(quantity);
    if (quantity == Quantity::kBatch) continue;
    const Interval rounded = cell.rounded();
    std::string unit(base_unit(info.dimension));
    row.values.emplace(info.id, PublishedValue{cell.number.text + (cell.unit.empty() ? "" : " " + cell.unit),
                                               cell.value(), rounded.lo, rounded.hi, std::move(unit)});
  }
  return row;
}

Result<std::vector<fs::path>> files_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".csv") files.push_back(it->path());
  if (error)
    return fail(Code::kNotFound, folder.string() + ": expected published results: " + error.message());
  std::ranges::sort(files);
  return files;
}

Result<PublishedSource> read_published(const fs::path& file) {
  ASSAY_TRY(const std::string text, read_file(file));
  return parse_published(text, file);
}

}  // namespace

bool PublishedRow::flagged() const {
  return std::ranges::any_of(findings,
                             [](const Finding& f) { return f.severity == Severity::kContradiction; });
}

Result<fs::path> published_folder() {
  const fs::path home = home_directory();
  if (home.empty())
    return fail(Code::kUnavailable,
                "no folder with models/, tools/ and published/ above the program: set ASSAY_HOME");
  return home / "published";
}

Result<PublishedSource> parse_published(std::string_view csv, const fs::path& file) {
  ASSAY_TRY(const Document document, read_tables(csv, file));
  PublishedSource source;
  source.id = file.stem().string();
  source.title = about(document, "title");
  source.authors = about(document, "authors");
  source.publisher = about(document, "publisher");
  source.year = about(document, "year");
  source.identifier = about(document, "identifier");
  source.kind = about(document, "kind");
  if (source.title.empty() || source.year.empty())
    return fail(Code::kInvalidInput,
                document.name +
                    ": expected remarks '# title: ...' and '# year: ...' before the header: "
                    "a published row without its source is none");
  source.findings = audit(document);
  source.tables = document.tables.size();
  for (std::size_t t = 0; t < document.tables.size(); ++t) {
    const Table& table = document.tables[t];
    for (std::size_t e = 0; e < table.entries.size(); ++e) {
      PublishedRow row = row_of(table.entries[e]);
      row.source = source.id;
      row.year = source.year;
      row.table = table.id;
      row.id = source.id + ":" + table.id + ":" + std::to_string(e + 1);
      std::ranges::copy_if(source.findings, std::back_inserter(row.findings), [&](const Finding& finding) {
        return (finding.table == t && finding.entry == e) ||
               std::ranges::find(finding.concerned, std::pair(t, e)) != finding.concerned.end();
      });
      source.rows.push_back(std::move(row));
    }
  }
  return source;
}

Result<std::vector<PublishedSource>> published_sources(const fs::path& folder) {
  ASSAY_TRY(const std::vector<fs::path> files, files_of(folder));
  std::vector<PublishedSource> sources;
  for (const fs::path& file : files) {
    ASSAY_TRY(PublishedSource source, read_published(file));
    sources.push_back(std::move(source));
  }
  return sources;
}

Result<fs::path> published_file(const fs::path& folder, std::string_view source) {
  ASSAY_TRY(const std::vector<fs::path> files, files_of(folder));
  const auto file =
      std::ranges::find(files, source, [](const fs::path& path) { return path.stem().string(); });
  if (file != files.end()) return *file;
  std::vector<std::string> names;
  for (const fs::path& path : files) names.push_back(path.stem().string());
  const std::vector<std::string_view> views(names.begin(), names.end());
  return fail(Code::kInvalidInput,
              "no published source is called '" + std::string(source) + "': expected " + join_or(views));
}

Result<std::vector<PublishedRow>> published_rows(const fs::path& folder, std::string_view source) {
  ASSAY_TRY(const fs::path file, published_file(folder, source));
  ASSAY_TRY(PublishedSource found, read_published(file));
  return std::move(found.rows);
}

Result<PublishedRow> published_row(const fs::path& folder, std::string_view id) {
  const std::string_view source = id.substr(0, id.find(':'));
  ASSAY_TRY(const std::vector<PublishedRow> rows, published_rows(folder, source));
  const auto row = std::ranges::find(rows, id, &PublishedRow::id);
  if (row != rows.end()) return *row;
  return fail(Code::kInvalidInput, "no published row is called '" + std::string(id) +
                                       "': expected source:table:row, such as " + rows.front().id +
                                       "; `assay audit --list` shows the sources");
}

std::string published_list(const std::vector<PublishedSource>& sources) {
  std::string out;
  for (const PublishedSource& source : sources) {
    const auto flagged = std::ranges::count_if(source.rows, &PublishedRow::flagged);
    out += source.id + "\n  " + source.title + "\n  ";
    for (const std::string& part : {source.authors, source.publisher, source.year, source.identifier})
      if (!part.empty()) out += (out.ends_with("\n  ") ? "" : ", ") + part;
    out += "\n  " + std::to_string(source.tables) + (source.tables == 1 ? " table, " : " tables, ") +
           std::to_string(source.rows.size()) + " rows, " + std::to_string(flagged) +
           " of them with a contradiction\n";
  }
  return out;
}

}  // namespace assay::audit
