// One opened model of the ONNX Runtime backend.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

#include "library.h"
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

/// Methods throw Failure. Used by one thread at a time, except cancel().
class Session {
 public:
  /// What the options of the spec come to.
  struct Settings {
    int threads = 0;
    int inter_op = 1;
    size_t optimisation = 3;  // Index in the list of levels.
    bool parallel = false;
    bool spinning = true;
    std::string library;  // "": wherever it is found.
  };

  explicit Session(const assay_open_options& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const assay_session_info* info() const { return &info_; }
  void bind(uint32_t slot, const assay_buffer* inputs, uint32_t input_count, const assay_buffer* outputs,
            uint32_t output_count);
  /// Runs in the caller's thread, which takes part in the computation: no hand-over to another thread.
  void infer(uint32_t slot);
  /// Runs in a thread of the session's own, started by the first submit(). At most one in flight.
  void submit(uint32_t slot);
  uint32_t wait(int64_t timeout_ns);
  void cancel();
  /// Ends profiling on the first call: inferences after it are not counted.
  const assay_profile* profile();

 private:
  using DimensionSizes = std::map<std::string, int64_t>;

  DimensionSizes sizes_of_symbols(const assay_open_options& options) const;
  void fill_info();
  Handle<OrtSession> create(const char* artifact, bool optimised, bool profiling, const DimensionSizes& sizes,
                            int optimised_model) const;
  std::vector<std::vector<int64_t>> run_for_output_dims(size_t output_count) const;
  Handle<OrtValue> wrap(const assay_tensor& tensor, void* data) const;
  void run(uint32_t slot);
  void require_bound(uint32_t slot) const;
  void serve();

  Settings settings_;
  std::shared_ptr<Library> library_;
  const OrtApi& api_;
  Handle<OrtMemoryInfo> memory_;
  Handle<OrtRunOptions> run_options_;
  std::optional<TemporaryFolder> profile_folder_;  // Outlives the session, which writes into it when it ends.
  Handle<OrtSession> session_;

  plugin::TensorList inputs_;
  plugin::TensorList outputs_;
  plugin::PairList properties_;
  std::string executed_precision_;
  assay_session_info info_{};

  struct Slot {
    std::vector<Handle<OrtValue>> values;
    Handle<OrtIoBinding> binding;
  };
  std::vector<Slot> slots_;

  bool profiled_ = false;
  plugin::LayerList layers_;

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
