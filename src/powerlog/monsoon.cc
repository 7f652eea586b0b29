// CSV of a Monsoon power monitor, which feeds the board and so stands at its DC input.
//
//   Time(ms),Main(mA),Main Voltage(V),
//   0.0002,412.31,4.201,
//
// The times are seconds in spite of the name.
#include <algorithm>

#include "powerlog/csv.h"

namespace assay::powerlog {
namespace {

constexpr std::string_view kTime = "Time(ms)", kCurrent = "Main(mA)", kVoltage = "Main Voltage(V)";

/// The header: the only line of a CSV that has these three.
bool is_monsoon_header(std::string_view line) {
  return line.find(kTime) != std::string_view::npos && line.find(kCurrent) != std::string_view::npos &&
         line.find(kVoltage) != std::string_view::npos;
}

bool is_monsoon(std::string_view head) {
  constexpr int kLines = 20;
  std::string_view line;
  for (int i = 0; i < kLines && take_line(head, line); ++i)
    if (is_monsoon_header(line)) return true;
  return false;
}

/// Median distance of the first rows, in nanoseconds; 0 where there are fewer than two.
std::int64_t spacing(std::string_view head, const LineParser& parser) {
  constexpr std::size_t kRows = 1000;
  Batch batch;
  batch.reset(parser.traits().channels);
  std::string_view rest = head.substr(static_cast<std::size_t>(parser.traits().first_byte)), line;
  while (batch.samples().size() < kRows && take_line(rest, line))
    if (!line.empty()) parser.parse(line, batch);
  std::vector<std::int64_t> steps;
  for (std::size_t i = 1; i < batch.samples().size(); ++i)
    steps.push_back(batch.samples()[i].time_ns - batch.samples()[i - 1].time_ns);
  if (steps.empty()) return 0;
  const auto middle = steps.begin() + static_cast<std::ptrdiff_t>((steps.size() - 1) / 2);
  std::nth_element(steps.begin(), middle, steps.end());
  return *middle;
}

Result<std::unique_ptr<LineParser>> open_monsoon(std::string_view head, const LogOptions& options) {
  constexpr std::int64_t kSlowest =
      100'000'000;  // The monitor samples at 5 kHz, and is read out decimated at times.
  TableRequest request;
  request.time = {{std::string(kTime)}, "s", {}};
  request.traits.position = options.position.value_or(Position::kInstant);
  request.traits.interval_ns = options.interval_ns;
  TableChannel power;
  power.channel = channel_of_key("power", request.traits.position);
  power.channel.boundary = options.boundary.value_or(record::Boundary::kDcInput);
  power.channel.accuracy = options.accuracy;
  power.channel.facts["power from"] = "volts x amperes";
  power.key = "power";
  power.first = {std::string(kVoltage)};
  power.second = Field{std::string(kCurrent)};
  power.scale = 1e-3;
  request.channels.push_back(std::move(power));
  ASSAY_TRY(auto parser, open_table(head, std::move(request), options.zone));
  const std::int64_t step = spacing(head, *parser);
  if (step >= kSlowest)
    return fail(
        Code::kInvalidInput,
        "the times of this Monsoon log, read as the seconds that they are known to be, lie " +
            std::to_string(static_cast<double>(step) * 1e-9) +
            " s apart, where at most 0.1 s was expected: if they are milliseconds here, as the header says, "
            "import it as csv with a mapping");
  return parser;
}

}  // namespace

const Format kMonsoon = {"monsoon", "CSV of a Monsoon power monitor", is_monsoon, open_monsoon};

}  // namespace assay::powerlog
