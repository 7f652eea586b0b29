#include "campaign/check_results.h"

#include <algorithm>
#include <set>
#include <span>
#include <utility>

#include "base/digest.h"
#include "base/file.h"
#include "campaign/derive.h"
#include "campaign/plan.h"
#include "dataset/classes.h"
#include "spec/parse.h"
#include "store/results_json.h"
#include "store/seal.h"
#include "store/top_seal.h"
#include "verdict/verdict.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;
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
/// `stated`: results that are as they were sealed, or null.
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

constexpr const char* kResults = "results.json";

Finding edited(std::string evidence) { return {kEdited, Severity::kWarn, std::move(evidence), {}}; }

// ---- what is told

void note(CheckedResults& checked, std::string text) {
  if (std::ranges::find(checked.notes, text) == checked.notes.end()) checked.notes.push_back(std::move(text));
}

void add_to(Row& row, const Finding& finding) {
  const auto same = [&](const Finding& other) { return other.evidence == finding.evidence; };
  if (std::ranges::none_of(row.findings, same)) verdict::apply_findings(std::span(&finding, 1), row);
}

void tell_file(const std::string& text, CheckedResults& checked) {
  note(checked, text);
  for (Row& row : checked.results.rows) add_to(row, edited(text));
}

/// Whose runs are whose: the spec's word, where it can be read.
using Spec = std::optional<spec::Experiment>;

/// A run that is not the one that was written: said in the notes and to the rows whose figures rest on it.
void tell_run(const std::string& folder, const std::string& id, const std::string& what, const Spec& spec,
              CheckedResults& checked) {
  const std::string text = "edited by hand: " + folder + " is not what the campaign wrote: " + what;
  note(checked, text);
  const RunScope scope = spec ? scope_of_run(*spec, id) : RunScope();
  for (Row& row : checked.results.rows) {
    const bool own = spec && scope.row != kReference && spec->rows[scope.row].id == row.key.id;
    if (own || (scope.all && !scope.reference))
      add_to(row, edited(text));
    else if (scope.all)
      add_to(row, {kEdited, Severity::kWarn, text, {"miou_fp32", "miou_drop"}});
  }
}

// ---- files

