// What the server asks of a simulated instrument. Everything happens on the server's one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay::simulate {

/// Times are nanoseconds since the simulator started; they never go back.
class Device {
 public:
  virtual ~Device() = default;

  /// Lets happen what happens until then.
  virtual void advance(std::int64_t now_ns) = 0;

  /// When something happens next by itself.
  virtual std::int64_t next_event_ns() const = 0;

  /// Takes one whole message, without its end. The bytes to answer, end included; nullopt: nothing to answer
  /// (yet).
  virtual std::optional<std::string> execute(std::string_view message, std::int64_t now_ns) = 0;

  /// An answer that was owed since an earlier message and has become possible.
  virtual std::optional<std::string> late_answer(std::int64_t now_ns) = 0;
};

}  // namespace assay::simulate
