#include "report/summary.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "metric/comparison.h"
#include "report/number_text.h"
#include "report/power_text.h"
#include "report/target_text.h"

namespace assay::report {

using record::Figure;
using record::FigureStatus;
using record::Finding;
using record::Row;
using record::Severity;

const std::array<Column, kColumns>& columns() {
  using F = record::RowFigures;
  static constexpr std::array<Column, kColumns> kAll{{{"Throughput", "(FPS)", "throughput", &F::throughput},
                                                      {"p99", "(ms)", "latency_p99", &F::latency_p99},
                                                      {"Power", "(W)", "power", &F::power},
                                                      {"FPS/W", "", "efficiency", &F::efficiency},
                                                      {"mIoU", "(%)", "miou", &F::miou},
                                                      {"drop", "(points)", "miou_drop", &F::miou_drop}}};
  return kAll;
}

namespace {

/// Listed where there may be hundreds.
constexpr std::size_t kMostNames = 8;

bool concerns(const Finding& finding, std::string_view metric) {
  if (finding.figures.empty()) return finding.severity == Severity::kInvalid;
  return std::ranges::find(finding.figures, metric) != finding.figures.end();
}

bool noted(const Finding& finding) {
  return finding.severity == Severity::kWarn || finding.severity == Severity::kInvalid;
}

/// Gives the same finding of several rows one number.
class Notes {
 public:
  int number(const Finding& finding, const std::string& row) {
    const auto [entry, fresh] = index_.emplace(std::pair(finding.rule, finding.evidence), notes_.size());
    if (fresh) notes_.push_back({finding.severity, finding.rule, one_line(finding.evidence), {}});
    Note& note = notes_[entry->second];
    if (std::ranges::find(note.rows, row) == note.rows.end()) note.rows.push_back(row);
    return static_cast<int>(entry->second) + 1;
  }
  std::vector<Note> take() { return std::move(notes_); }

