// The parts of the TensorRT plugin that need none of its headers.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>

#include "support/vendor_plugin.h"
#include "tensorrt/accelerator.h"
#include "tensorrt/calibration.h"
#include "tensorrt/engine_file.h"
#include "tensorrt/json.h"
#include "tensorrt/placement.h"

namespace assay::tensorrt {
namespace {

using plugin::Failure;

std::string failure_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const Failure& failure) {
    return failure.what();
  }
  return "";
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(Json, ReadsEveryKind) {
  const Json json =
      parse_json(R"( {"a": [1, -2.5e2, true, false, null], "b": {"c": "x\n\u00e9\ud83d\ude00\"\/"}} )");
  const Json& list = *json.find("a");
  ASSERT_EQ(list.items.size(), 5u);
  EXPECT_EQ(list.items[1].number, -250);
  EXPECT_TRUE(list.items[2].boolean);
  EXPECT_EQ(list.items[4].kind, Json::Kind::kNull);
  EXPECT_EQ(json.find("b")->text("c"), "x\n\xc3\xa9\xf0\x9f\x98\x80\"/");
  EXPECT_EQ(json.find("z"), nullptr);
  EXPECT_EQ(json.text("a"), "") << "no string";
}

TEST(Json, TakesTheSeparatorsOfTensorRtsMetadata) {
  EXPECT_EQ(parse_json("\"a\x1e"
                       "b\"")
                .string,
            "a\x1e"
            "b");
}

TEST(Json, RefusesEverythingElse) {
  for (const char* bad : {"",
                          " ",
                          "{",
                          "[1,]",
                          "{\"a\"}",
                          "{\"a\":1,}",
                          "{a:1}",
                          "01",
                          "1.",
                          "1e",
                          "+1",
                          "-",
                          "nul",
                          "tru",
                          "\"a",
                          "\"\\x\"",
                          "\"\\u12\"",
                          "\"\\ud800\"",
                          "\"\\ud800\\u0041\"",
                          "\"\\udc00\"",
                          "1 2",
                          "[1 2]",
                          "{\"a\":1 \"b\":2}",
                          "]",
                          "'a'",
                          "NaN"})
    EXPECT_NE(failure_of([&] { parse_json(bad); }), "") << bad;
  EXPECT_TRUE(says(failure_of([] { parse_json("[1,"); }), "byte 3"));
  EXPECT_TRUE(says(failure_of([] { parse_json(std::string(100, '[')); }), "nesting"));
}

EngineFacts facts() {
  EngineFacts facts;
  facts.tensorrt = "10.3.0";
  facts.gpu = "Orin";
  facts.compute_capability = "8.7";
  facts.accelerator = "DLA0";
  facts.precision = "int8";
  facts.model_digest = "aa";
  facts.calibration_digest = "bb";
  facts.options = {{"workspace", "default"}, {"version-compatible", "off"}};
  facts.layers = {{"/conv 1/Conv", 1234567890123.0}, {"end", 0}};
  return facts;
}

TEST(EngineFile, KeepsEverything) {
  const std::string plan("\0plan\n", 6);
  const std::string content = encode_engine(facts(), plan);
  EXPECT_EQ((content.size() - plan.size()) % kPlanAlignment, 0u);
  const EngineFile file = decode_engine(content, "x");
  EXPECT_EQ(file.plan, plan);
  EXPECT_EQ(file.facts.accelerator, "DLA0");
  EXPECT_EQ(file.facts.option("workspace"), "default");
  EXPECT_EQ(file.facts.option("other"), "");
  ASSERT_EQ(file.facts.layers.size(), 2u);
  EXPECT_EQ(file.facts.layers[0].name, "/conv 1/Conv");
  EXPECT_EQ(file.facts.layers[0].operations, 1234567890123.0);
  EXPECT_EQ(encode_engine(file.facts, file.plan), content);
}

TEST(EngineFile, RefusesWhatIsCutOrOfAnother) {
  const std::string content = encode_engine(facts(), "plan");
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{10}, std::size_t{60}, std::size_t{100}, content.size() - 1})
    EXPECT_TRUE(
        says(failure_of([&] { decode_engine(std::string_view(content).substr(0, size), "the/file"); }),
             "the/file"))
        << size;
  EXPECT_TRUE(says(failure_of([&] { decode_engine(content + "x", "f"); }), "bytes was expected"));
  EXPECT_TRUE(says(failure_of([] { decode_engine("ftrt plan of trtexec", "f"); }),
                   "not an engine that assay's plugin built"));
}

