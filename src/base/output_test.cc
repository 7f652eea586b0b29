#include "base/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>

#include "base/file.h"

namespace assay {
namespace {

namespace fs = std::filesystem;

TEST(WriteOutput, APipeIsWrittenToAndStaysOne) {
  const auto dir = TemporaryDirectory::create("assay-output").value();
  const fs::path pipe = dir.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  ASSERT_TRUE(write_output(pipe, "a table"));
  char got[16] = {};
  EXPECT_EQ(::read(reader, got, sizeof got), 7);
  ::close(reader);
  EXPECT_STREQ(got, "a table");
  EXPECT_TRUE(fs::is_fifo(pipe)) << "a rename would put a file in its place";
  EXPECT_FALSE(fs::exists(pipe.string() + ".tmp"));
}

TEST(WriteOutput, AnAbandonedWriterLeavesAPipeAlone) {
  const auto dir = TemporaryDirectory::create("assay-output").value();
  const fs::path pipe = dir.path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_TRUE(FileWriter::create(pipe).value().append("x"));
  ::close(reader);
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST(WriteOutput, ALinkIsFollowedAndStaysOne) {
  const auto dir = TemporaryDirectory::create("assay-output").value();
  const fs::path link = dir.path() / "link", device = dir.path() / "device";
  ASSERT_TRUE(write_file(dir.path() / "file", "old"));
  fs::create_symlink("file", link);
  fs::create_symlink("/dev/null", device);
  ASSERT_TRUE(write_output(link, "new"));
  ASSERT_TRUE(write_output(device, "nothing"));
  EXPECT_TRUE(fs::is_symlink(link) && fs::is_symlink(device));
  EXPECT_EQ(read_file(dir.path() / "file").value(), "new");
}

TEST(WriteOutput, AFullDeviceIsAnError) {
  const auto full = write_output("/dev/full", "x");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::kResource) << full.error().message;
  // In a process of its own, since stdout is everybody's. Short text fails in the flush, long in the write.
  for (const std::size_t length : {std::size_t{1}, std::size_t{1} << 20})
    EXPECT_EXIT(
        {
          if (!std::freopen("/dev/full", "w", stdout)) std::_Exit(1);
          const auto printed = write_output("", std::string(length, 'x'));
          std::_Exit(!printed && printed.error().code == Code::kResource ? 7 : 2);
        },
        ::testing::ExitedWithCode(7), "");
}

}  // namespace
}  // namespace assay
