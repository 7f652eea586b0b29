// OpenVINO: our timed loop through the plugin against ov::InferRequest::infer() with the same settings.
#include <cstdio>
#include <memory>
#include <openvino/openvino.hpp>

#include "alternate.h"
#include "base/file.h"
#include "sensor/environment.h"

using namespace assay;

namespace {

struct Bare {
  ov::CompiledModel compiled;
  ov::InferRequest request;
  std::vector<float> input;
};

Result<bench::Block> open_bare(const std::filesystem::path& model) {
  try {
    static ov::Core core;
    auto bare = std::make_shared<Bare>();
    bare->compiled =
        core.compile_model(model.string(), "CPU", ov::hint::inference_precision(ov::element::f32),
                           ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY), ov::num_streams(1),
                           ov::inference_num_threads(sensor::usable_cpus()));
    bare->request = bare->compiled.create_infer_request();
    const auto port = bare->compiled.input();
    bare->input = bench::input_values(ov::shape_size(port.get_shape()));
    bare->request.set_input_tensor(ov::Tensor(port.get_element_type(), port.get_shape(), bare->input.data()));
    return bench::bare_block([bare] {
      try {
        bare->request.infer();
        return true;
      } catch (const std::exception&) {
        return false;
      }
    });
  } catch (const std::exception& exception) {
    return fail(Code::kWorkerFailed, exception.what());
  }
}

}  // namespace

int main(int argc, char** argv) {
  const auto folder = TemporaryDirectory::create("bench");
  if (!folder) return 1;
  const auto model = bench::model_of(argc, argv, folder->path());
  if (!model) {
    std::fprintf(stderr, "%s\n", model.error().message.c_str());
    return 1;
  }
  return bench::compare(
      "openvino",
      [&] {
        return bench::plugin_block("openvino", *model, {{"threads", std::to_string(sensor::usable_cpus())}});
      },
      [&] { return open_bare(*model); });
}
