#include "sensor/raspberry_pi.h"

#include <sys/stat.h>

#include "sensor/reasons.h"
#include "sensor/test_tree.h"

namespace assay::sensor {
namespace {

// Lines of a public log of a Pi 5.
constexpr std::string_view kPmic =
    " 3V7_WL_SW_A current(0)=0.07709848A\n"
    "   3V3_SYS_A current(1)=0.04782057A\n"
    "  DDR_VDDQ_A current(4)=0.00000000A\n"
    "  VDD_CORE_A current(7)=0.94657990A\n"
    " 3V7_WL_SW_V volt(8)=3.69049700V\n"
    "   3V3_SYS_V volt(9)=3.29982600V\n"
    "  DDR_VDDQ_V volt(12)=0.60329610V\n"
    "  VDD_CORE_V volt(15)=0.72097620V\n"
    "     EXT5V_V volt(24)=5.11478000V\n"
    "      BATT_V volt(25)=0.01880340V\n";

TEST(Throttled, WithAndWithoutPrefix) {
  EXPECT_EQ(parse_throttled("throttled=0x50005\n"), 0x50005);
  EXPECT_EQ(parse_throttled("50005\n"), 0x50005);
  EXPECT_EQ(parse_throttled("0x0"), 0);
  for (const char* bad : {"", "throttled=", "error=1", "0x123456789", "-1", "VCHI initialization failed"})
    EXPECT_EQ(parse_throttled(bad), std::nullopt) << bad;
}

TEST(PmicAdc, PairsVoltsAndAmperes) {
  const auto rails = parse_pmic_adc(kPmic);
  ASSERT_EQ(rails.size(), 6u);
  EXPECT_EQ(rails[0].name, "3V7_WL_SW");
  EXPECT_EQ(rails[3].name, "VDD_CORE");
  EXPECT_DOUBLE_EQ(rails[3].volts.value(), 0.72097620);
  EXPECT_DOUBLE_EQ(rails[3].amperes.value(), 0.94657990);
  EXPECT_EQ(rails[2].amperes, 0.0) << "a rail at rest is 0, not absent";
  EXPECT_EQ(rails[4].name, "EXT5V");
  EXPECT_FALSE(rails[4].amperes);
}

TEST(PmicAdc, LeavesOutWhatItDoesNotUnderstand) {
  for (const char* bad : {"", "error=1 error_msg=\"Command not registered\"", "VDD_CORE_A current(7)=A",
                          "VDD_CORE_A current(7)=nanA", "VDD_CORE_A volt(7)=0.9V", "VDD_CORE_V volt(7)=0.9A",
                          "_A current(7)=1A", "VDD_CORE_A current(7)=1.2.3A", "VDD_CORE_A=1A current(1)"})
    EXPECT_TRUE(parse_pmic_adc(bad).empty()) << bad;
}

TEST(RaspberryPi, TheKernelsFileUnderEitherName) {
  for (const char* node : {"soc/soc:firmware", "soc@107c000000/soc@107c000000:firmware", "soc:firmware"}) {
    TestTree tree;
    tree.put("proc/device-tree/compatible", std::string_view("raspberrypi,4-model-b\0brcm,bcm2711\0", 35));
    tree.put(std::string("sys/devices/platform/") + node + "/get_throttled", "50004\n");
    const Inventory pi = take_inventory(tree.places());
    const InventoryEntry reasons = entry(pi, "rpi-throttled.reasons");
    EXPECT_EQ(reasons.value, 0x50004) << node;
    EXPECT_EQ(throttle_reasons(reasons.channel, *reasons.value), (std::vector<std::string>{"throttled"}))
        << "what was since boot is no reason now";
    EXPECT_EQ(reasons.channel.facts.at("bit_16"), "under-voltage since boot");
    EXPECT_TRUE(absence(pi.absent, "rpi-throttled").what.empty());
  }
}

TEST(RaspberryPi, ByTheFirmwaresTool) {
  TestTree tree;
  tree.put("proc/device-tree/compatible", std::string_view("raspberrypi,5-model-b\0brcm,bcm2712\0", 35));
  tree.put("answer", kPmic);
  const auto tool = tree.put(
      "vcgencmd", "#!/bin/sh\ncase $1 in get_throttled) echo throttled=0xe0008;; pmic_read_adc) cat " +
                      (tree.root() / "answer").string() + ";; *) exit 1;; esac\n");
  ASSERT_EQ(::chmod(tool.c_str(), 0755), 0);
  Places places = tree.places();
  places.vcgencmd = tool.string();
  const Inventory pi = take_inventory(places);
  EXPECT_EQ(entry(pi, "rpi-throttled.reasons").value, 0xe0008);
  ASSERT_EQ(pi.rails.size(), 4u) << "rails with volts and amperes";
  const InventoryEntry core = entry(pi, "rpi-pmic.VDD_CORE.power");
  EXPECT_NEAR(core.value.value(), 0.72097620 * 0.94657990, 1e-12);
  EXPECT_EQ(core.channel.boundary, record::Boundary::kRail);

  // It stops answering later on.
  Found found = discover(places);
  tree.put("answer", "error=1\n");
  for (const auto& sensor : found.sensors) {
    if (sensor->source().id != "rpi-pmic") continue;
    std::vector<std::optional<double>> values(4, 1.0);
    ASSERT_TRUE(sensor->read(values));
    for (const auto& value : values) EXPECT_EQ(value, std::nullopt);
  }
}

TEST(RaspberryPi, AToolThatFailsIsAnAbsence) {
  TestTree tree;
  tree.put("proc/device-tree/compatible", std::string_view("raspberrypi,5-model-b\0", 22));
  Places places = tree.places();
  for (const char* tool : {"false", "assay-no-such-tool"}) {
    places.vcgencmd = tool;
    const Inventory pi = take_inventory(places);
    EXPECT_TRUE(pi.rails.empty());
    EXPECT_EQ(absence(pi.absent, "rpi-pmic").reason, "vcgencmd gave no answer");
  }
}

TEST(Reasons, OnlyBitsOfTheMask) {
  constexpr ReasonBit kBits[] = {{0, "idle", false}, {5, "thermal", true}, {40, "high", true}};
  const record::Channel channel = reasons_channel("x.reasons", kBits);
  EXPECT_TRUE(throttle_reasons(channel, 1).empty());
  EXPECT_EQ(throttle_reasons(channel, 33), (std::vector<std::string>{"thermal"}));
  EXPECT_EQ(throttle_reasons(channel, 1099511627776.0), (std::vector<std::string>{"high"}));
  EXPECT_TRUE(throttle_reasons(channel, -1).empty());
  EXPECT_TRUE(throttle_reasons(channel, 1e300).empty());
  EXPECT_TRUE(throttle_reasons(record::Channel(), 32).empty());
}

}  // namespace
}  // namespace assay::sensor
