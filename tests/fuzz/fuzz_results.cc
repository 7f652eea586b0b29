// Any bytes give results or an error; results that were read are written, read and rendered in every format.
#include <cstdint>

#include "property.h"
#include "report/html.h"
#include "report/html_check.h"
#include "report/report.h"
#include "store/results_json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const auto results = store::results_from_json({reinterpret_cast<const char*>(data), size});
  if (!results) {
    require(results.error().code == Code::kCorrupt || results.error().code == Code::kConflict,
            "a bad file is corrupt or newer", results.error().message);
    return 0;
  }
  const auto written = store::results_to_json(*results);
  require(written.has_value(), "what was read can be written");
  const auto again = store::results_from_json(*written);
  require(again.has_value(), "what was written can be read", *written);
  require(store::results_to_json(*again).value() == *written, "writing loses nothing", *written);
  for (const auto format : {report::Format::kTable, report::Format::kMarkdown, report::Format::kCsv})
    require(report::render(*results, format).has_value(), "what was read can be shown");
  report::Page page;
  page.directories.resize(1);
  page.directories[0].results = *results;
  page.directories[0].rows.resize(results->rows.size());
  const auto faults = report::faults_of(report::page_body(page));
  require(faults.empty(), "a page holds together whatever it shows", faults.empty() ? "" : faults[0]);
  return 0;
}
