// Qualcomm's execution provider, found and registered at run time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ort/library.h"
#include "qnn/htp_graph.h"
#include "qnn/settings.h"

namespace assay::qnn {

constexpr const char* kProviderName = "QNNExecutionProvider";

/// One registration a process, never undone: sessions may live until its end.
class Provider {
 public:
  /// Looks for the provider in ASSAY_QNN_DIR, the folder of this plugin and the SDK folder that the build
  /// knows, and registers it with ONNX Runtime. Throws Failure (NOT_FOUND, with every place that was tried;
  /// UNAVAILABLE where ONNX Runtime is too old).
  static Provider& get();

  onnxruntime::Library& library() const { return *library_; }
  std::shared_ptr<onnxruntime::Library> shared_library() const { return library_; }
  const std::string& folder() const { return folder_; }
  const std::string& version() const { return version_; }  ///< "2.7.0"
  const std::string& sdk() const { return sdk_; }          ///< QAIRT: "2.51.0"; "" where not told.
  /// "onnxruntime-qnn 2.7.0 (QAIRT 2.51.0)"
  std::string full_version() const;

  /// Session options for the HTP: `more` are further options of the provider. Fallback to the CPU is refused
  /// unless the settings allow it.
  onnxruntime::Handle<OrtSessionOptions> session_options(
      const Settings& settings, const std::vector<std::pair<std::string, std::string>>& more) const;
  /// Creates the session; what the provider logged goes into the failure, with what to do about it.
  onnxruntime::Handle<OrtSession> create(const std::string& model, OrtSessionOptions* options) const;

  /// What a context model says of itself; nothing for any other model. Throws Failure (INVALID) for a file
  /// that is no ONNX.
  std::optional<ContextFacts> context_facts(const std::string& model) const;

 private:
  Provider();
  void enlist();

  std::shared_ptr<onnxruntime::Library> library_;
  std::string folder_;
  std::string version_;
  std::string sdk_;
  const OrtEpDevice* device_ = nullptr;
};

/// What ONNX Runtime gave to whom, from the session itself.
struct Assignment {
  size_t on_htp = 0;                   ///< Nodes.
  size_t elsewhere = 0;                ///< Nodes.
  std::vector<std::string> htp_nodes;  ///< Their names; one name, the graph's, for a context.
};
Assignment read_assignment(const onnxruntime::Library& library, OrtSession* session);

}  // namespace assay::qnn
