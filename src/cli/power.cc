#include <unistd.h>

#include <cmath>

#include "base/clock.h"
#include "base/exit_code.h"
#include "campaign/assets.h"
#include "campaign/derive.h"
#include "campaign/import_power.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "cli/run_folder.h"
#include "powerlog/mapping_file.h"
#include "report/report.h"
#include "spec/parse.h"
#include "store/results_json.h"
#include "yaml/reader.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::string log, run, format = "auto", mapping, zone, boundary, position, interval, mark, cache;
  std::string clock, clock_error, clock_ahead, name;
  std::optional<double> of_reading, of_range, range;
  bool simulated = false, replace = false;
};

Result<std::chrono::nanoseconds> duration_of(const char* option, std::string text) {
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  auto duration = yaml::parse_duration(text);
  if (!duration) return fail(duration.error().with_context(option));
  return negative ? -*duration : *duration;
}

Result<std::optional<record::Accuracy>> accuracy_of(const Options& options) {
  if (!options.of_reading && !options.of_range) return std::nullopt;
  if (options.of_range && !options.range)
    return fail(Code::kInvalidInput, "--of-range: expected the range in W, too (--range)");
  return record::Accuracy{options.of_reading.value_or(0) / 100, options.of_range.value_or(0) / 100,
                          options.range.value_or(0), "as the user said when the log was imported"};
}

/// What the user said, into what is asked for.
Result<campaign::ImportRequest> request_of(const Options& options) {
  campaign::ImportRequest request;
  request.log = options.log;
  request.name = options.name;
  request.simulated = options.simulated;
  request.replace = options.replace;
  if (options.format != "auto") request.options.format = options.format;
  powerlog::LogOptions& log = request.options.log;
  if (!options.mapping.empty()) {
    ASSAY_TRY(powerlog::MappingFile file, powerlog::load_mapping(options.mapping));
    log.mapping = std::move(file.mapping);
    log.boundary = file.boundary;
    log.accuracy = file.accuracy;
    request.mapping = std::move(file.text);
  }
  if (!options.zone.empty()) {
    ASSAY_TRY(log.zone, powerlog::parse_zone(options.zone));
  }
  if (!options.boundary.empty()) {
    ASSAY_TRY(log.boundary, powerlog::parse_boundary(options.boundary));
  }
  if (!options.position.empty()) {
    ASSAY_TRY(log.position, powerlog::parse_position(options.position));
  }
  if (!options.interval.empty()) {
    ASSAY_TRY(const auto interval, duration_of("--interval", options.interval));
    log.interval_ns = interval.count();
  }
  ASSAY_TRY(const auto accuracy, accuracy_of(options));
  if (accuracy) log.accuracy = accuracy;
  log.mark = options.mark;
  if (!options.clock.empty()) {
    ASSAY_TRY(request.clock.source, campaign::parse_clock_source(options.clock));
  }
  if (!options.clock_error.empty()) {
    ASSAY_TRY(request.clock.error, duration_of("--clock-error", options.clock_error));
    if (request.clock.error->count() < 0)
      return fail(Code::kInvalidInput,
                  "--clock-error: a bound cannot be negative, found '" + options.clock_error + "'");
  }
  if (!options.clock_ahead.empty()) {
    ASSAY_TRY(request.clock.ahead, duration_of("--clock-ahead", options.clock_ahead));
  }
  const auto keep = [&](const char* name, const std::string& value) {
    if (!value.empty()) request.said[name] = value;
  };
  keep("zone", options.zone), keep("boundary", options.boundary), keep("position", options.position);
  keep("interval", options.interval), keep("mark", options.mark), keep("mapping", options.mapping);
  keep("clock", options.clock), keep("clock-error", options.clock_error);
  keep("clock-ahead", options.clock_ahead);
  if (options.simulated) request.said["simulated"] = "true";
  return request;
}

void line(const char* what, const std::string& detail) { std::printf("  %-10s %s\n", what, detail.c_str()); }

