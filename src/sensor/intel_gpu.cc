// Intel graphics: the clock that it really has, and why it has no higher one. i915 and xe say the same in
// different files.
#include <array>
#include <memory>
#include <utility>

#include "sensor/file_sensor.h"
#include "sensor/reasons.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;

/// Bit i of our word is the i-th name: the drivers give a file of 0 or 1 for each (throttle_reason_pl1,
/// reason_pl1).
constexpr auto kReasons = std::to_array<std::string_view>(
    {"pl1", "pl2", "pl4", "thermal", "prochot", "ratl", "vr_thermalert", "vr_tdc"});

class ReasonsSensor final : public Sensor {
 public:
  struct Reason {
    int bit;
    ValueFile file;
  };
  ReasonsSensor(Description description, std::vector<Reason> reasons)
      : Sensor(std::move(description)), reasons_(std::move(reasons)) {}

 private:
  void acquire(std::span<Value> values) override {
    std::uint64_t word = 0;
    for (const Reason& reason : reasons_) {
      const auto set = reason.file.read();
      if (!set) {
        values[0] = tl::unexpected(set.error());
        return;
      }
      if (*set != 0) word |= std::uint64_t{1} << reason.bit;
    }
    values[0] = static_cast<double>(word);
  }
  std::vector<Reason> reasons_;
};

/// One engine block of a card: where its files are.
struct Gt {
  std::string id, description;
  fs::path actual, highest;  ///< MHz
  fs::path reasons;          ///< Folder,
  std::string prefix;        ///< and what its files' names begin with.
};

std::vector<Gt> gts_of(const fs::path& card) {
  std::vector<Gt> gts;
  const std::string name = card.filename().string();
  for (const fs::path& gt : entries(card / "gt", "gt")) {
    const std::string id = "i915-" + name + "-" + gt.filename().string();
    gts.push_back({id, "Intel graphics (i915)", gt / "rps_act_freq_mhz", gt / "rps_max_freq_mhz", gt,
                   "throttle_reason_"});
  }
  // Kernels before 5.18 have no folder gt.
  if (gts.empty() && is_there(card / "gt_act_freq_mhz"))
    gts.push_back({"i915-" + name + "-gt0", "Intel graphics (i915)", card / "gt_act_freq_mhz",
                   card / "gt_max_freq_mhz", card, "throttle_reason_"});
  for (const fs::path& tile : entries(card / "device", "tile"))
    for (const fs::path& gt : entries(tile, "gt")) {
      const std::string id = "xe-" + name + "-" + tile.filename().string() + "-" + gt.filename().string();
      const fs::path freq = gt / "freq0";
      gts.push_back(
          {id, "Intel graphics (xe)", freq / "act_freq", freq / "max_freq", freq / "throttle", "reason_"});
    }
  return gts;
}

void add_clock(const Places& places, Found& found, const Gt& gt) {
  record::Source source;
  source.id = gt.id;
  source.description = gt.description;
  FileSensorBuilder builder(places, found, source, std::chrono::milliseconds(100));
  record::Channel clock;
  clock.id = gt.id + ".frequency";
  clock.quantity = "frequency";
  clock.unit = "Hz";
  clock.facts["unit"] = "gpu";
  if (const auto mhz = number_of(gt.highest); mhz && *mhz > 0) clock.limit = static_cast<double>(*mhz) * 1e6;
  builder.add(gt.actual, std::move(clock), 1e6, check_not_negative);
  builder.finish();
}

void add_reasons(const Places& places, Found& found, const Gt& gt) {
  std::vector<ReasonsSensor::Reason> files;
  std::vector<ReasonBit> bits;
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    auto file = ValueFile::open(gt.reasons / (gt.prefix + std::string(kReasons[i])));
    if (!file || !file->read()) continue;
    files.push_back({static_cast<int>(i), std::move(*file)});
    bits.push_back({static_cast<int>(i), kReasons[i], true});
  }
  if (files.empty()) return;
  Description description;
  description.source.id = gt.id + "-throttle";
  description.source.description = gt.description + ", throttle reasons";
  description.natural_period = std::chrono::milliseconds(500);
  record::Channel channel = reasons_channel(gt.id + ".reasons", bits);
  channel.facts["file"] = places.in_tree(gt.reasons / (gt.prefix + "*"));
  description.channels.push_back(std::move(channel));
  found.sensors.push_back(std::make_unique<ReasonsSensor>(std::move(description), std::move(files)));
}

}  // namespace

void find_intel_gpu(const Places& places, Found& found) {
  for (const fs::path& card : entries(places.root / "sys/class/drm", "card")) {
    // "card0-HDMI-A-1" is a connector.
    if (card.filename().string().find('-') != std::string::npos) continue;
    for (const Gt& gt : gts_of(card)) {
      add_clock(places, found, gt);
      add_reasons(places, found, gt);
    }
  }
}

}  // namespace assay::sensor