TEST(EngineFile, SaysWhatDoesNotFit) {
  EXPECT_EQ(engine_mismatch(facts(), "10.3.0", "Orin", "8.7"), "");
  EXPECT_TRUE(
      says(engine_mismatch(facts(), "10.7.0", "Orin", "8.7"), "built by TensorRT 10.3.0, here is 10.7.0"));
  EXPECT_TRUE(says(engine_mismatch(facts(), "10.3.0", "Xavier", "7.2"),
                   "built on Orin (compute capability 8.7), here is Xavier"));
  EXPECT_TRUE(says(engine_mismatch(facts(), "10.7.0", "Orin", "8.7"), "prepare it again"));
  EngineFacts portable = facts();
  portable.options[1].second = "on";
  EXPECT_EQ(engine_mismatch(portable, "10.7.0", "Orin", "8.7"), "");
}

TEST(CalibrationCache, IsOnlyForWhatItWasMadeOf) {
  const CalibrationIdentity own{"model-a", "set-a", "10.3.0"};
  const std::string file = encode_calibration_cache(own, "TRT-100300-EntropyCalibration2\nx: 3c010a14\n");
  EXPECT_EQ(decode_calibration_cache(file, own).content, "TRT-100300-EntropyCalibration2\nx: 3c010a14\n");
  for (const CalibrationIdentity& other : std::vector<CalibrationIdentity>{
           {"model-b", "set-a", "10.3.0"}, {"model-a", "set-b", "10.3.0"}, {"model-a", "set-a", "8.5.3"}}) {
    const CalibrationCache cache = decode_calibration_cache(file, other);
    EXPECT_EQ(cache.content, "");
    EXPECT_TRUE(says(cache.problem, "it belongs to model model-a,calibration set-a,tensorrt 10.3.0"))
        << cache.problem;
  }
  EXPECT_TRUE(says(decode_calibration_cache("TRT-8503-EntropyCalibration2\n", own).problem,
                   "no calibration cache of assay"));
  const std::string empty = encode_calibration_cache(own, "");
  EXPECT_TRUE(says(decode_calibration_cache(empty, own).problem, "cut short"));
  EXPECT_TRUE(says(decode_calibration_cache(file.substr(0, 40), own).problem, "cut short"));
}

/// A set of `count` files of one 2x1x2 image each; every value says its file and place.
class Set {
 public:
  explicit Set(int count) {
    for (int i = 0; i < count; ++i) {
      paths_.push_back(testing::TempDir() + "tensorrt_calibration_" + std::to_string(::getpid()) + "_" +
                       std::to_string(i));
      write(i, {10.0F * i, 10.0F * i + 1, 10.0F * i + 2, 10.0F * i + 3});
    }
    for (const std::string& path : paths_) pointers_.push_back(path.c_str());
    set_ = {sizeof set_,     "image", "digest",     "NCHW",
            ASSAY_F32,       4,       {1, 2, 1, 2}, static_cast<std::uint32_t>(count),
            pointers_.data()};
  }
  ~Set() {
    for (const std::string& path : paths_) std::remove(path.c_str());
  }
  void write(int i, const std::vector<float>& values) {
    std::ofstream(paths_[static_cast<std::size_t>(i)], std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * 4));
  }
  const std::string& path(std::size_t i) const { return paths_[i]; }
  assay_calibration& get() { return set_; }

 private:
  std::vector<std::string> paths_;
  std::vector<const char*> pointers_;
  assay_calibration set_{};
};

std::vector<float> floats(const std::vector<char>* bytes) {
  std::vector<float> values(bytes == nullptr ? 0 : bytes->size() / 4);
  if (bytes != nullptr) std::memcpy(values.data(), bytes->data(), bytes->size());
  return values;
}

TEST(CalibrationStream, GivesOneBatchAtATime) {
  Set set(3);
  CalibrationStream stream(set.get(), "image", ASSAY_F32, {2, 2, 1, 2});
  EXPECT_EQ(stream.batch(), 2);
  EXPECT_EQ(stream.batches(), 2u);
  EXPECT_EQ(floats(stream.next()), (std::vector<float>{0, 1, 2, 3, 10, 11, 12, 13}));
  EXPECT_EQ(floats(stream.next()), (std::vector<float>{20, 21, 22, 23, 0, 1, 2, 3}))
      << "filled up from the first";
  EXPECT_EQ(stream.next(), nullptr);
}

