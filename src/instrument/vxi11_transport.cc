#include "instrument/vxi11_transport.h"

#include <algorithm>

#include "base/clock.h"
#include "instrument/rpc.h"

namespace assay::instrument {
namespace {

constexpr std::uint32_t kCore = 0x0607AF, kCoreVersion = 1;
constexpr std::uint32_t kCreateLink = 10, kDeviceWrite = 11, kDeviceRead = 12, kDestroyLink = 23;

constexpr std::uint32_t kFlagEnd = 0x08;                       // Of a write: the message ends here.
constexpr std::uint32_t kReasonCharacter = 2, kReasonEnd = 4;  // Of a read: why it returned.
constexpr std::uint32_t kErrorNotAccessible = 3, kErrorLocked = 11, kErrorTimeout = 15;

constexpr std::size_t kLeastPiece = 1024;  // The standard has servers accept at least that.
constexpr std::uint32_t kReadSize = 65536;

/// What a server may take for its part, so that its own "time-out" arrives before we give up: the connection
/// stays in step then.
std::uint32_t server_milliseconds(std::int64_t deadline_ns) {
  const int left = milliseconds_until(deadline_ns);
  return static_cast<std::uint32_t>(left - std::min(200, left / 4));
}

Status explain(std::uint32_t error, const std::string& peer) {
  switch (error) {
    case kErrorTimeout:
      return {Code::kTimeout, peer + ": the meter has no answer in time (VXI-11 error 15)"};
    case kErrorLocked:
      return {Code::kUnavailable, peer + ": another program has locked the meter (VXI-11 error 11)"};
    default:
      return {Code::kUnavailable, peer + ": VXI-11 error " + std::to_string(error)};
  }
}

class Vxi11Transport final : public Transport {
 public:
  Vxi11Transport(RpcConnection connection, std::uint32_t link, std::size_t largest_write)
      : connection_(std::move(connection)), link_(link), largest_write_(largest_write) {}
  Vxi11Transport(const Vxi11Transport&) = delete;
  Vxi11Transport& operator=(const Vxi11Transport&) = delete;

  ~Vxi11Transport() override {
    // A courtesy; a server frees the link with the connection anyway.
    constexpr std::int64_t kPatience = 200'000'000;
    (void)connection_.call(kDestroyLink, XdrWriter().number(link_), monotonic_ns() + kPatience);
  }

  Result<void> write(std::string_view message, std::int64_t deadline_ns) override {
    std::string bytes = std::string(message) + "\n";
    for (std::size_t at = 0; at < bytes.size();) {
      const std::string_view piece = std::string_view(bytes).substr(at, largest_write_);
      const bool last = at + piece.size() == bytes.size();
      XdrWriter arguments;
      arguments.number(link_).number(server_milliseconds(deadline_ns)).number(0).number(last ? kFlagEnd : 0);
      arguments.bytes(piece);
      ASSAY_TRY(const std::string result, connection_.call(kDeviceWrite, arguments, deadline_ns));
      XdrReader reader(result);
      const std::uint32_t error = reader.number();
      const std::size_t taken = reader.number();
      if (!reader.ok()) return cut_short();
      if (error != 0) return fail(explain(error, connection_.peer()));
      if (taken == 0 || taken > piece.size())
        return fail(Code::kCorrupt, connection_.peer() + ": took " + std::to_string(taken) + " of " +
                                        std::to_string(piece.size()) + " bytes");
      at += taken;
    }
    return {};
  }

  Result<std::string> read(std::int64_t deadline_ns) override {
    std::string reply;
    for (;;) {
      XdrWriter arguments;
      arguments.number(link_).number(kReadSize).number(server_milliseconds(deadline_ns)).number(0);
      arguments.number(0).number(0);  // No flags, no termination character.
      ASSAY_TRY(const std::string result, connection_.call(kDeviceRead, arguments, deadline_ns));
      XdrReader reader(result);
      const std::uint32_t error = reader.number();
      const std::uint32_t reason = reader.number();
      const std::string_view data = reader.bytes();
      if (!reader.ok()) return cut_short();
      if (error != 0) return fail(explain(error, connection_.peer()));
      reply += data;
      if (reason & (kReasonEnd | kReasonCharacter)) break;
      if (data.empty() || reply.size() > kLongestReply)
        return fail(Code::kCorrupt, connection_.peer() + ": a reply without an end");
    }
    if (!reply.empty() && reply.back() == '\n') reply.pop_back();
    if (!reply.empty() && reply.back() == '\r') reply.pop_back();
    return reply;
  }

 private:
  tl::unexpected<Status> cut_short() const {
    return fail(Code::kCorrupt, connection_.peer() + ": a VXI-11 answer that is cut short");
  }

  RpcConnection connection_;
  std::uint32_t link_;
  std::size_t largest_write_;
};

}  // namespace

Result<std::unique_ptr<Transport>> connect_vxi11(const Address& address, std::int64_t deadline_ns) {
  int port = address.port;
  if (port == 0) {
    ASSAY_TRY(port, ask_port_mapper(address.host, kCore, kCoreVersion, deadline_ns));
  }
  ASSAY_TRY(RpcConnection connection,
            RpcConnection::connect(address.host, port, kCore, kCoreVersion, deadline_ns));
  XdrWriter arguments;
  arguments.number(1).number(0).number(0).bytes(address.device);  // Client id, no lock, no waiting for one.
  ASSAY_TRY(const std::string result, connection.call(kCreateLink, arguments, deadline_ns));
  XdrReader reader(result);
  const std::uint32_t error = reader.number();
  const std::uint32_t link = reader.number();
  reader.number();  // Port of the abort channel: not used, a time-out serves.
  const std::size_t largest_write = reader.number();
  if (!reader.ok()) return fail(Code::kCorrupt, connection.peer() + ": a VXI-11 answer that is cut short");
  if (error == kErrorNotAccessible)
    return fail(Code::kNotFound,
                connection.peer() + ": has no instrument '" + address.device + "'; most meters are 'inst0'");
  if (error != 0) return fail(explain(error, connection.peer()));
  return std::make_unique<Vxi11Transport>(std::move(connection), link, std::max(largest_write, kLeastPiece));
}

}  // namespace assay::instrument
