// The QNN backend on Qualcomm's HTP simulator: numbers against their definition, contexts, placement, and
// what is refused with what words.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "base/file.h"
#include "test_session.h"

namespace assay::runtimes {
namespace {

namespace fs = std::filesystem;
const std::vector<std::int64_t> kDims{1, kChannels, 12, 20};

class Qnn : public testing::Test {
 protected:
  void SetUp() override {
    plugin_ = load("qnn");
    ASSERT_NE(plugin_, nullptr);
    auto folder = TemporaryDirectory::create("qnn");
    ASSERT_TRUE(folder) << folder.error().message;
    folder_.emplace(std::move(*folder));
  }
  fs::path path(const std::string& name) const { return folder_->path() / name; }
  Request request(const fs::path& model) const {
    Request request{model.string(), "HTP", "int8"};
    return request;
  }
  fs::path quantised() const { return model::save(unsigned_conv_relu(kDims), path("model.onnx")); }

  struct Made {
    int code;
    std::string text;
  };
  Made prepare(const fs::path& source, const fs::path& destination,
               const std::map<std::string, std::string>& options = {}, const char* precision = "int8") const {
    const std::string from = source.string(), to = destination.string();
    std::vector<assay_name_value> pairs;
    for (const auto& [name, value] : options) pairs.push_back({name.c_str(), value.c_str()});
    assay_prepare_options job{};
    job.struct_size = sizeof job;
    job.source = from.c_str();
    job.destination = to.c_str();
    job.accelerator = "HTP";
    job.precision = precision;
    job.option_count = static_cast<std::uint32_t>(pairs.size());
    job.options = pairs.data();
    assay_error error{};
    error.struct_size = sizeof error;
    const int code = plugin_->prepare(&job, &error);
    return {code, error.text};
  }
  static std::string property(const TestSession& session, const std::string& name) {
    for (std::uint32_t i = 0; i < session.info->property_count; ++i)
      if (name == session.info->properties[i].name) return session.info->properties[i].value;
    return "no such property";
  }

