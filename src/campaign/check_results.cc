#include "campaign/check_results.h"

#include <algorithm>
#include <set>

#include "base/digest.h"
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

Finding edited(std::string evidence) { return {kEdited, Severity::kWarn, std::move(evidence), {}}; }

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

std::string seal_of(const std::string& id) { return "runs/" + id + "/" + std::string(store::kSealFile); }

/// "runs/timed.x.r1/SHA256SUMS" is of timed.x.r1.
std::string run_of(const std::string& name) { return fs::path(name).parent_path().filename(); }

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

// ---- how results stand to their runs

constexpr std::string_view kRuns = "runs/";

/// What happened to the runs since the results were sealed, by the digests of the runs' own seals.
struct Since {
  std::vector<std::string> added;       ///< Sealed runs that the results' seal does not name.
  std::vector<std::string> superseded;  ///< Runs that it names, and that lie in superseded/ as they were.
  bool any() const { return !added.empty() || !superseded.empty(); }
};

bool is_superseded(const fs::path& path, const std::string& id, const std::string& digest) {
  std::error_code ignored;  // A folder that cannot be seen holds nothing against an edit.
  for (int n = 1;; ++n) {
    const fs::path folder = path / "superseded" / (id + "." + std::to_string(n));
    if (!fs::is_directory(folder, ignored)) return false;
    if (const auto found = sha256_file(folder / store::kSealFile); found && *found == digest) return true;
  }
}

Since since_sealed(const store::RunDirectory& directory, const store::Digests& sealed) {
  Since since;
  std::error_code ignored;  // As above: a run without a seal of its own is told by check_runs.
  for (const std::string& id : directory.runs())
    if (!sealed.contains(seal_of(id)) && fs::exists(directory.path() / seal_of(id), ignored))
      since.added.push_back(id);
  for (const auto& [name, digest] : sealed) {
    if (!name.starts_with(kRuns)) continue;
    const auto now = sha256_file(directory.path() / name);
    if (now && *now == digest) continue;
    if (const std::string id = run_of(name); is_superseded(directory.path(), id, digest))
      since.superseded.push_back(id);
  }
  return since;
}

/// "runs/x came later (or were put there by hand); runs/y was superseded".
std::string told(const Since& since) {
  std::string text;
  if (!since.added.empty())
    text = "runs that it does not name are there, made since or copied in (" + listed(since.added) + ")";
  if (!since.superseded.empty())
    text += (text.empty() ? "" : "; ") + std::string("runs that it names are superseded (") +
            listed(since.superseded) + ")";
  return text;
}

/// SHA256SUMS over the results, and what has become of the runs that it names.
struct TopSeal {
  Result<store::SealCheck> check;
  Since since;
  bool sealed() const { return check && check->sealed; }
  bool intact() const { return check && check->intact() && !since.any(); }
};

TopSeal read_top(const store::RunDirectory& directory) {
  const auto sealed = store::read_seal(directory.path());
  TopSeal top{store::check_files(directory.path()), {}};
  if (!sealed || !top.sealed()) return top;
  if (*sealed) top.since = since_sealed(directory, **sealed);
  // A campaign that writes results just now takes its seal away first: what was read of either is not to be
  // held against the other.
  const auto still = store::read_seal(directory.path());
  if (!still || *still != *sealed) top = {store::SealCheck(), {}};
  return top;
}

/// Whether any run has a seal: then the results had one as well, or will have.
bool has_sealed_run(const store::RunDirectory& directory) {
  std::error_code ignored;  // A seal that cannot be seen is told by check_runs.
  return std::ranges::any_of(directory.runs(), [&](const std::string& id) {
    return fs::exists(directory.path() / seal_of(id), ignored);
  });
}

void tell_file(const std::string& text, CheckedResults& checked) {
  checked.notes.push_back(text);
  for (Row& row : checked.results.rows) add_to(row, {edited(text)});
}

