// Builds an ONNX graph of float [N,C,H,W] values with static shapes, weights taken from a file by name.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/safetensors.h"
#include "onnx.pb.h"

namespace assay::model {

/// A value of the graph: its name and its shape.
struct Value {
  std::string name;
  std::int64_t n = 0, c = 0, h = 0, w = 0;
};

/// The first error (a weight that is missing or has another shape) is kept and returned by finish(); until
/// then building goes on, so that a network reads as a network. Nodes are named after their weights, or after
/// their operator.
class GraphBuilder {
 public:
  GraphBuilder(std::string name, const Safetensors& weights);

  Value input(const std::string& name, std::int64_t n, std::int64_t c, std::int64_t h, std::int64_t w);
  /// Square kernel, padding kernel / 2 (floor); weights NAME.weight [channels,x.c,kernel,kernel] and, if
  /// asked, NAME.bias.
  Value conv(const Value& x, const std::string& name, std::int64_t channels, std::int64_t kernel,
             std::int64_t stride = 1, bool bias = false);
  /// Inference: NAME.weight, NAME.bias, NAME.running_mean, NAME.running_var.
  Value batch_norm(const Value& x, const std::string& name);
  Value relu(const Value& x);
  Value add(const Value& a, const Value& b);
  /// Bilinear, pixel centres at half integers (PyTorch's align_corners=False), to the height and width of
  /// `like`.
  Value resize(const Value& x, const Value& like);
  /// Padding kernel / 2 with zeros that count, as PyTorch's default.
  Value average_pool(const Value& x, std::int64_t kernel, std::int64_t stride);
  Value global_average_pool(const Value& x);
  Value concat(const std::vector<Value>& values);
  void output(const Value& x, const std::string& name);

  /// The model's bytes. Errors: the first one kept; kCorrupt when the file holds weights that no layer took.
  Result<std::string> finish();

 private:
  onnx::NodeProto& node(const char* op, const std::string& name, const std::vector<std::string>& inputs);
  std::string unique(const std::string& op);
  std::string weight(const std::string& name, const std::vector<std::int64_t>& dims);

  const Safetensors& weights_;
  onnx::ModelProto model_;
  std::set<std::string> taken_;
  std::map<std::string, int> counters_;
  std::vector<Status> errors_;
};

}  // namespace assay::model
