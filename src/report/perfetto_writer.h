// A Perfetto trace as bytes: packets of perfetto.protos.Trace, one sequence, names interned, times exact to
// the nanosecond. Written as it arises: only names and tracks are kept. Private to report/.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/status.h"

namespace assay::report {

/// Where bytes go, piece by piece.
using ByteSink = std::function<Result<void>(std::string_view)>;

/// What is said of a slice where it is looked at.
struct TraceArg {
  std::string name;
  std::variant<std::int64_t, double, bool, std::string> value;
};

/// One message in protobuf's wire format. Field numbers are those of the schema
/// (protos/perfetto/trace/trace_packet.proto and what it includes).
class ProtoMessage {
 public:
  ProtoMessage& number(int field, std::uint64_t value);  ///< Any varint: uint64, int64, bool, enumeration.
  ProtoMessage& real(int field, double value);
  ProtoMessage& bytes(int field, std::string_view value);  ///< A text, or packed or nested bytes.
  ProtoMessage& message(int field, const ProtoMessage& value) { return bytes(field, value.text_); }
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }

 private:
  void varint(std::uint64_t value);
  std::string text_;
};

/// The first error of the sink stops all further writing, and is told by status() and finish().
class TraceWriter {
 public:
  using Track = std::uint64_t;

  /// Times of the trace are CLOCK_MONOTONIC. `utc_ns`: what the wall clock showed at `monotonic_ns`, where
  /// that is known.
  TraceWriter(ByteSink sink, std::int64_t monotonic_ns, std::optional<std::int64_t> utc_ns);

  /// Processes and threads get numbers of their own: they are names for groups of tracks, no real ones.
  Track process(std::string_view name, const std::vector<std::string>& labels = {});
  Track thread(Track process, std::string_view name);
  Track counter(Track process, std::string_view name, std::string_view unit);

  /// Slices of one track nest: what begins later ends earlier. Slices of the same time nest in the order of
  /// the calls.
  void begin(Track track, std::int64_t at_ns, std::string_view category, std::string_view name,
             std::span<const TraceArg> args = {});
  void end(Track track, std::int64_t at_ns);
  void value(Track counter, std::int64_t at_ns, double value);

  const Result<void>& status() const { return status_; }
  Result<void> finish();  ///< Writes what is still buffered.

 private:
  /// Number of a name among its kind; a new one is put into `fresh`, which goes out with the packet.
  std::uint64_t interned(int kind, std::string_view name, ProtoMessage& fresh);
  void event(Track track, std::int64_t at_ns, int type, ProtoMessage& event, const ProtoMessage& fresh);
  Track descriptor(ProtoMessage& content);
  void packet(ProtoMessage& packet);
  void flush();

  ByteSink sink_;
  Result<void> status_;
  std::string buffer_;
  bool first_ = true;
  std::map<int, std::map<std::string, std::uint64_t, std::less<>>> names_;
  std::map<Track, std::uint64_t> process_numbers_;
  Track tracks_ = 0;
  std::uint64_t threads_ = 0;
};

}  // namespace assay::report
