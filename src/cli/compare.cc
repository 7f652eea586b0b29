// assay compare A B...: the ratio of every figure, what may be said of it, and conditions for CI.
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <filesystem>
#include <optional>

#include "base/exit_code.h"
#include "base/output.h"
#include "base/text.h"
#include "campaign/check_results.h"
#include "cli/command.h"
#include "report/comparison.h"
#include "report/comparison_published.h"
#include "store/records.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

static_assert(metric::kEditedRule == campaign::kEdited);

struct Options {
  std::vector<std::string> sides, conditions;
  std::string format = "table", output, undecided = "pass", published;
  bool force = false, all = false;
};

/// DIR, results.json, or either with ":ROW" behind it.
struct Place {
  std::string name;
  fs::path path;                 ///< The run directory, also where its results.json was named; or a file.
  std::optional<fs::path> runs;  ///< Folder of the raw runs, where there is one.
  std::optional<std::string> row;
};

/// However they are spelled.
bool same_place(const Place& a, const Place& b) {
  std::error_code unseen;
  return a.path == b.path || fs::equivalent(a.path, b.path, unseen);
}

// What cannot be seen is not there, and reading it then says why.
bool is_there(const fs::path& path) {
  std::error_code unseen;
  return fs::exists(path, unseen);
}

bool is_folder(const fs::path& path) {
  std::error_code unseen;
  return fs::is_directory(path, unseen);
}

Result<Place> parse_place(const std::string& text) {
  Place place{text, text, std::nullopt, std::nullopt};
  // A path may hold a colon as well: what exists as a whole is a path.
  if (const auto colon = text.rfind(':'); !is_there(place.path) && colon != std::string::npos) {
    place.path = text.substr(0, colon);
    place.row = text.substr(colon + 1);
    if (place.row->empty())
      return fail(Code::kInvalidInput, text + ": expected DIR:ROW, found no row after the colon");
  }
  place.path = campaign::run_directory_of(place.path);
  if (is_folder(place.path)) place.runs = place.path / "runs";
  return place;
}

/// What is not as it was measured is told in the notes, and by findings of its rows.
Result<campaign::CheckedResults> read(const Place& place) {
  auto checked = campaign::read_checked_results(place.path);
  if (!checked && checked.error().code == Code::kNotFound && !is_there(place.path))
    return fail(Code::kNotFound,
                place.path.string() + ": no such run directory or results.json (one of its rows is DIR:ROW)");
  if (!checked) return fail(checked.error());
  if (checked->results.rows.empty())
    return fail(Code::kInvalidInput, place.path.string() + ": has no rows to compare");
  return checked;
}

/// The accuracy pass of a row, image by image; nothing where it is not there: then accuracy is compared by
/// its intervals. Errors: kCorrupt.
Result<std::optional<record::AccuracyRun>> read_accuracy(const Place& place, const std::string& row) {
  if (!place.runs) return std::optional<record::AccuracyRun>();
  const fs::path folder = *place.runs / ("accuracy." + row);
  if (!is_folder(folder)) return std::optional<record::AccuracyRun>();
  ASSAY_TRY(auto run, store::load_accuracy_run(folder));
  if (!run.failure.reason.empty()) return std::optional<record::AccuracyRun>();
  return std::optional(std::move(run));
}