/// Seals of the runs. Returns whether each is there and intact.
bool check_runs(const store::RunDirectory& directory, const Spec& spec, CheckedResults& checked) {
  std::vector<std::string> unsealed;
  bool intact = true;
  const std::vector<std::string> runs = directory.runs();
  for (const std::string& id : runs) {
    const auto check = store::check_run(directory.run_folder(id));
    if (check && check->intact()) continue;
    intact = false;
    // What cannot be read is not known to be another.
    if (check && !check->sealed)
      unsealed.push_back(id);
    else if (check && check->edited())
      tell_run("runs/" + id, id, check->in_words(), spec, checked);
    else
      note(checked, "runs/" + id + " cannot be held against its seal: " +
                        (check ? check->in_words() : check.error().message));
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

// ---- how results stand to their runs

/// "runs/x came later (or were put there by hand); runs/y was superseded".
std::string told(const store::TopSeal& top) {
  std::string text;
  if (!top.added.empty())
    text = "runs that it does not name are there, made since or copied in (" + listed(top.added) + ")";
  if (!top.superseded.empty())
    text += (text.empty() ? "" : "; ") + std::string("runs that it names are superseded (") +
            listed(top.superseded) + ")";
  return text;
}

/// Whether any run has a seal: then the results had one as well, or will have.
bool has_sealed_run(const store::RunDirectory& directory) {
  std::error_code ignored;  // A seal that cannot be seen is told by check_runs.
  return std::ranges::any_of(directory.runs(), [&](const std::string& id) {
    return fs::exists(directory.path() / store::run_seal(id), ignored);
  });
}

/// Files that the results' own seal knows otherwise, or misses; of a run it has the seal.
void tell_top(const store::TopSeal& top, const Spec& spec, CheckedResults& checked) {
  const auto tell = [&](const std::vector<std::string>& names, const char* of_run, const char* of_file) {
    for (const std::string& name : names)
      if (const std::string id = store::run_of_sealed(name); !id.empty())
        tell_run(fs::path(name).parent_path(), id, of_run, spec, checked);
      else
        tell_file("edited by hand: " + name + of_file, checked);
  };
  tell(top.check.changed, "it was exchanged (a file that the results' seal names is another)",
       " was changed after it was sealed");
  tell(top.check.missing, "it was taken away, or its seal was", " was taken away");
  if (!top.check.unreadable.empty())
    note(checked, "Of the files that were sealed, some cannot be held against the seal: " +
                      listed(top.check.unreadable) + " cannot be read");
}

/// spec.yaml is the file whose digest campaign.json has had from the beginning, sealed or not. Returns
/// whether it still is.
bool check_spec(const store::RunDirectory& directory, const store::TopSeal& top, CheckedResults& checked) {
  const std::string& expected = directory.campaign().spec_digest;
  const auto found = sha256_file(directory.spec_file());
  if (found && *found == expected) return true;
  const auto among = [](const std::vector<std::string>& names) {
    return std::ranges::find(names, "spec.yaml") != names.end();
  };
  if (!found && found.error().code != Code::kNotFound)
    note(checked, "spec.yaml cannot be held against campaign.json: " + found.error().message);
  else if (!among(top.check.changed) && !among(top.check.missing))
    tell_file("edited by hand: spec.yaml is not the one that the campaign was begun with", checked);
  return false;
}

/// `stated`: the results as they were read, and sealed, without what has been found out about their files.
void check_against_runs(const fs::path& path, const Results& stated, CheckedResults& checked) {
  const auto derived = derive_again(path, &stated);
  if (!derived)
    return note(checked, "Figures could not be held against the runs: " + derived.error().message);
  auto differences = differences_from_runs(stated, *derived);
  bool any = false;
  for (std::size_t i = 0; i < differences.size(); ++i)
    for (Finding& finding : differences[i]) {
      any = true;
      finding.evidence = "edited by hand, or derived by another assay: " + finding.evidence;
      add_to(checked.results.rows[i], finding);
    }
  if (stated.rows.size() < derived->rows.size()) {
    any = true;
    note(checked, "edited by hand: results.json has " + std::to_string(stated.rows.size()) +
                      " rows, the runs give " + std::to_string(derived->rows.size()));
  }
  note(checked, any ? "Figures differ from those that the raw runs give: see the rows."
                    : "The figures are those that the raw runs give (derived again just now).");
}

/// "Row x: results.json has ...; row y: ...": the first few.
std::string in_words(const Results& stated, const std::vector<std::vector<Finding>>& differences) {
  constexpr int kTold = 3;
  int rows = 0;
  std::string text;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    if (differences[i].empty() || ++rows > kTold) continue;
    text += (text.empty() ? "row " : "; row ") + stated.rows[i].key.id + ": ";
    for (const Finding& finding : differences[i])
      text += (&finding == &differences[i].front() ? "" : ", ") + finding.evidence;
  }
  return rows > kTold ? text + "; and " + std::to_string(rows - kTold) + " more rows" : text;
}

/// Results that nothing seals, or that are older than their runs: whatever they say, what the runs give is
/// taken, so that no number that somebody may have edited is left. That they differ is no edit.
void follow_runs(const fs::path& path, CheckedResults& checked) {
  auto derived = derive_again(path, nullptr);
  if (!derived) {
    checked.unproven = true;
    return note(checked,
                "Results could not be derived from the runs that are there: " + derived.error().message +
                    "; these are those of results.json, which nothing vouches for");
  }
  const Results stated = std::exchange(checked.results, std::move(*derived));
  checked.derived = true;
  std::string others = in_words(stated, differences_from_runs(stated, checked.results));
  if (stated.rows.size() < checked.results.rows.size())
    others += (others.empty() ? "" : "; ") + std::to_string(stated.rows.size()) + " rows, the runs give " +
              std::to_string(checked.results.rows.size());
  note(checked, others.empty() ? "The figures are those that the raw runs give (derived again just now)."
                               : "results.json has others than its runs give, being older, or edited: these "
                                 "were derived from the runs just now (`assay run --resume` writes them). " +
                                     others);
}

/// Of the seal over the results: how it stands to the directory.
std::string state_of(const store::RunDirectory& directory, const store::TopSeal& top) {
  if (!top.check.sealed)
    return has_sealed_run(directory)
               ? "results.json is unsealed: a campaign or an import was going on or was "
                 "stopped, or its SHA256SUMS was taken away."
               : "results.json is unsealed (no SHA256SUMS): an older assay wrote it.";
  if (top.older()) return "results.json is older than its runs: " + told(top) + ".";
  return top.intact() ? "spec.yaml, campaign.json and results.json are as they were sealed (SHA256SUMS)."
                      : "";
}

Spec read_spec(const store::RunDirectory& directory) {
  auto spec = spec::load_experiment(directory.spec_file());
  return spec ? Spec(std::move(*spec)) : std::nullopt;
}

/// The seal over the results as it was before they were read, and the digest of what was read of them: a
/// campaign may write others meanwhile.
struct AsRead {
  Result<std::optional<store::Digests>> seal;
  store::Digests results;
};

Result<void> check_directory(const fs::path& path, const AsRead& read, CheckedResults& checked) {
  ASSAY_TRY(const store::RunDirectory directory, store::RunDirectory::view(path));
  // A seal over all but the results vouches for none of them.
  const bool known = read.seal && *read.seal && (*read.seal)->contains(kResults);
  const store::TopSeal top =
      known ? store::check_top(directory, **read.seal, read.results) : store::TopSeal();
  const std::string state = read.seal ? state_of(directory, top) : read.seal.error().message;
  if (!state.empty()) note(checked, state);
  const Results stated = checked.results;
  const bool sealed = top.check.sealed && !top.older();
  if (!sealed) follow_runs(path, checked);
  const Spec spec = read_spec(directory);
  tell_top(top, spec, checked);
  const bool runs = check_runs(directory, spec, checked);
  const bool same_spec = check_spec(directory, top, checked);
  // What is sealed was derived from these very runs when it was written.
  checked.intact = top.intact() && runs && same_spec;
  if (sealed && !checked.intact) check_against_runs(path, stated, checked);
  return {};
}

/// Of a directory without results.json, whose results were derived just now.
Result<void> check_derived(const fs::path& path, CheckedResults& checked) {
  ASSAY_TRY(const store::RunDirectory directory, store::RunDirectory::view(path));
  const auto seal = store::read_seal(path);
  if (!seal) note(checked, seal.error().message);
  store::TopSeal top = seal && *seal ? store::check_top(directory, **seal) : store::TopSeal();
  std::erase(top.check.missing, "results.json");  // Told already, and nothing rests on it.
  const Spec spec = read_spec(directory);
  tell_top(top, spec, checked);
  if (top.older()) note(checked, "SHA256SUMS is older than the runs: " + told(top) + ".");
  check_spec(directory, top, checked);
  check_runs(directory, spec, checked);  // Nothing else is there to be held against them.
  return {};
}

Status no_run_directory(const fs::path& path) {
  std::vector<std::string> missing;
  std::error_code ignored;  // What cannot be seen is lacking, too.
  for (const char* name : {"campaign.json", "spec.yaml", "results.json", "runs"})
    if (!fs::exists(path / name, ignored)) missing.emplace_back(name);
  return {Code::kNotFound, path.string() + ": expected a run directory of `assay run`, but it lacks " +
                               listed(missing) +
                               ": name one that has results.json, or campaign.json, spec.yaml and runs/"};
}

}  // namespace

