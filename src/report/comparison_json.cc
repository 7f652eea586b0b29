// schema "assay-comparison" 1.0, described in docs/compare.md.
#include <nlohmann/json.hpp>

#include "report/comparison_text.h"

namespace assay::report {
namespace {

using Json = nlohmann::ordered_json;
using metric::FigureComparison;

Json optional(const std::optional<double>& value) { return value ? Json(*value) : Json(nullptr); }

Json figure(const record::Figure& f) {
  return {{"value", optional(f.value)},
          {"unit", f.unit},
          {"lo", optional(f.lo)},
          {"hi", optional(f.hi)},
          {"status", std::string(to_string(f.status))},
          {"reasons", f.reasons}};
}

Json differences(const std::vector<metric::Difference>& list) {
  Json out = Json::array();
  for (const metric::Difference& d : list)
    out.push_back({{"what", d.what}, {"a", d.a}, {"b", d.b}, {"refuses", d.refuses}});
  return out;
}

Json compared_figure(const FigureComparison& compared, const std::string& side) {
  const auto& rule = *compared.rule;
  Json out{{"metric", compared.metric->name},
           {"unit", compared.metric->unit},
           {"family", std::string(to_string(rule.family))},
           {"kind", rule.points ? "difference" : "ratio"},
           {"outcome", std::string(to_string(compared.outcome))},
           {"judgement", judgement(compared, side).words},
           {"decision", compared.decision},
           {"confidence", compared.confidence > 0 ? Json(compared.confidence) : Json(nullptr)},
           {"change", figure(compared.change)},
           {"a", figure(compared.a)},
           {"b", figure(compared.b)},
           {"note", compared.note}};
  return out;
}

Json row_ids(const record::Results& results, const std::vector<std::size_t>& rows) {
  Json out = Json::array();
  for (const std::size_t row : rows) out.push_back(results.rows[row].key.id);
  return out;
}

}  // namespace

Result<std::string> render_comparison_json(const ComparisonReport& report) {
  Json out{{"schema", "assay-comparison"}, {"schema_version", "1.0"}, {"forced", report.forced}};
  for (std::size_t side = 0; side < report.sides.size(); ++side) {
    const record::Results& r = report.sides[side].results;
    out["sides"].push_back({{"side", side_letter(side)},
                            {"directory", report.sides[side].name},
                            {"name", r.name},
                            {"started_utc", r.started_utc},
                            {"assay_version", r.assay_version},
                            {"spec_digest", r.spec_digest},
                            {"complete", r.complete},
                            {"intact", report.sides[side].intact},
                            {"notes", report.sides[side].notes}});
  }
  const metric::Sharing& sharing = report.comparison.sharing;
  const auto alone = [](int count, double confidence) {
    return Json{{"count", count}, {"confidence", count > 0 ? Json(confidence) : Json(nullptr)}};
  };
  out["intervals"] = {{"joint_confidence", metric::kJointConfidence},
                      {"decisions", alone(sharing.decisions, sharing.decision_confidence)},
                      {"others", alone(sharing.others, sharing.other_confidence)}};
  out["comparisons"] = Json::array();
  for (const Against& against : report.against) {
    Json rows = Json::array();
    const record::Results &a = report.sides[0].results, &b = report.sides[against.side].results;
    for (std::size_t p = 0; p < against.matching.pairs.size(); ++p) {
      const metric::RowPair& pair = against.matching.pairs[p];
      Json figures = Json::array();
      for (const FigureComparison& compared : report.comparison.rows[against.first_row + p])
        figures.push_back(compared_figure(compared, side_letter(against.side)));
      rows.push_back({{"a", a.rows[pair.a].key.id},
                      {"b", b.rows[pair.b].key.id},
                      {"same_runs", pair.same_runs},
                      {"differences", differences(pair.differences)},
                      {"figures", std::move(figures)}});
    }
    out["comparisons"].push_back({{"a", side_letter(0)},
                                  {"b", side_letter(against.side)},
                                  {"same_runs", against.matching.same_runs()},
                                  {"differences", differences(against.matching.differences)},
                                  {"rows", std::move(rows)},
                                  {"only_a", row_ids(a, against.matching.only_a)},
                                  {"only_b", row_ids(b, against.matching.only_b)}});
  }
  out["conditions"] = Json::array();
  for (const Condition& condition : report.conditions) {
    Json answers = Json::array();
    for (const ConditionAnswer& told : condition.answers)
      answers.push_back(
          {{"side", side_letter(told.side)},
           {"a", report.sides[0].results.rows[told.a].key.id},
           {"b", told.b ? Json(report.sides[told.side].results.rows[*told.b].key.id) : Json(nullptr)},
           {"holding", std::string(to_string(told.answer.holding))},
           {"fails", told.fails},
           {"evidence", told.answer.evidence}});
    out["conditions"].push_back({{"condition", to_string(condition.condition)},
                                 {"words", condition.condition.words},
                                 {"answers", std::move(answers)}});
  }
  // Names and versions are whatever a vendor's file says, UTF-8 or not.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace assay::report
