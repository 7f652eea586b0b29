// assay: the host's program. Parses arguments, runs one subcommand, maps its error to an exit code.
#include <signal.h>

#include <cstdio>
#include <exception>
#include <vector>

#include "base/exit_code.h"
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

int run(int argc, char** argv) {
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
  for (auto& [command, action] : actions) {
    if (!command->parsed()) continue;
    const Result<int> result = action();
    if (result) return *result;
    std::fprintf(stderr, "assay: %s\n", result.error().message.c_str());
    return exit_code(result.error().code);
  }
  return kExitUsage;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "assay: internal error, please report it: %s\n", error.what());
    return assay::kExitInternal;
  }
}
