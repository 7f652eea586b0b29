#include <charconv>

#include "report/formats.h"
#include "report/power_text.h"

namespace assay::report {
namespace {

/// Shortest digits that read back as the same double.
std::string plain(const std::optional<double>& value) {
  if (!value) return "";
  char buffer[32];
  return std::string(buffer, std::to_chars(buffer, buffer + sizeof buffer, *value).ptr);
}

/// Quoted where RFC 4180 asks for it.
std::string field(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? "\"\"" : std::string(1, c);
  return out + "\"";
}

}  // namespace

std::string render_csv(const record::Results& results) {
  std::string out =
      "id,device,backend,accelerator,model,precision,executed_precision,batch,scenario,repeats,warmup,"
      "iterations,"
      "verdict,simulated,stack,target,rules,power_source,power_boundary,power_simulated";
  for (const record::MetricInfo& metric : record::metrics()) {
    const std::string name(metric.name);
    out += "," + name + " [" + std::string(metric.unit) + "]," + name + "_lo," + name + "_hi," + name +
           "_status," + name + "_reasons";
  }
  out += '\n';
  for (const record::Row& row : results.rows) {
    std::string rules;
    for (const record::Finding& finding : row.findings)
      if (finding.severity != record::Severity::kOk)
        rules += (rules.empty() ? "" : "; ") + std::string(to_string(finding.severity)) + " " + finding.rule;
    const auto& key = row.key;
    for (const std::string& text :
         {key.id, key.device, key.backend, key.accelerator, key.model, key.precision, row.executed_precision,
          std::to_string(key.batch), key.scenario, std::to_string(row.repeats), std::to_string(row.warmup),
          std::to_string(row.iterations), row.verdict, std::string(row.simulated ? "true" : "false"),
          row.stack, row.target.contains("id") ? row.target.at("id") : std::string()})
      out += field(text) + ",";
    out += field(rules);
    const record::PowerSource* power = primary_source(row);
    out += "," + field(power ? power->channel : "") + "," + field(power ? power->boundary : "");
    const auto simulated_power = power_simulated(row);
    out += simulated_power ? *simulated_power ? ",true" : ",false" : ",";
    for (const record::MetricInfo& metric : record::metrics()) {
      const record::Figure& figure = row.figures.*metric.member;
      // An invalid number is marked so that no program reads it as one; its interval has nothing to say.
      if (figure.value && figure.status == record::FigureStatus::kInvalid)
        out += ",!" + plain(figure.value) + "!,,,";
      else
        out += "," + plain(figure.value) + "," + plain(figure.lo) + "," + plain(figure.hi) + ",";
      out += to_string(figure.status);
      std::string reasons;
      for (const std::string& reason : figure.reasons) reasons += (reasons.empty() ? "" : "; ") + reason;
      out += "," + field(reasons);
    }
    out += '\n';
  }
  return out;
}

}  // namespace assay::report
