#include "engine/message.h"

#include <gtest/gtest.h>

#include <random>

namespace assay::engine {
namespace {

constexpr const char* kReady =
    R"({"type":"ready","backend":"b","plugin_version":"1","runtime_version":"2","versions":{"driver":"3"},)"
    R"("properties":{"threads":"2"},"accelerator":"CPU","accelerator_name":"x","executed_precision":"fp32",)"
    R"("determinism":"deterministic","simulated":false,"stack":"native SDK","max_in_flight":4,)"
    R"("inputs":[{"name":"in","dtype":"f32","dims":[1,3,2,2],"byte_size":48}],)"
    R"("outputs":[{"name":"out","dtype":"f32","dims":[1,2],"byte_size":8}],"compile_ns":5})";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Message, ReadyHasEveryField) {
  const auto message = parse_worker_message(kReady);
  ASSERT_TRUE(message) << message.error().message;
  const record::SessionInfo& info = std::get<Ready>(*message).session;
  EXPECT_EQ(info.versions.at("driver"), "3");
  EXPECT_EQ(info.stack, "native SDK");
  EXPECT_EQ(info.max_in_flight, 4u);
  EXPECT_EQ(info.inputs.at(0).dims, (std::vector<std::int64_t>{1, 3, 2, 2}));
  EXPECT_EQ(info.outputs.at(0).byte_size, 8u);
  EXPECT_EQ(info.compile_ns, 5);
}

TEST(Message, WrongFieldsAreNamed) {
  const std::vector<std::pair<std::string, std::string>> changes = {
      {R"("max_in_flight":4)", R"("max_in_flight":0)"},
      {R"("max_in_flight":4)", R"("max_in_flight":-4)"},
      {R"("max_in_flight":4)", R"("max_in_flight":4.5)"},
      {R"("max_in_flight":4)", R"("max_in_flight":18446744073709551615)"},
      {R"("byte_size":48)", R"("byte_size":0)"},
      {R"("byte_size":48)", R"("byte_size":9223372036854775807)"},
      {R"("simulated":false)", R"("simulated":0)"},
      {R"("versions":{"driver":"3"})", R"("versions":["driver"])"},
      {R"("versions":{"driver":"3"})", R"("versions":{"driver":3})"},
      {R"("dims":[1,2])", R"("dims":[1,"2"])"},
      {R"("dims":[1,2])", R"("dims":[1,3])"},
      {R"("dims":[1,2])", R"("dims":[-1,-2])"},
      {R"("dims":[1,2])", R"("dims":[2147483648,2147483648,2147483648,2])"},
      {R"("dims":[1,2])", R"("dims":[])"},
      {R"("byte_size":8)", R"("byte_size":9)"},
      {R"("backend":"b",)", ""},
      {R"("inputs":[{"name":"in","dtype":"f32","dims":[1,3,2,2],"byte_size":48}])", R"("inputs":[])"},
      {R"("inputs":[{)", R"("inputs":[7,{)"},
  };
  for (const auto& [from, to] : changes) {
    const auto message = parse_worker_message(replaced(kReady, from, to));
    ASSERT_FALSE(message) << to;
    EXPECT_EQ(message.error().code, Code::kCorrupt);
    const std::string field = from.substr(1, from.find('"', 1) - 1);
    EXPECT_NE(message.error().message.find(field), std::string::npos) << message.error().message;
  }
}

TEST(Message, RefusesWhatIsNoMessage) {
  for (const std::string& bad :
       {std::string(), std::string("{"), std::string("null"), std::string("[]"), std::string("\"ready\""),
        std::string("{}"), std::string(R"({"type":1})"), std::string(R"({"type":"unheard-of"})"),
        std::string(R"({"type":"bound"} {"type":"bound"})"), std::string("{\"type\":\"bound\xff\"}"),
        std::string(R"({"type":"done","slot":-1,"ns":5})"), std::string(R"({"type":"done","slot":1})"),
        std::string(R"({"type":"profile","layers":[{"name":"a"}]})"), std::string(100'000, '['),
        std::string((8u << 20) + 1, ' ')})
    EXPECT_FALSE(parse_worker_message(bad)) << bad.substr(0, 60);
}

TEST(Message, SurvivesMutatedBytes) {
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = kReady;
    for (int edits = 0; edits < 3; ++edits) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = static_cast<char>(random());
          break;
        case 1:
          text.erase(at, random() % 20);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 20));
      }
      if (text.empty()) text = " ";
    }
    const auto message = parse_worker_message(text);
    if (message && std::holds_alternative<Ready>(*message)) {
      const record::SessionInfo& info = std::get<Ready>(*message).session;
      EXPECT_GE(info.max_in_flight, 1u);
      for (const auto& tensor : info.inputs) EXPECT_GE(tensor.byte_size, 1u);
    }
  }
}

}  // namespace
}  // namespace assay::engine