std::string number(double value, const char* format = "%.6g") {
  char text[48];
  std::snprintf(text, sizeof text, format, value);
  return text;
}
std::string seconds(std::int64_t ns) { return number(static_cast<double>(ns) * 1e-9, "%.6f s"); }

void print_channels(const record::PowerImport& import) {
  const record::Observation& seen = import.parts.front().observation;
  const record::Source& source = seen.sources.front();
  for (const record::Series& series : seen.series) {
    const record::Channel& channel = series.channel;
    std::size_t kept = 0;
    for (const record::ImportedPart& part : import.parts)
      for (const record::Series& other : part.observation.series)
        if (other.channel.id == channel.id) kept += other.readings.size();
    line("channel",
         channel.id + " in " + channel.unit + (channel.boundary == record::Boundary::kNone ? "" : ", ") +
             std::string(to_string(channel.boundary)) + ", " + std::string(to_string(channel.kind)) +
             (channel.update_ns > 0 ? ", every " + seconds(channel.update_ns) : std::string()) + ": " +
             std::to_string(kept) + " readings kept");
    for (const auto& [why, count] : series.rejected) {
      const auto first = source.facts.find("first " + why);
      line("", "not used: " + std::to_string(count) + " x " + why +
                   (first == source.facts.end() ? "" : " (first in " + first->second + ")"));
    }
  }
}

void print_clock(const record::Source& source) {
  if (!source.failure.empty()) return line("clock", "NOT FOUND: " + source.failure);
  const record::ClockMap& clock = source.clock;
  const auto ahead = source.facts.find("ahead of the machine's UTC");
  line("clock",
       clock.method + ": " +
           (ahead == source.facts.end() ? "ours = the log's + " + seconds(clock.offset_ns)
                                        : "the log is ahead of the machine's UTC by " + ahead->second) +
           ", drift " + number(clock.drift * 1e6, "%.2f ppm") + ", within " +
           number(static_cast<double>(clock.error_ns) * 1e-6, "%.3f ms") + " (95 %)");
}

void print_import(const campaign::ImportedPower& imported) {
  const record::ImportFacts& facts = imported.import.facts;
  std::printf("%s: %s, %lld bytes, SHA-256 %s\n", facts.file.c_str(), facts.format.c_str(),
              static_cast<long long>(facts.bytes), facts.sha256.substr(0, 12).c_str());
  if (imported.import.parts.front().observation.sources.front().simulated)
    line("SIMULATED", "nothing of it was measured: whatever comes from it is marked");
  line("lines", std::to_string(facts.lines) + ", of which " + std::to_string(facts.bad_lines) +
                    " could not be used; " + std::to_string(facts.readings) + " good readings, " +
                    std::to_string(facts.kept) + " of them near the runs");
  const bool utc = facts.log_clock == "utc";
  line("span", (utc ? utc_iso8601(facts.begin_ns) + " to " + utc_iso8601(facts.end_ns)
                    : seconds(facts.begin_ns) + " to " + seconds(facts.end_ns) + " on its own clock") +
                   " (" + seconds(facts.end_ns - facts.begin_ns) + ")");
  print_channels(imported.import);
  for (const record::ImportedPart& part : imported.import.parts)
    print_clock(part.observation.sources.front());
  for (const campaign::WindowCoverage& window : imported.windows)
    line("window", window.id + ": " +
                       (window.mean_w ? number(100 * window.coverage, "%.1f %% covered, ") +
                                            number(*window.mean_w) + " W"
                                      : window.problem));
  for (const std::string& id : imported.set_aside) line("set aside", id + ", under superseded/");
}

