#include "instrument/rpc.h"

#include "instrument/transport.h"

namespace assay::instrument {
namespace {

constexpr std::uint32_t kCall = 0, kReply = 1, kRpcVersion = 2;
constexpr std::uint32_t kLastFragment = 0x80000000U;
constexpr std::size_t kRecordChunk = 16384;

constexpr int kPortMapperPort = 111;
constexpr std::uint32_t kPortMapper = 100000, kPortMapperVersion = 2, kGetPort = 3, kTcp = 6;

std::uint32_t number_at(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

std::size_t padding(std::size_t size) { return (4 - size % 4) % 4; }

}  // namespace

XdrWriter& XdrWriter::number(std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) data_ += static_cast<char>(value >> shift & 0xFF);
  return *this;
}

XdrWriter& XdrWriter::bytes(std::string_view value) {
  number(static_cast<std::uint32_t>(value.size()));
  data_ += value;
  data_.append(padding(value.size()), '\0');
  return *this;
}

std::uint32_t XdrReader::number() {
  if (data_.size() < 4) ok_ = false;
  if (!ok_) return 0;
  const std::uint32_t value = number_at(data_);
  data_.remove_prefix(4);
  return value;
}

std::string_view XdrReader::bytes() {
  const std::size_t size = number();
  if (data_.size() < size || data_.size() - size < padding(size)) ok_ = false;
  if (!ok_) return {};
  const std::string_view value = data_.substr(0, size);
  data_.remove_prefix(size + padding(size));
  return value;
}

Result<std::optional<std::string_view>> parse_rpc_reply(std::string_view reply, std::uint32_t call) {
  XdrReader reader(reply);
  const std::uint32_t id = reader.number();
  const std::uint32_t direction = reader.number();
  const std::uint32_t denied = reader.number();
  if (!reader.ok() || direction != kReply)
    return fail(Code::kCorrupt, "answers something that is no RPC reply");
  if (id != call) return std::nullopt;
  if (denied != 0) return fail(Code::kUnavailable, "the server denies the call");
  reader.number();  // Verifier: flavour and body. Nobody uses one here.
  reader.bytes();
  const std::uint32_t outcome = reader.number();
  if (!reader.ok()) return fail(Code::kCorrupt, "an RPC reply that is cut short");
  if (outcome != 0)
    return fail(Code::kUnavailable,
                "the server refuses the call (RPC accept status " + std::to_string(outcome) + ")");
  return reader.rest();
}

Result<RpcConnection> RpcConnection::connect(const std::string& host, int port, std::uint32_t program,
                                             std::uint32_t version, std::int64_t deadline_ns) {
  ASSAY_TRY(Socket socket, Socket::connect(host, port, deadline_ns));
  return RpcConnection(std::move(socket), program, version);
}

Result<std::string> RpcConnection::call(std::uint32_t procedure, const XdrWriter& arguments,
                                        std::int64_t deadline_ns) {
  XdrWriter message;
  message.number(++last_call_).number(kCall).number(kRpcVersion).number(program_).number(version_);
  message.number(procedure);
  message.number(0).number(0);  // No credentials,
  message.number(0).number(0);  // no verifier.
  const std::string body = message.data() + arguments.data();
  const std::string mark = XdrWriter().number(kLastFragment | static_cast<std::uint32_t>(body.size())).data();
  ASSAY_OK(socket_.send(mark + body, deadline_ns));
  for (;;) {
    ASSAY_TRY(const std::string record, read_record(deadline_ns));
    const auto result = parse_rpc_reply(record, last_call_);
    if (!result) return fail(result.error().with_context(peer()));
    if (*result) return std::string(**result);
    ASSAY_OK(check_deadline(deadline_ns, peer()));
  }
}

Result<std::string> RpcConnection::read_record(std::int64_t deadline_ns) {
  for (;;) {
    if (buffer_.size() >= 4) {
      const std::uint32_t mark = number_at(buffer_);
      const std::size_t size = mark & ~kLastFragment;
      if (size + record_.size() > kLongestReply)
        return fail(Code::kCorrupt, peer() + ": a record of over 1 MiB: this is not a VXI-11 server");
      if (buffer_.size() - 4 >= size) {
        record_.append(buffer_, 4, size);
        buffer_.erase(0, 4 + size);
        if (mark & kLastFragment) return std::exchange(record_, {});
        // Who streams empty fragments never has us wait, and so never meets the deadline there.
        ASSAY_OK(check_deadline(deadline_ns, peer()));
        continue;
      }
    }
    ASSAY_TRY(const std::string bytes, socket_.receive(kRecordChunk, deadline_ns));
    buffer_ += bytes;
  }
}

Result<int> ask_port_mapper(const std::string& host, std::uint32_t program, std::uint32_t version,
                            std::int64_t deadline_ns) {
  auto mapper = RpcConnection::connect(host, kPortMapperPort, kPortMapper, kPortMapperVersion, deadline_ns);
  if (!mapper) return fail(mapper.error().with_context("asking the port mapper"));
  XdrWriter arguments;
  arguments.number(program).number(version).number(kTcp).number(0);
  ASSAY_TRY(const std::string result, mapper->call(kGetPort, arguments, deadline_ns));
  XdrReader reader(result);
  const std::uint32_t port = reader.number();
  if (!reader.ok()) return fail(Code::kCorrupt, mapper->peer() + ": the port mapper's answer is cut short");
  if (port == 0 || port > 65535)
    return fail(Code::kUnavailable, mapper->peer() + ": the port mapper knows no VXI-11 instrument there");
  return static_cast<int>(port);
}

}  // namespace assay::instrument
