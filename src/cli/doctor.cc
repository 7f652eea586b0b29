#include <unistd.h>

#include <cstdio>
#include <memory>

#include "backend/registry.h"
#include "base/exit_code.h"
#include "base/output.h"
#include "base/resources.h"
#include "cli/command.h"
#include "engine/describe.h"
#include "engine/worker_spec.h"
#include "sensor/environment.h"
#include "sensor/inventory.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

void line(const char* mark, const std::string& what, const std::string& detail) {
  std::printf("  %-8s %-22s %s\n", mark, what.c_str(), detail.c_str());
}

void print_machine() {
  const record::Environment env = sensor::read_environment();
  std::printf("Machine\n");
  line("", "processor", env.cpu_model + ", " + std::to_string(env.cpus) + " cores");
  line("", "memory", std::to_string(env.memory_bytes / 1'000'000'000) + " GB");
  line("", "system", env.os + ", Linux " + env.kernel);
  for (const auto& [name, value] : env.facts) line("", name, value);
}

bool print_backends() {
  std::printf("Backends\n");
  const auto worker = engine::default_worker();
  if (!worker) {
    line("MISSING", "assay-worker", worker.error().message);
    return false;
  }
  bool any = false;
  for (const backend::BuiltinBackend& backend : backend::builtin_backends()) {
    const std::string name(backend.name);
    const auto plugin = backend::plugin_path(backend.name);
    if (!plugin) {
      line("MISSING", name, plugin.error().message);
      continue;
    }
    const auto description = engine::describe_plugin(*worker, *plugin);
    if (!description) {
      line("MISSING", name, description.error().message);
      continue;
    }
    if (!description->runtime_problem.empty()) {
      line("MISSING", name, description->runtime_problem);
      continue;
    }
    line("ok", name,
         std::string(backend.summary) + "; runtime " +
             (description->runtime_version.empty() ? "-" : description->runtime_version));
    for (const engine::AcceleratorInfo& accelerator : description->accelerators)
      line(accelerator.available ? "  ok" : "  absent", "  " + accelerator.name,
           accelerator.available ? accelerator.full_name : accelerator.reason);
    any = any || !description->simulated;
  }
  return any;
}

bool print_tools() {
  std::printf("Tools\n");
  const fs::path home = home_directory();
  if (home.empty()) {
    line("MISSING", "home", "no folder with models/ and tools/ above the program: set ASSAY_HOME");
    return false;
  }
  const auto present = [](const std::string& what, const fs::path& path, const std::string& how) {
    const bool there = ::access(path.c_str(), R_OK) == 0;
    line(there ? "ok" : "MISSING", what, there ? path.string() : path.string() + " is absent: " + how);
    return there;
  };
  const bool python =
      present("quantizers (Python)", home / "sdk" / "venv" / "bin" / "python", "run scripts/setup");
  const bool weights = present("DDRNet-23-slim weights", home / "models" / "ddrnet23-slim.safetensors",
                               "fetch the repository whole");
  line("", "cache", cache_directory().string());
  return python && weights;
}

struct Options {
  std::string root;  ///< A copy of a board's files; empty: this machine.
  bool json = false;
};

/// "9.25 W", "1984 MHz", "12.6 GB", "37", or why there is none.
std::string readable(const sensor::InventoryEntry& entry) {
  if (!entry.value) return entry.no_value;
  double value = *entry.value;
  std::string unit = entry.channel.unit;
  if (unit == "1") unit = "";
  if (unit == "Hz") value /= 1e6, unit = "MHz";
  if (unit == "B") value /= 1e9, unit = "GB";
  char text[48];
  std::snprintf(text, sizeof text, "%.6g %s", value, unit.c_str());
  return text;
}

void print_entries(const char* title, const std::vector<sensor::InventoryEntry>& entries) {
  for (const sensor::InventoryEntry& entry : entries)
    std::printf("  %-8s %-44s %-16s %s\n", title, entry.channel.id.c_str(), readable(entry).c_str(),
                std::string(to_string(entry.channel.boundary)).c_str());
}

void print_inventory(const sensor::Inventory& inventory) {
  std::printf("Sensors\n");
  print_entries("rail", inventory.rails);
  print_entries("zone", inventory.zones);
  print_entries("clock", inventory.clocks);
  print_entries("counter", inventory.counters);
  print_entries("load", inventory.load);
  for (const auto& [name, value] : inventory.facts) line("set to", name, value);
  for (const sensor::Absence& absence : inventory.absent)
    line("absent", absence.source,
         absence.what + ": " + absence.reason + (absence.remedy.empty() ? "" : "; " + absence.remedy));
}

/// What can be observed alone: of a tree of files nothing else can be told.
Result<int> show_sensors(const Options& options) {
  const auto places =
      options.root.empty() ? sensor::Places::this_machine() : sensor::Places::tree(options.root);
  const sensor::Inventory inventory = sensor::take_inventory(places);
  if (options.json)
    ASSAY_OK(append_stdout(sensor::inventory_json(inventory) + "\n"));
  else
    print_inventory(inventory);
  return kExitOk;
}

Result<int> examine(const Options& options) {
  std::error_code error;
  if (!options.root.empty() && !fs::is_directory(options.root, error))
    return fail(Code::kNotFound,
                "--root " + options.root + " is no folder: give the copy of a board's /sys and /proc");
  if (!options.root.empty() || options.json) return show_sensors(options);
  print_machine();
  const bool backends = print_backends();
  const bool tools = print_tools();
  print_inventory(sensor::take_inventory(sensor::Places::this_machine()));
  if (backends && tools) return kExitOk;
  std::printf("\nSomething is missing: scripts/setup installs what can be installed.\n");
  return kExitUnavailable;
}

}  // namespace

CLI::App* declare_doctor(CLI::App& app, Action& action) {
  CLI::App* command =
      app.add_subcommand("doctor", "What this machine can run and measure, what is missing, how to get it");
  auto options = std::make_shared<Options>();
  command->add_option("--root", options->root,
                      "look at a copy of a board's files (/sys, /proc ...) in this folder");
  command->add_flag("--json", options->json, "what can be observed, and what not, as JSON");
  action = [options] { return examine(*options); };
  return command;
}

}  // namespace assay::cli
