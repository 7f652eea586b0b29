// The subcommands: an explicit table, one file each.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <string>

#include "base/file.h"
#include "base/resources.h"
#include "base/status.h"

namespace assay::cli {

/// What a subcommand does once its arguments are parsed: the exit code, or the error to print.
using Action = std::function<Result<int>()>;

struct Command {
  /// Declares options on a fresh subcommand of `app`; the action runs when that subcommand was chosen.
  CLI::App* (*declare)(CLI::App& app, Action& action);
};

/// `-o FILE` of a command that prints otherwise: `file` stays empty without it, and for "-" as elsewhere.
inline void add_output(CLI::App& command, std::string& file) {
  command.add_option("-o,--output", file, "File to write instead of printing")
      ->transform([](const std::string& given) { return given == "-" ? std::string() : given; });
}

/// `--cache DIR` as it was given, or where generated things are kept without it. Errors: as absolute_path().
inline Result<std::filesystem::path> cache_folder(const std::string& given) {
  return given.empty() ? cache_directory() : absolute_path(given);
}

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
