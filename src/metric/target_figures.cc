#include "metric/target_figures.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <optional>
#include <string>

#include "base/text.h"

namespace assay::metric {
namespace {

using record::Figure;
using record::Row;
using record::RowEvidence;

void refuse(Figure& figure, std::string reason) {
  figure = Figure::unmeasured(figure.unit, std::move(reason));
}

std::string why_absent(const Figure& figure, const char* otherwise) {
  return figure.reasons.empty() ? otherwise : figure.reasons.front();
}

/// `of` times k, with its interval; a figure that is not there hands on its reason.
void set_scaled(Figure& figure, const Figure& of, double k, const char* what, std::string reason) {
  if (!of.value) return refuse(figure, why_absent(of, what));
  const std::string unit = figure.unit;
  figure = of.lo && of.hi ? Figure::of(*of.value * k, unit, *of.lo * k, *of.hi * k)
                          : Figure::of(*of.value * k, unit);
  figure.reasons.push_back(std::move(reason));
}

/// What a row without a target, or a target without the value, has to say.
std::string absent(const RowEvidence& evidence, const char* what) {
  if (!evidence.target) return "the row names no target";
  return std::string("no source of target ") + evidence.target->id + " tells " + what;
}

void area_figure(const RowEvidence& evidence, Row& row) {
  Figure& figure = row.figures.area_efficiency;
  if (!evidence.target || !evidence.target->die_area_mm2)
    return refuse(figure, absent(evidence, "the area of its die"));
  const record::Cited& area = *evidence.target->die_area_mm2;
  set_scaled(figure, row.figures.gops, 1 / area.value, "GOPS are unknown",
             "of " + number_text(area.value) + " mm2, the whole die: " + area.source);
}

void cost_figure(const RowEvidence& evidence, Row& row) {
  Figure& figure = row.figures.cost_efficiency;
  if (!evidence.target || !evidence.target->price)
    return refuse(figure, evidence.target && !evidence.target->price_absent.empty()
                              ? evidence.target->price_absent
                              : absent(evidence, "a price"));
  const record::TargetFacts& target = *evidence.target;
  const std::string price = number_text(target.price->value) + " " + target.price_currency + " of " +
                            target.price_date + " for " + target.price_of + ": " + target.price->source;
  if (target.price_currency != "USD")
    return refuse(figure, "the only price known is in another currency, and none is converted: " + price);
  set_scaled(figure, row.figures.gops, 1 / target.price->value, "GOPS are unknown", "of " + price);
}

void capacity_figure(const RowEvidence& evidence, Row& row) {
  Figure& figure = row.figures.capacity;
  if (!evidence.operations || *evidence.operations <= 0)
    return refuse(figure, evidence.operations_note.empty() ? "the graph's operations are unknown"
                                                           : evidence.operations_note);
  if (evidence.image_width <= 0 || evidence.image_height <= 0)
    return refuse(figure, "the size of the model's image is unknown");
  const double pixels = static_cast<double>(evidence.image_width) * evidence.image_height;
  const double per_pixel = *evidence.operations / evidence.key.batch / pixels;
  const Figure& rate = row.figures.throughput;
  set_scaled(figure, rate, required_capacity(1, pixels, per_pixel), "throughput is unknown",
             number_text(rate.value.value_or(0)) + " FPS x " + std::to_string(evidence.image_width) + " x " +
                 std::to_string(evidence.image_height) + " x " + number_text(per_pixel) +
                 " operations per pixel");
}

bool is_of_case(std::string id) {
  std::ranges::transform(id, id.begin(), [](unsigned char c) { return std::tolower(c); });
  return std::ranges::any_of(std::array{"case", "board", "skin", "ambient"},
                             [&](const char* word) { return id.find(word) != std::string::npos; });
}

/// The highest of the readings of sensors at the case or on the board, in the timed windows.
std::optional<record::Cited> case_temperature(const RowEvidence& evidence) {
  if (evidence.case_temperature_c)
    return record::Cited{*evidence.case_temperature_c, "stated in the spec (conditions.case_temperature)"};
  std::optional<record::Cited> hottest;
  for (const record::TimedRun& run : evidence.timed) {
    if (!run.failure.reason.empty()) continue;
    for (const record::Series& series : run.observation.series) {
      if (series.channel.quantity != "temperature" || !is_of_case(series.channel.id)) continue;
      for (const record::Reading& reading : series.readings) {
        if (reading.end_ns < run.window_begin_ns || reading.begin_ns > run.window_end_ns) continue;
        if (!hottest || reading.value > hottest->value)
          hottest = record::Cited{reading.value, "highest reading of " + series.channel.id};
      }
    }
  }
  return hottest;
}

void resistance_figure(const RowEvidence& evidence, Row& row) {
  Figure& figure = row.figures.thermal_resistance;
  if (!evidence.target || !evidence.target->temperature_limit_c)
    return refuse(figure, absent(evidence, "the limit of its junction's temperature"));
  const record::Cited& junction = *evidence.target->temperature_limit_c;
  const auto outside = case_temperature(evidence);
  if (!outside)
    return refuse(
        figure,
        "no temperature of the case: none is stated (conditions.case_temperature), and no sensor of "
        "case or board was read");
  const std::string words = "junction " + number_text(junction.value) + " degC (" + junction.source +
                            "), case " + number_text(outside->value) + " degC, " + outside->source;
  if (junction.value <= outside->value)
    return refuse(figure, "the case is as hot as the junction may be: " + words);
  const Figure& power = row.figures.power;
  if (!power.value) return refuse(figure, why_absent(power, "power was not measured"));
  if (*power.value <= 0) return refuse(figure, "the power is not over 0");
  const auto at = [&](double watts) {
    return required_thermal_resistance(junction.value, outside->value, watts);
  };
  const std::string unit = figure.unit;
  figure = power.lo && power.hi && *power.lo > 0
               ? Figure::of(at(*power.value), unit, at(*power.hi), at(*power.lo))
               : Figure::of(at(*power.value), unit);
  figure.reasons.push_back(words);
  for (const std::string& reason : power.reasons) figure.reasons.push_back(reason);
}

void describe(const record::TargetFacts& target, std::map<std::string, std::string>& words) {
  words = {{"id", target.id}, {"name", target.name}, {"unit", target.unit}};
  const auto tell = [&](const char* key, const std::string& text) {
    if (!text.empty()) words[key] = text;
  };
  const auto cited = [&](const char* key, const std::optional<record::Cited>& value, const char* unit) {
    if (value) words[key] = number_text(value->value) + " " + unit + ": " + value->source;
  };
  tell("power_mode", target.power_mode);
  cited("temperature_limit", target.temperature_limit_c, "degC");
  cited("supply_limit", target.supply_limit_w, "W");
  cited("die_area", target.die_area_mm2, "mm2");
  cited("price", target.price,
        (target.price_currency + " of " + target.price_date + " for " + target.price_of).c_str());
}

}  // namespace

double required_capacity(double images_per_s, double pixels, double operations_per_pixel, int cameras,
                         int networks) {
  return images_per_s * pixels * operations_per_pixel * cameras * networks;
}

double required_thermal_resistance(double junction_c, double case_c, double watts) {
  return (junction_c - case_c) / watts;
}

void target_figures(const RowEvidence& evidence, Row& row) {
  if (evidence.target) describe(*evidence.target, row.target);
  area_figure(evidence, row);
  cost_figure(evidence, row);
  capacity_figure(evidence, row);
  resistance_figure(evidence, row);
}

}  // namespace assay::metric
