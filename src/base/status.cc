#include "base/status.h"

namespace assay {

std::string_view to_string(Code code) {
  switch (code) {
    case Code::kInvalidInput:
      return "invalid input";
    case Code::kNotFound:
      return "not found";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kConflict:
      return "conflict";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kWorkerFailed:
      return "worker failed";
    case Code::kTimeout:
      return "timeout";
    case Code::kResource:
      return "out of resources";
    case Code::kClosedPipe:
      return "closed pipe";
    case Code::kInterrupted:
      return "interrupted";
    case Code::kInternal:
      return "internal error";
  }
  return "unknown";
}

}  // namespace assay
