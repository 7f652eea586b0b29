// Writes the model that the conformance suite runs on vendors' runtimes: make_runtimes_model FILE.onnx
#include <cstdio>

#include "models.h"

int main(int argc, char** argv) {
  using namespace assay;
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_runtimes_model FILE.onnx\n");
    return 2;
  }
  return model::save(runtimes::conv_relu({1, runtimes::kChannels, 24, 32}), argv[1]).empty() ? 1 : 0;
}
