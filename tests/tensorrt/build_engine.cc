// build_tensorrt_engine PLUGIN.so SOURCE.onnx DESTINATION ACCELERATOR: an FP32 engine, by the plugin's
// prepare().
#include <cstdio>

#include "backend/plugin_loader.h"

int main(int argc, char** argv) {
  if (argc != 5) {
    std::fprintf(stderr, "usage: build_tensorrt_engine PLUGIN.so SOURCE.onnx DESTINATION ACCELERATOR\n");
    return 2;
  }
  assay::backend::PluginError problem;
  const assay_backend_v1* plugin = assay::backend::load_plugin(argv[1], problem);
  if (plugin == nullptr) {
    std::fprintf(stderr, "%s\n", problem.text.c_str());
    return 1;
  }
  assay_prepare_options request{};
  request.struct_size = sizeof request;
  request.source = argv[2];
  request.destination = argv[3];
  request.accelerator = argv[4];
  request.precision = "fp32";
  request.source_digest = "of-the-conformance-model";
  assay_error error{};
  error.struct_size = sizeof error;
  if (plugin->prepare(&request, &error) == ASSAY_OK) return 0;
  std::fprintf(stderr, "%s\n", error.text);
  return 1;
}
