#include "campaign/check_results.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <set>
#include <tuple>

#include "base/file.h"
#include "campaign/derive.h"
#include "dataset/classes.h"
#include "spec/parse.h"
#include "store/results_json.h"
#include "store/seal.h"
#include "verdict/verdict.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;
using record::Figure;
using record::Finding;
using record::Results;
using record::Row;
using record::Severity;

std::string listed(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

// ---- deriving again

/// What the spec alone tells; results that are there know it of the data themselves.
std::string relation_of(const spec::Data& data) {
  if (data.calibration_same_as_validation) return "same images as validation";
  if (data.calibration.split != data.validation.split) return "disjoint";
  return "images of the same split, not compared";
}

std::string relation_of(const Results* stated, const spec::Data& data) {
  if (stated)
    for (const Row& row : stated->rows)
      if (!row.calibration_relation.empty() && row.calibration_relation != "none")
        return row.calibration_relation;
  return relation_of(data);
}

/// Models are read, or written into a folder that goes again; no data set is opened, let alone made.
Result<Results> derive_again(const fs::path& path, const Results* stated) {
  ASSAY_TRY(const spec::Experiment experiment, spec::load_experiment(path / "spec.yaml"));
  ASSAY_TRY(const store::RunDirectory directory, store::RunDirectory::view(path));
  ASSAY_TRY(const TemporaryDirectory scratch, TemporaryDirectory::create("assay-report"));
  Assets assets;
  assets.data = experiment.data;
  std::set<int> batches;
  for (const spec::RowSpec& row : experiment.rows) batches.insert(row.batch);
  for (const int batch : batches) {
    ASSAY_TRY(SourceModel model, open_model(experiment.model, batch, scratch.path()));
    assets.models.emplace(batch, std::move(model));
  }
  ASSAY_TRY(assets.class_names, dataset::class_names(experiment.data));
  assets.calibration_relation = relation_of(stated, experiment.data);
  return derive_results(experiment, assets, directory);
}

// ---- comparing

bool same_number(const std::optional<double>& a, const std::optional<double>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  constexpr double kRounding = 1e-6;
  return std::abs(*a - *b) <= kRounding * std::max({std::abs(*a), std::abs(*b), 1e-12});
}

std::string number(const std::optional<double>& value) {
  if (!value) return "nothing";
  char text[40];
  std::snprintf(text, sizeof text, "%.9g", *value);
  return text;
}

bool has_interval(const Figure& figure) { return figure.lo.has_value() && figure.hi.has_value(); }

/// "latency_mean 12.3, its runs give 13.1 ms"; "" where both say the same.
std::string difference(const record::MetricInfo& metric, const Figure& stated, const Figure& derived,
                       bool same_schema) {
  const std::string name(metric.name), unit(metric.unit);
  if (!same_number(stated.value, derived.value)) {
    // What an older schema did not know is no difference.
    if (!stated.value && !same_schema) return "";
    return name + " " + number(stated.value) + ", its runs give " + number(derived.value) + " " + unit;
  }
  if (!same_schema) return "";
  if (has_interval(stated) != has_interval(derived) || !same_number(stated.lo, derived.lo) ||
      !same_number(stated.hi, derived.hi))
    return "the interval of " + name + " as " + number(stated.lo) + " to " + number(stated.hi) +
           ", its runs give " + number(derived.lo) + " to " + number(derived.hi) + " " + unit;
  if (stated.status != derived.status)
    return name + " as " + std::string(to_string(stated.status)) + ", by its runs it is " +
           std::string(to_string(derived.status));
  return "";
}

std::multiset<std::string> rules_of(const Row& row) {
  std::multiset<std::string> rules;
  for (const Finding& finding : row.findings)
    rules.insert(std::string(to_string(finding.severity)) + " " + finding.rule);
  return rules;
}

Finding edited(std::string evidence, std::vector<std::string> figures = {}) {
  return {kEdited, Severity::kWarn, std::move(evidence), std::move(figures)};
}

std::vector<Finding> differences_of_row(const Row& stated, const Row& derived, bool same_schema) {
  std::vector<Finding> findings;
  std::vector<std::string> figures, differing;
  for (const record::MetricInfo& metric : record::metrics()) {
    const std::string text =
        difference(metric, stated.figures.*metric.member, derived.figures.*metric.member, same_schema);
    if (text.empty()) continue;
    figures.emplace_back(metric.name);
    differing.push_back(text);
  }
  constexpr std::size_t kTold = 4;
  if (!differing.empty()) {
    const std::size_t more = differing.size() > kTold ? differing.size() - kTold : 0;
    differing.resize(differing.size() - more);
    std::string text = "edited by hand, or derived by another assay: results.json has ";
    for (std::size_t i = 0; i < differing.size(); ++i) text += (i > 0 ? "; " : "") + differing[i];
    if (more > 0) text += "; and " + std::to_string(more) + " more differ";
    findings.push_back(edited(text, figures));
  }
  std::vector<std::string> facts;
  const auto compare = [&](const char* what, const auto& a, const auto& b) {
    if (a != b) facts.push_back(std::string(what) + " differ");
  };
  compare("counts of repeats, warm-up or iterations",
          std::tuple(stated.repeats, stated.warmup, stated.iterations),
          std::tuple(derived.repeats, derived.warmup, derived.iterations));
  compare("simulated or executed precision", std::tuple(stated.simulated, stated.executed_precision),
          std::tuple(derived.simulated, derived.executed_precision));
  if (same_schema) {
    if (stated.verdict != derived.verdict)
      facts.push_back("the verdict is " + stated.verdict + ", by its runs it is " + derived.verdict);
    compare("findings", rules_of(stated), rules_of(derived));
    compare("digests", stated.digests, derived.digests);
  }
  if (!facts.empty())
    findings.push_back(edited(
        "edited by hand, or derived by another assay: between results.json and its runs " + listed(facts)));
  return findings;
}

// ---- files

/// "latencies.csv was changed; x is missing": "" where all is as it was sealed.
std::string broken(const store::SealCheck& check) {
  std::vector<std::string> parts;
  const auto say = [&](const std::vector<std::string>& names, const char* what) {
    if (!names.empty()) parts.push_back(listed(names) + what);
  };
  say(check.changed, " changed");
  say(check.missing, " missing");
  say(check.added, " added");
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

/// Whether a run is one of the row's: "timed.openvino-cpu-int8.r2" of openvino-cpu-int8.
bool is_run_of(const std::string& id, const std::string& row) {
  for (const char* kind : {"artifact.", "accuracy.", "pipeline.", "timed.", "profile."}) {
    const std::string name = kind + row;
    if (id == name || id.starts_with(name + ".r")) return true;
  }
  return false;
}

void add_to(Row& row, std::vector<Finding> findings) { verdict::apply_findings(findings, row); }

/// A run that is not the one that was written: said in the notes and to the rows that it belongs to.
void tell_run(const std::string& id, const std::string& what, CheckedResults& checked) {
  const std::string text = "edited by hand: runs/" + id + " is not what the campaign wrote: " + what;
  checked.notes.push_back(text);
  const bool of_one =
      std::ranges::any_of(checked.results.rows, [&](const Row& row) { return is_run_of(id, row.key.id); });
  for (Row& row : checked.results.rows)
    if (!of_one || is_run_of(id, row.key.id)) add_to(row, {edited(text)});
}

/// Seals of the runs. Returns whether each is there and intact.
Result<bool> check_runs(const fs::path& path, CheckedResults& checked) {
  ASSAY_TRY(const store::RunDirectory directory, store::RunDirectory::view(path));
  std::vector<std::string> unsealed;
  bool intact = true;
  const std::vector<std::string> runs = directory.runs();
  for (const std::string& id : runs) {
    const auto check = store::check_run(directory.run_folder(id));
    if (check && check->intact()) continue;
    intact = false;
    if (check && !check->sealed)
      unsealed.push_back(id);
    else
      tell_run(id, check ? broken(*check) : check.error().message, checked);
  }
  if (!unsealed.empty())
    checked.notes.push_back(unsealed.size() == runs.size()
                                ? "The runs are unsealed (no SHA256SUMS): an older assay wrote them, and "
                                  "whether they were edited since cannot be told."
                                : "Unsealed runs (no SHA256SUMS): " + listed(unsealed));
  if (intact && !runs.empty())
    checked.notes.emplace_back("Every run is as it was sealed (SHA256SUMS in its folder).");
  return intact;
}

/// Files that the results' own seal knows otherwise, or misses; of a run it has the seal.
void tell_top(const store::SealCheck& top, CheckedResults& checked) {
  const auto tell = [&](const std::vector<std::string>& names, const char* of_run, const char* of_file) {
    constexpr std::string_view kRuns = "runs/";
    for (const std::string& name : names) {
      if (name.starts_with(kRuns)) {
        tell_run(fs::path(name.substr(kRuns.size())).parent_path(), of_run, checked);
        continue;
      }
      const std::string text = "edited by hand: " + name + of_file;
      checked.notes.push_back(text);
      for (Row& row : checked.results.rows) add_to(row, {edited(text)});
    }
  };
  tell(top.changed, "it was exchanged (its SHA256SUMS is another)", " was changed after it was sealed");
  tell(top.missing, "it was taken away, or its seal was", " was taken away");
}

/// `stated`: the results as they were read, without what has been found out about their files.
Result<void> check_against_runs(const fs::path& path, const Results& stated, CheckedResults& checked) {
  const auto derived = derive_again(path, &stated);
  if (!derived) {
    checked.notes.push_back("Figures could not be held against the runs: " + derived.error().message);
    return {};
  }
  auto differences = differences_from_runs(stated, *derived);
  bool any = false;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    any = any || !differences[i].empty();
    add_to(checked.results.rows[i], std::move(differences[i]));
  }
  if (stated.rows.size() < derived->rows.size()) {
    any = true;
    checked.notes.push_back("edited by hand: results.json has " + std::to_string(stated.rows.size()) +
                            " rows, the runs give " + std::to_string(derived->rows.size()));
  }
  checked.notes.push_back(any ? "Figures differ from those that the raw runs give: see the rows."
                              : "The figures are those that the raw runs give (derived again just now).");
  return {};
}

Result<void> check_directory(const fs::path& path, CheckedResults& checked) {
  const Results stated = checked.results;
  auto top = store::check_files(path);
  bool intact = top && top->intact();
  if (!top)
    checked.notes.push_back(top.error().message);
  else if (!top->sealed)
    checked.notes.push_back("results.json is unsealed (no SHA256SUMS): an older assay wrote it.");
  else if (intact)
    checked.notes.push_back(
        "spec.yaml, campaign.json and results.json are as they were sealed (SHA256SUMS).");
  if (top) tell_top(*top, checked);
  ASSAY_TRY(const bool runs, check_runs(path, checked));
  // What is sealed was derived from these very runs when it was written.
  checked.intact = intact && runs;
  if (checked.intact) return {};
  return check_against_runs(path, stated, checked);
}

Status no_run_directory(const fs::path& path) {
  std::vector<std::string> missing;
  for (const char* name : {"campaign.json", "spec.yaml", "results.json", "runs"})
    if (!fs::exists(path / name)) missing.emplace_back(name);
  return {Code::kNotFound, path.string() + ": expected a run directory of `assay run`, but it lacks " +
                               listed(missing) +
                               ": name one that has results.json, or campaign.json, spec.yaml and runs/"};
}

}  // namespace

