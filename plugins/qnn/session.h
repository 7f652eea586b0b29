// One opened model of the QNN backend: a quantized ONNX model, composed for the HTP here, or a context that
// prepare() made.
#pragma once

#include <string>
#include <vector>

#include "ort/bound_session.h"
#include "qnn/htp_graph.h"
#include "qnn/provider.h"
#include "qnn/settings.h"

namespace assay::qnn {

class Session : public onnxruntime::BoundSession {
 public:
  /// Refuses, with what to do: a context of another QNN version, Hexagon or SoC; a graph that the HTP does
  /// not take whole, unless the option cpu_fallback is set; a graph that computes in another precision than
  /// asked.
  explicit Session(const assay_open_options& options);

  /// Layers from QNN's detailed profile: what it lists, the HTP executed. Times are told on a device only, as
  /// accelerator cycles scaled by the accelerator's own time. Ends profiling on the first call.
  const assay_profile* profile();

 private:
  Session(const assay_open_options& options, const Settings& settings, Provider& provider);
  void require_fitting_context(const ContextFacts& facts, const std::string& artifact);
  void read_graphs(const std::string& artifact);
  void require_asked_precision(const std::string& asked, const std::string& executed) const;
  void tell_properties();

  Settings settings_;
  Provider& provider_;
  bool profiling_ = false;
  bool from_context_ = false;
  Target compiled_;
  Assignment assignment_;
  std::vector<HtpGraph> graphs_;
  bool profiled_ = false;
  plugin::LayerList layers_;
};

/// Composes the graph of `options.source` for the HTP and writes the context to `options.destination`, binary
/// included, with what is known of its graphs beside it.
void prepare(const assay_prepare_options& options);

}  // namespace assay::qnn
