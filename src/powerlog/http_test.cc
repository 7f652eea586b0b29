// Against a real server on loopback: Python's http.server.
#include "powerlog/http.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <optional>
#include <thread>

#include "base/file.h"
#include "base/subprocess.h"
#include "powerlog/test_logs.h"

namespace assay::powerlog {
namespace {

using std::chrono::milliseconds;

constexpr const char* kServer = R"(
import http.server, json, os, sys, time

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def do_GET(self):
        status, body, headers = 200, b"", {}
        if self.path == "/power":
            Handler.count += 1
            body = json.dumps({"board": {"watts": 12.5, "count": Handler.count, "peer": self.client_address[1]}}).encode()
        elif self.path == "/slow":
            time.sleep(30)
        elif self.path == "/big":
            body = b"x" * 100000
        elif self.path == "/moved":
            status, headers = 302, {"Location": "/power"}
        elif self.path == "/elsewhere":
            status, headers = 302, {"Location": "file:///etc/passwd"}
        elif self.path == "/broken":
            status = 503
        elif self.path == "/secret":
            status = 401
        elif self.path == "/teapot":
            status = 418
        elif self.path == "/cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"{")
            self.close_connection = True
            return
        else:
            status = 404
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1] + ".tmp", "w") as file:
    file.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".tmp", sys.argv[1])
server.serve_forever()
)";

class Http : public testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryDirectory::create("assay-http");
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    const auto port_file = folder_->path() / "port";
    ProcessOptions options;
    options.argv = {"python3", "-c", kServer, port_file.string()};
    options.log = folder_->path() / "log";
    auto server = Process::start(options);
    ASSERT_TRUE(server) << server.error().message;
    server_.emplace(std::move(*server));
    for (int i = 0; i < 1000 && !std::filesystem::exists(port_file); ++i) {
      ASSERT_FALSE(server_->wait_for(milliseconds(0))) << tail_of_file(options.log, 20);
      std::this_thread::sleep_for(milliseconds(20));
    }
    const auto port = read_file(port_file);
    ASSERT_TRUE(port) << "the server did not start";
    address_ = "http://127.0.0.1:" + *port;
  }

  Result<std::string> get(const std::string& path, milliseconds timeout = milliseconds(20000),
                          std::size_t most = 1 << 16) {
    ASSAY_TRY(HttpGetter getter, HttpGetter::create(address_ + path, timeout, most));
    return getter.get();
  }

  std::optional<TemporaryDirectory> folder_;
  std::optional<Process> server_;
  std::string address_;
};

TEST_F(Http, GetsAnAnswerAgainAndAgainOverOneConnection) {
  HttpGetter getter = HttpGetter::create(address_ + "/power", milliseconds(20000)).value();
  const std::string first = value_of(getter.get()), second = value_of(getter.get());
  EXPECT_TRUE(mentions(first, "\"count\": 1")) << first;
  EXPECT_TRUE(mentions(second, "\"count\": 2")) << second;
  const auto peer = [](const std::string& text) { return text.substr(text.find("peer")); };
  EXPECT_EQ(peer(first), peer(second));
}

TEST_F(Http, ErrorsSayWhatToDo) {
  const auto code = [&](const std::string& path) {
    const auto answer = get(path);
    EXPECT_FALSE(answer) << path;
    return answer ? Code::kInternal : answer.error().code;
  };
  EXPECT_EQ(code("/none"), Code::kNotFound);
  EXPECT_EQ(code("/broken"), Code::kUnavailable);
  EXPECT_EQ(code("/secret"), Code::kUnavailable);
  EXPECT_EQ(code("/teapot"), Code::kCorrupt);
  EXPECT_EQ(code("/big"), Code::kCorrupt);
  EXPECT_EQ(code("/cut"), Code::kUnavailable);
  EXPECT_EQ(code("/elsewhere"), Code::kUnavailable);
}

TEST_F(Http, RedirectsAreFollowed) { EXPECT_TRUE(mentions(value_of(get("/moved")), "watts")); }

TEST_F(Http, ASlowServerIsATimeout) {
  const auto answer = get("/slow", milliseconds(300));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kTimeout);
}

TEST_F(Http, AServerThatIsGoneIsUnavailable) {
  HttpGetter getter = HttpGetter::create(address_ + "/power", milliseconds(20000)).value();
  EXPECT_TRUE(getter.get());
  server_->kill_group(SIGKILL);
  server_->wait();
  const auto answer = getter.get();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Code::kUnavailable);
}

TEST(HttpAddress, OnlyHttp) {
  for (const char* url : {"", "file:///etc/passwd", "ftp://host/x", "host/power"})
    EXPECT_EQ(HttpGetter::create(url, milliseconds(100)).error().code, Code::kInvalidInput) << url;
  EXPECT_FALSE(HttpGetter::create("http://127.0.0.1/", milliseconds(0)));
}

}  // namespace
}  // namespace assay::powerlog
