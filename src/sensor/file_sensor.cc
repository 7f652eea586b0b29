#include "sensor/file_sensor.h"

#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "sensor/tree.h"

namespace assay::sensor {
namespace {

Value value_of(const FileSensorBuilder::Slot& slot) {
  const auto number = slot.file.read();
  if (!number) return tl::unexpected(number.error());
  const double value = static_cast<double>(*number) * slot.scale;
  if (slot.counter && (value < 0 || value > slot.highest)) return tl::unexpected(NoValue::kOutOfRange);
  if (slot.check)
    if (const auto reason = slot.check(value)) return tl::unexpected(*reason);
  return value;
}

class FileSensor final : public Sensor {
 public:
  FileSensor(Description description, std::vector<FileSensorBuilder::Slot> slots)
      : Sensor(std::move(description)), slots_(std::move(slots)) {}

 private:
  void acquire(std::span<Value> values) override {
    for (std::size_t i = 0; i < slots_.size(); ++i) values[i] = value_of(slots_[i]);
  }
  std::vector<FileSensorBuilder::Slot> slots_;
};

/// A file's text within a line of ours.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';
  return text;
}

/// These pass: the unit may wake up later. The others are as they are.
bool may_pass(NoValue reason) {
  return reason == NoValue::kBusy || reason == NoValue::kNoData || reason == NoValue::kGated;
}

}  // namespace

std::optional<NoValue> check_temperature(double celsius) {
  if (celsius <= -200) return NoValue::kGated;
  if (celsius < -100 || celsius > 250) return NoValue::kOutOfRange;
  return std::nullopt;
}

std::optional<NoValue> check_gated_temperature(double celsius) {
  return celsius == 0 ? std::optional(NoValue::kGated) : check_temperature(celsius);
}

std::optional<NoValue> check_not_negative(double value) {
  return value < 0 ? std::optional(NoValue::kOutOfRange) : std::nullopt;
}

FileSensorBuilder& FileSensorBuilder::remedy(std::string text) {
  remedy_ = std::move(text);
  return *this;
}

bool FileSensorBuilder::add(const std::filesystem::path& path, record::Channel channel, double scale,
                            Check check, int base) {
  auto file = ValueFile::open(path, base);
  std::string problem;
  if (!file) {
    if (file.error() == ENOENT || file.error() == ENOTDIR) return false;
    problem = file.error() == EACCES || file.error() == EPERM ? std::string(to_string(NoValue::kDenied))
                                                              : std::string(std::strerror(file.error()));
  } else {
    const bool counter = channel.kind == record::ReadingKind::kCounter;
    // The wrap is the largest value itself; the margin is for the rounding of number x scale.
    const double highest =
        channel.wraps_at ? *channel.wraps_at * (1 + 1e-12) : std::numeric_limits<double>::infinity();
    Slot slot{std::move(*file), scale, check, counter, highest};
    const Value now = value_of(slot);
    if (now || may_pass(now.error())) {
      channel.facts["file"] = places_.in_tree(path);
      channels_.push_back(std::move(channel));
      slots_.push_back(std::move(slot));
      return true;
    }
    problem = to_string(now.error());
    if (now.error() == NoValue::kNotANumber) problem += ": '" + printable(text_of(path).substr(0, 40)) + "'";
  }
  std::string& names = problems_[problem];
  names += (names.empty() ? "" : ", ") + channel.id;
  return false;
}

void FileSensorBuilder::finish() {
  for (auto& [reason, names] : problems_) {
    const bool denied = reason == to_string(NoValue::kDenied);
    found_.absent.push_back(
        {source_.id, names, reason, denied ? remedy_ : "nothing: the driver does not give a usable value"});
  }
  problems_.clear();
  if (slots_.empty()) return;
  found_.sensors.push_back(std::make_unique<FileSensor>(
      Description{std::move(source_), std::move(channels_), period_}, std::move(slots_)));
}

}  // namespace assay::sensor
