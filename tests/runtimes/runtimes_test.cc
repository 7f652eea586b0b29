// What the conformance suite cannot ask of every backend: real models, their numbers, and the wrong ones.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <optional>
#include <set>
#include <thread>

#include "base/file.h"
#include "test_session.h"

namespace assay::runtimes {
namespace {

class Runtimes : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    plugin_ = load(GetParam());
    ASSERT_NE(plugin_, nullptr);
    auto folder = TemporaryDirectory::create("runtimes");
    ASSERT_TRUE(folder) << folder.error().message;
    folder_.emplace(std::move(*folder));
  }
  std::string save(const onnx::ModelProto& model) const {
    return model::save(model, folder_->path() / "model.onnx").string();
  }
  bool openvino() const { return GetParam() == std::string("openvino"); }

  const assay_backend_v1* plugin_ = nullptr;
  std::optional<TemporaryDirectory> folder_;
};

/// The definition, in double: relu(convolution 3x3, padding 1).
std::vector<float> expected_conv_relu(const std::vector<float>& x, int height, int width) {
  const auto w = noise(kChannels * kChannels * 9, 7);
  std::vector<float> y(x.size());
  for (int o = 0; o < kChannels; ++o)
    for (int r = 0; r < height; ++r)
      for (int c = 0; c < width; ++c) {
        double sum = 0;
        for (int i = 0; i < kChannels; ++i)
          for (int dr = -1; dr <= 1; ++dr)
            for (int dc = -1; dc <= 1; ++dc)
              if (r + dr >= 0 && r + dr < height && c + dc >= 0 && c + dc < width)
                sum += static_cast<double>(w[((o * kChannels + i) * 3 + dr + 1) * 3 + dc + 1]) *
                       x[(i * height + r + dr) * width + c + dc];
        y[(o * height + r) * width + c] = static_cast<float>(std::max(sum, 0.0));
      }
  return y;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  return largest;
}

TEST_P(Runtimes, ComputesInFloat) {
  TestSession session(plugin_, {save(conv_relu({1, kChannels, 12, 20}))});
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  EXPECT_STREQ(session.info->executed_precision, "fp32");
  EXPECT_STREQ(backend::element(session.info->inputs, 0).name, "x");
  EXPECT_STREQ(backend::element(session.info->outputs, 0).name, "y");
  const auto x = noise(session.input_elements(), 1);
  EXPECT_LT(largest_difference(session.run(x), expected_conv_relu(x, 12, 20)), 1e-4);
}

TEST_P(Runtimes, TakesASizeForADynamicShape) {
  Request request{save(conv_relu({-1, kChannels, -2, -3}))};
  request.shapes["x"] = {1, kChannels, 6, 10};
  TestSession session(plugin_, request);
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  const auto& output = backend::element(session.info->outputs, 0);
  EXPECT_EQ(std::vector<std::int64_t>(output.dims, output.dims + output.rank),
            (std::vector<std::int64_t>{1, kChannels, 6, 10}));
  const auto x = noise(session.input_elements(), 1);
  EXPECT_LT(largest_difference(session.run(x), expected_conv_relu(x, 6, 10)), 1e-4);
}

