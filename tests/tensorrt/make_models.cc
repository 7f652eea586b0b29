// Writes the ONNX files of the TensorRT tests: make_tensorrt_models FOLDER
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "../runtimes/models.h"

namespace assay {
namespace {

/// convolution, activation, softmax, convolution: the DLA of the contract library takes no softmax.
onnx::ModelProto mixed() {
  using runtimes::add_tensor, runtimes::kChannels, runtimes::noise;
  auto model = model::empty_model();
  model.mutable_graph()->set_name("mixed");
  const std::vector<std::int64_t> dims{1, kChannels, 8, 8};
  model::add_value(*model.mutable_graph()->mutable_input(), "x", dims);
  for (const char* weights : {"w0", "w1"})
    add_tensor(model, weights, {kChannels, kChannels, 3, 3}, onnx::TensorProto::FLOAT,
               noise(kChannels * kChannels * 9, 7));
  model::set_ints(model::add_node(model, "Conv", {"x", "w0"}, "c0"), "pads", {1, 1, 1, 1});
  model::add_node(model, "Relu", {"c0"}, "r");
  model::add_node(model, "Softmax", {"r"}, "s");
  model::set_ints(model::add_node(model, "Conv", {"s", "w1"}, "y"), "pads", {1, 1, 1, 1});
  model::add_value(*model.mutable_graph()->mutable_output(), "y", dims);
  return model;
}

}  // namespace
}  // namespace assay

int main(int argc, char** argv) {
  using namespace assay;
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_tensorrt_models FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const std::vector<std::int64_t> dims{1, runtimes::kChannels, 8, 8}, dynamic{-1, runtimes::kChannels, 8, 8};
  model::save(runtimes::conv_relu(dims), folder / "conv_relu.onnx");
  model::save(runtimes::conv_relu(dynamic), folder / "dynamic.onnx");
  model::save(runtimes::quantised_conv(0), folder / "quantised.onnx");
  model::save(mixed(), folder / "mixed.onnx");
  std::ofstream(folder / "text.onnx") << "this is no model\n";
  return 0;
}
