#include "instrument/address.h"

#include <gtest/gtest.h>

namespace assay::instrument {
namespace {

using Wire = Address::Wire;

TEST(Address, ThreeForms) {
  EXPECT_EQ(parse_address("vxi11://10.0.0.7/inst0").value(), (Address{Wire::kVxi11, "10.0.0.7", 0, "inst0"}));
  EXPECT_EQ(parse_address("vxi11://meter").value(), (Address{Wire::kVxi11, "meter", 0, "inst0"}));
  EXPECT_EQ(parse_address("vxi11://meter:4711/gpib0,3").value(),
            (Address{Wire::kVxi11, "meter", 4711, "gpib0,3"}));
  EXPECT_EQ(parse_address("tcp://127.0.0.1:8888").value(), (Address{Wire::kTcp, "127.0.0.1", 8888, ""}));
  EXPECT_EQ(parse_address("usbtmc:///dev/usbtmc0").value(), (Address{Wire::kUsbTmc, "", 0, "/dev/usbtmc0"}));
}

TEST(Address, OthersAreRefusedWithTheForms) {
  for (const char* text : {"", "10.0.0.7", "tcp://", "tcp://host", "tcp://host:", "tcp://host:0",
                           "tcp://host:65536", "tcp://host:80x", "tcp://:80", "tcp://host:80/x", "vxi11://",
                           "vxi11:///inst0", "vxi11://host/", "vxi11://host:/inst0", "usbtmc://",
                           "usbtmc://usbtmc0", "http://host:80", "tcp://host:-1", "tcp://ho st:80"}) {
    const auto address = parse_address(text);
    ASSERT_FALSE(address) << text;
    EXPECT_EQ(address.error().code, Code::kInvalidInput);
    EXPECT_NE(address.error().message.find("vxi11://HOST/inst0"), std::string::npos);
  }
}

}  // namespace
}  // namespace assay::instrument
