// Imports a table with the columns "time" and "watts" and writes its readings as raw arrays, for
// csv_oracle.py.
//   powerlog_oracle FILE TIME_UNIT OUT_TIMES OUT_WATTS      int64 nanoseconds, doubles; prints the rejections
#include <cstdio>
#include <fstream>
#include <string>

#include "powerlog/import.h"

int main(int argc, char** argv) {
  using namespace assay;
  if (argc != 5) {
    std::fprintf(stderr, "usage: powerlog_oracle FILE TIME_UNIT OUT_TIMES OUT_WATTS\n");
    return 2;
  }
  powerlog::ImportOptions options;
  options.log.zone = powerlog::Zone{};
  options.log.boundary = record::Boundary::kDcInput;
  powerlog::Mapping& mapping = options.log.mapping.emplace();
  mapping.time = {{"time"}, argv[2], {}};
  mapping.power = powerlog::ScaledField{{"watts"}, "W"};
  mapping.position = powerlog::Position::kInstant;
  options.tuning.block_bytes = 4096;
  const auto log = powerlog::import_log(argv[1], options);
  if (!log) {
    std::fprintf(stderr, "%s\n", log.error().message.c_str());
    return 1;
  }
  std::ofstream times(argv[3], std::ios::binary), watts(argv[4], std::ios::binary);
  for (const record::Reading& reading : log->series[0].readings) {
    times.write(reinterpret_cast<const char*>(&reading.end_ns), sizeof reading.end_ns);
    watts.write(reinterpret_cast<const char*>(&reading.value), sizeof reading.value);
  }
  for (const auto& [why, count] : log->series[0].rejected)
    std::printf("%s: %lld\n", why.c_str(), static_cast<long long>(count));
  return times.flush() && watts.flush() ? 0 : 1;
}
