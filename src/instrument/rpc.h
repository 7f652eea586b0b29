// ONC remote procedure calls over TCP (RFC 5531) and their data (XDR, RFC 4506): what VXI-11 needs of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/status.h"
#include "instrument/socket.h"

namespace assay::instrument {

/// Appends values to a message; everything is big-endian and padded to four bytes.
class XdrWriter {
 public:
  XdrWriter& number(std::uint32_t value);
  XdrWriter& bytes(std::string_view value);  ///< string<> and opaque<>
  const std::string& data() const { return data_; }

 private:
  std::string data_;
};

/// Takes values from a message. Once something is missing, everything is: look at ok() once, at the end.
class XdrReader {
 public:
  explicit XdrReader(std::string_view data) : data_(data) {}
  std::uint32_t number();    ///< 0 when missing.
  std::string_view bytes();  ///< Empty when missing; never more than the message holds.
  std::string_view rest() const { return data_; }
  bool ok() const { return ok_; }

 private:
  std::string_view data_;
  bool ok_ = true;
};

/// The result of a call in a reply: nullopt when the reply belongs to another call (an older one that was
/// given up). Errors: kCorrupt (not a reply), kUnavailable (the server refuses: it does not speak this
/// program).
Result<std::optional<std::string_view>> parse_rpc_reply(std::string_view reply, std::uint32_t call);

/// One connection to one program of a server. One call at a time.
class RpcConnection {
 public:
  /// Errors as Socket::connect.
  static Result<RpcConnection> connect(const std::string& host, int port, std::uint32_t program,
                                       std::uint32_t version, std::int64_t deadline_ns);

  /// The result's bytes. Errors: kUnavailable, kTimeout, kCorrupt. After a time-out the next call may follow:
  /// the late reply is recognised and dropped.
  Result<std::string> call(std::uint32_t procedure, const XdrWriter& arguments, std::int64_t deadline_ns);

  const std::string& peer() const { return socket_.peer(); }

 private:
  RpcConnection(Socket socket, std::uint32_t program, std::uint32_t version)
      : socket_(std::move(socket)), program_(program), version_(version) {}
  Result<std::string> read_record(std::int64_t deadline_ns);

  Socket socket_;
  std::uint32_t program_, version_;
  std::uint32_t last_call_ = 0;
  std::string buffer_;  ///< Received, not yet taken apart: a record may come in pieces, over several calls.
  std::string record_;  ///< Fragments of a record whose last one has not come yet.
};

/// The TCP port of a program, from the port mapper (RFC 1833, version 2) on port 111 of the host. Errors:
/// kUnavailable (no port mapper, or it does not know the program).
Result<int> ask_port_mapper(const std::string& host, std::uint32_t program, std::uint32_t version,
                            std::int64_t deadline_ns);

}  // namespace assay::instrument