TEST(CalibrationStream, GivesChannelsLastToAModelThatWantsThem) {
  Set set(1);
  CalibrationStream stream(set.get(), "image", ASSAY_F32, {1, 1, 2, 2});
  EXPECT_EQ(floats(stream.next()), (std::vector<float>{0, 2, 1, 3}));
}

TEST(CalibrationStream, ChecksEveryFileBeforeItBegins) {
  Set set(3);
  set.write(2, {1, 2, 3});
  std::string text = failure_of([&] { CalibrationStream(set.get(), "image", ASSAY_F32, {1, 2, 1, 2}); });
  EXPECT_TRUE(says(text, "file 3 of 3") && says(text, set.path(2)) &&
              says(text, "16 bytes were expected, found 12"))
      << text;
  std::remove(set.path(1).c_str());
  text = failure_of([&] { CalibrationStream(set.get(), "image", ASSAY_F32, {1, 2, 1, 2}); });
  EXPECT_TRUE(says(text, "file 2 of 3") && says(text, "No such file")) << text;
}

TEST(CalibrationStream, AFileThatShrinksMeanwhileIsNoBatch) {
  Set set(2);
  CalibrationStream stream(set.get(), "image", ASSAY_F32, {1, 2, 1, 2});
  EXPECT_NE(stream.next(), nullptr);
  set.write(1, {1});
  EXPECT_TRUE(says(failure_of([&] { stream.next(); }), "can no longer be read whole"));
}

TEST(CalibrationStream, RefusesAnotherInputShapeTypeOrEmptySet) {
  Set set(1);
  const auto text = [&](const std::string& input, assay_dtype dtype, const std::vector<std::int64_t>& dims) {
    return failure_of([&] { CalibrationStream(set.get(), input, dtype, dims); });
  };
  EXPECT_TRUE(says(text("other", ASSAY_F32, {1, 2, 1, 2}), "for an input 'image'"));
  EXPECT_TRUE(says(text("image", ASSAY_U8, {1, 2, 1, 2}), "found f32 for u8"));
  EXPECT_TRUE(says(text("image", ASSAY_F32, {1, 2, 1, 3}), "do not fit the model's shape [1,2,1,3]"));
  EXPECT_TRUE(says(text("image", ASSAY_F32, {2, 2}), "takes no batch of images"));
  set.get().file_count = 0;
  EXPECT_TRUE(says(text("image", ASSAY_F32, {1, 2, 1, 2}), "there is no file"));
}

TEST(Accelerator, HasTheNamesOfASpec) {
  EXPECT_EQ(parse_accelerator("GPU").name(), "GPU.0");
  EXPECT_EQ(parse_accelerator("GPU.1").gpu, 1);
  EXPECT_EQ(parse_accelerator("DLA1").name(), "DLA1");
  for (const char* bad : {"", "gpu", "GPU.", "GPU.x", "GPU.12", "DLA", "DLA-1", "CPU"})
    EXPECT_TRUE(says(failure_of([&] { parse_accelerator(bad); }), "TensorRT has GPU")) << bad;
  EXPECT_EQ(failure_of([] { require_accelerator({0, 0}, 1, 1); }), "");
  EXPECT_TRUE(says(failure_of([] { require_accelerator({1, -1}, 1, 0); }), "this machine has 1 GPU(s)"));
  EXPECT_TRUE(says(failure_of([] { require_accelerator({0, 1}, 1, 1); }), "has 1 DLA core(s), DLA0 to DLA0"));
  EXPECT_TRUE(says(failure_of([] { require_accelerator({0, 0}, 1, 0); }), "no DLA core"));
}

std::vector<EngineLayer> layers_of(const std::string& list) {
  return parse_engine_information("{\"Layers\": [" + list + "], \"Bindings\": []}");
}

