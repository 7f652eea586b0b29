// CSV that jetson-stats' logger example writes from jtop: a column for each of its values, power in
// milliwatts.
//
//   time,uptime,CPU1,CPU2,RAM,SWAP,EMC,GPU,...,Temp CPU,Temp GPU,Power VDD_CPU_GPU_CV,Power VDD_SOC,Power
//   TOT,... 2023-05-01 10:00:00.123456,1:02:03,12,OFF,0.41,0.0,0,37,...,45.5,44.2,1548,1497,5765,...
//
// Its 3.x wrote "power cur" and "power avg" in the place of the rails; the average is jtop's own since its
// start. Units of memory, fan and engines changed from version to version: they are not read.
#include <algorithm>

#include "powerlog/csv.h"

namespace assay::powerlog {
namespace {

constexpr std::string_view kRail = "Power ", kTemperature = "Temp ";

bool is_jtop_header(std::string_view line) {
  return line.starts_with("time,uptime,") && (line.find(",Power TOT") != std::string_view::npos ||
                                              line.find(",power cur") != std::string_view::npos ||
                                              line.find(",jetson_clocks") != std::string_view::npos);
}

bool is_jtop(std::string_view head) {
  std::string_view line;
  return take_line(head, line) && is_jtop_header(line);
}

bool numbered(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && std::all_of(name.begin() + static_cast<std::ptrdiff_t>(prefix.size()),
                                                 name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

struct Meaning {
  std::string key;  ///< Empty: not read.
  double scale = 1;
};

Meaning meaning_of(std::string_view column) {
  if (column == "Power TOT" || column == "power cur") return {"total.power", 1e-3};
  // 4.0 wrote every rail under the name of the last temperature: whose power it is cannot be told.
  if (column == "Power tj") return {};
  if (column.starts_with(kRail)) return {safe_name(column.substr(kRail.size())) + ".power", 1e-3};
  if (column.starts_with(kTemperature))
    return {safe_name(column.substr(kTemperature.size())) + ".temperature"};
  if (numbered(column, "CPU") || numbered(column, "GPU")) return {std::string(column) + ".utilisation"};
  return {};
}

Result<std::unique_ptr<LineParser>> open_jtop(std::string_view head, const LogOptions& options) {
  std::string_view rest = head, line;
  Fields columns;
  if (!take_line(rest, line) || !columns.split(line, ','))
    return fail(Code::kCorrupt, "the header of a jtop log was expected in the first line (time,uptime,...)");
  TableRequest request;
  request.time = {{"time"}, "iso8601", {}};
  request.separator = ',';
  request.traits.position = options.position.value_or(Position::kInstant);
  request.traits.interval_ns = options.interval_ns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Meaning meaning = meaning_of(columns[i]);
    const auto taken = [&](const TableChannel& other) { return other.key == meaning.key; };
    if (meaning.key.empty() || std::any_of(request.channels.begin(), request.channels.end(), taken)) continue;
    TableChannel channel;
    channel.channel = channel_of_key(meaning.key, request.traits.position);
    if (channel.channel.quantity == "power") {
      // The total is the board's input where jtop knows that rail, and else a sum: which of the two, the log
      // does not say.
      channel.channel.boundary = record::Boundary::kRail;
      channel.channel.accuracy = options.accuracy;
      if (meaning.key == "total.power") {
        channel.channel.boundary = options.boundary.value_or(record::Boundary::kRail);
        channel.channel.facts["total of"] = "the board, by jtop";
      }
    }
    channel.key = std::move(meaning.key);
    channel.first.number = static_cast<int>(i + 1);
    channel.scale = meaning.scale;
    request.channels.push_back(std::move(channel));
  }
  if (request.channels.empty())
    return fail(Code::kCorrupt, "this jtop log has no column of a power (Power TOT), temperature or load");
  return open_table(head, std::move(request), options.zone);
}

}  // namespace

const Format kJtop = {"jtop", "CSV of jetson-stats' logger (jtop)", is_jtop, open_jtop};

}  // namespace assay::powerlog
