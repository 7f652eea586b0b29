// Messages that end with a newline, over plain TCP.
#pragma once

#include "simulate/device.h"
#include "simulate/session.h"

namespace assay::simulate {

class LineSession final : public Session {
 public:
  explicit LineSession(Device& device) : device_(device) {}

  std::string receive(std::string_view bytes, std::int64_t now_ns) override {
    buffer_ += bytes;
    std::string answers;
    for (;;) {
      const auto end = buffer_.find('\n');
      if (end == std::string::npos) return answers;
      std::string message = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      if (!message.empty() && message.back() == '\r') message.pop_back();
      answers += device_.execute(message, now_ns).value_or("");
    }
  }
  std::string tick(std::int64_t now_ns) override { return device_.late_answer(now_ns).value_or(""); }
  bool broken() const override { return buffer_.size() > kLongestLine; }

 private:
  static constexpr std::size_t kLongestLine = 1 << 16;
  Device& device_;
  std::string buffer_;
};

}  // namespace assay::simulate
