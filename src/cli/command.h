// The subcommands: an explicit table, one file each.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "base/status.h"

namespace assay::cli {

/// What a subcommand does once its arguments are parsed: the exit code, or the error to print.
using Action = std::function<Result<int>()>;

struct Command {
  /// Declares options on a fresh subcommand of `app`; the action runs when that subcommand was chosen.
  CLI::App* (*declare)(CLI::App& app, Action& action);
};

CLI::App* declare_plan(CLI::App& app, Action& action);
CLI::App* declare_run(CLI::App& app, Action& action);
CLI::App* declare_report(CLI::App& app, Action& action);
CLI::App* declare_compare(CLI::App& app, Action& action);
CLI::App* declare_probe_effect(CLI::App& app, Action& action);
CLI::App* declare_witness(CLI::App& app, Action& action);
CLI::App* declare_record(CLI::App& app, Action& action);
CLI::App* declare_accuracy(CLI::App& app, Action& action);
CLI::App* declare_model(CLI::App& app, Action& action);
CLI::App* declare_dataset(CLI::App& app, Action& action);
CLI::App* declare_subset(CLI::App& app, Action& action);
CLI::App* declare_doctor(CLI::App& app, Action& action);
CLI::App* declare_power(CLI::App& app, Action& action);
CLI::App* declare_targets(CLI::App& app, Action& action);
CLI::App* declare_simulate(CLI::App& app, Action& action);
CLI::App* declare_audit(CLI::App& app, Action& action);

}  // namespace assay::cli
