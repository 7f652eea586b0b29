#include "report/perfetto_writer.h"

#include <bit>
#include <utility>

#include "report/number_text.h"

namespace assay::report {
namespace {

// Field numbers, as the schema has them.
namespace trace {
constexpr int kPacket = 1;
}
namespace packet_field {
constexpr int kClockSnapshot = 6, kTimestamp = 8, kSequenceId = 10, kTrackEvent = 11, kInternedData = 12,
              kSequenceFlags = 13, kClockId = 58, kDefaults = 59, kTrackDescriptor = 60,
              kFirstOnSequence = 87;
}
namespace clock_field {
constexpr int kClocks = 1, kPrimary = 2, kId = 1, kTimestamp = 2;
}
namespace track_field {
constexpr int kUuid = 1, kName = 2, kProcess = 3, kThread = 4, kParent = 5, kCounter = 8;
constexpr int kPid = 1, kTid = 2, kSortIndex = 3, kThreadName = 5, kProcessName = 6, kLabels = 8;
constexpr int kUnitName = 6;
}  // namespace track_field
namespace event_field {
constexpr int kCategories = 3, kAnnotations = 4, kType = 9, kName = 10, kTrack = 11, kDouble = 44;
constexpr int kArgName = 1, kArgBool = 2, kArgInt = 4, kArgDouble = 5, kArgText = 6;
}  // namespace event_field
/// Of InternedData; entries are {1: number, 2: name}.
namespace interned_field {
constexpr int kCategory = 1, kEventName = 2, kArgName = 3, kNumber = 1, kText = 2;
}

constexpr std::uint64_t kRealtime = 1, kMonotonic = 3;  // BuiltinClock
constexpr int kSliceBegin = 1, kSliceEnd = 2, kCounterValue = 4;
constexpr std::uint64_t kStateCleared = 1, kNeedsState = 2;
constexpr std::uint64_t kSequence = 1;
constexpr std::size_t kBuffer = std::size_t{1} << 18;
/// Above all process numbers, since a thread with its process's number would be its main thread.
constexpr std::uint64_t kFirstThread = 100000;

}  // namespace

void ProtoMessage::varint(std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) text_ += static_cast<char>(value | 0x80);
  text_ += static_cast<char>(value);
}

ProtoMessage& ProtoMessage::number(int field, std::uint64_t value) {
  varint(static_cast<std::uint64_t>(field) << 3);
  varint(value);
  return *this;
}

ProtoMessage& ProtoMessage::real(int field, double value) {
  varint(static_cast<std::uint64_t>(field) << 3 | 1);
  const auto bits = std::bit_cast<std::uint64_t>(value);
  for (int shift = 0; shift < 64; shift += 8) text_ += static_cast<char>(bits >> shift);
  return *this;
}

ProtoMessage& ProtoMessage::bytes(int field, std::string_view value) {
  varint(static_cast<std::uint64_t>(field) << 3 | 2);
  varint(value.size());
  text_ += value;
  return *this;
}

TraceWriter::TraceWriter(ByteSink sink, std::int64_t monotonic_ns, std::optional<std::int64_t> utc_ns)
    : sink_(std::move(sink)) {
  using namespace clock_field;
  const auto clock = [](std::uint64_t id, std::int64_t time_ns) {
    return ProtoMessage().number(kId, id).number(kTimestamp, static_cast<std::uint64_t>(time_ns));
  };
  ProtoMessage snapshot;
  snapshot.message(kClocks, clock(kMonotonic, monotonic_ns));
  if (utc_ns) snapshot.message(kClocks, clock(kRealtime, *utc_ns));
  snapshot.number(kPrimary, kMonotonic);
  ProtoMessage out;
  out.message(packet_field::kClockSnapshot, snapshot);
  packet(out);
}

TraceWriter::Track TraceWriter::descriptor(ProtoMessage& content) {
  content.number(track_field::kUuid, ++tracks_);
  ProtoMessage out;
  out.message(packet_field::kTrackDescriptor, content);
  packet(out);
  return tracks_;
}

TraceWriter::Track TraceWriter::process(std::string_view name, const std::vector<std::string>& labels) {
  using namespace track_field;
  const std::uint64_t number = process_numbers_.size() + 1;
  ProtoMessage process;
  process.number(kPid, number).number(kSortIndex, number).bytes(kProcessName, one_line(name));
  for (const std::string& label : labels) process.bytes(kLabels, one_line(label));
  ProtoMessage content;
  content.message(kProcess, process);
  const Track track = descriptor(content);
  process_numbers_[track] = number;
  return track;
}

