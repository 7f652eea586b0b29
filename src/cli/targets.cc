#include <cstdio>
#include <memory>

#include "base/exit_code.h"
#include "base/output.h"
#include "cli/command.h"
#include "sensor/environment.h"
#include "target/catalogue.h"
#include "target/describe.h"

namespace assay::cli {
namespace {

struct Options {
  std::string id, format = "table";
};

Result<int> run(const Options& options) {
  ASSAY_TRY(const std::filesystem::path folder, target::targets_folder());
  ASSAY_TRY(const target::Catalogue catalogue, target::Catalogue::open(folder));
  std::vector<target::Target> chosen = catalogue.targets();
  if (!options.id.empty()) {
    ASSAY_TRY(const target::Target* one, catalogue.find(options.id));
    chosen = {*one};
  }
  if (options.format == "json") {
    ASSAY_TRY(const std::string json, target::targets_json(chosen));
    ASSAY_OK(append_stdout(json + "\n"));
    return kExitOk;
  }
  if (!options.id.empty()) {
    ASSAY_OK(append_stdout(target::target_text(chosen.front())));
    return kExitOk;
  }
  ASSAY_OK(append_stdout(target::targets_table(chosen)));
  const record::MachineFacts machine = target::machine_facts(sensor::read_environment());
  if (const target::Target* here = catalogue.recognise(machine); here == nullptr)
    std::printf("\nThis machine is none of these, as far as it tells.\n");
  else if (target::is_board(here->board_says, machine))
    std::printf("\nThis machine says it is %s.\n", here->id.c_str());
  else
    std::printf("\nThis machine has the SoC of %s; that it is this board it does not say.\n",
                here->id.c_str());
  return kExitOk;
}

}  // namespace

CLI::App* declare_targets(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "targets", "List the devices whose peaks, limits and sensors are known, with sources");
  command->add_option("id", options->id, "Everything about one of them");
  command->add_option("--format", options->format, "table or json")->check(CLI::IsMember({"table", "json"}));
  action = [options] { return run(*options); };
  return command;
}

}  // namespace assay::cli
