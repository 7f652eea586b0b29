// Writes the model that the conformance suite runs on vendors' runtimes: make_runtimes_model FILE.onnx
// [quantised]
#include <cstdio>
#include <string_view>

#include "models.h"

int main(int argc, char** argv) {
  using namespace assay;
  const bool quantised = argc == 3 && std::string_view(argv[2]) == "quantised";
  if (argc != 2 && !quantised) {
    std::fprintf(stderr, "usage: make_runtimes_model FILE.onnx [quantised]\n");
    return 2;
  }
  const std::vector<std::int64_t> dims{1, runtimes::kChannels, 24, 32};
  const auto made = quantised ? runtimes::unsigned_conv_relu(dims) : runtimes::conv_relu(dims);
  return model::save(made, argv[1]).empty() ? 1 : 0;
}
