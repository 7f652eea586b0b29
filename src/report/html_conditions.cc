// How a campaign was measured: protocol, machine, software, files, and the commands that make it again.
#include "report/html_parts.h"
#include "report/number_text.h"

namespace assay::report {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

Pairs pairs_of(const std::map<std::string, std::string>& map) { return {map.begin(), map.end()}; }

Pairs environment_of(const record::Environment& e) {
  Pairs pairs{{"host", e.hostname}, {"operating system", e.os}, {"kernel", e.kernel}, {"CPU", e.cpu_model}};
  if (e.cpus > 0) pairs.emplace_back("CPUs", std::to_string(e.cpus));
  if (e.memory_bytes > 0)
    pairs.emplace_back("memory", significant(static_cast<double>(e.memory_bytes) * 1e-9, 3) + " GB");
  for (const auto& [name, value] : e.facts) pairs.emplace_back(name, value);
  pairs.emplace_back("digest", e.digest);
  std::erase_if(pairs, [](const auto& pair) { return pair.second.empty(); });
  return pairs;
}

void add_peaks(HtmlWriter& html, const std::vector<record::Peak>& peaks) {
  if (peaks.empty()) return;
  Table table(html, "peaks", "Peaks that performance is held against");
  table.head({"Accelerator", "Precision", "Source", "GOPS", "Memory (GB/s)"}, 3);
  const auto body = html.in("tbody");
  for (const record::Peak& peak : peaks) {
    const auto row = table.row();
    heading_cell(html, peak.accelerator);
    text_cell(html, peak.precision);
    text_cell(html,
              peak.source + (peak.bandwidth_source.empty() ? "" : "; memory: " + peak.bandwidth_source));
    number_cell(html, significant(peak.gops));
    number_cell(html, peak.bandwidth_gb_per_s ? significant(*peak.bandwidth_gb_per_s) : "unmeasured");
  }
}

}  // namespace

void add_conditions(HtmlWriter& html, const PageDirectory& directory, std::size_t index) {
  const record::Results& results = directory.results;
  const std::string id = directory_id(index) + "-conditions";
  const auto section =
      html.in("section", {{"class", "conditions"}, {"id", id}, {"aria-labelledby", id + "-title"}});
  html.leaf("h2", "How " + results.name + " was measured", {{"id", id + "-title"}});
  Pairs campaign{{"assay", results.assay_version},
                 {"begun", results.started_utc},
                 {"ended", results.finished_utc},
                 {"spec digest", results.spec_digest},
                 {"schema of results",
                  std::to_string(results.schema_major) + "." + std::to_string(results.schema_minor)}};
  std::erase_if(campaign, [](const auto& pair) { return pair.second.empty(); });
  add_pairs(html, "pairs", "Campaign", campaign);
  add_pairs(html, "pairs", "Protocol", pairs_of(results.protocol));
  add_pairs(html, "pairs", "Machine", environment_of(results.environment));
  add_peaks(html, results.peaks);
  if (!results.findings.empty()) {
    html.leaf("h3", "Findings about the campaign");
    add_findings(html, results.findings);
  }
  if (!directory.superseded.empty()) {
    html.leaf("h3", "Runs that were made again");
    html.leaf("p", "They are kept in superseded/, and count for nothing.");
    add_pairs(html, "pairs", "Superseded runs, and why", directory.superseded);
  }
  if (!directory.files.empty()) {
    html.leaf("h3", "Files");
    const auto list = html.in("ul");
    for (const std::string& line : directory.files) html.leaf("li", line);
  }
  if (directory.commands.empty()) return;
  html.leaf("h3", "Commands");
  for (const PageCommand& command : directory.commands) {
    html.leaf("p", command.purpose);
    const auto block = html.in("pre", {{"class", "command"}});
    html.leaf("code", command.line);
  }
}

}  // namespace assay::report
