// Outputs compared byte for byte with files beside this one. ASSAY_UPDATE_GOLDEN=1 writes them anew: look at
// the difference before committing it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/file.h"

namespace assay {

inline void expect_golden(const std::string& name, const std::string& text) {
  const std::string path = ASSAY_SOURCE_DIR "/tests/golden/" + name;
  if (std::getenv("ASSAY_UPDATE_GOLDEN")) {
    ASSERT_TRUE(write_file(path, text));
    return;
  }
  auto golden = read_file(path);
  ASSERT_TRUE(golden) << golden.error().message;
  EXPECT_EQ(text, *golden) << path;
}

}  // namespace assay
