// Where a command's output goes, as a shell sees it: pipes that close, disks that are full, descriptors.
#include <gtest/gtest.h>

#include <string>

#include "base/file.h"
#include "base/subprocess.h"

namespace assay::test {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int exit_code = -1;
  std::string text;  ///< What the script left of stdout and stderr.
};

class Output : public ::testing::Test {
 protected:
  /// Runs a script of bash in a folder of its own. In it $ASSAY is the program, $RESULTS a results.json,
  /// $SPEC a spec.
  Outcome shell(const std::string& script) const {
    ProcessOptions options;
    options.argv = {"bash", "-c", script};
    options.cwd = folder_.path();
    options.log = log_.path() / "log";
    const fs::path source = ASSAY_SOURCE_DIR;
    options.extra_env = {{"ASSAY", (fs::path(ASSAY_BINARY_DIR) / "assay").string()},
                         {"RESULTS", (source / "tests/golden/results-1.2.json").string()},
                         {"SPEC", (source / "protocols/guide.yaml").string()}};
    auto process = Process::start(options);
    if (!process) return {-1, process.error().message};
    const ExitState state = process->wait();
    return {state.exit_code.value_or(-1), read_file(options.log).value_or("")};
  }
  std::string file(const std::string& name) const { return read_file(folder_.path() / name).value_or(""); }

  TemporaryDirectory folder_ = TemporaryDirectory::create("assay-output").value();
  TemporaryDirectory log_ = TemporaryDirectory::create("assay-output-log").value();
};

// What could not be printed is not to be taken for what was found: neither nothing at all nor a 1 of the
// audit.
TEST_F(Output, AFullDiskIsAnErrorOfEveryCommand) {
  for (const char* command :
       {"targets", "targets --format json", "targets coral-m2", "audit --list",
        "audit --published vedliot-d3.3", "audit --published vedliot-d3.3 --format md",
        "audit --published vedliot-d3.3 --format json", "plan $SPEC", "plan $SPEC --format json",
        "doctor --json", "report $RESULTS", "report $RESULTS -o /dev/stdout", "compare $RESULTS $RESULTS",
        "compare $RESULTS $RESULTS --format json", "simulate wt300e --duration 0.1", "--help", "--version"}) {
    const Outcome outcome = shell(std::string("$ASSAY ") + command + " > /dev/full");
    EXPECT_EQ(outcome.exit_code, 7) << command << ": " << outcome.text;
    EXPECT_NE(outcome.text.find("stdout"), std::string::npos) << command << ": " << outcome.text;
  }
  // By the line the first error is long gone at the end.
  EXPECT_EQ(shell("stdbuf -oL $ASSAY doctor > /dev/full").exit_code, 7);
}

TEST_F(Output, ASimulatorWhosePortNobodyCanLearnServesNobody) {
  const Outcome outcome = shell("timeout 60 $ASSAY simulate wt300e > /dev/full");
  EXPECT_EQ(outcome.exit_code, 7) << outcome.text;
}

TEST_F(Output, AClosedPipeEndsACommandQuietly) {
  // More than a pipe holds, so that whoever writes it meets its end.
  for (const char* command : {"targets --format json", "report $RESULTS --format html",
                              "report $RESULTS --format html -o /dev/stdout"}) {
    const Outcome outcome = shell(std::string("$ASSAY ") + command + " | true; exit ${PIPESTATUS[0]}");
    EXPECT_EQ(outcome.exit_code, 141) << command << ": " << outcome.text;
    EXPECT_EQ(outcome.text, "") << command;
  }
}

// Nor where all of it fits into a pipe, or went in line by line: then the last write is not what failed.
TEST_F(Output, APipeThatIsClosedBeforehandIsNoFullDisk) {
  for (const char* command : {"$ASSAY doctor", "stdbuf -oL $ASSAY doctor", "stdbuf -oL $ASSAY --help",
                              "stdbuf -oL $ASSAY simulate wt300e --duration 0.1"}) {
    const Outcome outcome = shell(std::string("exec 3> >(:); wait $!; ") + command + " >&3");
    EXPECT_EQ(outcome.exit_code, 141) << command << ": " << outcome.text;
    EXPECT_EQ(outcome.text, "") << command;
  }
}

// Whatever a command opens meanwhile, as the simulator its socket, does not take stdout's place.
TEST_F(Output, AClosedStdoutIsAnError) {
  for (const char* command : {"targets", "simulate wt300e --duration 0.1"}) {
    const Outcome outcome = shell(std::string("$ASSAY ") + command + " >&-");
    EXPECT_EQ(outcome.exit_code, 7) << command << ": " << outcome.text;
    EXPECT_NE(outcome.text.find("stdout"), std::string::npos) << command << ": " << outcome.text;
  }
}

TEST_F(Output, ALinkToAClosedDescriptorIsNotReplaced) {
  for (const char* command : {"ln -s /proc/self/fd/1 link; $ASSAY report $RESULTS -o link >&-",
                              "ln -sf /proc/self/fd/9 link; $ASSAY report $RESULTS -o link 9>&-"}) {
    const Outcome outcome = shell(command);
    EXPECT_EQ(outcome.exit_code, 7) << command << ": " << outcome.text;
    EXPECT_TRUE(fs::is_symlink(folder_.path() / "link")) << command;
  }
}

// It reads what it wrote, and prints what it read.
TEST_F(Output, AModelIsWrittenToAFileOnly) {
  for (const char* output : {"/dev/fd/3 3> out", "pipe", ".", "/dev/null"}) {
    const Outcome outcome = shell(
        std::string("rm -f pipe; mkfifo pipe; timeout 60 $ASSAY model ddrnet23-slim --size 64x128 -o ") +
        output);
    EXPECT_EQ(outcome.exit_code, 2) << output << ": " << outcome.text;
    EXPECT_NE(outcome.text.find("expected a file"), std::string::npos) << output << ": " << outcome.text;
  }
  EXPECT_EQ(shell("$ASSAY model ddrnet23-slim --size 64x128 -o old > out; ln -s old link; "
                  "$ASSAY model ddrnet23-slim --size 64x128 -o link")
                .exit_code,
            0);
}

TEST_F(Output, WhatStandsInTheFileThatStdoutIsAppendedToStays) {
  ASSERT_EQ(shell("$ASSAY report $RESULTS --format csv > plain; ln -s /dev/stdout link").exit_code, 0);
  const std::string report = file("plain");
  ASSERT_NE(report, "");
  for (const char* output : {"", "-o -", "-o /dev/stdout", "-o /dev/fd/1", "-o link", "-o /dev/fd/3 3>&1"}) {
    const std::string command = std::string(" report $RESULTS --format csv ") + output;
    const Outcome outcome = shell("{ echo header; $ASSAY" + command +
                                  "; echo footer; } > out; echo before > log; $ASSAY >> log" + command);
    EXPECT_EQ(outcome.exit_code, 0) << output << ": " << outcome.text;
    EXPECT_EQ(file("out"), "header\n" + report + "footer\n") << output;
    EXPECT_EQ(file("log"), "before\n" + report) << output;
  }
  EXPECT_TRUE(fs::is_symlink(folder_.path() / "link"));
}

TEST_F(Output, ADirectoryThatIsGoneIsToldAndNoBug) {
  const Outcome outcome =
      shell("mkdir gone && cd gone && rmdir ../gone && $ASSAY plan $SPEC --data-root somewhere");
  EXPECT_EQ(outcome.exit_code, 3) << outcome.text;
  EXPECT_NE(outcome.text.find("a current directory that is still there"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace assay::test