TEST_P(Runtimes, RefusesADynamicShapeWithoutASize) {
  TestSession session(plugin_, {save(conv_relu({1, kChannels, -2, 10}))});
  EXPECT_EQ(session.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(session.text().find("'x'"), std::string::npos) << session.text();
  EXPECT_NE(session.text().find("dimension 2"), std::string::npos) << session.text();
}

TEST_P(Runtimes, RefusesAShapeThatTheModelContradicts) {
  Request request{save(conv_relu({1, kChannels, -2, 10}))};
  request.shapes["x"] = {1, kChannels, 6, 11};
  TestSession other_size(plugin_, request);
  EXPECT_EQ(other_size.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(other_size.text().find("dimension 3"), std::string::npos) << other_size.text();
  request.shapes = {{"image", {1, kChannels, 6, 10}}};
  TestSession other_name(plugin_, request);
  EXPECT_EQ(other_name.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(other_name.text().find("'image'"), std::string::npos) << other_name.text();
}

TEST_P(Runtimes, RefusesAModelThatIsCutShortOrNone) {
  const std::string whole = conv_relu({1, kChannels, 12, 20}).SerializeAsString();
  const auto path = folder_->path() / "cut.onnx";
  for (const std::string& bytes :
       {whole.substr(0, whole.size() / 2), std::string(), std::string("not a model at all")}) {
    ASSERT_TRUE(write_file(path, bytes));
    TestSession session(plugin_, {path.string()});
    EXPECT_EQ(session.code, ASSAY_ERROR_INVALID) << session.text();
    EXPECT_NE(session.text().find("cut.onnx"), std::string::npos) << session.text();
  }
  TestSession absent(plugin_, {(folder_->path() / "absent.onnx").string()});
  EXPECT_EQ(absent.code, ASSAY_ERROR_NOT_FOUND);
}

TEST_P(Runtimes, RefusesAnAcceleratorThatIsNotThere) {
  Request request{save(conv_relu({1, kChannels, 12, 20}))};
  request.accelerator = "NPU.7";
  TestSession session(plugin_, request);
  EXPECT_EQ(session.code, ASSAY_ERROR_UNAVAILABLE);
  EXPECT_NE(session.text().find("NPU.7"), std::string::npos) << session.text();
  EXPECT_NE(session.text().find("CPU"), std::string::npos) << session.text();  // What there is.
}

TEST_P(Runtimes, RefusesOptionsThatItDoesNotHave) {
  Request request{save(conv_relu({1, kChannels, 12, 20}))};
  request.options = {{"thread", "1"}};
  TestSession unknown(plugin_, request);
  EXPECT_EQ(unknown.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(unknown.text().find("threads"), std::string::npos) << unknown.text();
  request.options = {{"threads", "two"}};
  TestSession no_number(plugin_, request);
  EXPECT_EQ(no_number.code, ASSAY_ERROR_INVALID);
  request.options.clear();
  request.precision = "fp31";
  TestSession no_precision(plugin_, request);
  EXPECT_EQ(no_precision.code, ASSAY_ERROR_INVALID);
}

TEST_P(Runtimes, TellsWhatIsExecutedAndNotWhatWasAsked) {
  Request request{save(quantised_conv(0))};
  for (const char* asked : {"int8", "fp32"}) {
    request.precision = asked;
    TestSession session(plugin_, request);
    ASSERT_EQ(session.code, ASSAY_OK) << session.text();
    EXPECT_STREQ(session.info->executed_precision, "int8") << "asked: " << asked;
  }
  request = {save(quantised_conv(2))};
  request.precision = "int8";
  TestSession mixed(plugin_, request);
  ASSERT_EQ(mixed.code, ASSAY_OK) << mixed.text();
  EXPECT_STREQ(mixed.info->executed_precision, "fp32+int8");  // Two convolutions against one.
  request = {save(conv_relu({1, kChannels, 12, 20}))};
  request.precision = "int8";
  TestSession not_quantised(plugin_, request);
  ASSERT_EQ(not_quantised.code, ASSAY_OK) << not_quantised.text();
  EXPECT_STREQ(not_quantised.info->executed_precision, "fp32");
}

TEST_P(Runtimes, CountsAGraphWithoutProductsByItsOtherLayers) {
  auto model = model::empty_model();
  model.mutable_graph()->set_name("tanh");
  model::add_value(*model.mutable_graph()->mutable_input(), "x", {1, 64});
  model::add_node(model, "Tanh", {"x"}, "y");
  model::add_value(*model.mutable_graph()->mutable_output(), "y", {1, 64});
  TestSession session(plugin_, {save(model)});
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  EXPECT_STREQ(session.info->executed_precision, "fp32");
}

TEST_P(Runtimes, ProfilesTheExecutedLayers) {
  Request request{save(conv_relu({1, kChannels, 64, 64}))};
  TestSession plain(plugin_, request);
  const assay_profile* profile = nullptr;
  ASSERT_EQ(plain.code, ASSAY_OK) << plain.text();
  EXPECT_EQ(plugin_->profile(plain.session, &profile, &plain.error), ASSAY_ERROR_INVALID);

  request.profiling = true;
  TestSession session(plugin_, request);
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  const auto x = noise(session.input_elements(), 1);
  for (int i = 0; i < 3; ++i) session.run(x);
  ASSERT_EQ(plugin_->profile(session.session, &profile, &session.error), ASSAY_OK) << session.text();
  int convolutions = 0;
  for (std::uint32_t i = 0; i < profile->layer_count; ++i) {
    const assay_layer& layer = backend::element(profile->layers, i);
    EXPECT_EQ(layer.placement, ASSAY_PLACED_CLAIMED) << layer.name;
    EXPECT_GE(layer.time_ns, 0) << layer.name;
    if (std::string(layer.type).find("Conv") == std::string::npos) continue;
    ++convolutions;
    EXPECT_GT(layer.time_ns, 0);
    EXPECT_STRNE(layer.exec_type, "");
  }
  EXPECT_EQ(convolutions, 1);
  const assay_profile* again = nullptr;
  ASSERT_EQ(plugin_->profile(session.session, &again, &session.error), ASSAY_OK);
  EXPECT_EQ(again->layer_count, profile->layer_count);
}

TEST_P(Runtimes, SubmitsAndWaits) {
  TestSession session(plugin_, {save(conv_relu({1, kChannels, 12, 20}))});
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  const auto x = noise(session.input_elements(), 1);
  const auto y = session.run(x);
  std::uint32_t slot = 99;
  EXPECT_EQ(plugin_->wait(session.session, 0, &slot, &session.error),
            ASSAY_ERROR_INVALID);                                                       // Nothing in flight.
  EXPECT_EQ(plugin_->submit(session.session, 5, &session.error), ASSAY_ERROR_INVALID);  // Not bound.
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(plugin_->submit(session.session, 0, &session.error), ASSAY_OK) << session.text();
    ASSERT_EQ(plugin_->wait(session.session, -1, &slot, &session.error), ASSAY_OK) << session.text();
    EXPECT_EQ(slot, 0u);
  }
  EXPECT_EQ(session.run(x), y);
}

TEST_P(Runtimes, CancelEndsARunningInference) {
  // Large enough to be running still when the other thread comes: tens of milliseconds.
  auto model = conv_relu({1, kChannels, 384, 384});
  model.mutable_graph()->mutable_node(1)->set_output(0, "r0");
  model.mutable_graph()->mutable_node(1)->set_name("node_r0");
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    model::set_ints(model::add_node(model, "Conv", {"r" + n, "w"}, "d" + n), "pads", {1, 1, 1, 1});
    model::add_node(model, "Tanh", {"d" + n}, i == 19 ? "y" : "r" + std::to_string(i + 1));
  }
  TestSession session(plugin_, {save(model)});
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  const auto x = noise(session.input_elements(), 1);
  const auto y = session.run(x);
  assay_error error{};
  error.struct_size = sizeof error;
  EXPECT_EQ(plugin_->cancel(session.session, &error), ASSAY_OK);  // Nothing runs: nothing is cancelled.
  ASSERT_EQ(plugin_->infer(session.session, 0, &session.error), ASSAY_OK) << session.text();

  std::atomic<bool> ended = false;
  std::thread canceller([&] {
    while (!ended) {
      plugin_->cancel(session.session, &error);
      std::this_thread::yield();
    }
  });
  const int code = plugin_->infer(session.session, 0, &session.error);
  ended = true;
  canceller.join();
  EXPECT_EQ(code, ASSAY_ERROR_CANCELLED) << session.text();
  EXPECT_EQ(session.run(x), y);  // And the session lives on.
}

TEST_P(Runtimes, SurvivesBadBuffers) {
  TestSession session(plugin_, {save(conv_relu({1, kChannels, 12, 20}))});
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  std::vector<float> memory(session.input_elements());
  const assay_buffer good{
      sizeof(assay_buffer), ASSAY_MEMORY_HOST, memory.data(), memory.size() * sizeof(float), -1, 0};
  assay_buffer small = good;
  small.size -= 4;
  EXPECT_EQ(plugin_->bind(session.session, 0, &small, 1, &good, 1, &session.error), ASSAY_ERROR_INVALID);
  EXPECT_EQ(plugin_->bind(session.session, 0, &good, 2, &good, 1, &session.error), ASSAY_ERROR_INVALID);
  EXPECT_EQ(plugin_->infer(session.session, 0, &session.error), ASSAY_ERROR_INVALID);
}

TEST_P(Runtimes, DescribesItselfAndItsAccelerators) {
  const assay_description* description = nullptr;
  assay_error error{};
  error.struct_size = sizeof error;
  ASSERT_EQ(plugin_->describe(&description, &error), ASSAY_OK) << error.text;
  EXPECT_STREQ(description->name, GetParam());
  EXPECT_STRNE(description->runtime_version, "");
  EXPECT_STREQ(description->runtime_problem, "");
  EXPECT_EQ(description->simulated, 0);
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < description->accelerator_count; ++i) {
    const assay_accelerator& accelerator = backend::element(description->accelerators, i);
    names.insert(accelerator.name);
    EXPECT_EQ(accelerator.available == 0, std::strlen(accelerator.reason) > 0) << accelerator.name;
  }
  EXPECT_TRUE(names.count("CPU"));
  if (openvino()) {
    const auto has = [&](const std::string& kind) {
      return std::any_of(names.begin(), names.end(),
                         [&](const std::string& name) { return name.rfind(kind, 0) == 0; });
    };
    EXPECT_TRUE(has("GPU"));  // Listed even where it is absent, with the reason.
    EXPECT_TRUE(has("NPU"));
  }
}

INSTANTIATE_TEST_SUITE_P(All, Runtimes, testing::Values("onnxruntime", "openvino"),
                         [](const auto& instance) { return std::string(instance.param); });

// In a process of its own: a process has one library, which may not be named where describe() cannot see it.
TEST(OnnxRuntime, SaysWhereItLookedForAMissingLibrary) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto open = [] {
    ::setenv("ASSAY_ONNXRUNTIME_LIB", "/nowhere/libonnxruntime.so", 1);
    TestSession session(load("onnxruntime"), {"model.onnx"});
    std::fprintf(stderr, "%s", session.text().c_str());
    std::exit(session.code == ASSAY_ERROR_NOT_FOUND ? 0 : 1);
  };
  EXPECT_EXIT(open(), testing::ExitedWithCode(0), "ASSAY_ONNXRUNTIME_LIB.*/nowhere/libonnxruntime.so");
  Request request{"model.onnx"};
  request.options["library"] = "libonnxruntime.so.1";
  TestSession session(load("onnxruntime"), request);
  EXPECT_EQ(session.code, ASSAY_ERROR_INVALID) << session.text();
}