Result<int> import_log(const Options& options) {
  ASSAY_TRY(campaign::ImportRequest request, request_of(options));
  ASSAY_TRY(store::RunDirectory directory, store::RunDirectory::open(options.run));
  ASSAY_TRY(const spec::Experiment experiment, spec::load_experiment(directory.spec_file()));
  ProgressLine progress;
  request.options.progress = [&](std::int64_t done, std::int64_t total) {
    progress.update("reading " + request.log.filename().string() + ", MB", done / 1'000'000,
                    total / 1'000'000);
  };
  ASSAY_TRY(const campaign::ImportedPower imported, campaign::import_power(experiment, directory, request));
  progress.say("");
  print_import(imported);
  std::fflush(stdout);  // Its error stays with stdout for the table: the results are derived all the same.

  const auto derive = [&]() -> Result<record::Results> {
    ASSAY_TRY(const fs::path cache, cache_folder(options.cache));
    ASSAY_TRY(const campaign::Assets assets,
              campaign::open_assets(experiment, cache,
                                    [&](std::string_view phase, std::int64_t done, std::int64_t total) {
                                      progress.update(phase, done, total);
                                    }));
    ASSAY_TRY(record::Results results, campaign::derive_results(experiment, assets, directory));
    ASSAY_OK(store::save_results(directory, results));
    return results;
  };
  const auto results = derive();
  if (!results)
    return fail(
        results.error().with_context("the log is kept in " + directory.run_folder(imported.id).string() +
                                     ", but the results could not be derived again (mend that, then `assay "
                                     "run --resume " +
                                     options.run + "`)"));
  ASSAY_TRY(const std::string table,
            report::render(*results, report::Format::kTable, report::terminal_style(STDOUT_FILENO)));
  ASSAY_OK(print_measured("\n" + table, report_again(options.run)));
  const bool invalid = std::any_of(results->rows.begin(), results->rows.end(),
                                   [](const auto& row) { return row.verdict == "INVALID"; });
  return invalid ? kExitInvalidRows : kExitOk;
}

}  // namespace

CLI::App* declare_power(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("power", "Power that other tools have logged");
  command->require_subcommand(1);
  CLI::App* import =
      command->add_subcommand("import", "Lay a power log over a run directory, and print its table again");
  import->add_option("log", options->log, "Log of a meter or of the board")->required();
  import->add_option("--run", options->run, "Run directory")->required();
  import->add_option("--format", options->format, "auto, ptdaemon, tegrastats, monsoon, jtop, csv or json")
      ->capture_default_str();
  import->add_option("--mapping", options->mapping, "Which column is what (YAML), for csv and json");
  import->add_option("--zone", options->zone, "Of stamps that carry none: UTC, UTC+02:00");
  import->add_option("--boundary", options->boundary, "What was measured: dc_input, ac_input, board or rail");
  import->add_option("--position", options->position,
                     "Where a sample stands in its interval: start, middle, end or instant");
  import->add_option("--interval", options->interval, "Of the samples: 100ms");
  import->add_option("--mark", options->mark, "ptdaemon: only readings with this mark");
  import->add_option("--of-reading", options->of_reading, "Accuracy of the meter, % of reading")
      ->check(CLI::Range(0.0, 100.0));
  import->add_option("--of-range", options->of_range, "and % of --range")->check(CLI::Range(0.0, 100.0));
  import->add_option("--range", options->range, "Of the meter, W")->check(CLI::PositiveNumber);
  import->add_option(
      "--clock", options->clock,
      "pattern (the run's load pattern tells it; default where there is one), same (written on the "
      "measured machine), utc (with --clock-error)");
  import->add_option("--clock-error", options->clock_error,
                     "utc: how far its clock and the machine's may be apart: 50ms");
  import->add_option("--clock-ahead", options->clock_ahead,
                     "utc: how far its clock is known to be ahead: 2s, or =-300ms");
  import->add_option("--as", options->name, "Name of the source; default FORMAT-log");
  import->add_flag("--simulated", options->simulated,
                   "No instrument wrote it: mark everything that comes from it");
  import->add_flag("--replace", options->replace,
                   "Set an earlier import of this log, or of this name, aside (superseded/)");
  import->add_option("--cache", options->cache,
                     "Prepared artifacts and generated data; default $ASSAY_CACHE");
  action = [options] { return import_log(*options); };
  return command;
}

}  // namespace assay::cli
