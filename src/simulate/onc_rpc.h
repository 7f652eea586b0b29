// The server's side of ONC remote procedure calls (RFC 5531, XDR: RFC 4506), for the simulated instruments.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "simulate/session.h"

namespace assay::simulate {

/// Arguments of a call, read one after the other. After a missing one every further one is missing.
class Arguments {
 public:
  explicit Arguments(std::string_view data) : data_(data) {}
  std::optional<std::uint32_t> integer();
  std::optional<std::string> opaque();

 private:
  std::string_view data_;
};

/// Results, written one after the other.
class Results {
 public:
  Results& integer(std::uint32_t value);
  Results& opaque(std::string_view value);
  std::string take() { return std::move(data_); }

 private:
  std::string data_;
};

/// What a call comes to.
struct Outcome {
  enum Status : std::uint32_t {
    kDone = 0,
    kNoProgram = 1,
    kOtherVersion = 2,
    kNoProcedure = 3,
    kBadArguments = 4
  };
  Status status = kDone;
  std::string results;
  bool answered = true;  ///< False: the server keeps silent.
};

struct Program {
  std::uint32_t number = 0, version = 0;
  std::function<Outcome(std::uint32_t procedure, Arguments arguments, std::int64_t now_ns)> call;
};

/// The reply to one call message; empty when there is none to give (not a call, or silence).
std::string answer_call(const Program& program, std::string_view message, std::int64_t now_ns);

/// A connection: records of fragments, each with a length before it.
class RpcSession final : public Session {
 public:
  explicit RpcSession(Program program) : program_(std::move(program)) {}
  std::string receive(std::string_view bytes, std::int64_t now_ns) override;
  std::string tick(std::int64_t) override { return ""; }
  bool broken() const override { return broken_; }

 private:
  Program program_;
  std::string buffer_, record_;
  bool broken_ = false;
};

}  // namespace assay::simulate