TEST(OpenVino, ExecutesBf16OnlyWhereTheCpuDoes) {
  const auto* plugin = load("openvino");
  auto folder = TemporaryDirectory::create("runtimes");
  ASSERT_TRUE(folder);
  Request request{model::save(conv_relu({1, kChannels, 12, 20}), folder->path() / "model.onnx").string()};
  for (const auto& [precision, flag] :
       std::map<std::string, std::string>{{"bf16", "BF16"}, {"fp16", "FP16"}}) {
    request.precision = precision;
    TestSession session(plugin, request);
    if (session.code == ASSAY_OK) {
      EXPECT_EQ(session.info->executed_precision, precision);
    } else {
      EXPECT_EQ(session.code, ASSAY_ERROR_UNAVAILABLE);
      EXPECT_NE(session.text().find(flag), std::string::npos) << session.text();
    }
  }
}

TEST(OpenVino, SaysWhatAnAbsentGpuOrNpuNeeds) {
  const auto* plugin = load("openvino");
  auto folder = TemporaryDirectory::create("runtimes");
  ASSERT_TRUE(folder);
  Request request{model::save(conv_relu({1, kChannels, 12, 20}), folder->path() / "model.onnx").string()};
  const assay_description* description = nullptr;
  assay_error error{sizeof error, 0, {}};
  ASSERT_EQ(plugin->describe(&description, &error), ASSAY_OK);
  for (const auto& [kind, driver] :
       std::map<std::string, std::string>{{"GPU", "/dev/dri/renderD*"}, {"NPU", "/dev/accel/accel*"}}) {
    request.accelerator = kind;
    TestSession session(plugin, request);
    if (session.code == ASSAY_OK) continue;  // This machine has one.
    EXPECT_EQ(session.code, ASSAY_ERROR_UNAVAILABLE);
    EXPECT_NE(session.text().find(driver), std::string::npos) << session.text();
    EXPECT_NE(session.text().find("this machine has CPU"), std::string::npos) << session.text();
    for (std::uint32_t i = 0; i < description->accelerator_count; ++i) {
      const assay_accelerator& accelerator = backend::element(description->accelerators, i);
      if (accelerator.name == kind) {
        EXPECT_NE(std::string(accelerator.reason).find(driver), std::string::npos);
      }
    }
  }
}

