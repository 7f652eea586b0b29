#include "instrument/rpc.h"

#include <gtest/gtest.h>

namespace assay::instrument {
namespace {

using namespace std::string_literals;

TEST(Xdr, Bytes) {
  EXPECT_EQ(XdrWriter().number(0x0607AF).bytes("inst0").data(), "\0\x06\x07\xAF\0\0\0\x05inst0\0\0\0"s);
  EXPECT_EQ(XdrWriter().bytes("").data(), "\0\0\0\0"s);
}

TEST(Xdr, ReadsWhatItWrites) {
  const std::string data = XdrWriter().number(0xFFFFFFFFU).bytes("abcd").bytes("x").number(7).data();
  XdrReader reader(data);
  EXPECT_EQ(reader.number(), 0xFFFFFFFFU);
  EXPECT_EQ(reader.bytes(), "abcd");
  EXPECT_EQ(reader.bytes(), "x");
  EXPECT_EQ(reader.number(), 7u);
  EXPECT_TRUE(reader.ok());
  EXPECT_EQ(reader.rest(), "");
}

TEST(Xdr, NeverReadsBeyond) {
  for (const std::string& data : {""s, "\0\0\0"s, "\0\0\0\x05"s + "inst0"s, "\xFF\xFF\xFF\xFF"s + "abcd"s}) {
    XdrReader reader(data);
    EXPECT_EQ(reader.bytes(), "");
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.number(), 0u) << "once something is missing, everything is";
  }
}

TEST(RpcReply, AcceptedResult) {
  const std::string reply =
      "\0\0\0\x09\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
      "data"s;
  const auto result = parse_rpc_reply(reply, 9);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(*result, "data");
}

TEST(RpcReply, AnotherCallsReplyIsSkipped) {
  const std::string reply = "\0\0\0\x08\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"s;
  EXPECT_EQ(parse_rpc_reply(reply, 9).value(), std::nullopt);
}

TEST(RpcReply, Refusals) {
  const std::string no_program = "\0\0\0\x09\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01"s;
  EXPECT_EQ(parse_rpc_reply(no_program, 9).error().code, Code::kUnavailable);
  const std::string denied = "\0\0\0\x09\0\0\0\x01\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\x02"s;
  EXPECT_EQ(parse_rpc_reply(denied, 9).error().code, Code::kUnavailable);
}

TEST(RpcReply, Garbage) {
  EXPECT_EQ(parse_rpc_reply("", 9).error().code, Code::kCorrupt);
  EXPECT_EQ(parse_rpc_reply("HTTP/1.1 400 Bad Request", 9).error().code, Code::kCorrupt);
  EXPECT_EQ(parse_rpc_reply("\0\0\0\x09\0\0\0\x01\0\0\0\0"s, 9).error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace assay::instrument
