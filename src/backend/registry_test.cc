#include "backend/registry.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "base/file.h"

namespace assay::backend {
namespace {

TEST(Registry, AMisspeltNameIsToldTheRightOne) {
  const auto path = plugin_path("opnvino");
  ASSERT_FALSE(path);
  EXPECT_EQ(path.error().code, Code::kInvalidInput);
  EXPECT_NE(path.error().message.find("did you mean \"openvino\""), std::string::npos)
      << path.error().message;
}

TEST(Registry, AStrangeNameIsToldAllNames) {
  const auto path = plugin_path("coral-edge-tpu");
  ASSERT_FALSE(path);
  for (const BuiltinBackend& backend : builtin_backends())
    EXPECT_NE(path.error().message.find(backend.name), std::string::npos) << path.error().message;
}

TEST(Registry, PluginPathVariableComesFirst) {
  auto dir = TemporaryDirectory::create("assay-registry");
  ASSERT_TRUE(dir);
  std::ofstream(dir->path() / "libassay_null.so") << "x";
  ::setenv("ASSAY_PLUGIN_PATH", ("/no/such/folder:" + dir->path().string()).c_str(), 1);
  const auto found = plugin_path("null");
  const auto absent = plugin_path("replay");
  ::unsetenv("ASSAY_PLUGIN_PATH");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(*found, dir->path() / "libassay_null.so");
  if (!absent) {
    EXPECT_NE(absent.error().message.find(dir->path().string()), std::string::npos);
  }
}

}  // namespace
}  // namespace assay::backend
