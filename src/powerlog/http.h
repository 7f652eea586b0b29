// One GET of a small answer within a time limit (libcurl).
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "base/status.h"

namespace assay::powerlog {

/// Asks one address again and again over one connection. One thread at a time.
class HttpGetter {
 public:
  /// `url`: http or https; redirects are followed to these only, 5 at most. `timeout`: for one get(),
  /// connecting included. Errors: kInvalidInput (not such an address), kResource.
  static Result<HttpGetter> create(const std::string& url, std::chrono::milliseconds timeout,
                                   std::size_t most_bytes = 1 << 20);
  HttpGetter(HttpGetter&&) noexcept;
  HttpGetter& operator=(HttpGetter&&) noexcept;
  ~HttpGetter();

  /// The body of the answer. Errors: kTimeout; kUnavailable (no connection; refused: 401, 403; server busy or
  /// broken: 5xx), kNotFound (404, 410), kCorrupt (any other status; more than `most_bytes`). The connection
  /// may be used again after any of them.
  Result<std::string> get();

 private:
  struct State;
  explicit HttpGetter(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace assay::powerlog
