// Lines of JSON over the descriptor that the supervisor gave. C++17.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace assay::engine {

class Channel {
 public:
  explicit Channel(int fd) : fd_(fd) {}
  /// Blocks for the next line. False: the supervisor closed its end, or sent more than kMaxLine.
  bool receive(std::string& line);
  /// Writes one message. Whoever listens no more has killed or will kill us: errors end the process.
  void send(const nlohmann::json& message);

 private:
  int fd_;
  std::string buffer_;
};

}  // namespace assay::engine