TEST(OpenVino, RefusesOptionsOfOtherDevices) {
  const auto* plugin = load("openvino");
  auto folder = TemporaryDirectory::create("runtimes");
  ASSERT_TRUE(folder);
  Request request{model::save(conv_relu({1, kChannels, 12, 20}), folder->path() / "model.onnx").string()};
  for (const auto& [option, value] : std::map<std::string, std::string>{
           {"queue_throttle", "low"}, {"queue_priority", "high"}, {"zero_copy", "on"}}) {
    request.options = {{option, value}};
    TestSession session(plugin, request);
    EXPECT_EQ(session.code, ASSAY_ERROR_INVALID);
    EXPECT_NE(session.text().find("accelerator GPU only"), std::string::npos) << session.text();
  }
  request.options = {{"num_requests", "2"}};
  TestSession session(plugin, request);
  EXPECT_EQ(session.code, ASSAY_OK) << session.text();
}

TEST(OpenVino, ACompiledModelFromTheCacheSaysSo) {
  const auto* plugin = load("openvino");
  auto folder = TemporaryDirectory::create("runtimes");
  ASSERT_TRUE(folder);
  Request request{model::save(conv_relu({1, kChannels, 12, 20}), folder->path() / "model.onnx").string()};
  request.options = {{"cache_dir", (folder->path() / "cache").string()}};
  for (const char* expected : {"compiled", "from cache"}) {
    TestSession session(plugin, request);
    ASSERT_EQ(session.code, ASSAY_OK) << session.text();
    std::map<std::string, std::string> properties;
    for (std::uint32_t i = 0; i < session.info->property_count; ++i)
      properties[session.info->properties[i].name] = session.info->properties[i].value;
    EXPECT_EQ(properties["compiled_model"], expected);
    EXPECT_NE(properties["device FULL_DEVICE_NAME"], "");
  }
}

}  // namespace
}  // namespace assay::runtimes
