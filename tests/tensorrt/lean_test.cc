// The published libnvinfer_lean.so.11 and CUDA's runtime, really loaded, on a machine without NVIDIA's
// driver.
#include <filesystem>
#include <fstream>

#include "backend.h"

namespace assay::tensorrt_test {
namespace {

class Lean : public testing::Test {
 protected:
  void SetUp() override {
    // scripts/setup fetches it before anything is built: without it these tests would show nothing.
    ASSERT_TRUE(std::filesystem::exists(LEAN_DIR)) << "no " << LEAN_DIR << ": run scripts/setup";
    ::unsetenv("ASSAY_CUDART_LIB");
    ::setenv("ASSAY_TENSORRT_DIR", LEAN_DIR, 1);
  }
};

/// What the plugin answers where NVIDIA's driver is absent: a machine that has it cannot show that.
class LeanWithoutADriver : public Lean {
 protected:
  void SetUp() override {
    Lean::SetUp();
    if (std::filesystem::exists("/dev/nvidiactl"))
      GTEST_SKIP() << "what is tested is a machine without NVIDIA's driver, and this one has it";
  }
};

std::map<std::string, std::string> versions_of(const assay_description& description) {
  std::map<std::string, std::string> versions;
  for (std::uint32_t i = 0; i < description.version_count; ++i)
    versions[description.versions[i].name] = description.versions[i].value;
  return versions;
}

TEST_F(Lean, IsLoadedAndSaysWhatItIs) {
  const assay_description* description = nullptr;
  ASSERT_EQ(plugin().describe(&description, nullptr), ASSAY_OK);
  EXPECT_STREQ(description->runtime_version, "11.4.0");
  EXPECT_EQ(description->simulated, 0);
  auto versions = versions_of(*description);
  EXPECT_NE(versions["library"].find("libnvinfer_lean.so.11"), std::string::npos) << versions["library"];
  EXPECT_NE(versions["building"].find("it runs engines and cannot build them"), std::string::npos);
  EXPECT_EQ(versions["cuda runtime"], "12.9");
}

TEST_F(LeanWithoutADriver, SaysThatThereIsNone) {
  const assay_description* description = nullptr;
  ASSERT_EQ(plugin().describe(&description, nullptr), ASSAY_OK);
  EXPECT_EQ(versions_of(*description)["cuda driver"], "none");
  EXPECT_GT(description->accelerator_count, 0u);
  for (std::uint32_t i = 0; i < description->accelerator_count; ++i) {
    const auto& accelerator = backend::element(description->accelerators, i);
    EXPECT_FALSE(accelerator.available) << accelerator.name;
    EXPECT_NE(std::string(accelerator.reason)
                  .find("35 (CUDA driver version is insufficient for CUDA runtime version)"),
              std::string::npos)
        << accelerator.name << ": " << accelerator.reason;
  }
}

TEST_F(LeanWithoutADriver, PrepareAndOpenAreUnavailable) {
  const Scratch engine("engine");
  std::ofstream(engine.path) << "an engine\n";
  for (const Answer& answer : {prepare({}, engine.path), Session(engine.path).answer}) {
    EXPECT_EQ(answer.code, ASSAY_ERROR_UNAVAILABLE);
    EXPECT_TRUE(answer.says("no NVIDIA GPU can be used here") && answer.says("install NVIDIA's driver"))
        << answer.text;
  }
}

}  // namespace
}  // namespace assay::tensorrt_test
