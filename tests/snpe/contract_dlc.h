// The "DLC" of the contract library: a small container around an ONNX model, executed by ONNX Runtime.
//
//   ASSAY-CONTRACT-DLC 2
//   layout NHWC                      or NCHW: of the tensors of rank 4
//   quantized logits 0.05 128 8      tensor, step, step of zero, bits
//   layer conv                       of the graph, in order; "layer argmax not-on DSP": that runtime refuses
//   it cached                           a prepared graph is inside onnx 1234                        bytes
//   that follow the end of this line
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace assay::snpe::contract {

/// As SNPE tells errors: a code of Snpe_ErrorCode_t and a text.
struct Error : std::runtime_error {
  Error(int error_code, const std::string& text) : std::runtime_error(text), code(error_code) {}
  int code;
};

struct Quantisation {
  float step = 0;
  std::uint64_t zero = 0;
  int bits = 8;
};

struct Layer {
  std::string name, not_on;
};

struct Container {
  bool channels_last = false, cached = false;
  std::map<std::string, Quantisation> quantised;
  std::vector<Layer> layers;
  std::string onnx;
};

/// Throws Error: 311 for what is no container, 312 for another version, 300 for one that is cut short.
Container read_container(const std::string& path);
void write_container(const Container& container, const std::string& path);

struct Tensor {
  std::string name;
  std::vector<std::int64_t> dims;  // As the ONNX model has them.
  bool integers = false;           // i32, else f32
};

/// The network of a container. Values are the ONNX model's own layout, 4 bytes an element.
class Network {
 public:
  explicit Network(const Container& container);
  ~Network();
  const std::vector<Tensor>& inputs() const { return inputs_; }
  const std::vector<Tensor>& outputs() const { return outputs_; }
  std::vector<std::vector<char>> run(std::vector<std::vector<char>>& inputs) const;

 private:
  struct Runtime;
  std::unique_ptr<Runtime> runtime_;
  std::vector<Tensor> inputs_, outputs_;
};

}  // namespace assay::snpe::contract
