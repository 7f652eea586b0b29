#include "engine/worker/channel.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "engine/worker/protocol.h"

namespace assay::engine {

bool Channel::receive(std::string& line) {
  for (std::size_t searched = 0;;) {
    const auto end = buffer_.find('\n', searched);
    if (end != std::string::npos) {
      line.assign(buffer_, 0, end);
      buffer_.erase(0, end + 1);
      return true;
    }
    if (buffer_.size() > kMaxLine) return false;
    searched = buffer_.size();
    char chunk[65536];
    const ssize_t got = ::read(fd_, chunk, sizeof chunk);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    buffer_.append(chunk, static_cast<std::size_t>(got));
  }
}

void Channel::send(const nlohmann::json& message) {
  // Vendors' texts are not always UTF-8: a replaced character is better than a lost message.
  const std::string line = message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
  for (std::size_t done = 0; done < line.size();) {
    const ssize_t put = ::send(fd_, line.data() + done, line.size() - done, MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) ::_exit(3);
    done += static_cast<std::size_t>(put);
  }
}

}  // namespace assay::engine
