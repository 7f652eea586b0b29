// Against a real server on loopback: Python's http.server, which answers as a file says.
#include "instrument/http_meter.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/file.h"
#include "base/subprocess.h"

namespace assay::instrument {
namespace {

using std::chrono::milliseconds;

constexpr const char* kServer = R"(
import http.server, json, os, sys, time

folder = sys.argv[1]
start = time.time()

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        mode = open(folder + "/mode").read()
        status, body = 200, b""
        # A new value every 50 ms, whose clock is 1000 s ahead.
        tick = int((time.time() - start) / 0.05)
        answer = {"outlets": [{"mw": 1000 * (10 + tick % 2)}], "at": start + 1000 + 0.05 * tick}
        if mode == "frozen": answer["at"] = 5.0
        if mode == "null": answer["outlets"][0]["mw"] = None
        if mode == "simulated": answer["model"] = "Simulated PDU"
        body = json.dumps(answer).encode()
        if mode == "404": status, body = 404, b"gone"
        if mode == "garbage": body = b"<html>login</html>"
        if mode == "die": os._exit(0)
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(folder + "/port.tmp", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(folder + "/port.tmp", folder + "/port")
server.serve_forever()
)";

class HttpMeter : public testing::Test {
 protected:
  void SetUp() override {
    set("ok");
    ProcessOptions options;
    options.argv = {"python3", "-c", kServer, folder_.path().string()};
    options.log = folder_.path() / "log";
    auto server = Process::start(options);
    ASSERT_TRUE(server) << server.error().message;
    server_.emplace(std::move(*server));
    for (int i = 0; i < 1000 && !std::filesystem::exists(folder_.path() / "port"); ++i) {
      ASSERT_FALSE(server_->wait_for(milliseconds(0))) << tail_of_file(options.log, 20);
      std::this_thread::sleep_for(milliseconds(20));
    }
    settings_.kind = "http";
    settings_.address = "http://127.0.0.1:" + read_file(folder_.path() / "port").value();
    settings_.period = milliseconds(20);
    settings_.options = {
        {"power", "/outlets/0/mw"}, {"power_unit", "mW"},  {"position", "end"}, {"time", "/at"},
        {"time_unit", "epoch"},     {"interval_ms", "50"}, {"name", "pdu"},     {"of_reading", "0.01"}};
  }
  void TearDown() override {
    if (server_) server_->kill_group(SIGKILL);
  }
  void set(const std::string& mode) { ASSERT_TRUE(write_file(folder_.path() / "mode", mode)); }

  std::unique_ptr<Meter> opened() {
    auto meter = make_meter(settings_);
    EXPECT_TRUE(meter) << meter.error().message;
    if (!meter) return nullptr;
    const auto source = (*meter)->open();
    EXPECT_TRUE(source) << source.error().message;
    return source ? std::move(*meter) : nullptr;
  }
  std::string refusal_of_open() {
    auto meter = make_meter(settings_);
    if (!meter) return meter.error().message;
    const auto source = (*meter)->open();
    return source ? "" : source.error().message;
  }

  /// All updates of a time.
  static std::vector<record::Series> watch(Meter& meter, milliseconds time) {
    auto series = empty_series(meter.channels());
    const std::int64_t end = monotonic_ns() + std::chrono::nanoseconds(time).count();
    while (monotonic_ns() < end) {
      const auto update = meter.next(end);
      if (!update) {
        ADD_FAILURE() << update.error().message;
        break;
      }
      if (*update) append(**update, series);
    }
    return series;
  }

