// Backends that crash, hang, lie or talk nonsense: each costs its run, is named, and loses nothing measured.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "base/clock.h"
#include "engine/describe.h"
#include "engine_fixture.h"

namespace assay::engine {
namespace {

class Faults : public EngineTest {
 protected:
  /// The 500th inference falls into the timed loop: 1 + 52 + 200 or so come before it at 1 ms each.
  WorkerSpec slow(const std::string& plugin) const {
    WorkerSpec slow = spec(plugin);
    slow.options = {{"delay_us", "1000"}};
    slow.stall_timeout = std::chrono::seconds(2);
    return slow;
  }
  static TimedRequest request() {
    TimedRequest request = quick_request();
    request.warmup_cap = std::chrono::milliseconds(1);
    return request;
  }
  /// How many inferences were completed in all, before the failure.
  static std::size_t completed(const record::TimedRun& run) {
    return 1 + run.warmup_ns.size() + run.latency_ns.size();
  }
  static bool mentions(const record::TimedRun& run, const std::string& text) {
    return run.failure.reason.find(text) != std::string::npos;
  }
};

TEST_F(Faults, ACrashNamesItsSignalAndKeepsTheLatencies) {
  const auto run = run_timed(slow("segfault"), request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "crash");
  EXPECT_EQ(run->failure.signal, SIGSEGV);
  EXPECT_TRUE(mentions(*run, "SIGSEGV")) << run->failure.reason;
  EXPECT_TRUE(mentions(*run, "affine: about to crash")) << run->failure.reason;
  EXPECT_TRUE(mentions(*run, "after " + std::to_string(run->latency_ns.size()) + " timed inferences"))
      << run->failure.reason;
  EXPECT_EQ(completed(*run), 499u);
  EXPECT_FALSE(run->latency_ns.empty());
  for (const std::int64_t ns : run->latency_ns) EXPECT_GE(ns, 1'000'000);
  EXPECT_GT(run->window_begin_ns, 0);
  EXPECT_EQ(run->session.backend, "affine");
}

TEST_F(Faults, AHangIsKilledWithinTheStallTime) {
  const std::int64_t begin = monotonic_ns();
  const auto run = run_timed(slow("hang"), request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "hang");
  EXPECT_EQ(completed(*run), 499u);
  EXPECT_LT(monotonic_ns() - begin, 60'000'000'000);
}

TEST_F(Faults, TheWholePassHasATimeLimitToo) {
  WorkerSpec endless = spec("affine");
  endless.run_timeout = std::chrono::milliseconds(1500);
  TimedRequest request = quick_request();
  request.timed_duration = std::chrono::hours(1);
  const auto run = run_timed(endless, request);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "hang");
  EXPECT_TRUE(mentions(*run, "the whole pass")) << run->failure.reason;
}

TEST_F(Faults, AnExitInTheMiddleIsACrash) {
  const auto run = run_timed(slow("exit"), request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "crash");
  EXPECT_TRUE(mentions(*run, "exit code 7")) << run->failure.reason;
  EXPECT_EQ(completed(*run), 499u);
}

TEST_F(Faults, GarbageOnTheChannelIsSeen) {
  const auto run = run_timed(slow("garbage"), request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "garbage");
  EXPECT_GE(completed(*run), 499u);
}

TEST_F(Faults, TheVendorsErrorIsPassedOn) {
  const auto run = run_timed(slow("error"), request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "error");
  EXPECT_TRUE(mentions(*run, "the vendor is out of order")) << run->failure.reason;
  EXPECT_TRUE(mentions(*run, "42")) << run->failure.reason;
  EXPECT_EQ(completed(*run), 499u);
}

TEST_F(Faults, ACachedAnswerIsFoundOut) {
  const auto run = run_timed(spec("cached"), quick_request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  const auto wrong = std::count_if(run->samples.begin(), run->samples.end(),
                                   [](const record::OutputSample& s) { return !s.bitwise_equal; });
  EXPECT_GE(wrong, static_cast<std::ptrdiff_t>(run->samples.size() / 2));
  for (const record::OutputSample& sample : run->samples) {
    EXPECT_TRUE(sample.written);
    EXPECT_EQ(sample.bitwise_equal, sample.input == 0);
    EXPECT_EQ(sample.argmax_agreement == 1, sample.input == 0) << sample.argmax_agreement;
  }
}

TEST_F(Faults, SkippingEveryTenthInferenceIsFoundOut) {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    TimedRequest request = quick_request();
    request.sample_seed = seed;
    const auto run = run_timed(spec("skip_tenth"), request);
    ASSERT_TRUE(run) << run.error().message;
    const auto skipped =
        std::count_if(run->samples.begin(), run->samples.end(), [](const auto& s) { return !s.written; });
    EXPECT_GE(skipped, 1);
    EXPECT_LT(skipped, static_cast<std::ptrdiff_t>(run->samples.size() / 2));
  }
}

TEST_F(Faults, ANanIsToldOfEverySample) {
  const auto run = run_timed(spec("not_finite"), quick_request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  ASSERT_FALSE(run->samples.empty());
  for (const record::OutputSample& sample : run->samples) {
    EXPECT_FALSE(sample.finite);
    EXPECT_FALSE(sample.bitwise_equal);
    EXPECT_EQ(sample.max_abs_difference, -1);
  }
}

TEST_F(Faults, TensorsWithGapsAreRefused) {
  const auto run = run_timed(spec("strided"), quick_request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "start");
  for (const char* part : {"\"logits\"", "strides", "dense"})
    EXPECT_TRUE(mentions(*run, part)) << run->failure.reason;
  EXPECT_FALSE(Session::open(spec("strided"), 1));
}

TEST_F(Faults, WritingToTheInputsIsACrash) {
  const auto run = run_timed(spec("write_input"), quick_request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "crash");
  EXPECT_EQ(run->failure.signal, SIGSEGV);
}

TEST_F(Faults, ARefusedOpenIsNoCrash) {
  const auto run = run_timed(spec("refuse_open"), quick_request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "start");
  EXPECT_TRUE(mentions(*run, "the accelerator is on holiday")) << run->failure.reason;
  const auto session = Session::open(spec("refuse_open"), 1);
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Code::kUnavailable);
}

TEST_F(Faults, AnAbortInOpenIsACrash) {
  const auto run = run_timed(spec("abort_open"), quick_request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.signal, SIGABRT);
  EXPECT_TRUE(mentions(*run, "affine: about to abort")) << run->failure.reason;
  const auto session = Session::open(spec("abort_open"), 1);
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Code::kWorkerFailed);
}

TEST_F(Faults, AnotherAbiVersionIsRefused) {
  const auto session = Session::open(spec("wrong_abi"), 1);
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Code::kUnavailable);
  EXPECT_NE(session.error().message.find("99"), std::string::npos) << session.error().message;
}

