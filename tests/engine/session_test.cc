// A serving worker: what the accuracy and pipeline passes stand on.
#include <signal.h>

#include <algorithm>
#include <thread>

#include "engine_fixture.h"

namespace assay::engine {
namespace {

class Serve : public EngineTest {
 protected:
  static void fill(Session& session, int slot, const std::vector<float>& values) {
    std::memcpy(session.input(slot).data(), values.data(), values.size() * sizeof(float));
  }
  static std::vector<float> output(const Session& session, int slot) {
    const auto bytes = session.output(slot);
    std::vector<float> values(bytes.size() / sizeof(float));
    std::memcpy(values.data(), bytes.data(), bytes.size());
    return values;
  }
};

TEST_F(Serve, AnswersWithTheModelsOutput) {
  auto session = Session::open(spec("affine"), 2);
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->info().first_inference_ns, 0);
  for (int k = 0; k < 5; ++k) {
    fill(*session, k % 2, input(k));
    ASSERT_TRUE(session->submit(k % 2));
    const auto done = session->wait();
    ASSERT_TRUE(done) << done.error().message;
    EXPECT_EQ(done->slot, k % 2);
    EXPECT_GT(done->infer_ns, 0);
    EXPECT_EQ(output(*session, k % 2), answer(input(k)));
  }
  EXPECT_GT(session->info().first_inference_ns, 0);
  EXPECT_FALSE(session->info().libraries.empty());
  const auto info = session->close();
  ASSERT_TRUE(info);
  EXPECT_EQ(info->properties.count("assay.close"), 0u);
  EXPECT_EQ(session->failure().reason, "");
}

TEST_F(Serve, OneThreadSubmitsWhileAnotherWaits) {
  constexpr int kSlots = 4, kRequests = 400;
  auto session = Session::open(spec("affine"), kSlots);
  ASSERT_TRUE(session) << session.error().message;
  std::atomic<int> free_slots{kSlots};
  std::thread producer([&] {
    for (int k = 0; k < kRequests; ++k) {
      while (free_slots == 0) std::this_thread::yield();
      --free_slots;
      fill(*session, k % kSlots, input(k));
      EXPECT_TRUE(session->submit(k % kSlots));
    }
  });
  int waited = 0;
  while (waited < kRequests) {
    const auto done = session->wait();
    if (!done) {
      // Nothing submitted yet.
      ASSERT_EQ(done.error().code, Code::kInternal) << done.error().message;
      std::this_thread::yield();
      continue;
    }
    EXPECT_EQ(done->slot, waited % kSlots);
    EXPECT_EQ(output(*session, done->slot), answer(input(waited)));
    ++waited;
    ++free_slots;
  }
  producer.join();
}

TEST_F(Serve, TwoSessionsAtOnce) {
  auto first = Session::open(spec("affine"), 1);
  WorkerSpec other = spec("affine");
  other.log = folder() / "other.log";
  other.options = {{"classes", "2"}};
  auto second = Session::open(other, 1);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->info().outputs[0].dims[1], 19);
  EXPECT_EQ(second->info().outputs[0].dims[1], 2);
}

TEST_F(Serve, ACrashIsToldByWaitAndByFailure) {
  auto session = Session::open(spec("segfault"), 1);
  ASSERT_TRUE(session) << session.error().message;
  Result<Completion> done = Completion{};
  int completed = -1;
  for (; done; ++completed) {
    ASSERT_LT(completed, 1000);
    ASSERT_TRUE(session->submit(0));
    done = session->wait();
  }
  EXPECT_EQ(completed, 499);
  EXPECT_EQ(done.error().code, Code::kWorkerFailed);
  EXPECT_EQ(session->failure().signal, SIGSEGV);
  EXPECT_EQ(session->wait().error().code, Code::kWorkerFailed);
  EXPECT_EQ(session->submit(0).error().code, Code::kWorkerFailed);
}

TEST_F(Serve, AHangIsKilled) {
  WorkerSpec hang = spec("hang");
  hang.stall_timeout = std::chrono::milliseconds(400);
  auto session = Session::open(hang, 1);
  ASSERT_TRUE(session) << session.error().message;
  Result<Completion> done = Completion{};
  while (done) {
    ASSERT_TRUE(session->submit(0));
    done = session->wait();
  }
  EXPECT_EQ(session->failure().kind, "hang");
}

TEST_F(Serve, AWrongOptionIsTheCallersError) {
  WorkerSpec odd = spec("affine");
  odd.options = {{"thraeds", "2"}};
  const auto session = Session::open(odd, 1);
  ASSERT_FALSE(session);
  EXPECT_EQ(session.error().code, Code::kInvalidInput);
  EXPECT_NE(session.error().message.find("thraeds"), std::string::npos) << session.error().message;
}

TEST_F(Serve, AMissingArtifactIsNotFound) {
  WorkerSpec odd = spec("affine");
  odd.artifact = folder() / "none.onnx";
  EXPECT_EQ(Session::open(odd, 1).error().code, Code::kNotFound);
}

TEST_F(Serve, AnAbsentAcceleratorIsUnavailable) {
  WorkerSpec odd = spec("affine");
  odd.accelerator = "NPU";
  EXPECT_EQ(Session::open(odd, 1).error().code, Code::kUnavailable);
}

TEST_F(Serve, WaitingForNothingIsABug) {
  auto session = Session::open(spec("affine"), 1);
  ASSERT_TRUE(session) << session.error().message;
  EXPECT_EQ(session->wait().error().code, Code::kInternal);
  EXPECT_EQ(session->submit(1).error().code, Code::kInternal);
}

}  // namespace
}  // namespace assay::engine
