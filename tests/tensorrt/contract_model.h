// The ONNX model behind the contract library: its nodes as a network has them, and its values computed by
// ONNX Runtime.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace contract {

struct Value {
  std::string name;
  std::vector<std::int64_t> dims;  ///< -1: dynamic. Empty with `known` false: unknown.
  bool known = false;
  bool half = false;
};

struct Node {
  std::string name, type;
  Value input, output;  ///< Its first ones.
  std::vector<std::int64_t> kernel;
  std::int64_t groups = 1;
};

struct Model {
  std::string bytes;  ///< The file.
  std::vector<Value> inputs, outputs;
  std::vector<Node> nodes;
};

/// Throws std::exception.
Model read_model(const std::string& path);

/// A model that computes.
class Computation {
 public:
  explicit Computation(const std::string& bytes);
  ~Computation();
  /// Float tensors by position, of the model's inputs and outputs. Throws std::exception.
  void run(const std::vector<void*>& inputs, const std::vector<void*>& outputs);
  const std::vector<Value>& inputs() const;
  const std::vector<Value>& outputs() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace contract