  TemporaryDirectory folder_ = TemporaryDirectory::create("assay-http-meter").value();
  std::optional<Process> server_;
  MeterSettings settings_;
};

TEST_F(HttpMeter, EachNewTimeIsOneReading) {
  const auto meter = opened();
  ASSERT_TRUE(meter);
  const record::Channel& channel = meter->channels().at(0);
  EXPECT_EQ(channel.id, "pdu.power");
  EXPECT_EQ(channel.boundary, record::Boundary::kDcInput);
  EXPECT_EQ(channel.update_ns, 50'000'000);
  EXPECT_DOUBLE_EQ(channel.accuracy->of_reading, 0.01);
  const auto series = watch(*meter, milliseconds(1500));
  const auto& readings = series[0].readings;
  // A busy machine misses some; what must not be is a value told twice.
  ASSERT_GE(readings.size(), 5u);
  EXPECT_LE(readings.size(), 32u);
  for (std::size_t i = 0; i < readings.size(); ++i) {
    EXPECT_TRUE(readings[i].value == 10 || readings[i].value == 11) << readings[i].value;
    EXPECT_LE(readings[i].begin_ns, readings[i].end_ns);
    if (i > 0) {
      EXPECT_GT(readings[i].end_ns, readings[i - 1].end_ns);
    }
  }
  const record::Source source = meter->close();
  EXPECT_EQ(source.clock.method, "bracketed");
  EXPECT_EQ(source.facts.at("clock_steps"), "0");
  EXPECT_FALSE(source.simulated);
  // Its clock is 1000 s ahead of UTC; what it shows has passed at most a tick and a request before.
  const WallAnchor now = wall_anchor();
  const double ahead = -1e-9 * static_cast<double>(source.clock.offset_ns + (now.utc_ns - now.monotonic_ns));
  EXPECT_NEAR(ahead, 1000, 0.5);
}

TEST_F(HttpMeter, WithoutATimeTheMomentOfTheAnswerStands) {
  settings_.options.erase("time");
  settings_.options.erase("time_unit");
  settings_.options["position"] = "instant";
  const auto meter = opened();
  ASSERT_TRUE(meter);
  EXPECT_EQ(meter->channels()[0].kind, record::ReadingKind::kInstant);
  const auto series = watch(*meter, milliseconds(300));
  EXPECT_GE(series[0].readings.size(), 2u);
  EXPECT_EQ(meter->source().clock.error_ns, 50'000'000) << "a value may be an update old";
}

TEST_F(HttpMeter, GarbageIsAGapAndEndsWhenItEnds) {
  const auto meter = opened();
  ASSERT_TRUE(meter);
  EXPECT_TRUE(watch(*meter, milliseconds(300))[0].gaps.empty());
  set("garbage");
  const auto lost = watch(*meter, milliseconds(600));
  ASSERT_FALSE(lost[0].gaps.empty());
  EXPECT_NE(lost[0].gaps[0].reason.find("not JSON"), std::string::npos) << lost[0].gaps[0].reason;
  set("ok");
  const auto back = watch(*meter, milliseconds(2500));
  EXPECT_GE(back[0].readings.size(), 2u);
  ASSERT_FALSE(back[0].gaps.empty());
  EXPECT_LE(back[0].gaps.back().end_ns, back[0].readings.front().end_ns);
  EXPECT_EQ(meter->close().facts.at("outages"), "1");
}

TEST_F(HttpMeter, NullIsCountedAndNoGap) {
  const auto meter = opened();
  ASSERT_TRUE(meter);
  set("null");
  const auto series = watch(*meter, milliseconds(300));
  EXPECT_GE(series[0].rejected.at("no data"), 1);
  EXPECT_TRUE(series[0].gaps.empty());
}

TEST_F(HttpMeter, ATimeThatStandsStillIsAGap) {
  const auto meter = opened();
  ASSERT_TRUE(meter);
  set("frozen");
  // Patience is five updates and the time-out; the rest is for the server.
  const auto series = watch(*meter, milliseconds(4000));
  ASSERT_FALSE(series[0].gaps.empty());
  EXPECT_NE(series[0].gaps[0].reason.find("same time again"), std::string::npos);
}

TEST_F(HttpMeter, AServerThatDiesIsGivenUpWithTheReason) {
  settings_.options["give_up_s"] = "0";
  const auto meter = opened();
  ASSERT_TRUE(meter);
  set("die");
  std::string failure;
  const std::int64_t end = monotonic_ns() + 10'000'000'000;
  while (failure.empty() && monotonic_ns() < end) {
    const auto update = meter->next(monotonic_ns() + 100'000'000);
    if (!update) failure = update.error().message;
  }
  EXPECT_NE(failure.find("given up"), std::string::npos) << failure;
  EXPECT_EQ(meter->source().failure, failure);
}

TEST_F(HttpMeter, OpeningSaysWhatIsWrong) {
  set("404");
  EXPECT_NE(refusal_of_open().find("404"), std::string::npos);
  set("garbage");
  EXPECT_NE(refusal_of_open().find("not JSON"), std::string::npos);
  set("ok");
  settings_.options["power"] = "/outlets/7/mw";
  EXPECT_NE(refusal_of_open().find("nothing at /outlets/7/mw"), std::string::npos);
  settings_.address = "http://127.0.0.1:1/";
  EXPECT_NE(refusal_of_open().find("http meter at http://127.0.0.1:1/"), std::string::npos);
}

TEST_F(HttpMeter, ASimulatedServerIsSimulated) {
  set("simulated");
  auto meter = opened();
  ASSERT_TRUE(meter);
  EXPECT_TRUE(meter->source().simulated);
  set("ok");
  settings_.options["simulated"] = "on";
  meter = opened();
  ASSERT_TRUE(meter);
  EXPECT_TRUE(meter->source().simulated);
}

TEST(HttpMeterOptions, WhatIsWrongIsNamed) {
  MeterSettings settings;
  settings.kind = "http";
  settings.address = "http://127.0.0.1:1/";
  const auto refusal = [&](std::map<std::string, std::string> options) {
    settings.options = std::move(options);
    const auto made = make_meter(settings);
    if (made) return std::string();
    EXPECT_EQ(made.error().code, Code::kInvalidInput);
    return made.error().message;
  };
  const auto mentions = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  EXPECT_EQ(refusal({{"power", "/w"}, {"position", "end"}}), "");
  EXPECT_TRUE(mentions(refusal({{"powr", "/w"}}), "did you mean 'power'"));
  EXPECT_TRUE(mentions(refusal({{"power", "/w"}}), "position"));
  EXPECT_TRUE(mentions(refusal({{"position", "end"}}), "one of power, current"));
  EXPECT_TRUE(mentions(refusal({{"power", "watts"}, {"position", "end"}}), "JSON pointer"));
  EXPECT_TRUE(mentions(refusal({{"power", "/w"}, {"position", "start"}}), "carry no time"));
  EXPECT_TRUE(mentions(refusal({{"power", "/w"}, {"power_unit", "kW"}, {"position", "end"}}), "W, mW or uW"));
  EXPECT_TRUE(mentions(refusal({{"power", "/w"}, {"position", "end"}, {"of_range", "0.1"}}), "range"));
  settings.address = "tcp://127.0.0.1:1";
  EXPECT_TRUE(mentions(refusal({{"power", "/w"}, {"position", "end"}}), "http://host/path"));
}

}  // namespace
}  // namespace assay::instrument