TraceWriter::Track TraceWriter::thread(Track process, std::string_view name) {
  using namespace track_field;
  ++threads_;
  ProtoMessage thread;
  thread.number(kPid, process_numbers_.at(process)).number(kTid, kFirstThread + threads_);
  thread.number(kSortIndex, threads_).bytes(kThreadName, one_line(name));
  ProtoMessage content;
  content.number(kParent, process).message(kThread, thread);
  return descriptor(content);
}

TraceWriter::Track TraceWriter::counter(Track process, std::string_view name, std::string_view unit) {
  using namespace track_field;
  ProtoMessage content;
  content.number(kParent, process).bytes(kName, one_line(name));
  content.message(kCounter, ProtoMessage().bytes(kUnitName, one_line(unit)));
  return descriptor(content);
}

std::uint64_t TraceWriter::interned(int kind, std::string_view name, ProtoMessage& fresh) {
  auto& known = names_[kind];
  if (const auto found = known.find(name); found != known.end()) return found->second;
  const std::uint64_t number = known.size() + 1;
  known.emplace(name, number);
  fresh.message(
      kind,
      ProtoMessage().number(interned_field::kNumber, number).bytes(interned_field::kText, one_line(name)));
  return number;
}

void TraceWriter::event(Track track, std::int64_t at_ns, int type, ProtoMessage& event,
                        const ProtoMessage& fresh) {
  event.number(event_field::kType, static_cast<std::uint64_t>(type)).number(event_field::kTrack, track);
  ProtoMessage out;
  out.number(packet_field::kTimestamp, static_cast<std::uint64_t>(at_ns));
  if (!fresh.empty()) out.message(packet_field::kInternedData, fresh);
  out.message(packet_field::kTrackEvent, event);
  packet(out);
}

void TraceWriter::begin(Track track, std::int64_t at_ns, std::string_view category, std::string_view name,
                        std::span<const TraceArg> args) {
  using namespace event_field;
  ProtoMessage content, fresh;
  content.number(kCategories, interned(interned_field::kCategory, category, fresh));
  content.number(kName, interned(interned_field::kEventName, name, fresh));
  for (const TraceArg& arg : args) {
    ProtoMessage annotation;
    annotation.number(kArgName, interned(interned_field::kArgName, arg.name, fresh));
    if (const auto* number = std::get_if<std::int64_t>(&arg.value))
      annotation.number(kArgInt, static_cast<std::uint64_t>(*number));
    else if (const auto* real = std::get_if<double>(&arg.value))
      annotation.real(kArgDouble, *real);
    else if (const auto* truth = std::get_if<bool>(&arg.value))
      annotation.number(kArgBool, *truth ? 1 : 0);
    else
      annotation.bytes(kArgText, one_line(std::get<std::string>(arg.value)));
    content.message(kAnnotations, annotation);
  }
  event(track, at_ns, kSliceBegin, content, fresh);
}

void TraceWriter::end(Track track, std::int64_t at_ns) {
  ProtoMessage content;
  event(track, at_ns, kSliceEnd, content, {});
}

void TraceWriter::value(Track counter, std::int64_t at_ns, double value) {
  ProtoMessage content;
  content.real(event_field::kDouble, value);
  event(counter, at_ns, kCounterValue, content, {});
}

void TraceWriter::packet(ProtoMessage& packet) {
  if (!status_) return;
  packet.number(packet_field::kSequenceId, kSequence);
  packet.number(packet_field::kSequenceFlags, first_ ? kStateCleared : kNeedsState);
  if (first_) {
    packet.number(packet_field::kFirstOnSequence, 1);
    packet.message(packet_field::kDefaults, ProtoMessage().number(packet_field::kClockId, kMonotonic));
  }
  first_ = false;
  buffer_ += ProtoMessage().message(trace::kPacket, packet).text();
  if (buffer_.size() >= kBuffer) flush();
}

void TraceWriter::flush() {
  if (status_ && !buffer_.empty()) status_ = sink_(buffer_);
  buffer_.clear();
}

Result<void> TraceWriter::finish() {
  flush();
  return status_;
}

}  // namespace assay::report
