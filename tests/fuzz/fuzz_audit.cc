// Any bytes as a table give an error that names the file, or findings that point into it and can be written
// in every format.
#include <cstdint>
#include <nlohmann/json.hpp>

#include "audit/describe.h"
#include "audit/published.h"
#include "audit/read.h"
#include "property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const char* file : {"table.csv", "table.md", "table"}) {
    const auto document = audit::read_tables(text, file);
    if (!document) {
      require(document.error().code == Code::kInvalidInput, "a bad table is invalid input",
              document.error().message);
      require(document.error().message.starts_with(file), "an error names the file",
              document.error().message);
      continue;
    }
    const auto findings = audit::audit(*document);
    for (const audit::Finding& finding : findings) {
      require(finding.table < document->tables.size(), "a finding has its table");
      require(!finding.entry || *finding.entry < document->tables[finding.table].entries.size(),
              "and its row");
      require(!finding.cells.empty() && !finding.evidence.empty(), "and its numbers", finding.rule);
    }
    require(!audit::audit_text(*document, findings, 80).empty(), "it can be printed");
    require(!audit::audit_markdown(*document, findings).empty(), "in Markdown too");
    require(nlohmann::json::accept(audit::audit_json(*document, findings)), "JSON is well-formed");
  }
  const auto source = audit::parse_published(text, "source.csv");
  require(source || source.error().code == Code::kInvalidInput, "a bad source is invalid input");
  return 0;
}
