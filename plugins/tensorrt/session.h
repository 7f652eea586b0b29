// One opened engine.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "accelerator.h"
#include "compat.h"
#include "cuda.h"
#include "engine_file.h"
#include "library.h"
#include "placement.h"
#include "support/vendor_plugin.h"

namespace assay::tensorrt {

/// Sums of what TensorRT's profiler reports, by layer. A name may be reported several times in one inference.
class LayerTimes : public nvinfer1::IProfiler {
 public:
  void reportLayerTime(const char* name, float milliseconds) noexcept override;
  void end_inference() { ++inferences_; }

  const std::vector<std::string>& names() const { return order_; }  ///< As they were first reported.
  /// Mean of an inference, without the first one where there are more: it loads what later ones find loaded.
  std::int64_t mean_ns(const std::string& name) const;

 private:
  struct Time {
    double first_ms = 0, other_ms = 0;
  };
  std::map<std::string, Time> times_;
  std::vector<std::string> order_;
  int inferences_ = 0;
};

/// Methods throw Failure. Used by one thread at a time.
///
/// The ways of one inference: input from host to device, the engine, output from device to host, all in one
/// stream, and a wait until it is done. Host memory that bind() is given is page-locked where that works, so
/// that copies are plain DMA; else CUDA copies from pageable memory. An integrated GPU (Jetson) does the
/// same: its caches are not those of the CPU, so that a copy into the GPU's own allocation is right
/// everywhere, and what it costs is told by transfer_times().
class Session {
 public:
  explicit Session(const assay_open_options& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const assay_session_info* info() const { return &info_; }
  void bind(std::uint32_t slot, const assay_buffer* inputs, std::uint32_t input_count,
            const assay_buffer* outputs, std::uint32_t output_count);
  void infer(std::uint32_t slot);
  /// Enqueues everything that infer() does; wait() is its end. At most one in flight.
  void submit(std::uint32_t slot);
  std::uint32_t wait(std::int64_t timeout_ns);
  const assay_profile* profile();
  /// By how much the device's free memory fell since before the engine was loaded: weights, activations,
  /// inputs and outputs of all slots, and what CUDA keeps beside them. Throws Failure (UNSUPPORTED) where
  /// CUDA does not tell, where it did not fall, and for an integrated GPU: its memory is the system's, in
  /// which a difference is anybody's.
  std::uint64_t device_memory() const;
  /// Between events around the engine's work.
  std::int64_t device_time(std::uint32_t slot) const;
  /// Between events around the copies.
  void transfer_times(std::uint32_t slot, std::int64_t& in_ns, std::int64_t& out_ns) const;

 private:
  struct Tensor {
    std::string name;
    bool input = false;
    std::uint64_t bytes = 0;
    void* host = nullptr;
    std::optional<DeviceMemory> device;
    bool registered = false;
  };
  struct Slot {
    std::vector<Tensor> tensors;  // Inputs, then outputs. Empty: not bound.
    Event events[4];              // Before inputs, before the engine, after it, after outputs.
    GraphExec graph;
    bool ran = false;
  };

  void load(const assay_open_options& options);
  void list_tensors(const assay_open_options& options);
  void read_placement();
  void fill_info();
  void page_lock(Tensor& tensor);
  cudaError_t try_lock(void* data, std::uint64_t bytes, bool input) const;
  std::string locking() const;
  void address(const Slot& slot);
  void enqueue(const Slot& slot);
  void capture(Slot& slot);
  void release(Slot& slot);
  Slot& bound(std::uint32_t slot);
  std::int64_t between(std::uint32_t slot, int first, int last) const;
  [[noreturn]] void vendor_failure(const std::string& text);

  Accelerator accelerator_;
  std::string precision_;
  bool profiling_;
  bool cuda_graph_ = false;
  bool host_register_ = true;
  const Cuda& cuda_;
  Library& library_;
  Gpu gpu_;
  std::optional<std::uint64_t> free_before_;
  EngineFacts facts_;

  LayerTimes times_;  // Outlives the context, which reports to it.
  std::unique_ptr<nvinfer1::IRuntime> runtime_;
  std::unique_ptr<nvinfer1::ICudaEngine> engine_;
  std::unique_ptr<nvinfer1::IExecutionContext> context_;
  Stream stream_;
  std::vector<Slot> slots_;
  const Slot* addressed_ = nullptr;
  std::optional<std::uint32_t> in_flight_;

  plugin::TensorList inputs_, outputs_;
  plugin::PairList properties_;
  Placement placement_;
  std::string executed_precision_;
  std::string placement_problem_;
  assay_session_info info_{};
  plugin::LayerList layers_;
  bool profiled_ = false;
};

}  // namespace assay::tensorrt
