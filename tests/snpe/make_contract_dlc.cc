// Writes the container that the conformance suite runs: make_contract_dlc FILE.dlc [float|tf8]
#include <cstdio>
#include <string>

#include "../runtimes/models.h"
#include "contract_dlc.h"

int main(int argc, char** argv) {
  using namespace assay;
  if (argc < 2) {
    std::fprintf(stderr, "usage: make_contract_dlc FILE.dlc [float|tf8]\n");
    return 2;
  }
  snpe::contract::Container container;
  container.channels_last = true;
  container.onnx = runtimes::conv_relu({1, runtimes::kChannels, 24, 32}).SerializeAsString();
  container.layers = {{"node_c", ""}, {"node_y", ""}};
  if (argc > 2 && std::string(argv[2]) == "tf8")
    container.quantised = {{"x", {1.0F / 255, 0, 8}}, {"y", {0.25F, 0, 8}}};
  write_container(container, argv[1]);
  return 0;
}
