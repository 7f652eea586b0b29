// The worker: obeys one supervisor, drives one plugin through one pass. C++17.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "engine/worker/channel.h"

namespace assay::engine {

class Worker {
 public:
  explicit Worker(int control_fd);
  ~Worker();
  /// Obeys commands until `quit`, an error or the supervisor's end. Returns the exit code.
  int run();

 private:
  struct State;
  Channel channel_;
  std::unique_ptr<State> state_;
};

}  // namespace assay::engine