TEST_F(Faults, WhatIsNoPluginIsRefused) {
  WorkerSpec odd = spec("affine");
  odd.plugin = folder() / "text.so";
  ASSERT_TRUE(write_file(odd.plugin, "not a library"));
  EXPECT_EQ(Session::open(odd, 1).error().code, Code::kUnavailable);
  odd.plugin = "libc.so.6";
  odd.plugin = folder() / "none.so";
  EXPECT_EQ(Session::open(odd, 1).error().code, Code::kNotFound);
}

TEST_F(Faults, ACrashWhileClosingLosesNothing) {
  const auto run = run_timed(spec("segfault_close"), quick_request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  EXPECT_EQ(run->latency_ns.size(), 600u);
  EXPECT_NE(run->session.properties.at("assay.close").find("SIGSEGV"), std::string::npos);
}

TEST_F(Faults, AProgramThatIsNoWorker) {
  WorkerSpec odd = spec("affine");
  odd.worker = "/bin/true";
  const auto run = run_timed(odd, quick_request());
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.kind, "crash");
}

TEST_F(Faults, KillingTheWorkerKeepsItsLatencies) {
  WorkerSpec endless = spec("affine");
  TimedRequest request = quick_request();
  request.warmup_cap = std::chrono::milliseconds(1);
  request.timed_duration = std::chrono::hours(1);
  bool killed = false;
  const auto run = run_timed(endless, request, [&](const Progress& progress) {
    if (killed || progress.phase != "timed" || progress.done < 100) return;
    // The only worker of this process, found as its child.
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string pid = entry.path().filename();
      const auto status = read_file(entry.path() / "status");
      if (!status || status->find("PPid:\t" + std::to_string(::getpid()) + "\n") == std::string::npos)
        continue;
      ::kill(std::stoi(pid), SIGKILL);
      killed = true;
    }
  });
  ASSERT_TRUE(run) << run.error().message;
  ASSERT_TRUE(killed);
  EXPECT_EQ(run->failure.signal, SIGKILL);
  EXPECT_GE(run->latency_ns.size(), 100u);
  EXPECT_EQ(std::count(run->latency_ns.begin(), run->latency_ns.end(), 0), 0);
}

/// The worker's process id is the one that lists this test's log as its standard output.
bool somebody_writes_to(const std::filesystem::path& log) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", ignored)) {
    const auto target = std::filesystem::read_symlink(entry.path() / "fd" / "1", ignored);
    if (!ignored && target == log) return true;
    ignored.clear();
  }
  return false;
}

TEST_F(Faults, TheWorkerDiesWithItsSupervisor) {
  const WorkerSpec worker = spec("affine");
  const pid_t supervisor = ::fork();
  if (supervisor == 0) {
    TimedRequest request = quick_request();
    request.warmup_duration = std::chrono::hours(1);
    const auto run = run_timed(worker, request);
    ::_exit(run ? 0 : 1);
  }
  ASSERT_GT(supervisor, 0);
  const auto wait_until = [&](bool alive) {
    for (int i = 0; i < 300 && somebody_writes_to(worker.log) != alive; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    return somebody_writes_to(worker.log) == alive;
  };
  EXPECT_TRUE(wait_until(true));
  ::kill(supervisor, SIGKILL);
  ::waitpid(supervisor, nullptr, 0);
  EXPECT_TRUE(wait_until(false));
}

}  // namespace
}  // namespace assay::engine
