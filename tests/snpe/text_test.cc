// What the plugin reads of other programs: what snpe-diagview prints, and what the toolchain writes beside a
// DLC.
#include <gtest/gtest.h>

#include <cmath>

#include "snpe/diagview.h"
#include "snpe/tensor_io.h"

namespace assay::snpe {
namespace {

TEST(Diagview, ReadsTheLayersOfQairt) {
  const auto layers = parse_diagview(
      "Software library version: 2.37.0.250724175447_124859\n"
      "SNPE Execute Statistics (Averaged):\n"
      "  Total Inference Time: 1328 us\n"
      "  Per-Subnet Execution Times: \n"
      "  ------------------------------\n"
      "    Subnet 0 (DSP) : 13545 cycles\n\n"
      "  Per-Layer Execution Times: \n"
      "  ------------------------------\n"
      "    0: Input OpId_2 (cycles) : 2142 cycles : DSP\n"
      "    1: dense : 1 : relu : 23 us : CPU\n\n");
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[0].name, "Input OpId_2");
  EXPECT_EQ(layers[0].cycles, 2142);
  EXPECT_EQ(layers[0].time_ns, -1);
  EXPECT_EQ(layers[0].runtime, "DSP");
  EXPECT_EQ(layers[1].name, "dense : 1 : relu");
  EXPECT_EQ(layers[1].time_ns, 23'000);
}

TEST(Diagview, ReadsTheLayersOfSnpe) {
  const auto layers = parse_diagview(
      "Average SNPE Statistics:\n------------------------------\nTotal Inference Time: 26458 us\n\n"
      "Layer Times: \n---------------\n0: 1419 us : CPU\n1: 18292 cycles : DSP\n\nOther:\n2: 5 us : CPU\n");
  ASSERT_EQ(layers.size(), 2u) << "the section ends with its lines";
  EXPECT_EQ(layers[0].name, "layer 0");
  EXPECT_EQ(layers[0].time_ns, 1'419'000);
  EXPECT_EQ(layers[1].cycles, 18292);
}

TEST(Diagview, PassesOverTheRest) {
  EXPECT_TRUE(parse_diagview("").empty());
  EXPECT_TRUE(parse_diagview("0: a : 1 us : CPU\n").empty()) << "outside of the section";
  const auto beside = parse_diagview(
      "Layer Times:\n---\n0: a : 1 us : DSP\n   Wait time : 3 cycles\n\n1: b : 1 us : CPU\nOther:\n2: x\n");
  ASSERT_EQ(beside.size(), 2u) << "only a heading ends the section";
  EXPECT_EQ(beside[1].runtime, "CPU");
  const auto huge = parse_diagview("Layer Times:\n0: a : 9223372036854775807 us : CPU\n");
  ASSERT_EQ(huge.size(), 1u);
  EXPECT_EQ(huge[0].time_ns, -1) << "more than nanoseconds can tell";
}

TEST(Diagview, ALayerThatCannotBeReadIsNotLeftOut) {
  for (const char* line : {"0:", "0: 1 us", "-1: a : 1 us : CPU", "0: a : -1 us : CPU", "0: a : x us : CPU",
                           "0: a : 1 us", "99999999999999999999: a : 1 us : CPU"})
    EXPECT_THROW(parse_diagview("Layer Times:\n" + std::string(line) + "\n1: b : 1 us : CPU\n"),
                 plugin::Failure)
        << line;
}

TEST(SourceTensors, AreReadOrRefused) {
  const auto tensors =
      parse_source_tensors("# comment\ninput image 1 3 512 1024\n\noutput logits 1 19 64 -1\n");
  ASSERT_EQ(tensors.size(), 2u);
  EXPECT_TRUE(tensors[0].input);
  EXPECT_EQ(tensors[1].dims, (std::vector<std::int64_t>{1, 19, 64, -1}));
  for (const char* bad :
       {"input image", "input image 1 x", "image 1 3", "input image 1 2 3 4 5 6 7 8 9", "input"})
    EXPECT_THROW(parse_source_tensors(bad), plugin::Failure) << bad;
}

TEST(QuantizerRecord, IsReadOrRefused) {
  EXPECT_FALSE(parse_quantizer_record("# comment\ninput image 1 3 512 1024\n"));
  const std::string text =
      "input image 1 3 8 8\nquantized activations 16 weights 8\ncalibration 0123abcd\ndlc 4567\n";
  const auto record = parse_quantizer_record(text);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->activation_bits, 16);
  EXPECT_EQ(record->weight_bits, 8);
  EXPECT_EQ(parse_source_tensors(text).size(), 1u);
  for (const char* bad :
       {"quantized", "quantized activations 8", "quantized activations 8 weights x", "quantized weights 8",
        "quantized activations 0 weights 8", "quantized activations 8 weights 8 biases 8",
        "quantized activations 8 weights 8\nquantized activations 16 weights 8"})
    EXPECT_THROW(parse_quantizer_record(bad), plugin::Failure) << bad;
}

TEST(TensorIo, QuantizesAndBackWithinHalfAStep) {
  TensorIo tensor;
  tensor.dims = {1, 2, 3, 4};  // NHWC of [1,4,2,3].
  tensor.element = kElementTf8;
  tensor.zero = 10;
  tensor.step = 0.5F;
  tensor.channels_last = tensor.quantised_buffer = true;
  std::vector<float> host(24), back(24);
  for (std::size_t i = 0; i < host.size(); ++i) host[i] = static_cast<float>(i) * 4.9F - 3;
  host[5] = 1e9F;
  host[6] = -1e9F;
  host[7] = std::nanf("");
  std::vector<std::uint8_t> stored(24);
  tensor.to_snpe(host.data(), stored.data());
  tensor.from_snpe(stored.data(), back.data());
  EXPECT_EQ(back[5], 245 * 0.5F);
  EXPECT_EQ(back[6], -10 * 0.5F);
  EXPECT_EQ(back[7], -10 * 0.5F) << "NaN becomes the smallest value";
  for (std::size_t i = 8; i < host.size(); ++i) EXPECT_NEAR(back[i], host[i], 0.2501F) << i;
  // Element [n=0, c=1, h=0, w=2] of the host lies at [0,0,2,1] of SNPE's buffer.
  EXPECT_EQ(static_cast<int>(stored[2 * 4 + 1]), std::lround(host[8] / 0.5F) + 10);
}

TEST(TensorIo, KnowsWhatItCanBind) {
  TensorIo tensor;
  for (const int element : {1, 3, 10, 11, 12, 13, 14, 15, 16, 17, 19, 20}) {
    tensor.element = element;
    EXPECT_TRUE(tensor.known()) << element;
  }
  for (const int element : {0, 2, 18, 99}) {  // Unknown, old unsigned 8 bits, bool.
    tensor.element = element;
    EXPECT_FALSE(tensor.known()) << element;
  }
}

TEST(TensorIo, OneChannelNeedsNoCopy) {
  TensorIo tensor;
  tensor.dims = {1, 8, 8, 1};
  tensor.element = kElementFloat;
  tensor.channels_last = true;
  EXPECT_FALSE(tensor.converts());
  EXPECT_EQ(tensor.shown_dims(), (std::vector<std::int64_t>{1, 1, 8, 8}));
}

}  // namespace
}  // namespace assay::snpe
