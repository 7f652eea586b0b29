// Shape inference for the common operators, so that costs can be counted without a runtime.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "model/graph.h"
#include "onnx.pb.h"

namespace assay::model {

using Shape = std::vector<std::int64_t>;

/// Static shapes of the values of a graph. Absent: could not be inferred, and why.
class Shapes {
 public:
  /// Runs through the graph once. `inputs` gives shapes of dynamic inputs. Errors: kInvalidInput when a given
  /// shape contradicts the model's, or names an input that it does not have.
  static Result<Shapes> infer(const onnx::GraphProto& graph, const InputShapes& inputs);

  const Shape* find(const std::string& value) const;
  /// Why there is no shape: "NonMaxSuppression (node 'nms') has a shape that depends on its data".
  std::string why_unknown(const std::string& value) const;

 private:
  friend class ShapeInference;
  std::map<std::string, Shape> known_;
  std::map<std::string, std::string> unknown_;
};

}  // namespace assay::model
