#include "report/page_blob.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "report/test_blobs.h"

namespace assay::report {
namespace {

TEST(Base64, VectorsOfTheRfc) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64(std::string("\0\xff\x10", 3)), "AP8Q");
}

TEST(Base64, BlocksJoinWithoutPaddingBetweenThem) {
  const std::string long_one((std::size_t{3} << 24) + 4, 'x');
  const std::string text = base64(long_one);
  EXPECT_EQ(text.size(), (long_one.size() + 2) / 3 * 4);
  EXPECT_EQ(text.find('='), text.size() - 2);
  EXPECT_EQ(text.substr(text.size() - 8), "eHh4eA==");
}

TEST(Pack, EveryBitComesBack) {
  const std::vector<float> floats{0.0F, -0.0F, 1.5e-39F, 3.4e38F, std::nextafter(13.1F, 14.0F), -7.25F};
  const Blob blob = pack(floats).value();
  EXPECT_EQ(blob.dtype, "f32");
  EXPECT_EQ(blob.length, floats.size());
  EXPECT_EQ(unpacked<float>(blob), floats);
  EXPECT_TRUE(std::signbit(unpacked<float>(blob)[1]));
  const std::vector<std::int32_t> whole{0, -1, std::numeric_limits<std::int32_t>::min(),
                                        std::numeric_limits<std::int32_t>::max()};
  EXPECT_EQ(pack(whole).value().dtype, "i32");
  EXPECT_EQ(unpacked<std::int32_t>(pack(whole).value()), whole);
}

TEST(Pack, NothingIsABlobToo) {
  const Blob blob = pack(std::span<const float>()).value();
  EXPECT_EQ(blob.length, 0U);
  EXPECT_FALSE(blob.deflate.empty()) << "an empty zlib stream is a stream";
  EXPECT_EQ(unpacked<float>(blob), std::vector<float>{});
}

TEST(Pack, AMillionLatenciesStaySmall) {
  std::vector<float> latencies;
  std::uint32_t noise = 1;
  for (int i = 0; i < 1'000'000; ++i) {
    noise = noise * 1664525U + 1013904223U;
    latencies.push_back(static_cast<float>(3.0 + 1e-6 * (noise >> 12)));  // 20 bits of noise.
  }
  const Blob blob = pack(latencies).value();
  EXPECT_LT(blob.deflate.size(), 4'500'000U);
  EXPECT_EQ(unpacked<float>(blob), latencies);
}

}  // namespace
}  // namespace assay::report
