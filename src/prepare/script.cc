#include "prepare/script.h"

#include <algorithm>

#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"

namespace assay::prepare {
namespace {

constexpr std::size_t kTailLines = 12;

/// The last lines of a log, without the progress messages that would push out what matters.
std::string tail_without_progress(const std::filesystem::path& log) {
  const auto content = read_file(log);
  if (!content) return "";
  std::vector<std::string> lines;
  for (std::string& line : split(*content, '\n')) {
    const auto kind = parse_message(line).kind;
    if (!trim(line).empty() && kind != Message::Kind::kProgress && kind != Message::Kind::kError)
      lines.push_back(std::move(line));
  }
  std::string text;
  for (std::size_t i = lines.size() - std::min(lines.size(), kTailLines); i < lines.size(); ++i)
    text += "\n  | " + lines[i];
  return text.empty() ? "" : "; its last lines:" + text;
}

/// What a toolchain that failed tells, whatever way it failed.
Status failure(Code code, const ScriptJob& job, std::string what) {
  if (what.find("No space left on device") != std::string::npos) code = Code::kResource;
  what += tail_without_progress(job.log);
  return {code, what + "\nlog: " + job.log.string() + "\nto repeat it: " + shell_command(job.argv)};
}

}  // namespace

std::string shell_command(const std::vector<std::string>& argv) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./:,@%";
  std::string command;
  for (const std::string& word : argv) {
    if (!command.empty()) command += ' ';
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
      command += word;
      continue;
    }
    command += '\'';
    for (char c : word) command += c == '\'' ? std::string("'\\''") : std::string(1, c);
    command += '\'';
  }
  return command;
}

Result<Message> run_script(const ScriptJob& job, const Listener& listener) {
  Message last;
  RunOptions options;
  options.argv = job.argv;
  options.log = job.log;
  options.timeout = job.timeout;
  // The environment is the pinned one and nothing else: modules or libraries of the user's would make other
  // artifacts than the versions in the record say.
  options.extra_env = {
      {"PYTHONNOUSERSITE", "1"}, {"PYTHONDONTWRITEBYTECODE", "1"}, {"TMPDIR", job.temporary.string()}};
  options.remove_env = {"PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "LD_LIBRARY_PATH"};
  options.on_line = [&](std::string_view line) {
    Message message = parse_message(line);
    if (message.kind == Message::Kind::kProgress) {
      if (listener.progress) listener.progress(message.text, message.done, message.total);
    } else if (message.kind != Message::Kind::kOther) {
      last = std::move(message);
    }
  };
  const auto state = run_process(options);
  if (!state) {
    const Status& error = state.error();
    if (error.code == Code::kNotFound) return fail(Code::kUnavailable, error.message + ": run scripts/setup");
    if (error.code == Code::kInterrupted) return fail(error);
    if (error.code != Code::kTimeout) return fail(failure(error.code, job, error.message));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(job.timeout).count();
    return fail(failure(
        Code::kTimeout, job,
        "it did not finish in " + std::to_string(seconds) + " s (protocol.timeouts.prepare) and was killed"));
  }
  if (last.kind == Message::Kind::kError) return fail(failure(Code::kWorkerFailed, job, last.text));
  if (!state->ok())
    return fail(failure(
        Code::kWorkerFailed, job,
        "it ended with " + state->describe() + (state->term_signal == 9 ? ", perhaps out of memory" : "")));
  if (last.kind != Message::Kind::kDone)
    return fail(failure(Code::kWorkerFailed, job,
                        "it ended well, but said neither what it made nor what went wrong"));
  return last;
}

}  // namespace assay::prepare
