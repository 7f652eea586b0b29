#include "simulate/vxi11.h"

#include <map>

namespace assay::simulate {
namespace {

enum Procedure : std::uint32_t {
  kCreateLink = 10,
  kDeviceWrite = 11,
  kDeviceRead = 12,
  kReadStatusByte = 13,
  kTrigger = 14,
  kClear = 15,
  kRemote = 16,
  kLocal = 17,
  kLock = 18,
  kUnlock = 19,
  kEnableSrq = 20,
  kCommand = 22,
  kDestroyLink = 23,
  kCreateInterruptChannel = 25,
  kDestroyInterruptChannel = 26
};

// VXI-11, table B.2.
enum Error : std::uint32_t {
  kNoError = 0,
  kNotAccessible = 3,
  kInvalidLink = 4,
  kNotSupported = 8,
  kTimeout = 15
};

constexpr std::uint32_t kFlagEnd = 8;
constexpr std::uint32_t kReasonSizeReached = 1, kReasonEnd = 4;
constexpr std::uint32_t kLargestWrite = 16384;

/// The links of one connection.
class Core {
 public:
  Core(Device& device, const Faults& faults) : device_(device), faults_(faults) {}

  Outcome call(std::uint32_t procedure, Arguments arguments, std::int64_t now_ns) {
    if (faults_.active(Fault::Kind::kSilence, now_ns)) return {Outcome::kDone, "", false};
    switch (procedure) {
      case kCreateLink:
        return create_link(arguments);
      case kDeviceWrite:
        return write(arguments, now_ns);
      case kDeviceRead:
        return read(arguments, now_ns);
      case kDestroyLink: {
        const auto link = arguments.integer();
        if (!link) return bad();
        return plain(links_.erase(*link) == 1 ? kNoError : kInvalidLink);
      }
      case kClear: {
        const auto link = arguments.integer();
        if (!link || links_.count(*link) == 0) return plain(kInvalidLink);
        links_[*link] = {};
        return plain(kNoError);
      }
      case kReadStatusByte:
        return {Outcome::kDone, Results().integer(kNotSupported).integer(0).take(), true};
      case kCommand:
        return {Outcome::kDone, Results().integer(kNotSupported).opaque("").take(), true};
      case kRemote:
      case kLocal:
      case kLock:
      case kUnlock:
        return plain(kNoError);
      case kTrigger:
      case kEnableSrq:
      case kCreateInterruptChannel:
      case kDestroyInterruptChannel:
        return plain(kNotSupported);
      default:
        return {Outcome::kNoProcedure, "", true};
    }
  }

 private:
  struct Link {
    std::string input;   ///< A message whose end has not come yet.
    std::string output;  ///< Answers that have not been read.
  };

  static Outcome bad() { return {Outcome::kBadArguments, "", true}; }
  static Outcome plain(Error error) { return {Outcome::kDone, Results().integer(error).take(), true}; }

  Outcome create_link(Arguments& arguments) {
    const auto client = arguments.integer(), lock = arguments.integer(), patience = arguments.integer();
    const auto name = arguments.opaque();
    if (!client || !lock || !patience || !name) return bad();
    Results results;
    if (*name != "inst0")
      return {Outcome::kDone, results.integer(kNotAccessible).integer(0).integer(0).integer(0).take(), true};
    links_[++last_link_] = {};
    results.integer(kNoError).integer(last_link_).integer(0).integer(kLargestWrite);
    return {Outcome::kDone, results.take(), true};
  }

  Outcome write(Arguments& arguments, std::int64_t now_ns) {
    const auto link = arguments.integer();
    arguments.integer();  // Time-out of the transfer,
    arguments.integer();  // of a lock: nothing is waited for here.
    const auto flags = arguments.integer();
    const auto data = arguments.opaque();
    if (!link || !flags || !data) return bad();
    const auto found = links_.find(*link);
    if (found == links_.end())
      return {Outcome::kDone, Results().integer(kInvalidLink).integer(0).take(), true};
    Link& open = found->second;
    open.input += *data;
    if (*flags & kFlagEnd) {
      while (!open.input.empty() && (open.input.back() == '\n' || open.input.back() == '\r'))
        open.input.pop_back();
      // A new message throws away what nobody read (IEEE 488.2's "interrupted").
      open.output = device_.execute(open.input, now_ns).value_or("");
      open.input.clear();
    }
    Results results;
    results.integer(kNoError).integer(static_cast<std::uint32_t>(data->size()));
    return {Outcome::kDone, results.take(), true};
  }

  Outcome read(Arguments& arguments, std::int64_t) {
    const auto link = arguments.integer(), size = arguments.integer(), patience = arguments.integer();
    const auto lock_patience = arguments.integer(), flags = arguments.integer(),
               character = arguments.integer();
    if (!link || !size || !patience || !lock_patience || !flags || !character) return bad();
    const auto found = links_.find(*link);
    const auto failed = [](Error error) {
      return Outcome{Outcome::kDone, Results().integer(error).integer(0).opaque("").take(), true};
    };
    if (found == links_.end()) return failed(kInvalidLink);
    Link& open = found->second;
    // The real one waits out the time; that nothing will come is known here at once.
    if (open.output.empty()) return failed(kTimeout);
    const std::string part = open.output.substr(0, *size);
    open.output.erase(0, part.size());
    Results results;
    results.integer(kNoError).integer(open.output.empty() ? kReasonEnd : kReasonSizeReached).opaque(part);
    return {Outcome::kDone, results.take(), true};
  }

  Device& device_;
  const Faults& faults_;
  std::map<std::uint32_t, Link> links_;
  std::uint32_t last_link_ = 0;
};

}  // namespace

Program vxi11_core(Device& device, const Faults& faults) {
  auto core = std::make_shared<Core>(device, faults);
  return {kVxi11Core, kVxi11Version,
          [core](std::uint32_t procedure, Arguments arguments, std::int64_t now_ns) {
            return core->call(procedure, arguments, now_ns);
          }};
}

Program port_mapper(std::uint32_t program, std::uint32_t version, int port) {
  constexpr std::uint32_t kPortMapper = 100000, kVersion = 2, kGetPort = 3, kTcp = 6;
  return {
      kPortMapper, kVersion, [=](std::uint32_t procedure, Arguments arguments, std::int64_t) -> Outcome {
        if (procedure != kGetPort) return {Outcome::kNoProcedure, "", true};
        const auto wanted = arguments.integer(), wanted_version = arguments.integer();
        const auto protocol = arguments.integer();
        if (!wanted || !wanted_version || !protocol) return {Outcome::kBadArguments, "", true};
        const bool known = *wanted == program && *wanted_version == version && *protocol == kTcp;
        return {Outcome::kDone, Results().integer(known ? static_cast<std::uint32_t>(port) : 0).take(), true};
      }};
}

}  // namespace assay::simulate
