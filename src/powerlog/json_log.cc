// One JSON object a line, as many loggers and servers write: found by JSON pointers, as in a server's answer.
#include <utility>

#include "powerlog/format.h"
#include "powerlog/json_power.h"

namespace assay::powerlog {
namespace {

class JsonLines : public LineParser {
 public:
  JsonLines(LogTraits traits, JsonPower power, record::Channel channel)
      : LineParser(std::move(traits)), power_(std::move(power)), channel_(std::move(channel)) {}

  void parse(std::string_view line, Batch& batch) const override {
    const auto read = power_.read(line);
    if (read)
      batch.add(0, *read->time_ns, read->watts);
    else if (read.error().code == Code::kUnavailable)
      batch.reject(0, Reject::kNoData);
    else
      batch.reject(Reject::kNoise);
    if (!read) batch.remark(line);
  }
  record::Channel describe(std::string_view) const override { return channel_; }

 private:
  JsonPower power_;
  record::Channel channel_;
};

bool is_json(std::string_view) { return false; }  // Only a mapping says what an object means.

/// A log of which no line of the beginning can be read has a mapping that does not fit: its first line says
/// why.
Result<void> check_lines(std::string_view head, const JsonPower& power) {
  std::string_view line;
  std::optional<Status> first;
  while (take_line(head, line)) {
    const auto read = power.read(line);
    if (read || read.error().code == Code::kUnavailable) return {};
    if (!first) first = read.error();
  }
  return fail(Code::kInvalidInput,
              "no line in the first kilobytes fits the mapping; the first one: " + first->message);
}

Result<std::unique_ptr<LineParser>> open_json(std::string_view head, const LogOptions& options) {
  if (!options.mapping)
    return fail(
        Code::kInvalidInput,
        "a JSON log was expected to come with a mapping: where in each line is the time, and where the "
        "power, or the voltage and current");
  const Mapping& mapping = *options.mapping;
  if (!mapping.time.field.given())
    return fail(Code::kInvalidInput,
                "mapping, time: where each line has its time was expected, nothing was found");
  if (!options.boundary)
    return fail(Code::kInvalidInput,
                "a JSON log does not say what was measured: say dc_input, ac_input, board or rail");
  ASSAY_TRY(JsonPower power, JsonPower::create(mapping, options.zone));
  ASSAY_OK(check_lines(head, power));
  LogTraits traits;
  traits.clock = power.utc() ? LogClock::kUtc : LogClock::kRelative;
  traits.position = options.position.value_or(*mapping.position);
  traits.interval_ns = mapping.interval_ns ? mapping.interval_ns : options.interval_ns;
  traits.channels = {safe_name(mapping.id.empty() ? "power" : mapping.id)};
  record::Channel channel = channel_of_key("power", traits.position);
  channel.boundary = *options.boundary;
  channel.accuracy = combined_accuracy(power.formula(), options.accuracy);
  channel.facts["power from"] = power.formula().basis;
  return std::make_unique<JsonLines>(std::move(traits), std::move(power), std::move(channel));
}

}  // namespace

const Format kJson = {"json", "one JSON object a line, by a mapping that says where its values are", is_json,
                      open_json};

}  // namespace assay::powerlog
