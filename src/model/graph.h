// What an ONNX file says about itself: interface, parameters, operators, digest, and the operations it costs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/status.h"

namespace assay::model {

struct Dimension {
  std::optional<std::int64_t> value;  ///< Absent: decided at run time.
  std::string name;                   ///< Of a dynamic dimension, where the file names it.
};

struct TensorFacts {
  std::string name;
  std::string dtype;       ///< "f32", "f16", "bf16", "u8", "i8", "i32", "i64", ... as onnx.proto's DataType.
  bool has_shape = false;  ///< False: not even the rank is known; dims is empty.
  std::vector<Dimension> dims;
  bool dynamic() const;       ///< Some dimension (or the rank) is unknown.
  std::string shape() const;  ///< "[1,3,height,width]", "?" for a dynamic dimension without a name.
};

struct ModelFacts {
  std::int64_t ir_version = 0;
  std::string producer;                        ///< "pytorch 2.15.0", empty when not said.
  std::map<std::string, std::int64_t> opsets;  ///< Domain ("" is written "ai.onnx") -> version.
  std::vector<TensorFacts> inputs;             ///< Graph inputs that are not initializers.
  std::vector<TensorFacts> outputs;
  std::map<std::string, std::int64_t> ops;  ///< Node count by operator type, subgraphs included.
  std::int64_t nodes = 0;
  /// Elements of the floating-point (or, behind DequantizeLinear, integer) initializers that are weights or
  /// biases of convolutions, matrix products and normalisations. Running means and variances are not
  /// parameters.
  std::int64_t parameters = 0;
  bool quantized = false;  ///< Holds QuantizeLinear/DequantizeLinear or quantized operators.
  std::vector<std::filesystem::path> external_data;  ///< Files beside the model that hold tensors, sorted.
  std::string sha256;  ///< Of the file; with external data, of the file and then each of them.
};

/// Reads and checks a model. Nothing is executed.
/// Errors: kNotFound (the file, or external data it names), kInvalidInput (not ONNX: the message says what it
/// looks like), kCorrupt (truncated or damaged), kResource.
Result<ModelFacts> read_model(const std::filesystem::path& path);

/// Sizes for inputs whose shape is dynamic: input name -> dimensions.
using InputShapes = std::map<std::string, std::vector<std::int64_t>>;

/// Shapes for `facts.inputs` with the dynamic dimensions of every image-like input ([N,C,H,W], or [N,H,W,C]
/// when `nhwc`) set to batch, height and width. Errors: kInvalidInput when a static dimension contradicts
/// them, or a dynamic one is none of N, H, W.
Result<InputShapes> image_shapes(const ModelFacts& facts, std::int64_t batch, std::int64_t height,
                                 std::int64_t width, bool nhwc = false);

/// Cost of one pass over the graph. One multiply-accumulate (MAC) is two operations. Counted: Conv,
/// ConvTranspose, Gemm, MatMul and their quantized forms. Biases, normalisation, activations, pooling and
/// resizing are not counted, as in the published figures.
struct Operations {
  std::optional<std::int64_t>
      macs;          ///< For the whole batch. Absent: some shape could not be inferred, see note.
  std::string note;  ///< Why macs is absent, with the operator's name; else empty.
  std::optional<std::int64_t> operations() const;
};

/// Infers shapes through the graph and counts. What cannot be inferred is absent, never guessed.
/// Errors: those of read_model.
Result<Operations> count_operations(const std::filesystem::path& path, const InputShapes& input_shapes = {});

/// Copies a model with its inputs fixed to these shapes, for toolchains that need static shapes. Shapes
/// recorded for inner tensors are dropped; runtimes infer them again. Models with external data are refused.
/// Errors: those of read_model; kInvalidInput (a static dimension contradicts the shape, an input stays
/// dynamic).
Result<void> write_with_shapes(const std::filesystem::path& path, const InputShapes& input_shapes,
                               const std::filesystem::path& out);

}  // namespace assay::model
