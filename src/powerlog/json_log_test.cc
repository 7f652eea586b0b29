#include <gtest/gtest.h>

#include "powerlog/test_logs.h"

namespace assay::powerlog {
namespace {

ImportOptions json_options() {
  Mapping mapping;
  mapping.time = {{"/t"}, "iso8601", {}};
  mapping.power = ScaledField{{"/board/mw"}, "mW"};
  mapping.position = Position::kEnd;
  return csv_options(mapping);  // The format follows from the pointers.
}

TEST(JsonLog, EachLineIsAReading) {
  const ImportedLog log = value_of(import_text(R"({"t": "2026-07-25T09:00:00Z", "board": {"mw": 5000}}
{"t": "2026-07-25T09:00:01Z", "board": {"mw": null}}
logger restarted
{"t": "2026-07-25T09:00:02Z", "board": {}}
{"t": "2026-07-25T09:00:03Z", "board": {"mw": "6250"}}
)",
                                               json_options()));
  EXPECT_EQ(log.format, "json");
  EXPECT_EQ(log.clock, LogClock::kUtc);
  const record::Series& power = series_of(log, "json.power");
  EXPECT_EQ(values_of(power), (std::vector<double>{5, 6.25}));
  EXPECT_EQ(power.channel.boundary, record::Boundary::kDcInput);
  EXPECT_EQ(rejected(power, "no data"), 1);
  EXPECT_EQ(rejected(power, "noise line"), 2);
}

TEST(JsonLog, AMappingThatDoesNotFitIsRefusedWithTheReason) {
  const auto missing = import_text("{\"when\": 1}\n", json_options());
  EXPECT_TRUE(mentions(missing.error().message, "nothing at /board/mw")) << missing.error().message;
  const auto no_zone =
      import_text("{\"t\": \"2026-07-25T09:00:00\", \"board\": {\"mw\": 1}}\n", json_options());
  EXPECT_TRUE(mentions(no_zone.error().message, "no zone was said")) << no_zone.error().message;
  ImportOptions no_mapping;
  no_mapping.format = "json";
  EXPECT_EQ(import_text("{}\n", no_mapping).error().code, Code::kInvalidInput);
}

}  // namespace
}  // namespace assay::powerlog