std::vector<std::vector<Finding>> differences_from_runs(const Results& stated, const Results& derived) {
  const bool same_schema =
      stated.schema_major == derived.schema_major && stated.schema_minor == derived.schema_minor;
  std::vector<std::vector<Finding>> findings(stated.rows.size());
  for (std::size_t i = 0; i < stated.rows.size(); ++i) {
    const Row& row = stated.rows[i];
    const auto found =
        std::ranges::find_if(derived.rows, [&](const Row& other) { return other.key.id == row.key.id; });
    if (found == derived.rows.end())
      findings[i].push_back(edited("edited by hand: the spec and the runs know of no row " + row.key.id));
    else
      findings[i] = differences_of_row(row, *found, same_schema);
  }
  return findings;
}

Result<CheckedResults> read_checked_results(const fs::path& path) {
  CheckedResults checked;
  std::error_code ignored;  // What cannot be seen is no folder, and reading it then says why.
  if (!fs::is_directory(path, ignored)) {
    ASSAY_TRY(checked.results, store::read_results(path));
    checked.notes.emplace_back("A results file alone: there are no runs to hold it against.");
    return checked;
  }
  const fs::path file = path / "results.json";
  const bool campaign = fs::exists(path / "campaign.json", ignored);
  if (!fs::exists(file, ignored)) {
    if (!campaign) return fail(no_run_directory(path));
    auto derived = derive_again(path, nullptr);
    if (!derived)
      return fail(derived.error().with_context(
          path.string() +
          ": has no results.json, and none can be derived from its runs (`assay run --resume " +
          path.string() + "` goes on with it)"));
    checked.results = std::move(*derived);
    checked.derived = true;
    checked.notes.push_back(
        "There is no results.json: this was derived from the runs that are there (`assay "
        "run --resume " +
        path.string() + "` goes on).");
    ASSAY_TRY(const bool intact, check_runs(path, checked));
    (void)intact;  // There is nothing else to hold against them.
    return checked;
  }
  auto results = store::read_results(file);
  if (!results && results.error().code == Code::kCorrupt && campaign)
    return fail(
        results.error().code,
        results.error().message + " (the runs are there: move it away, and it is derived from them again)");
  if (!results) return fail(results.error());
  checked.results = std::move(*results);
  if (campaign) {
    ASSAY_OK(check_directory(path, checked));
  } else {
    checked.notes.emplace_back("There is no campaign.json: the results cannot be held against runs.");
  }
  return checked;
}

}  // namespace assay::campaign