/// Files that the results' own seal knows otherwise, or misses; of a run it has the seal. What was superseded
/// was not edited.
void tell_top(const TopSeal& top, CheckedResults& checked) {
  const auto tell = [&](const std::vector<std::string>& names, const char* of_run, const char* of_file) {
    for (const std::string& name : names) {
      if (!name.starts_with(kRuns))
        tell_file("edited by hand: " + name + of_file, checked);
      else if (std::ranges::find(top.since.superseded, run_of(name)) == top.since.superseded.end())
        tell_run(run_of(name), of_run, checked);
    }
  };
  tell(top.check->changed, "it was exchanged (its SHA256SUMS is another)",
       " was changed after it was sealed");
  tell(top.check->missing, "it was taken away, or its seal was", " was taken away");
}

/// spec.yaml is the file whose digest campaign.json has had from the beginning, sealed or not. Returns
/// whether it still is.
bool check_spec(const store::RunDirectory& directory, const TopSeal& top, CheckedResults& checked) {
  const std::string& expected = directory.campaign().spec_digest;
  const auto found = sha256_file(directory.spec_file());
  if (found && *found == expected) return true;
  const bool said = top.sealed() && (std::ranges::count(top.check->changed, "spec.yaml") > 0 ||
                                     std::ranges::count(top.check->missing, "spec.yaml") > 0);
  if (!said) tell_file("edited by hand: spec.yaml is not the one that the campaign was begun with", checked);
  return false;
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

/// Results that may be older than their runs: where the runs give others, these are taken. That is no edit.
void follow_runs(const fs::path& path, const Results& stated, CheckedResults& checked) {
  auto derived = derive_again(path, &stated);
  if (!derived) {
    checked.notes.push_back("Results could not be derived from the runs that are there: " +
                            derived.error().message + "; these are those of results.json");
    return;
  }
  const auto differences = differences_from_runs(stated, *derived);
  const bool same = stated.rows.size() == derived->rows.size() &&
                    std::ranges::all_of(differences, [](const auto& row) { return row.empty(); });
  if (same) {
    checked.notes.emplace_back("The figures are those that the raw runs give (derived again just now).");
    return;
  }
  checked.results = std::move(*derived);
  checked.derived = true;
  checked.notes.emplace_back(
      "results.json has others than its runs give, being older, or edited: these were derived from the runs "
      "just now (`assay run --resume` writes them).");
}

Result<void> check_directory(const fs::path& path, CheckedResults& checked) {
  const Results stated = checked.results;
  ASSAY_TRY(const store::RunDirectory directory, store::RunDirectory::view(path));
  const TopSeal top = read_top(directory);
  const bool stopped = top.check && !top.sealed() && has_sealed_run(directory);
  if (!top.check)
    checked.notes.push_back(top.check.error().message);
  else if (stopped)
    checked.notes.emplace_back(
        "results.json is unsealed: a campaign or an import was going on or was stopped, or its SHA256SUMS "
        "was "
        "taken away.");
  else if (!top.sealed())
    checked.notes.emplace_back("results.json is unsealed (no SHA256SUMS): an older assay wrote it.");
  else if (top.since.any())
    checked.notes.push_back("results.json is older than its runs: " + told(top.since) + ".");
  else if (top.intact())
    checked.notes.emplace_back(
        "spec.yaml, campaign.json and results.json are as they were sealed (SHA256SUMS).");
  const bool older = stopped || top.since.any();
  if (older) follow_runs(path, stated, checked);
  if (top.check) tell_top(top, checked);
  ASSAY_TRY(const bool runs, check_runs(path, checked));
  const bool spec = check_spec(directory, top, checked);
  // What is sealed was derived from these very runs when it was written.
  checked.intact = top.intact() && runs && spec;
  if (checked.intact || older) return {};
  return check_against_runs(path, stated, checked);
}

/// Of a directory without results.json, whose results were derived just now.
Result<void> check_derived(const fs::path& path, CheckedResults& checked) {
  ASSAY_TRY(const store::RunDirectory directory, store::RunDirectory::view(path));
  TopSeal top = read_top(directory);
  if (top.check) {
    std::erase(top.check->missing, "results.json");  // Told already, and nothing rests on it.
    tell_top(top, checked);
  } else {
    checked.notes.push_back(top.check.error().message);
  }
  if (top.since.any()) checked.notes.push_back("SHA256SUMS is older than the runs: " + told(top.since) + ".");
  check_spec(directory, top, checked);
  ASSAY_TRY(const bool intact, check_runs(path, checked));
  (void)intact;  // There is nothing else to hold against them.
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
    ASSAY_OK(check_derived(path, checked));
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
