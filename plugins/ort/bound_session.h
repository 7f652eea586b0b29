// A session of ONNX Runtime with slots: what every backend on it does alike, whatever executes the graph.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ort/library.h"
#include "support/vendor_plugin.h"

namespace assay::onnxruntime {

/// A folder under $TMPDIR that goes with all that is in it.
struct TemporaryFolder {
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::string path;
};

/// The base of a backend's Session, which creates the OrtSession with its own options and hands it to take().
/// Methods throw Failure. Used by one thread at a time, except cancel().
class BoundSession {
 public:
  BoundSession(const BoundSession&) = delete;
  BoundSession& operator=(const BoundSession&) = delete;

  const assay_session_info* info() const { return &info_; }
  void bind(uint32_t slot, const assay_buffer* inputs, uint32_t input_count, const assay_buffer* outputs,
            uint32_t output_count);
  /// Runs in the caller's thread, which takes part in the computation: no hand-over to another thread.
  void infer(uint32_t slot);
  /// Runs in a thread of the session's own, started by the first submit(). At most one in flight.
  void submit(uint32_t slot);
  uint32_t wait(int64_t timeout_ns);
  void cancel();

 protected:
  explicit BoundSession(std::shared_ptr<Library> library);
  ~BoundSession();

  /// Owns the session from now on, and reads its tensors. One inference of zeros tells the outputs' shapes
  /// where the graph does not.
  void take(Handle<OrtSession> session, const assay_open_options& options);
  /// Fills info() from the tensors and `properties_`. The accelerator's name is told where the session knows
  /// more of it than the description.
  void publish(std::string executed_precision, std::string accelerator_name = "");
  /// The path of ONNX Runtime's profile: inferences from now on are not in it.
  std::string end_profiling();

  std::shared_ptr<Library> library_;
  const OrtApi& api_;
  /// Outlives the session, which writes into it when it ends.
  std::optional<TemporaryFolder> folder_;
  Handle<OrtSession> session_;
  plugin::PairList properties_;

 private:
  std::vector<std::vector<int64_t>> run_for_output_dims(size_t output_count) const;
  Handle<OrtValue> wrap(const assay_tensor& tensor, void* data) const;
  void run(uint32_t slot);
  void require_bound(uint32_t slot) const;
  void serve();

  Handle<OrtMemoryInfo> memory_;
  Handle<OrtRunOptions> run_options_;
  plugin::TensorList inputs_;
  plugin::TensorList outputs_;
  std::string executed_precision_, accelerator_name_;
  assay_session_info info_{};

  struct Slot {
    std::vector<Handle<OrtValue>> values;
    Handle<OrtIoBinding> binding;
  };
  std::vector<Slot> slots_;

  // Held for a moment before and after a run, never during it: cancel() needs to know whether one is running.
  std::mutex mutex_;
  bool running_ = false;
  bool cancelled_ = false;

  enum class Flight { kNone, kSubmitted, kDone };
  std::mutex flight_mutex_;
  std::condition_variable flight_changed_;
  Flight flight_ = Flight::kNone;
  uint32_t flight_slot_ = 0;
  std::optional<plugin::Failure> flight_failure_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace assay::onnxruntime
