// Stamps that were cut to whole seconds: where in its second each line most likely was.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "record/reading.h"

namespace assay::powerlog {

/// Lines that share a stamp lie evenly in that second: the j-th of k between j/k and (j+1)/k of it. The first
/// and the last second of a log are most likely not whole: they take the spacing of their neighbour, the
/// first with its lines at the end of the second, the last with them at its beginning.
class SecondSpreader {
 public:
  struct Item {
    std::size_t channel = 0;
    double value = 0;
  };
  using Emit = std::function<void(std::size_t channel, const record::Reading& reading)>;

  /// A line's items come one after the other; `new_line` with the first of them. What is emitted lags behind
  /// by up to two seconds' lines.
  void add(std::int64_t stamp_ns, bool new_line, Item item, const Emit& emit);
  void finish(const Emit& emit);

 private:
  struct Second {
    std::int64_t stamp_ns = 0;
    std::vector<std::vector<Item>> lines;
  };
  enum class Part { kWhole, kEnd, kBeginning };
  static void emit_second(const Second& second, std::size_t slots, Part part, const Emit& emit);
  void close_second(const Emit& emit);

  Second first_, current_;  ///< The first waits for the second one's number of lines.
  bool first_is_waiting_ = false;
  std::size_t whole_ = 0;  ///< Lines of the last second that was closed; 0: none was.
};

}  // namespace assay::powerlog
