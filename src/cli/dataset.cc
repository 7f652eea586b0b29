#include "base/exit_code.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/progress.h"
#include "dataset/streets_writer.h"

namespace assay::cli {
namespace {

struct Options {
  std::string split = "val", size = "256x512", output;
  int count = 0;
  std::uint64_t seed = 1;
};

Result<int> write(const Options& options) {
  dataset::StreetsRequest request;
  request.split = options.split;
  request.count = options.count;
  request.seed = options.seed;
  if (!parse_height_width(options.size, request.size.height, request.size.width))
    return fail(Code::kInvalidInput, "--size: expected HxW such as 256x512, found '" + options.size + "'");
  {
    ProgressLine line;
    ASSAY_OK(dataset::write_streets(request, options.output, [&](std::size_t done, std::size_t total) {
      line.update("street scenes", static_cast<std::int64_t>(done), static_cast<std::int64_t>(total));
    }));
  }
  std::printf("%d scenes of %s, seed %llu, split %s, in %s\n", options.count, options.size.c_str(),
              static_cast<unsigned long long>(options.seed), options.split.c_str(), options.output.c_str());
  return kExitOk;
}

}  // namespace

CLI::App* declare_dataset(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("dataset", "Generate a data set");
  command->require_subcommand(1);
  CLI::App* streets = command->add_subcommand("streets", "Street scenes in the Cityscapes layout");
  streets->add_option("--count", options->count, "Scenes")->required();
  streets->add_option("--seed", options->seed, "Same seed, same pixels, everywhere")->capture_default_str();
  streets->add_option("--size", options->size, "Height x width")->capture_default_str();
  streets->add_option("--split", options->split, "Name of the split's folder")->capture_default_str();
  streets->add_option("-o,--output", options->output, "Folder to write into")->required();
  action = [options] { return write(*options); };
  return command;
}

}  // namespace assay::cli
