#include "simulate/onc_rpc.h"

#include <arpa/inet.h>

#include <cstring>

namespace assay::simulate {
namespace {

constexpr std::size_t kLongestRecord = 1 << 20;

std::uint32_t load(std::string_view bytes) {
  std::uint32_t network = 0;
  std::memcpy(&network, bytes.data(), sizeof network);
  return ntohl(network);
}

std::size_t rounded_up(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

}  // namespace

std::optional<std::uint32_t> Arguments::integer() {
  if (data_.size() < 4) {
    data_ = {};
    return std::nullopt;
  }
  const std::uint32_t value = load(data_);
  data_.remove_prefix(4);
  return value;
}

std::optional<std::string> Arguments::opaque() {
  const auto size = integer();
  if (!size || *size > data_.size() || rounded_up(*size) > data_.size()) {
    data_ = {};
    return std::nullopt;
  }
  std::string value(data_.substr(0, *size));
  data_.remove_prefix(rounded_up(*size));
  return value;
}

Results& Results::integer(std::uint32_t value) {
  const std::uint32_t network = htonl(value);
  data_.append(reinterpret_cast<const char*>(&network), sizeof network);
  return *this;
}

Results& Results::opaque(std::string_view value) {
  integer(static_cast<std::uint32_t>(value.size()));
  data_.append(value);
  data_.resize(rounded_up(data_.size()), '\0');
  return *this;
}

std::string answer_call(const Program& program, std::string_view message, std::int64_t now_ns) {
  Arguments header(message);
  const auto id = header.integer(), direction = header.integer(), rpc_version = header.integer();
  const auto number = header.integer(), version = header.integer(), procedure = header.integer();
  header.integer();
  const auto credentials = header.opaque();
  header.integer();
  const auto verifier = header.opaque();
  if (!id || !direction || !rpc_version || !number || !version || !procedure || !credentials || !verifier)
    return "";
  if (*direction != 0) return "";  // Not a call.
  Results reply;
  reply.integer(*id).integer(1);  // A reply.
  if (*rpc_version != 2)
    return reply.integer(1).integer(0).integer(2).integer(2).take();  // Denied: RPC mismatch.
  reply.integer(0).integer(0).integer(0);                             // Accepted, with an empty verifier.
  if (*number != program.number) return reply.integer(Outcome::kNoProgram).take();
  if (*version != program.version)
    return reply.integer(Outcome::kOtherVersion).integer(program.version).integer(program.version).take();
  if (*procedure == 0) return reply.integer(Outcome::kDone).take();  // By custom: are you there?
  const Outcome outcome = program.call(*procedure, header, now_ns);
  if (!outcome.answered) return "";
  return reply.integer(outcome.status).take() + outcome.results;
}

std::string RpcSession::receive(std::string_view bytes, std::int64_t now_ns) {
  buffer_ += bytes;
  std::string answers;
  while (!broken_ && buffer_.size() >= 4) {
    const std::uint32_t mark = load(buffer_);
    const std::size_t size = mark & 0x7FFFFFFFU;
    if (size + record_.size() > kLongestRecord) broken_ = true;
    if (broken_ || buffer_.size() < 4 + size) break;
    record_ += buffer_.substr(4, size);
    buffer_.erase(0, 4 + size);
    if ((mark & 0x80000000U) == 0) continue;
    const std::string reply = answer_call(program_, record_, now_ns);
    record_.clear();
    if (!reply.empty())
      answers += Results().integer(0x80000000U | static_cast<std::uint32_t>(reply.size())).take() + reply;
  }
  return answers;
}

}  // namespace assay::simulate
