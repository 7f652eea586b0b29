#include "dataset/subset.h"

#include "base/exit_code.h"
#include "cli/command.h"

namespace assay::cli {
namespace {

struct Options {
  std::string kind = "cityscapes", root, output, transfer = "copy";
  dataset::SubsetRequest request;
};

Result<int> write(Options options) {
  options.request.root = options.root;
  if (options.transfer == "hardlink") options.request.transfer = dataset::Transfer::kHardLink;
  if (options.transfer == "symlink") options.request.transfer = dataset::Transfer::kSymbolicLink;
  ASSAY_OK(dataset::write_subset(options.request, options.output));
  std::printf("%s: %s images of split %s, seed %llu, generator %s, manifest.json with SHA-256\n",
              options.output.c_str(),
              options.request.count > 0 ? std::to_string(options.request.count).c_str() : "all",
              options.request.split.c_str(), static_cast<unsigned long long>(options.request.seed),
              std::string(dataset::kGenerator).c_str());
  return kExitOk;
}

}  // namespace

CLI::App* declare_subset(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("subset", "Choose images of a data set, with a manifest");
  command->add_option("--dataset", options->kind, "Layout of the source")
      ->capture_default_str()
      ->check(CLI::IsMember({"cityscapes"}));
  command->add_option("--root", options->root, "Folder with leftImg8bit/ and gtFine/")->required();
  command->add_option("--split", options->request.split, "train, val, ...")->capture_default_str();
  command->add_option("--count", options->request.count, "Images; 0: all of the split")
      ->capture_default_str();
  command->add_option("--seed", options->request.seed, "Of the choice")->capture_default_str();
  command->add_option("--transfer", options->transfer, "How files get there")
      ->capture_default_str()
      ->check(CLI::IsMember({"copy", "hardlink", "symlink"}));
  command->add_option("-o,--output", options->output, "Folder to write")->required();
  action = [options] { return write(*options); };
  return command;
}

}  // namespace assay::cli
