#include "base/output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <thread>

#include "base/exit_code.h"
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

// What this process holds open others write to as well: `{ echo header; assay report ...; } > file`.
TEST(WriteOutput, AFileThatIsOpenAlreadyIsContinuedAndNotReplaced) {
  const auto dir = TemporaryDirectory::create("assay-output").value();
  const fs::path file = dir.path() / "file", link = dir.path() / "link";
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(::write(fd, "a ", 2), 2);
  fs::create_symlink("/dev/fd/" + std::to_string(fd), link);
  ASSERT_TRUE(write_output("/proc/self/fd/" + std::to_string(fd), "b "));
  ASSERT_TRUE(write_output(link, "c "));
  EXPECT_TRUE(FileWriter::create(link).value().append("d "));  // And what is abandoned takes nothing along.
  ASSERT_EQ(::write(fd, "e", 1), 1);
  ::close(fd);
  EXPECT_EQ(read_file(file).value(), "a b c d e");
  EXPECT_TRUE(fs::is_symlink(link));
}

TEST(WriteOutput, APipeThatNobodyReadsIsNoBug) {
  int ends[2] = {};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
  ::close(ends[0]);
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  const auto written = write_output("/dev/fd/" + std::to_string(ends[1]), "x");
  ::signal(SIGPIPE, before);
  ::close(ends[1]);
  ASSERT_FALSE(written);
  EXPECT_EQ(exit_code(written.error().code), kExitClosedPipe) << written.error().message;
}

// Its other owner may have set it so.
TEST(WriteOutput, APipeThatDoesNotBlockIsWaitedFor) {
  int ends[2] = {};
  ASSERT_EQ(::pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
  ASSERT_EQ(::fcntl(ends[0], F_SETFL, 0), 0);
  const std::string text(std::size_t{1} << 20, 'x');  // More than it holds.
  std::string got;
  std::thread reader([&] {
    char buffer[4096];
    while (got.size() < text.size()) {
      const ssize_t some = ::read(ends[0], buffer, sizeof buffer);
      if (some <= 0) break;
      got.append(buffer, static_cast<std::size_t>(some));
    }
  });
  const auto written = write_output("/dev/fd/" + std::to_string(ends[1]), text);
  ::close(ends[1]);
  reader.join();
  ::close(ends[0]);
  EXPECT_TRUE(written.has_value());
  EXPECT_EQ(got, text);
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
