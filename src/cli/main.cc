// assay: the host's program. Parses arguments, runs one subcommand, maps its error to an exit code.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <vector>

#include "base/exit_code.h"
#include "base/output.h"
#include "base/subprocess.h"
#include "cli/command.h"

namespace {

using namespace assay;
using namespace assay::cli;

constexpr Command kCommands[] = {
    {declare_plan},     {declare_run},          {declare_report},  {declare_compare},
    {declare_record},   {declare_accuracy},     {declare_model},   {declare_dataset},
    {declare_subset},   {declare_doctor},       {declare_power},   {declare_targets},
    {declare_simulate}, {declare_probe_effect}, {declare_witness}, {declare_audit}};

void on_signal(int) { set_interrupted(true); }

/// The first signal asks the running step to stop cleanly; a second one kills at once, as a user expects.
void install_signal_handlers() {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
}

/// A stdin, stdout or stderr that was closed stays unusable. Else the next file that is opened has its
/// number, and what is printed lands in that.
void keep_closed_descriptors() {
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(fd, F_GETFD) < 0) ::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

/// The exit code of the command that was chosen, or why there is none.
Result<int> run(int argc, char** argv) {
  keep_closed_descriptors();
  CLI::App app{
      "assay: what a neural network really does on an edge accelerator, and whether the numbers can be "
      "believed"};
  app.set_version_flag("--version", ASSAY_VERSION);
  app.require_subcommand(1);
  std::vector<std::pair<CLI::App*, Action>> actions(std::size(kCommands));
  for (std::size_t i = 0; i < std::size(kCommands); ++i)
    actions[i].first = kCommands[i].declare(app, actions[i].second);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitOk : kExitUsage;
  }
  install_signal_handlers();
  for (auto& [command, action] : actions)
    if (command->parsed()) return action();
  return kExitUsage;
}

/// Whatever was found: where it could not be printed whole, it is not to be taken for found.
int told(Result<int> code) {
  if (const auto printed = flush_stdout(); code && !printed) code = fail(printed.error());
  if (code) return *code;
  // Who closed the pipe knows.
  if (code.error().code != Code::kClosedPipe)
    std::fprintf(stderr, "assay: %s\n", code.error().message.c_str());
  return exit_code(code.error().code);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return told(run(argc, argv));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "assay: internal error, please report it: %s\n", error.what());
    return assay::kExitInternal;
  }
}
