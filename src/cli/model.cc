#include "model/ddrnet.h"

#include "base/exit_code.h"
#include "base/resources.h"
#include "base/text.h"
#include "cli/command.h"
#include "model/graph.h"

namespace assay::cli {
namespace {

struct Options {
  std::string name = "ddrnet23-slim", size = "1024x2048", output;
  std::string weights;
  int batch = 1;
};

Result<int> write_model(const Options& options) {
  int height = 0, width = 0;
  if (!parse_height_width(options.size, height, width))
    return fail(Code::kInvalidInput, "--size: expected HxW such as 256x512, found '" + options.size + "'");
  if (written_in_place(options.output))
    return fail(Code::kInvalidInput, "-o " + options.output +
                                         ": expected a file to make or replace, found something else there "
                                         "(a device, pipe, folder or open descriptor): name a file");
  std::filesystem::path weights = options.weights;
  if (weights.empty()) weights = home_directory() / "models" / "ddrnet23-slim.safetensors";
  ASSAY_OK(model::write_ddrnet23_slim(weights, height, width, options.batch, options.output));
  ASSAY_TRY(const auto facts, model::read_model(options.output));
  ASSAY_TRY(const auto operations, model::count_operations(options.output));
  std::printf("%s: DDRNet-23-slim, %s -> %s, %lld parameters", options.output.c_str(),
              facts.inputs[0].shape().c_str(), facts.outputs[0].shape().c_str(),
              static_cast<long long>(facts.parameters));
  if (operations.macs) std::printf(", %.2f GMAC", static_cast<double>(*operations.macs) * 1e-9);
  std::printf("\nsha256 %s\n", facts.sha256.c_str());
  return kExitOk;
}

}  // namespace

CLI::App* declare_model(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("model", "Write a built-in model as ONNX");
  command->add_option("name", options->name, "ddrnet23-slim")
      ->required()
      ->check(CLI::IsMember({"ddrnet23-slim"}));
  command->add_option("--size", options->size, "Input height x width, multiples of 64")
      ->capture_default_str();
  command->add_option("--batch", options->batch, "Images in one inference")->capture_default_str();
  command->add_option("--weights", options->weights,
                      "Weights (safetensors); default: the trained ones that ship");
  command->add_option("-o,--output", options->output, "File to write")->required();
  action = [options] { return write_model(*options); };
  return command;
}

}  // namespace assay::cli
