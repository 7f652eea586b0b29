#include "report/comparison_published.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "report/comparison_text.h"
#include "report/markdown_text.h"
#include "report/number_text.h"
#include "report/power_text.h"

namespace assay::report {
namespace {

using audit::PublishedRow;
using record::Figure;
using record::FigureStatus;

constexpr std::size_t kMostRows = 24;

std::string id_of(const audit::PublishedSource& source, const std::string& rest) {
  return source.id + (rest.empty() ? "" : ":") + rest;
}

/// A condition under which a number came about, on both sides; "" where it is not told.
struct Circumstance {
  std::string what, measured, published;
  bool differs() const { return measured != published; }
};

std::string word(const std::map<std::string, std::string>& map, const char* key) {
  const auto found = map.find(key);
  return found == map.end() ? "" : found->second;
}

std::vector<Circumstance> conditions(const PublishedComparison& c, const PublishedRow& published) {
  const record::Row& row = c.results.rows[c.row];
  const std::string runtime = row.key.backend + " " + word(row.versions, "runtime");
  const record::PowerSource* power = primary_source(row);
  return {{"device", row.key.device, published.device},
          {"accelerator", row.key.accelerator, published.accelerator},
          {"mode", word(row.target, "power_mode"), published.mode},
          {"runtime", runtime, published.runtime},
          {"model", row.key.model, published.model},
          {"precision", row.executed_precision, published.precision},
          {"resolution", word(c.results.protocol, "size"), published.resolution},
          {"batch", std::to_string(row.key.batch), published.batch ? std::to_string(*published.batch) : ""},
          {"power boundary", power ? boundary_words(power->boundary) : "", published.boundary},
          {"year", c.results.started_utc.substr(0, 4), published.year}};
}

struct Number {
  const record::MetricInfo* metric = nullptr;  ///< Absent: assay has no such figure.
  std::string name, published;                 ///< As printed.
};

/// The published numbers, and of the measured row those that stand beside.
std::vector<Number> numbers(const PublishedRow& published) {
  std::vector<Number> out;
  std::set<std::string> taken;
  for (const record::MetricInfo& metric : record::metrics())
    if (const auto found = published.values.find(std::string(metric.name)); found != published.values.end()) {
      out.push_back({&metric, figure_title(metric), found->second.text});
      taken.insert(found->first);
    }
  for (const auto& [id, value] : published.values)
    if (!taken.contains(id)) out.push_back({nullptr, id, value.text});
  return out;
}

std::string measured_text(const Number& number, const record::Row& row) {
  if (!number.metric) return "-";
  const Figure& figure = row.figures.*number.metric->member;
  if (!figure.value) return figure.status == FigureStatus::kInvalid ? "invalid" : "unmeasured";
  if (figure.status == FigureStatus::kInvalid) return "!" + significant(*figure.value) + "!";
  return figure_text(figure);
}

std::string heading(const PublishedRow& published) {
  std::vector<std::string> words{published.device, published.mode, published.model, published.precision};
  return one_line(published.id + ": " + joined(words, ", ") + " (published)");
}

std::string source_line(const audit::PublishedSource& source) {
  return one_line(
      "Published: " + joined(std::vector{source.title, source.authors, source.publisher, source.year}, ", ") +
      " (" + source.id + ")");
}

std::string measured_line(const PublishedComparison& c) {
  const record::Row& row = c.results.rows[c.row];
  return one_line("Measured: " + c.name + ": " + row.key.id + ", " + row.verdict +
                  (row.simulated ? ", SIMULATED" : ""));
}

constexpr std::string_view kMethod =
    "Published numbers are as their source prints them, without an interval, and were measured by others "
    "under their "
    "own conditions: nothing is ranked.";

std::vector<std::string> warnings(const PublishedRow& published) {
  std::vector<std::string> lines;
  if (published.flagged())
    lines.push_back("This published row contradicts itself: `assay audit --published " + published.source +
                    "` tells how.");
  if (!published.remark.empty()) lines.push_back("Its source remarks: " + published.remark);
  for (std::string& line : lines) line = one_line(line);
  return lines;
}

std::string told(const std::string& text) { return text.empty() ? "not told" : one_line(text); }

std::string table(const PublishedComparison& c, const Style& given) {
  Style style = given;
  style.width = std::max(style.width, 40);
  const auto width = static_cast<std::size_t>(style.width);
  const record::Row& row = c.results.rows[c.row];
  std::string out = wrapped(measured_line(c), width, 2) + wrapped(source_line(c.source), width, 2);
  const auto bold = [](const char* words, bool right) { return Text{words, Ink::kBold, right}; };
  const std::size_t longest = (width - 24) / 2;
  for (const PublishedRow& published : c.published) {
    Grid grid;
    grid.add({bold("Figure", false), bold("Measured", true), bold("Published", true)});
    grid.add_rule();
    for (const Number& number : numbers(published)) {
      const std::string measured = measured_text(number, row);
      grid.add({{truncated(number.name, 24)},
                {measured, measured.starts_with('!') ? Ink::kStruck : Ink::kPlain, true},
                {truncated(number.published, longest), Ink::kPlain, true}});
    }
    Grid under;
    under.add({bold("Condition", false), bold("Measured", false), bold("Published", false)});
    under.add_rule();
    for (const Circumstance& condition : conditions(c, published)) {
      const Ink ink = condition.differs() ? Ink::kYellow : Ink::kPlain;
      under.add({{condition.what},
                 {truncated(told(condition.measured), longest), ink},
                 {truncated(told(condition.published), longest), ink}});
    }
    out += "\n" + wrapped(heading(published), width, 2) + grid.print(style) + "\n" + under.print(style);
    for (const std::string& line : warnings(published)) out += wrapped(line, width, 2);
  }
  out += "\n" + wrapped(std::string(kMethod), width, 2);
  return style.ascii ? to_ascii(out) : out;
}

std::string markdown(const PublishedComparison& c) {
  const record::Row& row = c.results.rows[c.row];
  std::string out = "## Measured beside published\n\n- " + escaped(measured_line(c)) + "\n- " +
                    escaped(source_line(c.source)) + "\n";
  for (const PublishedRow& published : c.published) {
    std::vector<std::vector<std::string>> figures{{"Figure", "Measured", "Published"}};
    for (const Number& number : numbers(published)) {
      std::string measured = measured_text(number, row);
      if (measured.starts_with('!')) measured = "~~" + measured.substr(1, measured.size() - 2) + "~~ invalid";
      figures.push_back({escaped(number.name), measured, escaped(one_line(number.published))});
    }
    std::vector<std::vector<std::string>> under{{"Condition", "Measured", "Published"}};
    for (const Circumstance& condition : conditions(c, published))
      under.push_back({condition.what + (condition.differs() ? " (differs)" : ""),
                       escaped(told(condition.measured)), escaped(told(condition.published))});
    out += "\n### " + escaped(heading(published)) + "\n\n" + markdown_table(figures, 1) + "\n" +
           markdown_table(under, 3);
    for (const std::string& line : warnings(published)) out += "\n" + escaped(line) + "\n";
  }
  return out + "\n" + std::string(kMethod) + "\n";
}

std::string json(const PublishedComparison& c) {
  using Json = nlohmann::ordered_json;
  const record::Row& row = c.results.rows[c.row];
  Json out{
      {"schema", "assay-published-comparison"},
      {"schema_version", "1.0"},
      {"measured",
       {{"directory", c.name}, {"row", row.key.id}, {"verdict", row.verdict}, {"simulated", row.simulated}}},
      {"source", {{"id", c.source.id}, {"title", c.source.title}, {"year", c.source.year}}}};
  out["published"] = Json::array();
  const auto number_or_null = [](const std::optional<double>& value) {
    return value ? Json(*value) : Json(nullptr);
  };
  for (const PublishedRow& published : c.published) {
    Json figures = Json::array(), under = Json::array();
    for (const Number& number : numbers(published)) {
      const std::string id = number.metric ? std::string(number.metric->name) : number.name;
      const audit::PublishedValue& value = published.values.at(id);
      Json measured = nullptr;
      if (number.metric) {
        const Figure& f = row.figures.*number.metric->member;
        measured = {{"value", number_or_null(f.value)},
                    {"unit", f.unit},
                    {"lo", number_or_null(f.lo)},
                    {"hi", number_or_null(f.hi)},
                    {"status", std::string(to_string(f.status))}};
      }
      figures.push_back(
          {{"figure", id},
           {"measured", std::move(measured)},
           {"published", {{"text", value.text}, {"value", value.value}, {"unit", value.unit}}}});
    }
    for (const Circumstance& condition : conditions(c, published))
      under.push_back({{"what", condition.what},
                       {"measured", condition.measured},
                       {"published", condition.published},
                       {"differs", condition.differs()}});
    out["published"].push_back({{"id", published.id},
                                {"contradicts_itself", published.flagged()},
                                {"figures", std::move(figures)},
                                {"conditions", std::move(under)}});
  }
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<std::vector<PublishedRow>> chosen_published(const audit::PublishedSource& source,
                                                   const std::string& rest) {
  std::vector<PublishedRow> rows;
  std::vector<std::string> tables;
  const std::string wanted = id_of(source, rest);
  for (const PublishedRow& row : source.rows) {
    if (std::ranges::find(tables, row.table) == tables.end()) tables.push_back(row.table);
    if (row.id == wanted || row.id.starts_with(wanted + ":")) rows.push_back(row);
  }
  const std::string known = source.id + " has the tables " + joined(tables, ", ");
  if (rows.empty())
    return fail(Code::kInvalidInput, "--published " + wanted + ": no such table or row: " + known +
                                         "; expected SOURCE:TABLE or SOURCE:TABLE:ROW, rows counted from 1");
  if (rows.size() > kMostRows)
    return fail(Code::kInvalidInput,
                "--published " + wanted + ": names " + std::to_string(rows.size()) +
                    " rows, more than can be read side by side: expected a table or a row of it. " + known);
  return rows;
}

Result<std::string> render_published(const PublishedComparison& comparison, ComparisonFormat format,
                                     const Style& style) {
  switch (format) {
    case ComparisonFormat::kTable:
      return table(comparison, style);
    case ComparisonFormat::kMarkdown:
      return markdown(comparison);
    case ComparisonFormat::kJson:
      return json(comparison);
    case ComparisonFormat::kHtml:
      return fail(Code::kInvalidInput, "--published: expected the format table, md or json, found 'html'");
  }
  return fail(Code::kInternal, "unknown comparison format");
}

}  // namespace assay::report
