#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "base/exit_code.h"
#include "campaign/schedule.h"
#include "cli/command.h"
#include "cli/run_folder.h"
#include "spec/parse.h"
#include "spec/validate.h"

namespace assay::cli {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kWidth = 100;

struct Options {
  std::string spec, data_root, format = "text";
  int repeats = 0;
  RowChoice rows;
};

std::string time_text(nanoseconds time) {
  const double seconds = static_cast<double>(time.count()) / 1e9;
  char text[32];
  if (seconds < 120)
    std::snprintf(text, sizeof text, "%.3g s", seconds);
  else if (seconds < 7200)
    std::snprintf(text, sizeof text, "%.3g min", seconds / 60);
  else
    std::snprintf(text, sizeof text, "%.3g h", seconds / 3600);
  return text;
}

std::string bounds_text(const campaign::StepTime& time) {
  const std::string least = time.at_least.count() > 0 ? "at least " + time_text(time.at_least) : "";
  const std::string most = time.at_most ? "at most " + time_text(*time.at_most) : "";
  if (least.empty() && most.empty()) return "not estimated";
  return least + (least.empty() || most.empty() ? "" : ", ") + most;
}

/// Breaks at spaces; the lines after the first begin with `indent`. `end`: what stands before a break.
std::string wrapped(const std::vector<std::string>& words, const std::string& begin,
                    const std::string& indent, const std::string& end = "") {
  std::string text = begin;
  std::size_t column = begin.size();
  bool first = true;
  for (const std::string& word : words) {
    if (!first && column + 1 + word.size() + end.size() > kWidth) {
      text += end + "\n" + indent;
      column = indent.size();
    } else if (!first) {
      text += " ";
      ++column;
    }
    text += word;
    column += word.size();
    first = false;
  }
  return text + "\n";
}

std::string wrapped(const std::string& sentence, const std::string& begin, const std::string& indent) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < sentence.size();) {
    const std::size_t space = std::min(sentence.find(' ', at), sentence.size());
    if (space > at) words.push_back(sentence.substr(at, space - at));
    at = space + 1;
  }
  return wrapped(words, begin, indent);
}

/// One line of a shell, broken where it is long.
std::string command_text(const vendor::Command& command, const std::string& begin) {
  std::vector<std::string> words;
  for (const auto& [name, value] : command.environment)
    words.push_back(name + "=" + vendor::shell_word(value));
  words.push_back(vendor::shell_word(command.tool));
  for (const std::string& word : command.argv) words.push_back(vendor::shell_word(word));
  return wrapped(words, begin, std::string(begin.size() + 2, ' '), " \\");
}

std::string step_text(const campaign::ScheduledStep& scheduled, std::size_t number) {
  char head[160];
  std::snprintf(head, sizeof head, "%4zu  %-44s ", number, scheduled.step.id.c_str());
  const std::string indent(6, ' ');
  std::string text = head + bounds_text(scheduled.time) + "\n";
  text += wrapped(scheduled.what, indent, indent);
  for (const campaign::ScheduledFile& file : scheduled.files)
    if (file.role != "record") text += indent + file.role + ": " + file.path + "\n";
  if (!scheduled.by_hand.empty()) text += indent + "by hand:\n";
  for (const vendor::Command& command : scheduled.by_hand) {
    text += command_text(command, indent + "  $ ");
    if (!command.note.empty()) text += wrapped(command.note, indent + "    ", indent + "    ");
  }
  if (!scheduled.note.empty()) text += wrapped(scheduled.note, indent, indent);
  return text;
}

void print_text(const spec::Experiment& experiment, const campaign::Schedule& schedule) {
  std::string text = wrapped(experiment.name + ": " + experiment.description, "", "  ") + "\n";
  for (const std::string& source : schedule.sources) text += wrapped(source, "  ", "    ");
  std::set<std::string_view> rules;
  for (const campaign::HostSchedule& host : schedule.hosts) {
    std::string rows;
    for (const std::string& row : host.rows) rows += (rows.empty() ? "" : ", ") + row;
    text += "\n" + wrapped((host.device == "local" ? "On this machine: " : "On " + host.device + ": ") + rows,
                           "", "  ");
    text += "  $ " + host.command + "\n\n";
    std::size_t number = 0;
    for (const campaign::ScheduledStep& step : host.steps) {
      text += step_text(step, ++number);
      rules.insert(step.rule);
    }
    text += "\n" + wrapped("At least " + time_text(host.at_least) +
                               " in all, and as long as the inferences and the "
                               "toolchains take beside it.",
                           "  ", "  ");
  }
  text += "\nWhat a step leaves stands in RUN/runs/STEP. How the times are bounded:\n";
  for (const campaign::TimeRule& rule : campaign::time_rules())
    if (rules.contains(rule.name))
      text += wrapped(std::string(rule.words), "  " + std::string(rule.name) + ": ", "    ");
  std::fputs(text.c_str(), stdout);
}

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

void print_json(const spec::Experiment& experiment, const campaign::Schedule& schedule) {
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
  std::printf("%s\n", json.dump(2).c_str());
}

/// Without a device: every host's rows.
Result<void> choose_rows(spec::Experiment& experiment, const RowChoice& choice) {
  if (!choice.device.empty()) return keep_rows(experiment, choice);
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
    experiment.data.root = std::filesystem::absolute(options.data_root);
    experiment.data.streets.reset();
  }
  if (options.repeats > 0) experiment.protocol.repeats = options.repeats;
  ASSAY_OK(choose_rows(experiment, options.rows));
  ASSAY_OK(spec::validate(experiment));
  const campaign::Schedule schedule = campaign::make_schedule(experiment, options.spec);
  options.format == "json" ? print_json(experiment, schedule) : print_text(experiment, schedule);
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