TEST(EngineInformation, ReadsNamesAndDetails) {
  const auto layers = layers_of(
      R"("conv + relu", {"Name": "c", "LayerType": "CaskConvolution", "ParameterType": "Convolution", "TacticName": "t",
         "Inputs": [{"Name": "x", "Format/Datatype": "Thirty-two wide channel vectorized row major Int8 format"}],
         "Metadata": "[ONNX Layer: /a/Conv]\u001e[ONNX Layer: /b[0]/Relu]"})");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].name, "conv + relu");
  EXPECT_EQ(precision_of(layers[0]), "");
  EXPECT_EQ(precision_of(layers[1]), "int8");
  EXPECT_TRUE(is_arithmetic(layers[1]));
  EXPECT_EQ(layers[1].metadata, (std::vector<std::string>{"/a/Conv", "/b[0]/Relu"}));
}

TEST(EngineInformation, RefusesWhatIsNone) {
  for (const char* bad :
       {"{}", "[]", "{\"Layers\": 1}", "{\"Layers\": [{}]}", "{\"Layers\": [1]}", "no JSON"})
    EXPECT_NE(failure_of([&] { parse_engine_information(bad); }), "") << bad;
}

TEST(Precision, IsNamedByTheFormat) {
  EngineLayer layer;
  for (const auto& [format, precision] : std::vector<std::pair<std::string, std::string>>{
           {"Row major linear FP32", "fp32"},
           {"Channel major FP16 format where channel % 8 == 0", "fp16"},
           {"Row major linear BF16", "bf16"},
           {"Half", "fp16"},
           {"Float", "fp32"},
           {"Row major Int8 format", "int8"},
           {"Int32", ""}}) {
    layer.input_format = format;
    EXPECT_EQ(precision_of(layer), precision) << format;
  }
}

TEST(Precision, OfADlaSubgraphIsProvenWhereNoOtherTypeIsAllowed) {
  EngineLayer subgraph;
  subgraph.input_format = "Channel major Int8 format";
  EXPECT_EQ(subgraph_precision(subgraph, {"int8"}), "int8");
  EXPECT_EQ(subgraph_precision(subgraph, {"int8", "fp16"}), "");
  EXPECT_EQ(subgraph_precision(subgraph, {"fp16"}), "")
      << "nothing may be INT8 here: the input's type is not enough";
}

TEST(Precision, ASubgraphWeighsAsItsOperations) {
  const auto layer = [](Unit unit, const char* format, double operations) {
    PlacedLayer placed;
    placed.layer.name = unit == Unit::kDla ? "{ForeignNode[a...b]}" : "c";
    placed.layer.type = unit == Unit::kDla ? "DLA" : "CaskConvolution";
    placed.layer.parameter_type = "Convolution";
    placed.layer.input_format = format;
    placed.unit = unit;
    placed.operations = operations;
    return placed;
  };
  const char *int8 = "Channel major Int8 format", *fp16 = "Half";
  Placement placement;
  placement.layers = {layer(Unit::kDla, int8, 900), layer(Unit::kGpu, fp16, 60), layer(Unit::kGpu, fp16, 40)};
  placement.dla_subgraphs = {"{ForeignNode[a...b]}"};
  EXPECT_EQ(executed_precision(placement, {"int8"}), "unknown") << "one layer against two says nothing";
  placement.operations_dla = 900, placement.operations_gpu = 100;
  EXPECT_EQ(executed_precision(placement, {"int8"}), "int8+fp16");
  placement.layers[0].operations = 30, placement.operations_dla = 30;
  EXPECT_EQ(executed_precision(placement, {"int8"}), "fp16+int8");
  EXPECT_EQ(executed_precision(placement, {"int8", "fp16"}), "unknown") << "the subgraph's is not proven";
  placement.operations_gpu = -1;
  for (PlacedLayer& one : placement.layers) one.layer.input_format = int8;
  EXPECT_EQ(executed_precision(placement, {"int8"}), "int8") << "all of one precision needs no weights";
  // Without a DLA layers count alike, as everywhere.
  placement.layers = {layer(Unit::kGpu, int8, 1), layer(Unit::kGpu, int8, 1), layer(Unit::kGpu, fp16, 900)};
  placement.dla_subgraphs.clear();
  placement.operations_gpu = 902;
  EXPECT_EQ(executed_precision(placement, {"int8"}), "int8+fp16");
}

TEST(HandOver, IsToldByItsEnd) {
  for (const char* name : {"x to nvm", "{ForeignNode[a...b]} from nvm", "y copy finish"})
    EXPECT_TRUE(is_hand_over(name)) << name;
  for (const char* name :
       {"", " to nvm", "x to nvm + conv", "Reformatting CopyNode for Input Tensor 0", "conv"})
    EXPECT_FALSE(is_hand_over(name)) << name;
}

