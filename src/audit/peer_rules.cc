// Rules that hold entries against one another: copied cells, accuracy after quantization, batches,
// operations.
#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <set>
#include <utility>

#include "audit/rules.h"

namespace assay::audit {
namespace {

using Q = Quantity;

struct Place {
  const Entry* entry;
  std::size_t table, number;
};

std::vector<Place> places_of(const Document& document) {
  std::vector<Place> places;
  for_each_entry(document, [&](const Entry& entry, std::size_t table, std::size_t number) {
    places.push_back({&entry, table, number});
  });
  return places;
}

bool same_label(const Entry& a, const Entry& b, Label label) {
  return bare_name(a.label(label)) == bare_name(b.label(label));
}

/// A runtime without its version: "TensorRT 8.4.1" and "TensorRT 7.1.3" are one.
std::string runtime_name(const Entry& entry) {
  const std::string runtime = entry.label(Label::kRuntime);
  const auto digit = std::ranges::find_if(runtime, [](unsigned char c) { return std::isdigit(c) != 0; });
  return bare_name(std::string(runtime.begin(), digit));
}

std::string where(const Document& document, const Place& place) {
  return "table " + document.tables[place.table].id + " (" + name_of(*place.entry) + ")";
}

/// Whether a number is so long that two of it by chance are unlikely, alone or together with another.
constexpr int kLong = 5, kMiddling = 3;

bool same_number(const Cell& a, const Cell& b) {
  return a.value() == b.value() && a.number.step * a.scale == b.number.step * b.scale;
}

/// What both entries have, read from a clock or an instrument, and whether it is the same.
struct Shared {
  std::vector<CellRef> same;
  int longest = 0;      ///< Digits of the longest that is the same.
  int middling = 0;     ///< How many of the same have three digits or more.
  bool differ = false;  ///< Something else differs.
};
Shared shared_of(const Entry& a, const Entry& b) {
  Shared shared;
  const Cell* time = a.find(Q::kInferenceTime);
  for (const auto& [quantity, left] : a.cells) {
    const Cell* right = b.find(quantity);
    if (!right) continue;
    const bool same = same_number(left, *right);
    if (!same && quantity != Q::kMemory && quantity != Q::kBatch) shared.differ = true;
    const QuantityInfo& info = info_of(quantity);
    if (!same || !info.own || info.dimension == Dimension::kPercent || left.number.significant < kMiddling)
      continue;
    // A latency that repeats the inference time is not a second reading.
    if (quantity == Q::kLatency && time && same_number(*time, left)) continue;
    shared.same.push_back(reference(quantity, left));
    shared.longest = std::max(shared.longest, left.number.significant);
    ++shared.middling;
  }
  return shared;
}

/// The accuracies that both have; nullopt: one of them differs, or none is there.
std::optional<std::vector<CellRef>> same_accuracies(const Entry& a, const Entry& b) {
  std::vector<CellRef> same;
  for (const QuantityInfo& info : quantities()) {
    if (!info.own || info.dimension != Dimension::kPercent) continue;
    const Cell* left = a.find(info.quantity);
    const Cell* right = b.find(info.quantity);
    if (!left || !right) continue;
    if (!same_number(*left, *right)) return std::nullopt;
    if (left->number.significant >= kMiddling) same.push_back(reference(info.quantity, *left));
  }
  if (same.empty()) return std::nullopt;
  return same;
}

std::string list_of(const std::vector<CellRef>& cells) {
  std::string words;
  for (const CellRef& cell : cells) words += (words.empty() ? "" : ", ") + cell.heading + " " + cell.text;
  return words;
}

}  // namespace

void check_implied_operations(const Document& document, std::vector<Finding>& findings) {
  const auto operations = operations_by_model(document);
  std::map<std::string, std::vector<Place>> by_model;
  for (const Place& place : places_of(document)) {
    const std::string model = bare_name(place.entry->label(Label::kModel));
    if (model.empty() || operations.contains(model) || !place.entry->find(Q::kGops) ||
        !place.entry->find(Q::kRate))
      continue;
    by_model[model].push_back(place);
  }
  for (const auto& [model, places] : by_model) {
    // One GOPS at every rate is the model's size, called so, and not what was achieved.
    const auto same_gops = [&](const Place& place) {
      return same_number(*place.entry->find(Q::kGops), *places[0].entry->find(Q::kGops));
    };
    if (places.size() > 1 && std::ranges::all_of(places, same_gops)) continue;
    const auto implied = [](const Place& place) {
      return place.entry->find(Q::kGops)->cut() / place.entry->find(Q::kRate)->cut();
    };
    // The one that most others agree with stands for the model.
    const Place* standard = nullptr;
    std::ptrdiff_t most = 0;
    for (const Place& place : places) {
      const auto agree = std::ranges::count_if(
          places, [&](const Place& other) { return meet(implied(place), implied(other)); });
      if (agree > most) {
        most = agree;
        standard = &place;
      }
    }
    for (const Place& place : places) {
      if (meet(implied(place), implied(*standard))) continue;
      const Cell& gops = *place.entry->find(Q::kGops);
      const Cell& rate = *place.entry->find(Q::kRate);
      findings.push_back(
          finding_at("implied-operations", most > 1 ? Severity::kContradiction : Severity::kSuspicion,
                     place.table, place.number, {reference(Q::kGops, gops), reference(Q::kRate, rate)},
                     "GOPS / (inferences/s) = " + with_unit(gops) + " / " + with_unit(rate) + " = " +
                         range_text(implied(place)) + " GOp per inference; " + where(document, *standard) +
                         " implies " + range_text(implied(*standard)) + " for the same model"));
    }
  }
}

void check_accuracy_gain(const Document& document, std::vector<Finding>& findings) {
  constexpr double kSuspicious = 0.5;  // Points: several standard errors of top-1 over 50000 images.
  const std::vector<Place> places = places_of(document);
  const auto model_of = [](const Entry& entry) {
    return std::pair(bare_name(entry.label(Label::kModel)), bare_name(entry.label(Label::kResolution)));
  };
  std::map<std::pair<std::string, std::string>, std::vector<const Place*>> full_of_model;
  for (const Place& place : places)
    if (precision_in(place.entry->label(Label::kPrecision)) == "FP32")
      full_of_model[model_of(*place.entry)].push_back(&place);
  const auto exchanged = [](const Entry& entry) {
    const Cell* map50 = entry.find(Q::kMap50);
    const Cell* map50_95 = entry.find(Q::kMap5095);
    return map50 && map50_95 && below(map50->rounded(), map50_95->rounded());
  };
  for (const Place& place : places) {
    if (!is_quantized(place.entry->label(Label::kPrecision))) continue;
    const auto model = model_of(*place.entry);
    const auto full_ones = full_of_model.find(model);
    if (full_ones == full_of_model.end()) continue;
    for (const Quantity quantity : {Q::kTop1, Q::kTop5, Q::kMap50, Q::kMap5095, Q::kMiou, Q::kAccuracy}) {
      const Cell* quantized = place.entry->find(quantity);
      if (!quantized) continue;
      const Place* reference_place = nullptr;
      bool own = false, best_known = true;
      for (const Place* const candidate : full_ones->second) {
        const Place& other = *candidate;
        if (!other.entry->find(quantity)) continue;
        if (other.table == place.table && same_label(*other.entry, *place.entry, Label::kDevice)) {
          reference_place = &other;
          own = true;
          break;
        }
        // Where a table has its mAP exchanged, which is the best is not told.
        if ((quantity == Q::kMap50 || quantity == Q::kMap5095) && exchanged(*other.entry)) best_known = false;
        // No device of the document makes it better than its best.
        if (!model.first.empty() && (!reference_place || other.entry->find(quantity)->value() >
                                                             reference_place->entry->find(quantity)->value()))
          reference_place = &other;
      }
      if (!reference_place || (!own && !best_known)) continue;
      const Cell& full = *reference_place->entry->find(quantity);
      if (!below(full.rounded() + Interval::of(kSuspicious), quantized->rounded())) continue;
      findings.push_back(finding_at(
          "accuracy-gain", Severity::kSuspicion, place.table, place.number,
          {reference(quantity, *quantized), reference(quantity, full)},
          std::string(info_of(quantity).name) + " rises by quantization from " + with_unit(full) + " to " +
              with_unit(*quantized) + ", by " + number_text(quantized->value() - full.value()) + " points" +
              (own ? "" : " over the best of " + where(document, *reference_place)) +
              ": other weights, other images or exchanged columns"));
    }
  }
}

namespace {

void check_copied_readings(const Document& document, std::vector<Finding>& findings) {
  const std::vector<Place> places = places_of(document);
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Entry& entry = *places[i].entry;
    for (std::size_t j = 0; j < i; ++j) {
      const Entry& earlier = *places[j].entry;
      const bool neighbours =
          places[i].table == places[j].table ||
          (!entry.label(Label::kDevice).empty() && same_label(entry, earlier, Label::kDevice) &&
           same_label(entry, earlier, Label::kMode));
      if (!neighbours) continue;
      Shared shared = shared_of(entry, earlier);
      const bool unlikely = shared.longest >= kLong || shared.middling >= 2;
      if (!unlikely || !shared.differ) continue;
      const std::string words = list_of(shared.same);
      findings.push_back(finding_at("copied", Severity::kSuspicion, places[i].table, places[i].number,
                                    std::move(shared.same),
                                    words + ": to the last digit as in " + where(document, places[j]) +
                                        ", where other numbers differ"));
      break;  // The first that it may be from.
    }
  }
}

void check_copied_accuracy(const Document& document, std::vector<Finding>& findings) {
  const std::vector<Place> places = places_of(document);
  std::vector<bool> copied(places.size());
  for (std::size_t i = 0; i < places.size(); ++i) {
    const Entry& entry = *places[i].entry;
    // Float weights give one accuracy everywhere, to the digit; two quantizers do not.
    if (!is_quantized(entry.label(Label::kPrecision)) || runtime_name(entry).empty()) continue;
    const Place* source = nullptr;
    bool explained = false;
    std::vector<CellRef> cells;
    for (std::size_t j = 0; j < i && !explained; ++j) {
      const Entry& earlier = *places[j].entry;
      // What is a copy itself explains nothing.
      if (copied[j] || !same_label(entry, earlier, Label::kModel) ||
          !same_label(entry, earlier, Label::kPrecision) || runtime_name(earlier).empty())
        continue;
      auto same = same_accuracies(entry, earlier);
      if (!same || same->size() < 2) continue;
      explained = runtime_name(entry) == runtime_name(earlier);
      // Another table of the same device is where it is most likely from.
      if (!source ||
          (!same_label(entry, *source->entry, Label::kDevice) && same_label(entry, earlier, Label::kDevice)))
        source = &places[j];
      cells = std::move(*same);
    }
    if (!source || explained) continue;
    copied[i] = true;
    const std::string words = list_of(cells);
    findings.push_back(finding_at("copied", Severity::kSuspicion, places[i].table, places[i].number,
                                  std::move(cells),
                                  words + ": to the last digit as in " + where(document, *source) +
                                      ", which another runtime quantized"));
  }
}

}  // namespace

