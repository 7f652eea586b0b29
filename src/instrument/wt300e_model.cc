#include "instrument/wt300e_model.h"

#include <array>

namespace assay::instrument {
namespace {

// IM WT310E-01EN, "Voltage range" and "Current range".
constexpr std::array<double, 6> kVoltage = {15, 30, 60, 150, 300, 600};
constexpr std::array<double, 12> kCurrentE = {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20};
constexpr std::array<double, 6> kCurrentEh = {1, 2, 5, 10, 20, 40};
constexpr std::array<double, 6> kCurrent3 = {0.5, 1, 2, 5, 10, 20};

// IM WT310E-02EN, 7.3.2 "Active power accuracy", row DC, direct current input.
constexpr Wt300eAccuracy kUsual{0.001, 0.002, 500e-6}, kDirect40A{0.003, 0.002, 1e-3};
// The WT300 series has the commands and ranges of its successor; a meter that has not the range that is set
// says so when it is read back.
constexpr std::array<Wt300eModel, 8> kModels = {{{"WT310E", kCurrentE, kUsual},
                                                 {"WT310EH", kCurrentEh, kDirect40A},
                                                 {"WT332E", kCurrent3, kUsual},
                                                 {"WT333E", kCurrent3, kUsual},
                                                 {"WT310", kCurrentE, std::nullopt},
                                                 {"WT310HC", kCurrentEh, std::nullopt},
                                                 {"WT332", kCurrent3, std::nullopt},
                                                 {"WT333", kCurrent3, std::nullopt}}};

std::vector<double> scaled(std::span<const double> ranges, int crest_factor) {
  std::vector<double> result(ranges.begin(), ranges.end());
  if (crest_factor != 3)
    for (double& range : result) range /= 2;
  return result;
}

}  // namespace

const Wt300eModel* find_model(std::string_view name) {
  for (const Wt300eModel& model : kModels)
    if (model.name == name) return &model;
  return nullptr;
}

std::string_view accuracy_source() {
  return "IM WT310E-02EN 7.3.2, DC, 12 months, 23 +- 5 degrees C, after zero calibration";
}

std::vector<double> voltage_ranges(int crest_factor) { return scaled(kVoltage, crest_factor); }

std::vector<double> current_ranges(const Wt300eModel& model, int crest_factor) {
  return scaled(model.current_ranges, crest_factor);
}

std::optional<double> smallest_range(std::span<const double> ranges, double maximum) {
  for (const double range : ranges)
    if (range >= 1.1 * maximum) return range;
  return std::nullopt;
}

}  // namespace assay::instrument
