#include "simulate/port_mapper_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "simulate/onc_rpc.h"
#include "simulate/server.h"

namespace assay::simulate {
namespace {

constexpr std::uint32_t kPortMapper = 100000, kVersion = 2, kSet = 1, kUnset = 2, kTcp = 6;
constexpr int kPatienceMs = 1000;

Result<bool> ask(std::uint32_t procedure, std::uint32_t program, std::uint32_t version, int port) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in own{};
  own.sin_family = AF_INET;
  own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bindresvport(socket.get(), &own) != 0)
    return fail(Code::kUnavailable,
                std::string("no privileged port for talking to it: ") + std::strerror(errno));
  sockaddr_in mapper = own;
  mapper.sin_port = htons(111);
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&mapper), sizeof mapper) != 0)
    return fail(Code::kUnavailable, std::string("port mapper: ") + std::strerror(errno));
  Results call;
  call.integer(procedure).integer(0).integer(2).integer(kPortMapper).integer(kVersion).integer(procedure);
  call.integer(0).integer(0).integer(0).integer(0);  // No credentials, no verifier.
  call.integer(program).integer(version).integer(kTcp).integer(static_cast<std::uint32_t>(port));
  const std::string message = call.take();
  pollfd item{socket.get(), POLLIN, 0};
  char bytes[512];
  ssize_t got = -1;
  if (::send(socket.get(), message.data(), message.size(), 0) >= 0 && ::poll(&item, 1, kPatienceMs) == 1)
    got = ::recv(socket.get(), bytes, sizeof bytes, 0);
  if (got < 0) return fail(Code::kUnavailable, "the port mapper does not answer");
  Arguments reply({bytes, static_cast<std::size_t>(got)});
  // Id, reply, accepted, verifier (flavour, length), done: then the answer.
  const std::uint32_t wanted[] = {procedure, 1, 0, 0, 0, 0};
  for (const std::uint32_t value : wanted)
    if (reply.integer() != value) return fail(Code::kUnavailable, "the port mapper refuses");
  return reply.integer().value_or(0) != 0;
}

}  // namespace

Result<void> enter_port(std::uint32_t program, std::uint32_t version, int port) {
  ASSAY_OK(ask(kUnset, program, version, 0));
  ASSAY_TRY(const bool entered, ask(kSet, program, version, port));
  if (!entered) return fail(Code::kUnavailable, "the port mapper takes no entry from us");
  return {};
}

void remove_port(std::uint32_t program, std::uint32_t version) { (void)ask(kUnset, program, version, 0); }

}  // namespace assay::simulate
