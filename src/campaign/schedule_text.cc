#include "campaign/schedule_text.h"

#include <cstdio>
#include <set>
#include <string_view>

namespace assay::campaign {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kWidth = 100;

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

std::string bounds_text(const StepTime& time) {
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

std::string step_text(const ScheduledStep& scheduled, std::size_t number) {
  char head[160];
  std::snprintf(head, sizeof head, "%4zu  %-44s ", number, scheduled.step.id.c_str());
  const std::string indent(6, ' ');
  std::string text = head + bounds_text(scheduled.time) + "\n";
  text += wrapped(scheduled.what, indent, indent);
  if (!scheduled.elsewhere.empty()) text += wrapped(scheduled.elsewhere, indent, indent);
  for (const ScheduledFile& file : scheduled.files)
    if (file.role != "record") text += indent + file.role + ": " + file.path + "\n";
  if (!scheduled.by_hand.empty()) text += indent + "by hand:\n";
  for (const vendor::Command& command : scheduled.by_hand) {
    text += command_text(command, indent + "  $ ");
    if (!command.note.empty()) text += wrapped(command.note, indent + "    ", indent + "    ");
  }
  if (!scheduled.note.empty()) text += wrapped(scheduled.note, indent, indent);
  return text;
}

}  // namespace

std::string schedule_text(const spec::Experiment& experiment, const Schedule& schedule) {
  std::string text = wrapped(experiment.name + ": " + experiment.description, "", "  ") + "\n";
  for (const std::string& source : schedule.sources) text += wrapped(source, "  ", "    ");
  std::set<std::string_view> rules;
  for (const HostSchedule& host : schedule.hosts) {
    std::string rows;
    for (const std::string& row : host.rows) rows += (rows.empty() ? "" : ", ") + row;
    text += "\n" + wrapped((host.device == "local" ? "On this machine: " : "On " + host.device + ": ") + rows,
                           "", "  ");
    text += "  $ " + host.command + "\n\n";
    std::size_t number = 0;
    for (const ScheduledStep& step : host.steps) {
      text += step_text(step, ++number);
      rules.insert(step.rule);
    }
    text += "\n" + wrapped("At least " + time_text(host.at_least) +
                               " in all, and as long as the inferences and the "
                               "toolchains take beside it.",
                           "  ", "  ");
  }
  text += "\nWhat a step leaves stands in RUN/runs/STEP. How the times are bounded:\n";
  for (const TimeRule& rule : time_rules())
    if (rules.contains(rule.name))
      text += wrapped(std::string(rule.words), "  " + std::string(rule.name) + ": ", "    ");
  return text;
}

}  // namespace assay::campaign
