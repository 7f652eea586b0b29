#include "report/page_data.h"

#include <nlohmann/json.hpp>

#include "store/results_json.h"

namespace assay::report {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Blob& blob) {
  return {{"dtype", blob.dtype}, {"length", blob.length}, {"deflate", blob.deflate}};
}

Json json_of(const PageSeries& series) {
  return {{"first_us", series.first_us},
          {"start_delta_us", json_of(series.start_delta_us)},
          {"latency_ms", json_of(series.latency_ms)}};
}

Json json_of(const PageRun& run) {
  Json windows = Json::array(), readings = Json::array();
  for (const PageWindow& window : run.windows)
    windows.push_back({{"name", window.name}, {"begin_s", window.begin_s}, {"end_s", window.end_s}});
  for (const PageReadings& series : run.readings)
    readings.push_back({{"name", series.name},
                        {"unit", series.unit},
                        {"kind", series.quantity},
                        {"source", series.source},
                        {"boundary", series.boundary},
                        {"simulated", series.simulated},
                        {"t_s", json_of(series.t_s)},
                        {"value", json_of(series.value)}});
  return {{"repeat", run.repeat},          {"failure", run.failure},      {"windows", std::move(windows)},
          {"warmup", json_of(run.warmup)}, {"timed", json_of(run.timed)}, {"readings", std::move(readings)}};
}

Json json_of(const PageDirectory& directory, const PageRow& row, const std::string& id) {
  Json runs = Json::array();
  for (const PageRun& run : row.runs) runs.push_back(json_of(run));
  Json confusion = nullptr;
  if (!row.confusion.empty())
    confusion = {{"classes", directory.results.class_names}, {"counts", row.confusion}};
  return {{"id", id}, {"runs", std::move(runs)}, {"confusion", std::move(confusion)}};
}

Result<Json> json_of(const PageDirectory& directory) {
  ASSAY_TRY(const std::string results, store::results_to_json(directory.results));
  Json rows = Json::array();
  for (std::size_t i = 0; i < directory.rows.size(); ++i)
    rows.push_back(json_of(directory, directory.rows[i], directory.results.rows[i].key.id));
  return Json{{"name", directory.name}, {"results", Json::parse(results)}, {"rows", std::move(rows)}};
}

}  // namespace

Result<std::string> page_data(const Page& page) {
  try {
    Json directories = Json::array();
    for (const PageDirectory& directory : page.directories) {
      ASSAY_TRY(Json json, json_of(directory));
      directories.push_back(std::move(json));
    }
    const Json data{{"format", 1}, {"directories", std::move(directories)}, {"published", Json::array()}};
    const std::string text = data.dump(-1, ' ', false, Json::error_handler_t::replace);
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
      if (c == '<')
        out += "\\u003c";
      else
        out += c;
    }
    return out;
  } catch (const nlohmann::json::exception& error) {
    return fail(Code::kInternal, std::string("the page's data: ") + error.what());
  }
}

}  // namespace assay::report
