#include "powerlog/json_power.h"

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "powerlog/number.h"

namespace assay::powerlog {
namespace {

using Json = nlohmann::json;

/// RFC 6901: "" or "/a/b", where '~' stands before 0 or 1 only.
Result<void> check_pointer(const Field& field) {
  const auto bad = [&](const std::string& what) {
    return fail(Code::kInvalidInput, "mapping: " + field.describe() + ": " + what);
  };
  if (field.number != 0 || field.name.empty() || field.name.front() != '/')
    return bad("a JSON pointer was expected, as /outlets/3/watts");
  for (std::size_t i = 0; i < field.name.size(); ++i) {
    const char next = i + 1 < field.name.size() ? field.name[i + 1] : ' ';
    if (field.name[i] == '~' && next != '0' && next != '1')
      return bad("in a JSON pointer ~ is written ~0, and / within a name ~1");
  }
  return {};
}

/// What stands at a pointer; nullptr: nothing. The library throws for an index that is no number or too large
/// for one.
const Json* find_at(const Json& json, const std::string& pointer) {
  try {
    const Json::json_pointer path(pointer);
    return json.contains(path) ? &json.at(path) : nullptr;
  } catch (const Json::exception&) {
    return nullptr;
  }
}

/// The text of the scalar at a pointer; of a number as the library writes it: the shortest that reads back
/// equal.
Result<std::string> text_at(const Json& json, const std::string& pointer) {
  const Json* value = find_at(json, pointer);
  if (!value) return fail(Code::kCorrupt, "the answer has nothing at " + pointer);
  if (value->is_null())
    return fail(Code::kUnavailable, "the answer has no value at " + pointer + " now (null)");
  if (value->is_string()) return value->get<std::string>();
  if (value->is_number()) return value->dump();
  return fail(Code::kCorrupt,
              "a number was expected at " + pointer + ", " + std::string(value->type_name()) + " was found");
}

Result<double> number_at(const Json& json, const std::string& pointer) {
  ASSAY_TRY(const std::string text, text_at(json, pointer));
  const Number number = parse_number(text);
  if (number.kind == NumberKind::kNumber) return number.value;
  if (number.kind == NumberKind::kNotANumber)
    return fail(Code::kCorrupt,
                "a number was expected at " + pointer + ", '" + text.substr(0, 80) + "' was found");
  return fail(Code::kUnavailable,
              "the answer has no value at " + pointer + " now ('" + text.substr(0, 80) + "')");
}

Result<LivePower> read_power(const Json& json, const PowerFormula& formula) {
  LivePower power;
  ASSAY_TRY(power.watts, number_at(json, formula.first.name));
  if (formula.second) {
    ASSAY_TRY(const double second, number_at(json, formula.second->name));
    power.watts *= second;
  }
  power.watts *= formula.scale;
  if (!std::isfinite(power.watts)) return fail(Code::kUnavailable, "the power is no finite number");
  return power;
}

}  // namespace

Result<JsonPower> JsonPower::create(const Mapping& mapping, const std::optional<Zone>& zone) {
  JsonPower made;
  ASSAY_TRY(made.formula_, power_formula(mapping));
  ASSAY_OK(check_pointer(made.formula_.first));
  if (made.formula_.second) ASSAY_OK(check_pointer(*made.formula_.second));
  if (!mapping.time.field.given() && mapping.time.unit.empty()) return made;
  ASSAY_OK(check_pointer(mapping.time.field));
  ASSAY_TRY(made.time_, TimeRule::create(mapping.time, zone));
  made.time_field_ = mapping.time.field.name;
  return made;
}

Result<LivePower> JsonPower::read(std::string_view answer) const {
  Json json;
  try {
    json = Json::parse(answer);
  } catch (const Json::exception& error) {
    return fail(Code::kCorrupt, std::string("the answer is not JSON: ") + error.what());
  }
  ASSAY_TRY(LivePower power, read_power(json, formula_));
  if (!time_) return power;
  ASSAY_TRY(const std::string text, text_at(json, time_field_));
  power.time_ns = time_->parse(text);
  if (!power.time_ns)
    return fail(Code::kCorrupt, "a time was expected at " + time_field_ + ", '" + text.substr(0, 80) +
                                    "' was found" + (time_->lacks_zone() ? " (and no zone was said)" : ""));
  return power;
}

}  // namespace assay::powerlog