 private:
  std::map<std::pair<std::string, std::string>, std::size_t> index_;
  std::vector<Note> notes_;
};

std::vector<std::string> configurations(const std::vector<Row>& rows) {
  std::vector<std::string> names;
  std::map<std::string, int> uses;
  for (const Row& row : rows) {
    const auto& key = row.key;
    std::string name = key.backend + "/" + key.precision;
    if (key.batch != 1) name += "/b" + std::to_string(key.batch);
    ++uses[key.device + "|" + key.accelerator + "|" + name];
    names.push_back(one_line(name));
  }
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (uses[rows[i].key.device + "|" + rows[i].key.accelerator + "|" + names[i]] > 1)
      names[i] = one_line(rows[i].key.id);
  return names;
}

SummaryRow make_row(const Row& row, const std::string& configuration, Notes& notes) {
  SummaryRow out;
  out.platform = one_line(row.key.device);
  out.accelerator = one_line(row.key.accelerator);
  out.configuration = configuration;
  out.verdict = row.verdict;
  std::set<int> shown;
  const auto cell = [&](std::string_view metric, const Figure& figure) {
    std::vector<int> numbers;
    bool invalidated = false;
    for (const Finding& finding : row.findings) {
      if (!noted(finding) || !concerns(finding, metric)) continue;
      // What was never measured (power), or refused (a percentile of too few), is not made worse by a
      // finding.
      if (!figure.value && row.repeats > 0) continue;
      invalidated = invalidated || finding.severity == Severity::kInvalid;
      numbers.push_back(notes.number(finding, configuration));
    }
    std::ranges::sort(numbers);
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return figure_cell(figure, std::move(numbers), invalidated);
  };
  for (std::size_t c = 0; c < kColumns; ++c) {
    const Figure& figure = row.figures.*columns()[c].member;
    out.cells[c] = cell(columns()[c].metric, figure);
    shown.insert(out.cells[c].notes.begin(), out.cells[c].notes.end());
    const bool of_power = columns()[c].member == &record::RowFigures::power ||
                          columns()[c].member == &record::RowFigures::efficiency;
    if (of_power && figure.value) out.cells[c].boundary = boundary_mark(row);
  }
  // Not every table has room for it: what is noted there is noted at the verdict as well.
  out.temperature = cell("temperature", row.figures.temperature);
  for (const Finding& finding : row.findings) {
    if (finding.rule == "accuracy-degraded") out.tags.push_back("degraded");
    if (!noted(finding)) continue;
    if (const int number = notes.number(finding, configuration); shown.insert(number).second)
      out.verdict_notes.push_back(number);
  }
  std::ranges::sort(out.verdict_notes);
  if (row.simulated)
    out.tags.push_back("simulated");
  else if (std::ranges::any_of(row.power_sources, &record::PowerSource::simulated))
    out.tags.push_back("simulated power");
  return out;
}

/// "openvino: 2026.4.1, native SDK; onnxruntime: 1.31.1, general runtime": the software that executed the
/// rows.
std::string stacks(const record::Results& results) {
  std::vector<std::string> told;
  for (const Row& row : results.rows) {
    const auto runtime = row.versions.find("runtime");
    if (runtime == row.versions.end()) continue;
    const std::string text =
        row.key.backend + ": " + runtime->second + (row.stack.empty() ? "" : ", " + row.stack);
    if (std::find(told.begin(), told.end(), text) == told.end()) told.push_back(text);
  }
  return joined(told, "; ");
}

std::vector<std::string> make_head(const record::Results& results) {
  const auto word = [&](const char* key) {
    const auto found = results.protocol.find(key);
    return found == results.protocol.end() ? std::string() : found->second;
  };
  const auto labelled = [&](const char* label, const std::string& text) {
    return text.empty() ? std::string() : std::string(label) + text;
  };
  std::set<std::string> relations;
  for (const Row& row : results.rows)
    if (!row.calibration_relation.empty() && row.calibration_relation != "none")
      relations.insert(row.calibration_relation);
  const std::string relation = joined(relations, " / ");
  const std::string calibration = word("calibration");
  const record::Environment& e = results.environment;
  std::vector<std::string> head;
  head.push_back(results.name + ": " +
                 joined({word("model") + labelled(" at ", word("size")), labelled("data: ", word("data")),
                         labelled("accuracy on ", word("validation")),
                         relations.empty() ? "" : "calibrated on " + calibration + ", " + relation},
                        "; "));
  head.push_back(
      "Machine: " +
      joined({e.cpu_model, e.cpus > 0 ? std::to_string(e.cpus) + " CPUs" : "",
              e.memory_bytes > 0 ? significant(static_cast<double>(e.memory_bytes) * 1e-9, 3) + " GB" : "",
              e.os, e.kernel},
             ", "));
  if (const std::string software = stacks(results); !software.empty())
    head.push_back("Software: " + software);
  head.push_back(
      "Protocol: " +
      joined({labelled("", word("scenario")), labelled("repeats: ", word("repeats")),
              labelled("warm-up: ", word("warm-up")), labelled("timed: ", word("timed")), word("inputs")},
             "; "));
  if (!results.complete)
    head.push_back("INCOMPLETE: not all planned runs have been made; `assay run --resume` goes on");
  for (std::string& line : head) line = one_line(line);
  return head;
}

std::vector<std::string> make_tail(const record::Results& results, const std::vector<std::string>& names) {
  std::vector<std::string> tail;
  std::set<std::string> told;
  for (const Row& row : results.rows)
    for (const Finding& finding : row.findings)
      if (finding.severity == Severity::kUnmeasured && told.insert(finding.rule + finding.evidence).second)
        tail.push_back("Unmeasured (" + finding.rule + "): " + one_line(finding.evidence));
  const auto pairs = not_distinguishable(results);
  std::vector<std::string> told_pairs;
  for (const auto& [a, b] : pairs)
    if (told_pairs.size() < kMostNames) told_pairs.push_back(names[a] + " and " + names[b]);
  if (pairs.size() > kMostNames)
    told_pairs.push_back("and " + std::to_string(pairs.size() - kMostNames) + " more pairs");
  if (!pairs.empty())
    tail.push_back(
        "Rows not distinguishable in throughput (the ratio's interval covers 1; 95 % over all pairs "
        "together): " +
        joined(told_pairs, "; "));
  return tail;
}

}  // namespace

Cell figure_cell(const Figure& figure, std::vector<int> notes, bool invalidated) {
  Cell cell{"unmeasured", "", figure.status, figure.value.has_value(), std::move(notes)};
  if (!figure.value)
    cell.text = invalidated ? "invalid" : "unmeasured";
  else if (figure.status == FigureStatus::kInvalid)
    cell.text = significant(*figure.value);
  else
    cell.text = figure_text(figure);
  if (!figure.value) cell.status = invalidated ? FigureStatus::kInvalid : FigureStatus::kUnmeasured;
  return cell;
}

std::vector<std::pair<std::size_t, std::size_t>> not_distinguishable(const record::Results& results) {
  std::vector<std::pair<std::size_t, metric::Estimate>> rates;
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    const Figure& rate = results.rows[i].figures.throughput;
    if (rate.status == FigureStatus::kInvalid) continue;
    if (const auto estimate = metric::estimate(rate, results.rows[i].repeats))
      rates.emplace_back(i, *estimate);
  }
  const auto all = static_cast<double>(rates.size() * (rates.size() - 1) / 2);
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  for (std::size_t i = 0; i < rates.size(); ++i)
    for (std::size_t j = i + 1; j < rates.size(); ++j) {
      const double alone = 1 - (1 - metric::kJointConfidence) / all;
      const Figure ratio = metric::ratio(rates[i].second, rates[j].second, alone);
      const bool apart = ratio.lo && ratio.hi && (*ratio.lo > 1 || *ratio.hi < 1);
      if (!apart) pairs.emplace_back(rates[i].first, rates[j].first);
    }
  return pairs;
}

std::string names_text(const std::vector<std::string>& names, std::size_t all) {
  constexpr std::size_t kSeveral = 3;
  if (names.size() == all && all >= kSeveral) return "all rows";
  if (names.size() <= kMostNames) return joined(names, ", ");
  const std::vector<std::string> first(names.begin(), names.begin() + kMostNames);
  return joined(first, ", ") + " and " + std::to_string(names.size() - kMostNames) + " more";
}

std::string note_marks(const std::vector<int>& notes) {
  std::string text;
  for (std::size_t i = 0; i < notes.size();) {
    std::size_t last = i;
    while (last + 1 < notes.size() && notes[last + 1] == notes[last] + 1) ++last;
    text += (text.empty() ? "[" : ",") + std::to_string(notes[i]);
    if (last > i) text += (last == i + 1 ? "," : "-") + std::to_string(notes[last]);
    i = last + 1;
  }
  return text.empty() ? text : text + "]";
}

Summary summarise(const record::Results& results) {
  Summary summary;
  Notes notes;
  const std::vector<std::string> names = configurations(results.rows);
  summary.head = make_head(results);
  for (std::size_t i = 0; i < results.rows.size(); ++i) {
    summary.rows.push_back(make_row(results.rows[i], names[i], notes));
    summary.has_temperature = summary.has_temperature || results.rows[i].figures.temperature.value;
  }
  add_power(results, summary);
  summary.target = target_lines(results, names);
  summary.notes = notes.take();
  summary.tail = make_tail(results, names);
  return summary;
}

}  // namespace assay::report
