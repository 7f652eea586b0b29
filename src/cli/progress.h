// The live progress line: one line that is rewritten on a terminal, plain lines elsewhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "campaign/context.h"

namespace assay::cli {

/// Writes to stderr, so that stdout holds results alone. One thread at a time.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();

  /// `what` is doing item `done` of `total` (0: unknown). Rate and ETA are derived from the calls themselves.
  void update(std::string_view what, std::int64_t done, std::int64_t total);
  /// A finished step: a line where nothing is rewritten, so that a log shows how far a campaign came.
  void finish(std::string_view step, std::int64_t duration_ns);
  /// A line that stays.
  void say(std::string_view text);

 private:
  void clear();

  bool terminal_;
  std::string what_;
  std::int64_t begin_ns_ = 0, last_ns_ = 0, first_done_ = 0;
  bool open_ = false;  ///< A rewritten line is on the screen.
};

/// Shows on `line`, which has to outlive it, what a campaign tells.
campaign::Observer observer_on(ProgressLine& line);

}  // namespace assay::cli
