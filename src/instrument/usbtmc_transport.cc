#include "instrument/usbtmc_transport.h"

#include <fcntl.h>
#include <linux/usb/tmc.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/clock.h"
#include "base/file.h"
#include "instrument/scpi.h"
#include "instrument/socket.h"

namespace assay::instrument {
namespace {

class UsbTmcTransport final : public Transport {
 public:
  UsbTmcTransport(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  UsbTmcTransport(const UsbTmcTransport&) = delete;
  UsbTmcTransport& operator=(const UsbTmcTransport&) = delete;
  ~UsbTmcTransport() override { ::close(fd_); }

  Result<void> write(std::string_view message, std::int64_t deadline_ns) override {
    const std::string bytes = std::string(message) + "\n";
    ASSAY_OK(wait_ready(POLLOUT, deadline_ns));
    const ssize_t sent = ::write(fd_, bytes.data(), bytes.size());
    if (sent == static_cast<ssize_t>(bytes.size())) return {};
    return trouble(sent < 0 ? errno : EIO);
  }

  Result<std::string> read(std::int64_t deadline_ns) override {
    for (;;) {
      if (auto message = take_message(buffer_)) return std::move(*message);
      if (buffer_.size() > kLongestReply) return fail(Code::kCorrupt, path_ + ": a reply without an end");
      ASSAY_OK(wait_ready(POLLIN, deadline_ns));
      char bytes[4096];
      const ssize_t got = ::read(fd_, bytes, sizeof bytes);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return trouble(errno);
      if (got == 0) return fail(Code::kUnavailable, path_ + ": connection lost: end of file");
      buffer_.append(bytes, static_cast<std::size_t>(got));
    }
  }

 private:
  /// The driver has a time-out of its own, which is set to what is left (100 ms is its least). It reports
  /// nothing to poll(2) then. Kernels before 4.20 lack the setting: there poll(2) answers at once and the
  /// driver's 5 s hold.
  Result<void> wait_ready(short events, std::int64_t deadline_ns) {
    __u32 left = static_cast<__u32>(std::max(milliseconds_until(deadline_ns), 100));
    if (::ioctl(fd_, USBTMC_IOCTL_SET_TIMEOUT, &left) == 0) return {};
    for (;;) {
      pollfd item{fd_, events, 0};
      const int ready = ::poll(&item, 1, milliseconds_until(deadline_ns));
      if (ready > 0) return {};
      if (ready < 0 && errno != EINTR) return trouble(errno);
      if (monotonic_ns() >= deadline_ns) return fail(Code::kTimeout, path_ + ": no answer in time");
    }
  }

  tl::unexpected<Status> trouble(int error) const {
    if (error == ETIMEDOUT || error == EAGAIN) return fail(Code::kTimeout, path_ + ": no answer in time");
    return fail(Code::kUnavailable, path_ + ": connection lost: " + std::strerror(error));
  }

  int fd_;
  std::string path_;
  std::string buffer_;
};

}  // namespace

Result<std::unique_ptr<Transport>> open_usbtmc(const Address& address, std::int64_t) {
  const int fd = ::open(address.device.c_str(), O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return fail(io_error(errno, "opening the meter at", address.device));
  return std::make_unique<UsbTmcTransport>(fd, address.device);
}

}  // namespace assay::instrument
