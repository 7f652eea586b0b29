// One opened DLC of the SNPE backend.
#pragma once

#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "library.h"
#include "settings.h"
#include "support/vendor_plugin.h"
#include "tensor_io.h"

namespace assay::snpe {

/// Methods throw Failure. Used by one thread at a time.
class Session {
 public:
  explicit Session(const assay_open_options& options);
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  const assay_session_info* info() const { return &info_; }
  void bind(uint32_t slot, const assay_buffer* inputs, uint32_t input_count, const assay_buffer* outputs,
            uint32_t output_count);
  /// Converts the inputs, executes, converts the outputs: all of it is latency.
  void infer(uint32_t slot);
  void submit(uint32_t slot);
  uint32_t wait(int64_t timeout_ns);
  /// Ends SNPE's log on the first call: inferences after it are not counted. Throws where
  /// snpe-diagview is not at hand, fails or tells none: no layers are not the layers of an empty model.
  const assay_profile* profile();

 private:
  /// A tensor of a slot: SNPE's buffer over the caller's memory, or over our own where it must be converted.
  struct Bound {
    const TensorIo* tensor = nullptr;
    void* host = nullptr;
    std::vector<char> staging;  // Empty: SNPE uses the caller's memory.
    Owned encoding;             // Outlives the buffer that was made with it.
    Owned buffer;
  };
  struct Slot {
    std::vector<Bound> inputs, outputs;  // Outlive the maps that name their buffers.
    Owned input_map, output_map;
  };

  void build(const assay_open_options& options);
  Owned open_container(const std::string& path) const;
  std::vector<TensorIo> read_tensors(bool inputs) const;
  void refuse_other_shapes(const assay_open_options& options) const;
  void start_log();
  std::string executed_precision(const std::optional<QuantizerRecord>& quantizer) const;
  void fill_info();
  Owned encoding_of(const TensorIo& tensor) const;
  Bound bind_tensor(const TensorIo& tensor, void* host) const;
  Owned map_of(const std::vector<Bound>& tensors) const;
  const Slot& require_bound(uint32_t slot) const;
  void run(uint32_t slot);
  void read_layers();

  Settings settings_;
  std::shared_ptr<Library> library_;
  const Api& api_;
  Owned container_;
  Owned snpe_;
  std::string log_folder_;  // Of the profile; goes with the session.
  std::string init_cache_note_ = "off";
  bool from_cache_ = false;
  std::vector<TensorIo> inputs_, outputs_;
  plugin::TensorList input_list_, output_list_;
  plugin::PairList properties_;
  std::string executed_precision_;
  assay_session_info info_{};
  std::vector<Slot> slots_;
  bool profiled_ = false;
  plugin::LayerList layers_;
  std::future<void> flight_;
  uint32_t flight_slot_ = 0;
};

}  // namespace assay::snpe
