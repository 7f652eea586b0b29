// One opened model of the OpenVINO backend.
#pragma once

#include <deque>
#include <map>
#include <openvino/openvino.hpp>

#include "support/vendor_plugin.h"

namespace assay::openvino {

/// The process-wide core, made at the first call. Throws what OpenVINO throws.
ov::Core& core();

/// Facts of a listed device that decide its figures, in OpenVINO's names: FULL_DEVICE_NAME,
/// DEVICE_ARCHITECTURE, driver version, execution units, memory. What the device does not tell is left out.
std::map<std::string, std::string> device_facts(const std::string& device);

/// Why OpenVINO has no device of that kind here, and what to install.
std::string why_absent(const std::string& kind);

/// An exception's text without the lines that only tell places in OpenVINO's source, and without line breaks
/// at its end.
std::string plain_text(const std::exception& exception);

/// Methods throw Failure or ov::Exception. Used by one thread at a time, except cancel().
class Session {
 public:
  explicit Session(const assay_open_options& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const assay_session_info* info() const { return &info_; }
  void bind(uint32_t slot, const assay_buffer* inputs, uint32_t input_count, const assay_buffer* outputs,
            uint32_t output_count);
  /// InferRequest::infer(), which computes in the caller's thread: measured faster than start_async() and
  /// wait().
  void infer(uint32_t slot);
  void submit(uint32_t slot);
  /// In order of submission.
  uint32_t wait(int64_t timeout_ns);
  void cancel();
  const assay_profile* profile();
  /// Bytes that the GPU plugin has allocated on and for its device, all kinds together. Refuses for others.
  uint64_t device_memory();

 private:
  ov::InferRequest& bound(uint32_t slot);
  void fill_info();
  ov::Tensor wrap(const ov::Output<const ov::Node>& port, const assay_buffer& buffer, bool input);

  ov::CompiledModel compiled_;
  bool profiling_ = false;
  std::string claimed_;
  std::string device_;  // As OpenVINO lists it.
  bool zero_copy_ = false;
  std::string executed_precision_;
  std::string executed_devices_;
  plugin::TensorList inputs_;
  plugin::TensorList outputs_;
  plugin::PairList properties_;
  assay_session_info info_{};
  std::vector<ov::InferRequest> requests_;  // One for each slot, empty until bound.
  std::deque<uint32_t> in_flight_;
  plugin::LayerList layers_;
  bool profiled_ = false;
};

/// The precision that the compiled graph executes, from its runtime model. Rule: each convolution and matrix
/// product counts with the precision of its kernel (i8 and u8: "int8"); that of most comes first, others are
/// joined: "int8+bf16". In a graph without such a layer the other layers decide; "unknown" where the device
/// does not tell.
std::string executed_precision(const std::shared_ptr<const ov::Model>& runtime_model);

}  // namespace assay::openvino
