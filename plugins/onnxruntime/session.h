// One opened model of the ONNX Runtime backend.
#pragma once

#include <map>
#include <string>

#include "ort/bound_session.h"

namespace assay::onnxruntime {

class Session : public BoundSession {
 public:
  /// What the options of the spec come to.
  struct Settings {
    int threads = 0;
    int inter_op = 1;
    size_t optimisation = 3;  // Index in the list of levels.
    bool parallel = false;
    bool spinning = true;
  };

  explicit Session(const assay_open_options& options);
  /// Ends profiling on the first call: inferences after it are not counted.
  const assay_profile* profile();

 private:
  using DimensionSizes = std::map<std::string, int64_t>;

  Session(const assay_open_options& options, const Settings& settings);
  DimensionSizes sizes_of_symbols(const assay_open_options& options) const;
  void tell_properties();
  Handle<OrtSession> create(const char* artifact, bool optimised, bool profiling, const DimensionSizes& sizes,
                            int optimised_model) const;

  Settings settings_;
  bool profiled_ = false;
  plugin::LayerList layers_;
};

}  // namespace assay::onnxruntime
