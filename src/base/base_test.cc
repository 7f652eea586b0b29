#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <optional>

#include "base/clock.h"
#include "base/digest.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/splitmix64.h"
#include "base/subprocess.h"
#include "base/text.h"
#include "base/units.h"

namespace assay {
namespace {

TEST(Digest, KnownVectors) {
  // FIPS 180-2 examples.
  EXPECT_EQ(sha256_hex(std::string_view("")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex(std::string_view("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Digest, FieldsDoNotRunTogether) {
  EXPECT_NE(Sha256().field("ab").field("c").hex(), Sha256().field("a").field("bc").hex());
}

TEST(File, WritesAtomicallyAndReadsBack) {
  auto dir = TemporaryDirectory::create("assay-test");
  ASSERT_TRUE(dir);
  const auto path = dir->path() / "a.txt";
  ASSERT_TRUE(write_file(path, "one"));
  ASSERT_TRUE(write_file(path, "two"));
  EXPECT_EQ(read_file(path).value(), "two");
  EXPECT_FALSE(std::filesystem::exists(path.string() + ".tmp"));
  EXPECT_EQ(read_file(dir->path() / "none").error().code, Code::kNotFound);
  EXPECT_EQ(read_file(dir->path()).error().code, Code::kCorrupt);
  EXPECT_EQ(write_file(dir->path() / "no" / "such", "x").error().code, Code::kNotFound);
  EXPECT_EQ(sha256_file(path).value(), sha256_hex(std::string_view("two")));
}

TEST(File, FullDiskIsAResourceError) { EXPECT_EQ(io_error(ENOSPC, "writing", "x").code, Code::kResource); }

TEST(File, LockIsExclusive) {
  auto dir = TemporaryDirectory::create("assay-test");
  auto first = FileLock::acquire(dir->path() / "lock");
  ASSERT_TRUE(first);
  auto second = FileLock::acquire(dir->path() / "lock");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
}

TEST(File, WaitingForALockEndsWithTheLockATimeOrAnInterruption) {
  auto dir = TemporaryDirectory::create("assay-test");
  const auto path = dir->path() / "lock";
  std::optional<FileLock> held = FileLock::acquire(path).value();
  const auto late = FileLock::wait(path, std::chrono::milliseconds(1));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::kTimeout);

  set_interrupted(true);
  const auto stopped = FileLock::wait(path, {});
  set_interrupted(false);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::kInterrupted);

  int told = 0;
  EXPECT_TRUE(FileLock::wait(path, {}, [&] {
    ++told;
    held.reset();  // The other one ends while we wait.
  }));
  EXPECT_EQ(told, 1);
}

TEST(Subprocess, CapturesLinesAndExitCode) {
  RunOptions options;
  options.argv = {"sh", "-c", "echo one; echo two >&2; printf three; exit 7"};
  std::vector<std::string> lines;
  options.on_line = [&](std::string_view line) { lines.emplace_back(line); };
  const auto state = run_process(options);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(state->exit_code, 7);
  EXPECT_EQ(lines, (std::vector<std::string>{"one", "three"}));
}

TEST(Subprocess, TimeoutKillsAndShowsLastLines) {
  auto dir = TemporaryDirectory::create("assay-test");
  RunOptions options;
  options.argv = {"sh", "-c", "echo before the hang; sleep 100"};
  options.timeout = std::chrono::milliseconds(300);
  options.log = dir->path() / "log";
  const auto state = run_process(options);
  ASSERT_FALSE(state);
  EXPECT_EQ(state.error().code, Code::kTimeout);
  EXPECT_NE(state.error().message.find("before the hang"), std::string::npos);
}

TEST(Subprocess, NamesTheSignal) {
  RunOptions options;
  options.argv = {"sh", "-c", "kill -SEGV $$"};
  const auto state = run_process(options);
  ASSERT_TRUE(state);
  EXPECT_EQ(state->describe(), "killed by SIGSEGV (signal 11)");
}

TEST(Subprocess, MissingProgram) {
  RunOptions options;
  options.argv = {"assay-no-such-program"};
  EXPECT_EQ(run_process(options).error().code, Code::kNotFound);
}

TEST(Subprocess, InheritsOnlyTheNamedDescriptors) {
  std::array<int, 2> pipe_fds;
  ASSERT_EQ(::pipe2(pipe_fds.data(), O_CLOEXEC), 0);
  ProcessOptions options;
  options.argv = {"sh", "-c", "echo hello >&5"};
  options.inherit = {{5, pipe_fds[1]}};
  auto process = Process::start(options);
  ASSERT_TRUE(process);
  EXPECT_TRUE(process->wait().ok());
  ::close(pipe_fds[1]);
  char buffer[16] = {};
  EXPECT_EQ(::read(pipe_fds[0], buffer, sizeof buffer), 6);
  EXPECT_STREQ(buffer, "hello\n");
  ::close(pipe_fds[0]);
}

TEST(Text, NearestWord) {
  constexpr std::array<std::string_view, 3> kWords{"iterations", "duration", "repeats"};
  EXPECT_EQ(nearest_word("iteratons", kWords), "iterations");
  EXPECT_EQ(nearest_word("xyzzy", kWords), "");
}

TEST(Text, HeightWidth) {
  int h = 0, w = 0;
  EXPECT_TRUE(parse_height_width("256x512", h, w));
  EXPECT_EQ(h, 256);
  EXPECT_EQ(w, 512);
  for (const char* bad : {"256", "x512", "256x", "-1x2", "0x5", "256x512x3", "256 x 512"})
    EXPECT_FALSE(parse_height_width(bad, h, w)) << bad;
}

TEST(Text, Range) {
  double lo = 7, hi = 7;
  EXPECT_TRUE(parse_range("0..1", lo, hi));
  EXPECT_EQ(lo, 0);
  EXPECT_EQ(hi, 1);
  EXPECT_TRUE(parse_range("-1.5 .. 2.5", lo, hi));
  EXPECT_EQ(lo, -1.5);
  EXPECT_EQ(hi, 2.5);
  for (const char* bad : {"", "..", "0..", "..1", "0.1", "0..x", "nan..1", "0..inf"})
    EXPECT_FALSE(parse_range(bad, lo, hi)) << bad;
}

TEST(Units, WattTimesSecondIsJoule) {
  EXPECT_DOUBLE_EQ((Watts{2} * Nanoseconds(500'000'000)).value, 1.0);
  EXPECT_DOUBLE_EQ((Volts{5} * Amperes{2}).value, 10.0);
}

TEST(Clock, WallAnchorIsTight) {
  const WallAnchor anchor = wall_anchor();
  EXPECT_GT(anchor.utc_ns, 1'700'000'000'000'000'000);
  EXPECT_LT(anchor.error_ns, 50'000'000);
  EXPECT_EQ(utc_iso8601(1'700'000'000'123'000'000), "2023-11-14T22:13:20.123Z");
}

TEST(ExitCode, EveryCodeHasOne) {
  EXPECT_EQ(exit_code(Code::kInvalidInput), 2);
  EXPECT_EQ(exit_code(Code::kWorkerFailed), 6);
  EXPECT_EQ(exit_code(Code::kInterrupted), 130);
}

TEST(SplitMix64, DrawsThePublishedSequence) {
  SplitMix64 random(1234567);
  for (const std::uint64_t expected : {6457827717110365317U, 3203168211198807973U, 9817491932198370423U,
                                       4593380528125082431U, 16408922859458223821U})
    EXPECT_EQ(random.next(), expected);
}

TEST(SplitMix64, BelowStaysBelow) {
  SplitMix64 random(1);
  std::array<int, 3> counts{};
  for (int i = 0; i < 3000; ++i) ++counts.at(random.below(3));
  for (const int count : counts) EXPECT_GT(count, 850);
  EXPECT_EQ(random.below(1), 0U);
  const std::uint64_t most = std::uint64_t{1} << 63;  // The next larger bounds refuse nearly half of all.
  for (int i = 0; i < 100; ++i) EXPECT_LE(random.below(most + 1), most);
}

}  // namespace
}  // namespace assay
