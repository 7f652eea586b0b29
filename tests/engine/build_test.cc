// A backend's plugin that builds its artifact in a worker of its own.
#include <fstream>

#include "base/file.h"
#include "engine/build.h"
#include "engine_fixture.h"

namespace assay::engine {
namespace {

class Build : public EngineTest {
 protected:
  BuildRequest request(const std::string& plugin) {
    BuildRequest request;
    request.worker = spec(plugin);
    request.worker.precision = "int8";
    request.source = folder() / "source.onnx";
    std::ofstream(request.source) << "a model";
    request.destination = folder() / "model.engine";
    request.source_digest = "abc";
    return request;
  }
};

TEST_F(Build, ThePluginGetsEverythingAndItsFileIsThere) {
  BuildRequest request = this->request("affine");
  request.worker.options = {{"workspace", "64"}};
  request.cache = folder();
  request.calibration = CalibrationTensors{
      .input = "image", .digest = "d", .dims = {1, 3, 8, 16}, .files = {"/t/0.raw", "/t/1.raw"}};
  const auto built = build_artifact(request);
  ASSERT_TRUE(built) << built.error().message;
  EXPECT_EQ(
      *read_file(request.destination),
      "built for CPU in int8 of a model (abc), workspace=64, calibrated for image with 2 tensors f32 16 "
      "wide, the last /t/1.raw, with a cache");
}

TEST_F(Build, WithoutCalibrationAndCache) {
  const BuildRequest request = this->request("affine");
  ASSERT_TRUE(build_artifact(request));
  EXPECT_EQ(*read_file(request.destination), "built for CPU in int8 of a model (abc), without a cache");
}

TEST_F(Build, ARefusalHasTheVendorsTextAndTheLog) {
  BuildRequest request = this->request("affine");
  request.worker.options = {{"refuse", "no kernel for layer 7"}};
  request.worker.log = folder() / "build.log";
  const auto built = build_artifact(request);
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, Code::kWorkerFailed);
  for (const char* part : {"no kernel for layer 7", "vendor's code 7"})
    EXPECT_NE(built.error().message.find(part), std::string::npos) << built.error().message;
  EXPECT_FALSE(std::filesystem::exists(request.destination));
}

TEST_F(Build, APluginThatBuildsNothingSaysSo) {
  BuildRequest request = this->request("affine");
  request.worker.plugin = std::filesystem::path(ASSAY_BINARY_DIR) / "plugins" / "libassay_null.so";
  const auto built = build_artifact(request);
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, Code::kInvalidInput);
  EXPECT_NE(built.error().message.find("builds no artifacts"), std::string::npos) << built.error().message;
}

TEST_F(Build, AFileThatIsNotThereIsAFailure) {
  const auto built = build_artifact(request("garbage"));
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code, Code::kWorkerFailed);
  EXPECT_NE(built.error().message.find("no such file"), std::string::npos) << built.error().message;
}

}  // namespace
}  // namespace assay::engine
