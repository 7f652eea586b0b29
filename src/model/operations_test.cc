#include <gtest/gtest.h>

#include "model/graph.h"
#include "model/test_models.h"

namespace assay::model {
namespace {

class OperationsTest : public testing::Test {
 protected:
  Operations count(const onnx::ModelProto& model, const InputShapes& shapes = {}) {
    const auto cost = count_operations(save(model, dir_.path() / "m.onnx"), shapes);
    EXPECT_TRUE(cost) << cost.error().message;
    return cost.value_or(Operations{});
  }
  static onnx::ModelProto with_input(const std::vector<std::int64_t>& dims) {
    auto model = empty_model();
    add_value(*model.mutable_graph()->mutable_input(), "x", dims);
    return model;
  }
  static void output(onnx::ModelProto& model, const std::string& name) {
    model.mutable_graph()->add_output()->set_name(name);
  }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-test").value();
};

TEST_F(OperationsTest, Convolution) {
  // 4 * 8 * 10 outputs of 2 * 3 * 3 products each; one MAC is two operations.
  const auto cost = count(conv_model({1, 2, 8, 10}));
  EXPECT_EQ(cost.macs, 4 * 8 * 10 * 18);
  EXPECT_EQ(cost.operations(), 2 * 4 * 8 * 10 * 18);
  EXPECT_EQ(cost.note, "");
}

TEST_F(OperationsTest, StridedGroupedAndDilated) {
  auto model = with_input({2, 4, 11, 11});
  add_weights(model, "w", {6, 2, 3, 3});
  auto& node = add_node(model, "Conv", {"x", "w"}, "y");
  set_int(node, "group", 2);
  set_ints(node, "strides", {2, 2});
  set_ints(node, "dilations", {2, 2});
  output(model, "y");
  EXPECT_EQ(count(model).macs, 2 * 6 * 4 * 4 * (2 * 9));  // (11 - 5) / 2 + 1 = 4
}

TEST_F(OperationsTest, TransposedConvolution) {
  auto model = with_input({1, 3, 5, 5});
  add_weights(model, "w", {3, 8, 2, 2});
  set_ints(add_node(model, "ConvTranspose", {"x", "w"}, "t"), "strides", {2, 2});
  add_weights(model, "v", {1, 8, 1, 1});
  add_node(model, "Conv", {"t", "v"}, "y");
  output(model, "y");
  EXPECT_EQ(count(model).macs, 3 * 5 * 5 * 8 * 4 + 10 * 10 * 8);
}

TEST_F(OperationsTest, ProductsAndShapeArithmetic) {
  // The way exporters flatten: Shape, Gather, Unsqueeze, Concat, Reshape.
  auto model = with_input({-1, 4, 2, 3});
  auto& zero = *model.mutable_graph()->add_initializer();
  zero.set_name("zero");
  zero.set_data_type(onnx::TensorProto::INT64);
  zero.add_int64_data(0);
  add_int64s(model, "axis0", {0});
  add_int64s(model, "rest", {-1});
  add_node(model, "Shape", {"x"}, "shape");
  add_node(model, "Gather", {"shape", "zero"}, "n");
  add_node(model, "Unsqueeze", {"n", "axis0"}, "n1");
  set_int(add_node(model, "Concat", {"n1", "rest"}, "target"), "axis", 0);
  add_node(model, "Reshape", {"x", "target"}, "flat");
  add_weights(model, "w", {24, 10});
  add_node(model, "Gemm", {"flat", "w"}, "g");
  add_weights(model, "v", {10, 7});
  add_node(model, "MatMul", {"g", "v"}, "y");
  output(model, "y");
  EXPECT_EQ(count(model, {{"x", {5, 4, 2, 3}}}).macs, 5 * 10 * 24 + 5 * 7 * 10);
  const auto without_size = count(model);
  EXPECT_FALSE(without_size.macs);
  EXPECT_NE(without_size.note.find("input 'x' has a dynamic shape"), std::string::npos) << without_size.note;
}

TEST_F(OperationsTest, ShapesBetweenConvolutions) {
  auto model = with_input({1, 2, 9, 9});
  add_weights(model, "w", {1, 4, 1, 1});
  auto& pool = add_node(model, "MaxPool", {"x"}, "pooled");
  set_ints(pool, "kernel_shape", {2, 2});
  set_ints(pool, "strides", {2, 2});
  set_int(pool, "ceil_mode", 1);  // 9 -> 5
  set_int(add_node(model, "Concat", {"pooled", "pooled"}, "cat"), "axis", 1);
  add_int64s(model, "begin", {1});
  add_int64s(model, "end", {INT64_MAX});
  add_int64s(model, "axes", {3});
  add_node(model, "Slice", {"cat", "begin", "end", "axes"}, "cut");  // 5 x 4
  add_int64s(model, "pads", {0, 0, 1, 0, 0, 0, 0, 0});
  add_node(model, "Pad", {"cut", "pads"}, "padded");  // 6 x 4
  auto& scales = *model.mutable_graph()->add_initializer();
  scales.set_name("scales");
  scales.set_data_type(onnx::TensorProto::FLOAT);
  scales.add_dims(4);
  for (const float scale : {1.F, 1.F, 2.F, 1.5F}) scales.add_float_data(scale);
  add_node(model, "Resize", {"padded", "", "scales"}, "up");  // 12 x 6
  set_ints(add_node(model, "Transpose", {"up"}, "turned"), "perm", {0, 1, 3, 2});
  add_node(model, "Conv", {"turned", "w"}, "y");
  output(model, "y");
  EXPECT_EQ(count(model).macs, 12 * 6 * 4);
}

TEST_F(OperationsTest, UnknownIsAbsentAndNamed) {
  auto model = with_input({1, 2, 8, 8});
  add_weights(model, "w", {1, 2, 1, 1});
  add_node(model, "NonMaxSuppression", {"x"}, "n");
  add_node(model, "Relu", {"n"}, "r");
  add_node(model, "Conv", {"r", "w"}, "y");
  output(model, "y");
  auto cost = count(model);
  EXPECT_FALSE(cost.macs);
  EXPECT_FALSE(cost.operations());
  EXPECT_NE(cost.note.find("NonMaxSuppression (node 'node_n')"), std::string::npos) << cost.note;
  // With the shape recorded in the file it is known again.
  add_value(*model.mutable_graph()->mutable_value_info(), "n", {1, 2, 3, 3});
  EXPECT_EQ(count(model).macs, 9 * 2);
  add_node(model, "FancyAttention", {"y"}, "z").set_domain("com.vendor");
  cost = count(model);
  EXPECT_FALSE(cost.macs);
  EXPECT_NE(cost.note.find("com.vendor.FancyAttention"), std::string::npos) << cost.note;
}

TEST_F(OperationsTest, NothingToCountIsZeroAndNotUnknown) {
  auto model = with_input({1, 2, 8, 8});
  add_node(model, "Relu", {"x"}, "y");
  output(model, "y");
  EXPECT_EQ(count(model).macs, 0);
}

}  // namespace
}  // namespace assay::model
