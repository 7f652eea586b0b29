#include "instrument/transport.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <functional>
#include <thread>

#include "base/clock.h"
#include "base/file.h"

namespace assay::instrument {
namespace {

using namespace std::string_literals;

std::int64_t in_ms(std::int64_t milliseconds) { return monotonic_ns() + milliseconds * 1'000'000; }

/// A listener on loopback whose one connection is served by a function; -1 as the descriptor means none came.
class OneShotServer {
 public:
  explicit OneShotServer(std::function<void(int fd)> serve) {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    socklen_t size = sizeof address;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, serve = std::move(serve)] {
      const int fd = ::accept(listener_, nullptr, nullptr);
      serve(fd);
      ::close(fd);
    });
  }
  ~OneShotServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  Address address(Address::Wire wire = Address::Wire::kTcp) const {
    return {wire, "127.0.0.1", port_, "inst0"};
  }

 private:
  int listener_ = -1, port_ = 0;
  std::thread thread_;
};

void send_all(int fd, const std::string& bytes) {
  ASSERT_EQ(::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
}

std::string receive_some(int fd) {
  char bytes[1024];
  const ssize_t got = ::recv(fd, bytes, sizeof bytes, 0);
  return got > 0 ? std::string(bytes, static_cast<std::size_t>(got)) : "";
}

TEST(Tcp, RepliesInPiecesAndTogether) {
  std::string asked;
  {
    OneShotServer server([&](int fd) {
      asked = receive_some(fd);
      send_all(fd, "YOKO");
      send_all(fd, "GAWA\r\nsecond\n#14\n\n");
      send_all(fd, "\n\n\n");
    });
    auto transport = connect(server.address(), in_ms(5000));
    ASSERT_TRUE(transport) << transport.error().message;
    ASSERT_TRUE((*transport)->write("*IDN?", in_ms(5000)));
    EXPECT_EQ((*transport)->read(in_ms(5000)).value(), "YOKOGAWA");
    EXPECT_EQ((*transport)->read(in_ms(5000)).value(), "second");
    EXPECT_EQ((*transport)->read(in_ms(5000)).value(), "#14\n\n\n\n");
    EXPECT_EQ((*transport)->read(in_ms(5000)).error().code, Code::kUnavailable) << "closed";
  }
  EXPECT_EQ(asked, "*IDN?\n");
}

TEST(Tcp, SilenceTimesOut) {
  OneShotServer server([](int fd) {
    receive_some(fd);
    receive_some(fd);  // Until the client goes.
  });
  auto transport = connect(server.address(), in_ms(5000));
  ASSERT_TRUE(transport);
  EXPECT_EQ((*transport)->query("*IDN?", in_ms(50)).error().code, Code::kTimeout);
}

TEST(Tcp, AReplyWithoutAnEndIsGarbage) {
  OneShotServer server([](int fd) {
    const std::string chunk(65536, 'x');
    for (int i = 0; i < 32; ++i) (void)::send(fd, chunk.data(), chunk.size(), MSG_NOSIGNAL);
  });
  auto transport = connect(server.address(), in_ms(5000));
  ASSERT_TRUE(transport);
  EXPECT_EQ((*transport)->read(in_ms(20'000)).error().code, Code::kCorrupt);
}

TEST(Tcp, NobodyListens) {
  Address address;
  {
    OneShotServer server([](int) {});
    address = server.address();
    ASSERT_TRUE(connect(address, in_ms(5000)));
  }
  EXPECT_EQ(connect(address, in_ms(5000)).error().code, Code::kUnavailable);
  address.host = "no-such-host.invalid";
  EXPECT_EQ(connect(address, in_ms(5000)).error().code, Code::kNotFound);
}

TEST(Vxi11, AServerOfSomethingElse) {
  for (const std::string& greeting :
       {"220 mail.example ready\r\n"s, "\x80\x00\x00\x04\x00\x00\x00\x01"s, "\xFF\xFF\xFF\xFF"s, ""s}) {
    OneShotServer server([&](int fd) {
      receive_some(fd);
      send_all(fd, greeting);
    });
    const auto transport = connect(server.address(Address::Wire::kVxi11), in_ms(5000));
    ASSERT_FALSE(transport);
    EXPECT_TRUE(transport.error().code == Code::kCorrupt || transport.error().code == Code::kUnavailable)
        << transport.error().message;
  }
}

TEST(Vxi11, EmptyFragmentsWithoutEndTimeOut) {
  OneShotServer server([](int fd) {
    receive_some(fd);
    const std::string empty(65536, '\0');
    while (::send(fd, empty.data(), empty.size(), MSG_NOSIGNAL) > 0) {
    }
  });
  const auto transport = connect(server.address(Address::Wire::kVxi11), in_ms(200));
  ASSERT_FALSE(transport);
  EXPECT_EQ(transport.error().code, Code::kTimeout) << transport.error().message;
}

/// The kernel's driver is not there; a pseudo terminal stands in for its file. What the driver does on the
/// bus (message headers, aborts, its own time-out) is not tested.
class UsbTmc : public ::testing::Test {
 protected:
  void SetUp() override {
    host_ = ::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    ASSERT_GE(host_, 0);
    ASSERT_EQ(::grantpt(host_), 0);
    ASSERT_EQ(::unlockpt(host_), 0);
    path_ = ::ptsname(host_);
    // Held open and raw, so that bytes pass as they are.
    device_ = ::open(path_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios mode{};
    ASSERT_EQ(::tcgetattr(device_, &mode), 0);
    ::cfmakeraw(&mode);
    ASSERT_EQ(::tcsetattr(device_, TCSANOW, &mode), 0);
  }
  void TearDown() override {
    ::close(device_);
    ::close(host_);
  }
  int host_ = -1, device_ = -1;
  std::string path_;
};

TEST_F(UsbTmc, MessagesThroughTheFile) {
  auto transport = connect({Address::Wire::kUsbTmc, "", 0, path_}, in_ms(1000));
  ASSERT_TRUE(transport) << transport.error().message;
  ASSERT_TRUE((*transport)->write("*IDN?", in_ms(1000)));
  char bytes[64] = {};
  ASSERT_EQ(::read(host_, bytes, sizeof bytes), 6);
  EXPECT_STREQ(bytes, "*IDN?\n");
  ASSERT_EQ(::write(host_, "#14\n\n\n\n\n", 8), 8);
  EXPECT_EQ((*transport)->read(in_ms(1000)).value(), "#14\n\n\n\n");
  EXPECT_EQ((*transport)->read(in_ms(30)).error().code, Code::kTimeout);
}

TEST_F(UsbTmc, NoSuchFile) {
  EXPECT_EQ(connect({Address::Wire::kUsbTmc, "", 0, "/dev/no-such-usbtmc"}, in_ms(1000)).error().code,
            Code::kNotFound);
}

}  // namespace
}  // namespace assay::instrument
