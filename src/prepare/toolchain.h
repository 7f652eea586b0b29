// Toolchains: how a source model becomes the artifact that a backend opens. One table; docs/toolchains.md
// shows it.
#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "model/graph.h"
#include "spec/experiment.h"

namespace assay::prepare {

/// An option of a toolchain: the script's `--name value`.
struct ToolchainOption {
  std::string_view name;
  std::vector<std::string_view> values;  ///< What it may be; the first is the default. Empty: any.
  std::string_view meaning;
};

/// One toolchain: what it takes, what it makes, and the script that does it.
struct Toolchain {
  std::string_view name;
  std::vector<std::string_view> backends;    ///< That open what it makes; empty: any.
  std::vector<std::string_view> precisions;  ///< That it makes; empty: any.
  /// Of the artifact: "onnx", "openvino-ir"; what is built is called model.FORMAT.
  std::string_view format;
  std::string_view script = {};  ///< In tools/toolchains; empty: none is run.
  bool calibrates = false;       ///< The script, or the build, takes the calibration tensors.
  /// The backend's plugin makes the artifact (assay_backend_v1::prepare), on the machine that will run it:
  /// from what the script made, or from the source where there is none.
  bool builds = false;
  std::int64_t min_opset, max_opset;                ///< Of ai.onnx. Checked before anything is started.
  std::vector<std::string_view> input_types;        ///< Element types of the model's input; empty: any.
  std::vector<ToolchainOption> options;             ///< Of the script.
  std::vector<ToolchainOption> build_options = {};  ///< Of the plugin's prepare().
  std::string_view limits;                          ///< What else to know, for docs and doctor.
  /// What else decides the artifact: an SDK that the user brings, its version and programs. Null: nothing.
  /// Errors: kUnavailable (absent: the message says what to set).
  Result<std::string> (*identity)() = nullptr;

  /// The source model itself is the artifact.
  bool as_it_is() const { return script.empty() && !builds; }
};

/// All of them. The order matters: the first that fits is a row's default.
std::span<const Toolchain* const> toolchains();

/// The row's own choice, else the first that makes its precision for its backend. An INT8 source model is
/// used as it is. Errors: kInvalidInput (unknown name, or it does not serve the row's backend or precision;
/// unknown option or value).
Result<const Toolchain*> choose_toolchain(const spec::RowSpec& row, const model::ModelFacts& source);

/// Whether the toolchain can take the model: opset, number and type of inputs, not already quantized.
/// Errors: kInvalidInput, with the limit and what was found.
Result<void> check_limits(const Toolchain& toolchain, const model::ModelFacts& source);

/// Errors: kInvalidInput, naming the option and the nearest right one.
Result<void> check_options(const Toolchain& toolchain, const std::map<std::string, std::string>& options);

extern const Toolchain kNncf;
extern const Toolchain kOpenVinoFp16;
extern const Toolchain kOnnxRuntimeQuantizer;
extern const Toolchain kQnn;
extern const Toolchain kQnnFloat;
extern const Toolchain kTensorRtEntropy;
extern const Toolchain kTensorRtQdq;
extern const Toolchain kTensorRt;
extern const Toolchain kSnpe;
extern const Toolchain kSnpeFloat;
extern const Toolchain kNone;

}  // namespace assay::prepare