/// End-to-end loops of a row that went through; unknown without the raw runs. Errors: kCorrupt.
Result<std::optional<int>> count_loops(const Place& place, const record::Row& row) {
  if (!place.runs || !row.figures.end_to_end_mean.value) return std::optional<int>();
  const std::string prefix = "pipeline." + row.key.id + ".r";  // And the repeat.
  int loops = 0;
  std::error_code error;
  for (fs::directory_iterator entry(*place.runs, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (!name.starts_with(prefix) || name.find_first_not_of("0123456789", prefix.size()) != std::string::npos)
      continue;
    ASSAY_TRY(const auto run, store::load_pipeline_run(entry->path()));
    loops += run.failure.reason.empty() && !run.total_ns.empty();
  }
  return error ? std::optional<int>() : std::optional(loops);
}

/// Of its accuracy pass, or as the protocol tells it: "200 images of val (seed 42)".
std::optional<int> count_images(const record::AccuracyRun* run, const record::Results& results) {
  if (run) return static_cast<int>(run->images.size());
  const auto told = results.protocol.find("validation");
  if (told == results.protocol.end()) return std::nullopt;
  const std::string& words = told->second;
  int images = 0;
  const auto [end, error] = std::from_chars(words.data(), words.data() + words.size(), images);
  const std::string_view rest(end, words.data() + words.size());
  return error == std::errc() && rest.starts_with(" images of ") ? std::optional(images) : std::nullopt;
}

Result<std::vector<report::Condition>> parse_conditions(const Options& options) {
  std::vector<report::Condition> conditions;
  std::string problems;
  for (const std::string& text : options.conditions) {
    auto condition = metric::parse_condition(text);
    if (condition)
      conditions.push_back({*condition});
    else
      problems += (problems.empty() ? "--fail-if: " : "\n  ") + condition.error().message;
  }
  if (!problems.empty()) return fail(Code::kInvalidInput, problems);
  return conditions;
}

/// The sides in their order; a directory that is named twice is read, and held against its runs, once.
Result<std::vector<report::ComparedSide>> read_sides(const std::vector<Place>& places) {
  std::vector<report::ComparedSide> sides;
  for (const Place& place : places) {
    const auto known =
        std::ranges::find_if(places, [&](const Place& other) { return same_place(other, place); });
    if (const auto first = static_cast<std::size_t>(known - places.begin()); first < sides.size()) {
      sides.push_back(sides[first]);
    } else {
      ASSAY_TRY(auto checked, read(place));
      sides.push_back({"", std::move(checked.results), checked.intact, std::move(checked.notes)});
    }
    sides.back().name = place.name;
    sides.back().row = place.row;
  }
  return sides;
}

/// Accuracy passes stay in place: pairs point into them.
using AccuracyRuns = std::deque<std::optional<record::AccuracyRun>>;

/// What only the run directories tell of a pair.
Result<void> add_evidence(const Place& a, const Place& b, const record::Results& results_a,
                          const record::Results& results_b, metric::ComparedRows& rows, AccuracyRuns& kept) {
  // Boards that were flashed with one image are called alike, and nothing in the record tells them apart:
  // only the rows of one campaign are known to be of one machine.
  rows.one_machine = same_place(a, b) && rows.a->key.device == rows.b->key.device;
  if (rows.same_runs) return {};
  const auto load = [&](const Place& place, const record::Results& results, const record::Row& row,
                        const record::AccuracyRun*& into, metric::Counts& counts) -> Result<void> {
    ASSAY_TRY(kept.emplace_back(), read_accuracy(place, row.key.id));
    if (kept.back()) into = &*kept.back();
    ASSAY_TRY(counts.loops, count_loops(place, row));
    counts.images = count_images(into, results);
    return {};
  };
  ASSAY_OK(load(a, results_a, *rows.a, rows.accuracy_a, rows.counts_a));
  return load(b, results_b, *rows.b, rows.accuracy_b, rows.counts_b);
}

Result<report::ComparisonReport> compare(const Options& options) {
  report::ComparisonReport report;
  ASSAY_TRY(report.conditions, parse_conditions(options));
  std::vector<Place> places;
  for (const std::string& side : options.sides) {
    ASSAY_TRY(places.emplace_back(), parse_place(side));
  }
  ASSAY_TRY(report.sides, read_sides(places));
  ASSAY_OK(report::match_sides(report));
  const std::string refused = report::refusals(report);
  if (!refused.empty() && !options.force)
    return fail(Code::kConflict,
                "not comparable: these have to be the same on both sides\n" + refused +
                    "Measure again with the same protocol, or say --force to go on with what differs "
                    "printed beside the figures");
  report.forced = !refused.empty();
  AccuracyRuns kept;
  std::vector<metric::ComparedRows> pairs = report::matched_rows(report);
  for (const report::Against& against : report.against)
    for (std::size_t p = 0; p < against.matching.pairs.size(); ++p)
      ASSAY_OK(add_evidence(places[0], places[against.side], report.sides[0].results,
                            report.sides[against.side].results, pairs[against.first_row + p], kept));
  report::compare_sides(report, pairs, options.undecided == "fail");
  return report;
}

/// The one row that stands beside published ones.
Result<report::PublishedComparison> beside_published(const Options& options) {
  if (options.sides.size() != 1 || !options.conditions.empty())
    return fail(Code::kInvalidInput,
                "--published: expected one measured row (DIR:ROW) and no --fail-if: nothing is ranked "
                "against numbers "
                "without an interval");
  ASSAY_TRY(const Place place, parse_place(options.sides.front()));
  report::PublishedComparison comparison;
  comparison.name = options.sides.front();
  ASSAY_TRY(auto checked, read(place));
  if (!checked.intact)
    for (const std::string& note : checked.notes)
      std::fprintf(stderr, "assay: %s: %s\n", place.path.c_str(), note.c_str());
  comparison.results = std::move(checked.results);
  std::vector<std::string_view> ids;
  for (const record::Row& row : comparison.results.rows) ids.push_back(row.key.id);
  const auto found = place.row ? std::ranges::find(ids, *place.row) : ids.begin();
  if (found == ids.end() || (!place.row && ids.size() > 1))
    return fail(Code::kInvalidInput,
                options.sides.front() + ": expected one row, as DIR:ROW: " + join_or(ids));
  comparison.row = static_cast<std::size_t>(found - ids.begin());
  const std::size_t colon = options.published.find(':');
  const std::string source = options.published.substr(0, colon);
  ASSAY_TRY(const fs::path folder, audit::published_folder());
  ASSAY_TRY(std::vector<audit::PublishedSource> sources, audit::published_sources(folder));
  std::vector<std::string_view> names;
  for (const audit::PublishedSource& one : sources) names.push_back(one.id);
  const auto named = std::ranges::find(names, source);
  if (named == names.end())
    return fail(Code::kInvalidInput,
                "--published " + source + ": expected a source that ships: " + join_or(names));
  const auto place_of = static_cast<std::size_t>(named - names.begin());
  comparison.source = sources[place_of];
  ASSAY_TRY(comparison.published,
            report::chosen_published(comparison.source,
                                     colon == std::string::npos ? "" : options.published.substr(colon + 1)));
  return comparison;
}

Result<int> run(const Options& options) {
  ASSAY_TRY(const auto format, report::parse_comparison_format(options.format));
  if (format == report::ComparisonFormat::kHtml && options.output.empty() && ::isatty(STDOUT_FILENO))
    return fail(Code::kInvalidInput, "--format html: expected a file to write the page to (-o page.html)");
  const report::Style style =
      options.output.empty() ? report::terminal_style(STDOUT_FILENO) : report::Style{};
  if (!options.published.empty()) {
    ASSAY_TRY(const auto comparison, beside_published(options));
    ASSAY_TRY(const auto text, report::render_published(comparison, format, style));
    ASSAY_OK(write_output(options.output, text));
    return kExitOk;
  }
  if (options.sides.size() < 2)
    return fail(Code::kInvalidInput,
                "expected at least two run directories (A, the baseline, and B), found one");
  ASSAY_TRY(const auto report, compare(options));
  ASSAY_TRY(const auto text, report::render_comparison(report, format, style, options.all));
  ASSAY_OK(write_output(options.output, text));
  return report.fails() ? kExitCondition : kExitOk;
}

}  // namespace

CLI::App* declare_compare(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "compare", "Measured rows against each other: the ratio of every figure, and how sure it is");
  command
      ->add_option("directories", options->sides,
                   "Run directories or results.json, the baseline first; DIR:ROW for one row of it")
      ->required();
  command
      ->add_option("--fail-if", options->conditions,
                   "Condition that makes the command fail (exit code 8), as 'p99 > +5%' or 'miou < -0.5'; "
                   "repeatable")
      ->allow_extra_args(false);
  command
      ->add_option("--undecided", options->undecided, "What a condition that the intervals leave open does")
      ->check(CLI::IsMember({"pass", "fail"}))
      ->capture_default_str();
  command->add_option("--published", options->published,
                      "Beside rows that others published: SOURCE:TABLE[:ROW] (assay audit --list)");
  command->add_flag("--force", options->force,
                    "Go on where protocol, data, model or boundary differ, and say so");
  command->add_flag("--all", options->all, "Every figure in the table, not only the main ones");
  command->add_option("--format", options->format, "table, md, json or html")->capture_default_str();
  add_output(*command, options->output);
  action = [options] { return run(*options); };
  return command;
}

}  // namespace assay::cli
