// The replay backend under the engine: recorded answers and delays, never taken for a measurement.
#include "replay/recording.h"

#include "engine_fixture.h"

namespace assay::engine {
namespace {

class Replay : public EngineTest {
 protected:
  /// Answers for input(0) to input(3) of the affine backend, 2 ms each.
  static replay::Recording recording() {
    replay::Recording recording;
    recording.backend = "affine";
    recording.precision = "fp32";
    recording.inputs = {{"input", ASSAY_F32, {1, 3, 16, 16}}};
    recording.outputs = {{"logits", ASSAY_F32, {1, 19, 16, 16}}};
    recording.delays_ns = {2'000'000, 3'000'000};
    for (int k = 0; k < 4; ++k) {
      const std::vector<float> in = input(k), out = answer(in);
      replay::Answer entry;
      entry.key = replay::key_of_inputs({{in.data(), in.size() * sizeof(float)}});
      entry.outputs.emplace_back(out.size() * sizeof(float));
      std::memcpy(entry.outputs[0].data(), out.data(), entry.outputs[0].size());
      recording.answers.push_back(std::move(entry));
    }
    return recording;
  }

  WorkerSpec replay_spec() const {
    WorkerSpec replay = spec("affine");
    replay.plugin = std::filesystem::path(ASSAY_BINARY_DIR) / "plugins" / "libassay_replay.so";
    replay.artifact = folder() / "test.recording";
    return replay;
  }

  void write(const replay::Recording& recording) {
    std::string problem;
    ASSERT_TRUE(replay::write_recording(replay_spec().artifact, recording, problem)) << problem;
  }

  std::string open_error() {
    const auto session = Session::open(replay_spec(), 1);
    EXPECT_FALSE(session);
    if (session) return "";
    EXPECT_EQ(session.error().code, Code::kInvalidInput);
    return session.error().message;
  }
};

TEST_F(Replay, PlaysAnswersAndDelaysAndIsMarkedSimulated) {
  write(recording());
  TimedRequest request = quick_request();
  request.timed_iterations = 100;
  request.warmup_iterations = 1;
  request.warmup_cap = std::chrono::nanoseconds(0);
  const auto run = run_timed(replay_spec(), request);
  ASSERT_TRUE(run) << run.error().message;
  EXPECT_EQ(run->failure.reason, "");
  EXPECT_TRUE(run->session.simulated);
  EXPECT_EQ(run->session.properties.at("recorded backend"), "affine");
  EXPECT_EQ(run->latency_ns.size(), 100u);
  for (const std::int64_t ns : run->latency_ns) EXPECT_GE(ns, 2'000'000);
  for (const record::OutputSample& sample : run->samples) EXPECT_TRUE(sample.bitwise_equal);
}

TEST_F(Replay, AnInputThatWasNotRecordedIsAnError) {
  write(recording());
  auto session = Session::open(replay_spec(), 1);
  ASSERT_TRUE(session) << session.error().message;
  std::memset(session->input(0).data(), 1, session->input(0).size());
  ASSERT_TRUE(session->submit(0));
  const auto done = session->wait();
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("no answer for these inputs"), std::string::npos)
      << done.error().message;
}

TEST_F(Replay, OrderNeedsNoRecordedInput) {
  write(recording());
  WorkerSpec by_order = replay_spec();
  by_order.options = {{"match", "order"}, {"delay", "none"}};
  auto session = Session::open(by_order, 1);
  ASSERT_TRUE(session) << session.error().message;
  for (int i = 0; i < 6; ++i) {
    ASSERT_TRUE(session->submit(0));
    ASSERT_TRUE(session->wait());
    const auto expected = raw(answer(input(i % 4)));
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), session->output(0).begin()));
  }
}

TEST_F(Replay, BrokenRecordingsAreRefused) {
  write(recording());
  const std::string whole = read_file(replay_spec().artifact).value();
  const auto refused = [&](const std::string& content) {
    EXPECT_TRUE(write_file(replay_spec().artifact, content));
    return open_error();
  };
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = whole;
    return text.replace(text.find(from), from.size(), to);
  };
  EXPECT_NE(refused(whole.substr(0, whole.size() - 1)).find("found"), std::string::npos);
  EXPECT_NE(refused(whole + "x").find("found"), std::string::npos);
  EXPECT_NE(refused("").find("line 1"), std::string::npos);
  EXPECT_NE(refused(changed("recording 1", "recording 2")).find("line 1"), std::string::npos);
  EXPECT_NE(refused(changed("f32:1x3x16x16", "f32:1x0x16x16")).find("line 4"), std::string::npos);
  EXPECT_NE(refused(changed("f32:1x19x16x16", "f32:999999999x999999999x999999999")).find("line 5"),
            std::string::npos);
  EXPECT_NE(refused(changed("answers 4", "answers 9999999")).find("expected"), std::string::npos);
  EXPECT_NE(refused(changed("answers 4", "answers -4")).find("line 6"), std::string::npos);
  EXPECT_NE(refused(changed("delays 2", "delays x")).find("line 7"), std::string::npos);
  EXPECT_NE(refused(std::string(100'000, 'a')).find("line 1"), std::string::npos);
}

}  // namespace
}  // namespace assay::engine