  const assay_backend_v1* plugin_ = nullptr;
  std::optional<TemporaryDirectory> folder_;
};

/// The definition in double, on the quantised input and weights; without the rounding of the result.
std::vector<float> expected(const std::vector<float>& x, int height, int width) {
  std::vector<float> y(x.size());
  for (int o = 0; o < kChannels; ++o)
    for (int r = 0; r < height; ++r)
      for (int c = 0; c < width; ++c) {
        double sum = 0;
        for (int i = 0; i < kChannels; ++i)
          for (int dr = -1; dr <= 1; ++dr)
            for (int dc = -1; dc <= 1; ++dc) {
              if (r + dr < 0 || r + dr >= height || c + dc < 0 || c + dc >= width) continue;
              const int weight = ((o * kChannels + i) * 3 + dr + 1) * 3 + dc + 1;
              const double quantised =
                  std::nearbyint(x[static_cast<std::size_t>((i * height + r + dr) * width + c + dc)] * 255) /
                  255;
              sum += (weight * 37 % 255 - 127) / 1024.0 * quantised;
            }
        y[static_cast<std::size_t>((o * height + r) * width + c)] =
            static_cast<float>(std::clamp(sum, 0.0, 255.0 / 64));
      }
  return y;
}

std::vector<float> image(std::size_t count) {
  std::vector<float> values = noise(count, 1);
  for (float& value : values) value = (value + 1) / 2;
  return values;
}

double largest_difference(const std::vector<float>& a, const std::vector<float>& b) {
  double largest = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    largest = std::max(largest, std::abs(static_cast<double>(a[i]) - b[i]));
  return largest;
}

TEST_F(Qnn, ComputesInIntegersOnTheHtpAlone) {
  TestSession session(plugin_, request(quantised()));
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  EXPECT_STREQ(session.info->executed_precision, "int8");
  EXPECT_EQ(property(session, "compiled_for"), "V68, soc_model 35 (QCS6490)");
  EXPECT_EQ(property(session, "cpu_fallback"), "refused");
  EXPECT_EQ(property(session, "nodes_elsewhere"), "0");
  EXPECT_NE(property(session, "nodes_on_htp"), "0");
  const auto x = image(session.input_elements());
  // One step of the output's scale, 1/64: half of it is rounding.
  EXPECT_LT(largest_difference(session.run(x), expected(x, 12, 20)), 1.01 / 64);
}

TEST_F(Qnn, AContextGivesTheSameBits) {
  const fs::path context = path("model.qnn-context");
  const auto made = prepare(quantised(), context);
  ASSERT_EQ(made.code, ASSAY_OK) << made.text;
  EXPECT_TRUE(fs::exists(context.string() + ".qnn.json"));
  TestSession source(plugin_, request(quantised()));
  TestSession session(plugin_, request(context));
  ASSERT_EQ(session.code, ASSAY_OK) << session.text();
  EXPECT_STREQ(session.info->executed_precision, "int8");
  EXPECT_EQ(property(session, "from_context"), "1");
  const auto x = image(session.input_elements());
  EXPECT_EQ(session.run(x), source.run(x));
}

TEST_F(Qnn, EachLayerIsTheHtpsAndASimulatorTellsNoTime) {
  const fs::path context = path("model.qnn-context");
  ASSERT_EQ(prepare(quantised(), context).code, ASSAY_OK);
  for (const fs::path& model : {quantised(), context}) {
    Request profiled = request(model);
    profiled.profiling = true;
    TestSession session(plugin_, profiled);
    ASSERT_EQ(session.code, ASSAY_OK) << session.text();
    const auto x = image(session.input_elements());
    session.run(x);
    session.run(x);
    const assay_profile* profile = nullptr;
    ASSERT_EQ(plugin_->profile(session.session, &profile, &session.error), ASSAY_OK) << session.text();
    int convolutions = 0;
    for (std::uint32_t i = 0; i < profile->layer_count; ++i) {
      const assay_layer& layer = backend::element(profile->layers, i);
      EXPECT_EQ(layer.placement, ASSAY_PLACED_CLAIMED) << layer.name;
      EXPECT_EQ(layer.time_ns, -1) << layer.name;
      if (std::string(layer.type) != "Conv2d") continue;
      ++convolutions;
      EXPECT_STREQ(layer.exec_type, "HTP V68 int8");
    }
    EXPECT_EQ(convolutions, 1);
  }
}

TEST_F(Qnn, SaysThatItIsASimulator) {
  const assay_description* description = nullptr;
  assay_error error{};
  error.struct_size = sizeof error;
  ASSERT_EQ(plugin_->describe(&description, &error), ASSAY_OK) << error.text;
  EXPECT_EQ(description->simulated, 1);
  EXPECT_STREQ(description->stack, "general runtime with the vendor's provider");
  EXPECT_NE(std::string(description->accelerators[0].full_name).find("simulator"), std::string::npos);
  EXPECT_NE(std::string(description->runtime_version).find("QAIRT"), std::string::npos);
}

TEST_F(Qnn, AFloatModelIsRefusedWithTheVendorsWords) {
  const fs::path model = model::save(conv_relu(kDims), path("float.onnx"));
  TestSession v68(plugin_, request(model));
  EXPECT_NE(v68.code, ASSAY_OK);
  EXPECT_NE(v68.text().find("Unsupported nodes in QNN EP"), std::string::npos) << v68.text();
  EXPECT_NE(v68.text().find("toolchain qnn"), std::string::npos) << v68.text();
  Request newer = request(model);
  newer.options["htp_arch"] = "73";  // Has floating point: nothing fails, and nothing is int8.
  TestSession v73(plugin_, newer);
  EXPECT_EQ(v73.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(v73.text().find("fp16"), std::string::npos) << v73.text();
  newer.precision = "fp16";
  TestSession half(plugin_, newer);
  ASSERT_EQ(half.code, ASSAY_OK) << half.text();
  EXPECT_STREQ(half.info->executed_precision, "fp16");
}

onnx::ModelProto with_hardmax() {
  auto model = unsigned_conv_relu(kDims);
  auto& last = *model.mutable_graph()->mutable_node()->rbegin();
  last.set_output(0, "last");
  last.set_name("node_last");
  model::add_node(model, "Hardmax", {"last"}, "y");
  return model;
}

TEST_F(Qnn, ALayerThatTheHtpLacksIsRefusedOrShownElsewhere) {
  Request asked = request(model::save(with_hardmax(), path("hardmax.onnx")));
  TestSession refused(plugin_, asked);
  EXPECT_NE(refused.code, ASSAY_OK);
  EXPECT_NE(refused.text().find("Hardmax"), std::string::npos) << refused.text();
  EXPECT_NE(refused.text().find("cpu_fallback"), std::string::npos) << refused.text();
  asked.options["cpu_fallback"] = "1";
  asked.profiling = true;
  TestSession allowed(plugin_, asked);
  ASSERT_EQ(allowed.code, ASSAY_OK) << allowed.text();
  EXPECT_EQ(property(allowed, "cpu_fallback"), "allowed");
  allowed.run(image(allowed.input_elements()));
  const assay_profile* profile = nullptr;
  ASSERT_EQ(plugin_->profile(allowed.session, &profile, &allowed.error), ASSAY_OK) << allowed.text();
  std::map<int, int> placed;
  for (std::uint32_t i = 0; i < profile->layer_count; ++i) {
    const assay_layer& layer = backend::element(profile->layers, i);
    ++placed[layer.placement];
    EXPECT_EQ(layer.time_ns, -1) << layer.name;
    if (std::string(layer.type) == "Hardmax") {
      EXPECT_EQ(layer.placement, ASSAY_PLACED_ELSEWHERE);
    }
  }
  EXPECT_GT(placed[ASSAY_PLACED_CLAIMED], 0);
  EXPECT_GT(placed[ASSAY_PLACED_ELSEWHERE], 0);
  const auto made = prepare(path("hardmax.onnx"), path("hardmax.qnn-context"));
  EXPECT_NE(made.code, ASSAY_OK);
  EXPECT_NE(made.text.find("Hardmax"), std::string::npos) << made.text;
}

TEST_F(Qnn, AContextForAnotherHexagonOrVersionIsRefused) {
  const fs::path context = path("v73.qnn-context");
  const auto made = prepare(quantised(), context, {{"htp_arch", "73"}});
  ASSERT_EQ(made.code, ASSAY_OK) << made.text;
  Request asked = request(context);
  TestSession own(plugin_, asked);  // Nothing is asked for: the context says what it is for.
  ASSERT_EQ(own.code, ASSAY_OK) << own.text();
  EXPECT_EQ(property(own, "htp_arch"), "73");
  asked.options["soc_model"] = "35";
  TestSession other(plugin_, asked);
  EXPECT_EQ(other.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(other.text().find("made for V73, soc_model 43 (SM8550), and the options ask for V68"),
            std::string::npos)
      << other.text();
  EXPECT_NE(other.text().find("Prepare it again"), std::string::npos) << other.text();

  onnx::ModelProto changed;
  auto bytes = read_file(context);
  ASSERT_TRUE(bytes && changed.ParseFromString(*bytes));
  for (auto& fact : *changed.mutable_metadata_props())
    if (fact.key().find("QNNExecutionProvider") != std::string::npos)
      fact.set_value("v2:6:2.20.0:5.20.0:73:43:0:0");
  asked = request(model::save(changed, path("old.qnn-context")));
  TestSession old(plugin_, asked);
  EXPECT_EQ(old.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(old.text().find("QAIRT 2.20.0"), std::string::npos) << old.text();
}

TEST_F(Qnn, ADamagedContextIsRefusedWithTheVendorsWords) {
  const fs::path context = path("model.qnn-context");
  ASSERT_EQ(prepare(quantised(), context).code, ASSAY_OK);
  onnx::ModelProto changed;
  auto bytes = read_file(context);
  ASSERT_TRUE(bytes && changed.ParseFromString(*bytes));
  for (auto& attribute : *changed.mutable_graph()->mutable_node(0)->mutable_attribute())
    if (attribute.name() == "ep_cache_context") attribute.mutable_s()->resize(attribute.s().size() / 2);
  TestSession session(plugin_, request(model::save(changed, path("half.qnn-context"))));
  EXPECT_NE(session.code, ASSAY_OK);
  EXPECT_NE(session.text().find("context binary"), std::string::npos) << session.text();
  EXPECT_NE(session.text().find("prepare it again"), std::string::npos) << session.text();
}

TEST_F(Qnn, WhatLiesBesideAContextHasToBeItsOwn) {
  const fs::path context = path("model.qnn-context");
  ASSERT_EQ(prepare(quantised(), context).code, ASSAY_OK);
  const fs::path sidecar = context.string() + ".qnn.json";
  ASSERT_TRUE(write_file(sidecar,
                         R"({"version":1,"compiled_with":[],"graphs":[{"name":"another","operators":[]}]})"));
  TestSession other(plugin_, request(context));
  EXPECT_EQ(other.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(other.text().find("another context"), std::string::npos) << other.text();
  fs::remove(sidecar);
  TestSession without(plugin_, request(context));  // A context of another tool.
  ASSERT_EQ(without.code, ASSAY_OK) << without.text();
  EXPECT_STREQ(without.info->executed_precision, "unknown");
  EXPECT_EQ(property(without, "vtcm_mb"), "as the context was made");
}

TEST_F(Qnn, HowAContextWasCompiledIsToldAndNotChangedAnyMore) {
  const fs::path context = path("model.qnn-context");
  const auto made =
      prepare(quantised(), context, {{"htp_graph_finalization_optimization_mode", "3"}, {"vtcm_mb", "2"}});
  ASSERT_EQ(made.code, ASSAY_OK) << made.text;
  Request asked = request(context);
  asked.options["vtcm_mb"] = "2";
  TestSession agreeing(plugin_, asked);
  ASSERT_EQ(agreeing.code, ASSAY_OK) << agreeing.text();
  EXPECT_EQ(property(agreeing, "htp_graph_finalization_optimization_mode"), "3");
  EXPECT_EQ(property(agreeing, "vtcm_mb"), "2");
  asked.options["vtcm_mb"] = "4";
  TestSession other(plugin_, asked);
  EXPECT_EQ(other.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(other.text().find("compiled already, with 2"), std::string::npos) << other.text();
  EXPECT_NE(other.text().find("toolchain_options"), std::string::npos) << other.text();
}

TEST_F(Qnn, PrecisionsThatAHexagonLacksAreRefused) {
  Request asked = request(quantised());
  asked.precision = "fp32";
  EXPECT_EQ(TestSession(plugin_, asked).code, ASSAY_ERROR_UNSUPPORTED);
  asked.precision = "fp16";
  TestSession half(plugin_, asked);
  EXPECT_EQ(half.code, ASSAY_ERROR_UNSUPPORTED);
  EXPECT_NE(half.text().find("htp_arch"), std::string::npos) << half.text();
}

TEST_F(Qnn, AContextIsNotPreparedAgain) {
  const fs::path context = path("model.qnn-context");
  ASSERT_EQ(prepare(quantised(), context).code, ASSAY_OK);
  const auto again = prepare(context, path("again.qnn-context"));
  EXPECT_EQ(again.code, ASSAY_ERROR_INVALID);
  EXPECT_NE(again.text.find("already"), std::string::npos) << again.text;
}

}  // namespace
}  // namespace assay::runtimes