void check_copied(const Document& document, std::vector<Finding>& findings) {
  check_copied_readings(document, findings);
  check_copied_accuracy(document, findings);
}

void check_batches(const Document& document, std::vector<Finding>& findings) {
  constexpr double kLoss = 0.9;
  const std::vector<Place> places = places_of(document);
  const auto alike = [](const Entry& a, const Entry& b) {
    for (const Label label : {Label::kDevice, Label::kMode, Label::kAccelerator, Label::kRuntime,
                              Label::kModel, Label::kPrecision})
      if (!same_label(a, b, label)) return false;
    return a.others == b.others && in_flight(a) == in_flight(b) && in_flight(a) == 1;
  };
  for (const Place& place : places) {
    const Cell* batch = place.entry->find(Q::kBatch);
    if (!batch) continue;
    for (const Place& other : places) {
      const Cell* smaller = other.entry->find(Q::kBatch);
      if (!smaller || other.table != place.table || smaller->value() >= batch->value() ||
          !alike(*place.entry, *other.entry))
        continue;
      const auto complain = [&](Quantity quantity, const Cell& now, const Cell& before,
                                const std::string& what) {
        findings.push_back(finding_at("batch-order", Severity::kSuspicion, place.table, place.number,
                                      {reference(quantity, now), reference(quantity, before)},
                                      what + ": " + with_unit(before) + " at batch " + smaller->number.text +
                                          ", " + with_unit(now) + " at batch " + batch->number.text));
      };
      const Cell* time = place.entry->find(Q::kInferenceTime);
      const Cell* time_before = other.entry->find(Q::kInferenceTime);
      if (time && time_before && below(time->rounded(), time_before->rounded()))
        complain(Q::kInferenceTime, *time, *time_before, "a larger batch takes less time");
      const Cell* rate = place.entry->find(Q::kRate);
      const Cell* rate_before = other.entry->find(Q::kRate);
      if (rate && rate_before && below(rate->rounded(), rate_before->rounded() * Interval::of(kLoss)))
        complain(Q::kRate, *rate, *rate_before, "a larger batch loses over 10 % of the inferences/s");
    }
  }
}

}  // namespace assay::audit
