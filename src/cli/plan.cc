#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/exit_code.h"
#include "base/output.h"
#include "campaign/schedule.h"
#include "campaign/schedule_text.h"
#include "campaign/targets.h"
#include "cli/command.h"
#include "cli/run_folder.h"
#include "spec/parse.h"
#include "spec/validate.h"

namespace assay::cli {
namespace {

using std::chrono::nanoseconds;

struct Options {
  std::string spec, data_root, format = "text";
  int repeats = 0;
  RowChoice rows;
};

nlohmann::ordered_json json_of(const vendor::Command& command) {
  nlohmann::ordered_json json = {
      {"tool", command.tool}, {"version", command.version}, {"argv", command.argv}};
  if (!command.environment.empty()) json["environment"] = command.environment;
  json["shell"] = vendor::to_shell(command);
  if (!command.note.empty()) json["note"] = command.note;
  return json;
}

nlohmann::ordered_json json_of(const campaign::ScheduledStep& scheduled) {
  nlohmann::ordered_json json = {{"id", scheduled.step.id},
                                 {"kind", campaign::to_string(scheduled.step.kind)}};
  if (!scheduled.row.empty()) json["row"] = scheduled.row;
  if (scheduled.step.repeat > 0) json["repeat"] = scheduled.step.repeat;
  json["what"] = scheduled.what;
  if (!scheduled.elsewhere.empty()) json["elsewhere"] = scheduled.elsewhere;
  const auto seconds = [](nanoseconds time) { return static_cast<double>(time.count()) / 1e9; };
  json["at_least_s"] = seconds(scheduled.time.at_least);
  if (scheduled.time.at_most) json["at_most_s"] = seconds(*scheduled.time.at_most);
  json["rule"] = scheduled.rule;
  for (const campaign::ScheduledFile& file : scheduled.files)
    json["files"].push_back({{"role", file.role}, {"path", file.path}});
  for (const vendor::Command& command : scheduled.by_hand) json["by_hand"].push_back(json_of(command));
  if (!scheduled.note.empty()) json["note"] = scheduled.note;
  return json;
}

std::string json_of(const spec::Experiment& experiment, const campaign::Schedule& schedule) {
  nlohmann::ordered_json json = {{"name", experiment.name},
                                 {"description", experiment.description},
                                 {"sources", schedule.sources},
                                 {"hosts", nlohmann::ordered_json::array()}};
  for (const campaign::HostSchedule& host : schedule.hosts) {
    nlohmann::ordered_json steps = nlohmann::ordered_json::array();
    for (const campaign::ScheduledStep& step : host.steps) steps.push_back(json_of(step));
    json["hosts"].push_back({{"device", host.device},
                             {"rows", host.rows},
                             {"command", host.command},
                             {"at_least_s", static_cast<double>(host.at_least.count()) / 1e9},
                             {"steps", steps}});
  }
  for (const campaign::TimeRule& rule : campaign::time_rules())
    json["time_rules"][std::string(rule.name)] = rule.words;
  return json.dump(2) + "\n";
}

/// Without a device: every host's rows.
Result<void> choose_rows(spec::Experiment& experiment, const RowChoice& choice) {
  if (!choice.device.empty()) return keep_rows(experiment, choice);
  ASSAY_OK(spec::check_peak_devices(experiment));
  if (choice.rows.empty()) return {};
  spec::Experiment kept = experiment;
  kept.rows.clear();
  for (const std::string& id : choice.rows) {
    const auto row = std::ranges::find(experiment.rows, id, &spec::RowSpec::id);
    if (row == experiment.rows.end())
      return fail(Code::kInvalidInput, "--row " + id + ": the spec has no such row");
    kept.rows.push_back(*row);
  }
  experiment.rows = std::move(kept.rows);
  return {};
}

Result<int> plan(const Options& options) {
  ASSAY_TRY(spec::Experiment experiment, spec::load_experiment(options.spec));
  if (!options.data_root.empty()) {
    ASSAY_TRY(experiment.data.root, absolute_path(options.data_root));
    experiment.data.streets.reset();
  }
  if (options.repeats > 0) experiment.protocol.repeats = options.repeats;
  ASSAY_OK(choose_rows(experiment, options.rows));
  ASSAY_OK(spec::validate(experiment));
  ASSAY_OK(campaign::check_targets(experiment));
  const campaign::Schedule schedule = campaign::make_schedule(
      experiment, options.spec, {options.data_root, options.repeats, !options.rows.rows.empty()});
  ASSAY_OK(append_stdout(options.format == "json" ? json_of(experiment, schedule)
                                                  : campaign::schedule_text(experiment, schedule)));
  return kExitOk;
}

}  // namespace

CLI::App* declare_plan(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "plan",
      "Print every step of a spec, by host and in order, with the vendors' own commands; nothing is run");
  command->add_option("spec", options->spec, "Experiment (YAML)")->required();
  command->add_option("--data-root", options->data_root, "Data set to use instead of the spec's");
  command->add_option("--repeats", options->repeats, "Instead of the spec's")->check(CLI::PositiveNumber);
  add_row_choice(*command, options->rows);
  command->add_option("--format", options->format, "text or json")->check(CLI::IsMember({"text", "json"}));
  action = [options] { return plan(*options); };
  return command;
}

}  // namespace assay::cli