fs::path run_directory_of(const fs::path& path) {
  std::error_code ignored;  // What cannot be seen is read as it was named, and reading it says why.
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const bool beside = path.filename() == "results.json" && !fs::is_directory(path, ignored) &&
                      fs::exists(path, ignored) && fs::exists(folder / "campaign.json", ignored);
  return beside ? folder : path;
}

Result<CheckedResults> read_checked_results(const fs::path& named) {
  const fs::path path = run_directory_of(named);
  CheckedResults checked;
  std::error_code ignored;  // What cannot be seen is no folder, and reading it then says why.
  if (!fs::is_directory(path, ignored)) {
    ASSAY_TRY(checked.results, store::read_results(path));
    checked.notes.emplace_back("A results file alone: there are no runs to hold it against.");
    return checked;
  }
  const fs::path file = path / kResults;
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
    ASSAY_OK(check_derived(path, checked));
    return checked;
  }
  AsRead read{store::read_seal(path), {}};
  ASSAY_TRY(const std::string text, read_file(file));
  read.results.emplace(kResults, Sha256().update(text).hex());
  auto results = store::results_from_json(text);
  if (!results)
    return fail(results.error().code,
                results.error().with_context(file.string()).message +
                    (results.error().code == Code::kCorrupt && campaign
                         ? " (the runs are there: move it away, and it is derived from them again)"
                         : ""));
  checked.results = std::move(*results);
  if (campaign) {
    ASSAY_OK(check_directory(path, read, checked));
  } else {
    checked.unproven = fs::exists(path / "runs", ignored);
    note(checked, "There is no campaign.json: the results cannot be held against runs.");
  }
  return checked;
}

}  // namespace assay::campaign
