// The worker's messages, parsed strictly: a worker runs foreign code, so anything may arrive.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"
#include "engine/build.h"
#include "engine/describe.h"
#include "engine/worker_spec.h"
#include "record/run.h"

namespace assay::engine {

struct Ready {
  record::SessionInfo session;
};
struct Bound {};
struct First {
  int slot = 0;
  std::int64_t ns = 0;
  std::vector<std::string> libraries;
};
struct Done {
  int slot = 0;
  std::int64_t ns = 0;
};
struct Touched {};
struct TimedSummary {
  std::int64_t count = 0, window_begin_ns = 0, window_end_ns = 0, begin_utc_ns = 0, clock_step_ns = 0;
  bool capped = false;
  std::string warmup_end;
  double foreign_cpu_share = -1;
  std::int64_t involuntary_switches = 0, peak_rss_bytes = 0;
  std::optional<std::int64_t> device_memory_bytes;
  std::string device_memory_problem;
  std::vector<std::int64_t> device_time_ns, transfer_in_ns, transfer_out_ns;
};
struct Layers {
  std::vector<record::LayerRecord> layers;
};
struct WorkerError {
  std::string stage;  ///< "load", "describe", "open", "session_info", "bind", "infer", "profile", "timed",
                      ///< "prepare", "protocol"
  std::string code;   ///< "invalid", "not_found", "unavailable", ...: as the ABI's codes.
  std::int64_t vendor_code = 0;
  std::string text;
};
struct Built {};
struct Bye {};

using Message = std::variant<PluginDescription, Ready, Bound, First, Done, Touched, TimedSummary, Layers,
                             WorkerError, Built, Bye>;

/// Errors: kCorrupt, for anything but exactly one message of the list above with all of its fields in their
/// types and ranges. Never throws, whatever the bytes.
Result<Message> parse_worker_message(std::string_view line);

// The supervisor's commands, each a whole line.
std::string describe_command(const std::filesystem::path& plugin);
std::string prepare_command(const BuildRequest& request);
std::string open_command(const WorkerSpec& spec, int slots, bool profiling);
std::string bind_command(const std::vector<std::uint32_t>& input_of_slot, bool sealed);
std::string slot_command(std::string_view command, int slot);  ///< "first" or "infer".
std::string touch_command(const std::vector<std::uint32_t>& slots, std::int64_t warmup_capacity,
                          std::int64_t timed_capacity);
struct TimedCommand {
  std::vector<std::uint32_t> rotation;
  std::vector<std::pair<std::int64_t, std::uint32_t>> samples;  ///< (iteration, slot), ascending.
  std::int64_t warmup_iterations = 0, warmup_duration_ns = 0, warmup_cap_ns = 0, iterations = 0,
               duration_ns = 0;
};
std::string timed_command(const TimedCommand& command);
std::string plain_command(std::string_view command);  ///< "profile" or "quit".

}  // namespace assay::engine