const std::vector<NetworkLayer> kNetwork{{"a", 100}, {"b", 0}, {"c", 200}, {"d", 0}, {"e", 400}, {"f", 800}};

TEST(Place, WithMetadataEveryOperationHasItsUnit) {
  const Placement placement = place(layers_of(R"({"Name": "{ForeignNode[a...c]}", "LayerType": "DLA",
           "Metadata": "[ONNX Layer: a]\u001e[ONNX Layer: b]\u001e[ONNX Layer: c]"},
          {"Name": "d", "LayerType": "Softmax", "Metadata": "[ONNX Layer: d]"},
          {"Name": "e", "LayerType": "CaskConvolution", "Metadata": "[ONNX Layer: e]"},
          {"Name": "{ForeignNode[f]}", "LayerType": "DLA", "Metadata": "[ONNX Layer: f]"})"),
                                    kNetwork, true);
  EXPECT_EQ(placement.operations_dla, 1100);
  EXPECT_EQ(placement.operations_gpu, 400);
  EXPECT_EQ(placement.transitions, 2);
  EXPECT_EQ(placement.layers_on_gpu, 2);
  EXPECT_EQ(placement.dla_subgraphs, (std::vector<std::string>{"{ForeignNode[a...c]}", "{ForeignNode[f]}"}));
  EXPECT_EQ(placement.layers[1].operations, 0);
}

TEST(Place, WithoutMetadataARangeHoldsWhatNoLayerNames) {
  // Of a to e, the GPU names c: the range's other layers are the DLA's.
  const Placement placement = place(layers_of(R"json({"Name": "{ForeignNode[a...e]}", "LayerType": "DLA"},
                                                     {"Name": "PWN(PWN(d), c)", "LayerType": "PointWise"},
                                                     {"Name": "f", "LayerType": "CaskConvolution"})json"),
                                    kNetwork, true);
  EXPECT_EQ(placement.operations_dla, 500);
  EXPECT_EQ(placement.operations_gpu, 1000);
}

TEST(Place, OverlappingRangesAreUnknown) {
  const Placement placement = place(layers_of(R"({"Name": "{ForeignNode[a...e]}", "LayerType": "DLA"},
                                                 {"Name": "{ForeignNode[c...e]}", "LayerType": "Myelin"},
                                                 {"Name": "f", "LayerType": "CaskConvolution"})"),
                                    kNetwork, true);
  EXPECT_EQ(placement.operations_dla, -1);
  EXPECT_EQ(placement.operations_gpu, -1);
  EXPECT_EQ(placement.layers[0].operations, -1);
  EXPECT_EQ(placement.layers[2].operations, 800) << "this one is certain";
}

TEST(Place, AForeignNodeOfTheGraphCompilerIsTheGpus) {
  const Placement placement =
      place(layers_of(R"({"Name": "{ForeignNode[a...f]}", "LayerType": "Myelin"})"), kNetwork, true);
  EXPECT_TRUE(placement.dla_subgraphs.empty());
  EXPECT_EQ(placement.operations_gpu, 1500);
  EXPECT_EQ(placement.operations_dla, 0);
}

TEST(Place, NamesAloneDoNotTellTheDla) {
  const Placement placement = place(layers_of(R"("{ForeignNode[a...e]}", "f")"), kNetwork, true);
  EXPECT_EQ(placement.layers[0].unit, Unit::kUnknown);
  EXPECT_EQ(placement.layers[1].unit, Unit::kGpu);
  EXPECT_EQ(placement.layers_unknown, 1);
  EXPECT_EQ(placement.operations_dla, -1);
  // An engine for the GPU has nothing else.
  EXPECT_EQ(place(layers_of(R"("{ForeignNode[a...e]}", "f")"), kNetwork, false).operations_gpu, 1500);
}

TEST(Place, AnOperationThatNobodyHasMakesSharesUnknown) {
  const Placement placement =
      place(layers_of(R"({"Name": "a + b", "LayerType": "CaskConvolution"})"), kNetwork, true);
  EXPECT_EQ(placement.operations_gpu, -1);
}

}  // namespace
}  // namespace assay::tensorrt
