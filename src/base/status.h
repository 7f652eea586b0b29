// Errors as values: a code chosen by what the caller should do, and a message that says what was expected,
// what was found and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace assay {

/// Chosen by what the caller should do, not by where the error arose. base/exit_code.h maps each to one exit
/// code.
enum class Code {
  kInvalidInput,  ///< The user's spec, model, data or arguments are wrong: mend the input.
  kNotFound,      ///< A file, data set, backend or tool that was asked for is absent: provide it.
  kUnavailable,   ///< This machine lacks a device, driver, SDK or permission: see `assay doctor`.
  kConflict,      ///< State on disk disagrees (changed spec, locked directory): choose another directory.
  kCorrupt,       ///< Data that should be well-formed is not (truncated file, wrong digest): fetch it again.
  kWorkerFailed,  ///< Vendor code crashed, hung or answered garbage: the run is lost, others go on.
  kTimeout,       ///< Something did not answer in its time.
  kResource,      ///< Disk full, out of memory, too many files: free some and resume.
  kClosedPipe,    ///< Nobody reads the output any more (`| head`): there is nobody to tell.
  kInterrupted,   ///< The user stopped it: resume when ready.
  kInternal,      ///< A bug in assay.
};

std::string_view to_string(Code code);

struct Status {
  Code code = Code::kInternal;
  std::string message;

  /// The same error with what was being attempted put in front: "reading X: no such file".
  Status with_context(std::string_view what) const { return {code, std::string(what) + ": " + message}; }
};

template <typename T>
using Result = tl::expected<T, Status>;

/// `return fail(Code::kNotFound, "...")` from any function that returns a Result.
inline tl::unexpected<Status> fail(Code code, std::string message) {
  return tl::unexpected<Status>(Status{code, std::move(message)});
}
inline tl::unexpected<Status> fail(Status status) { return tl::unexpected<Status>(std::move(status)); }

}  // namespace assay

#define ASSAY_CONCAT_(a, b) a##b
#define ASSAY_CONCAT(a, b) ASSAY_CONCAT_(a, b)

/// ASSAY_TRY(auto x, f()); -- x is the value of f(), or the enclosing function returns f()'s error.
#define ASSAY_TRY(decl, expr) ASSAY_TRY_(ASSAY_CONCAT(assay_try_, __LINE__), decl, expr)
#define ASSAY_TRY_(tmp, decl, expr)                       \
  auto tmp = (expr);                                      \
  if (!tmp) return ::assay::fail(std::move(tmp).error()); \
  decl = std::move(*tmp)

/// ASSAY_OK(f()); -- for Result<void>: returns the error, if any, from the enclosing function.
#define ASSAY_OK(expr)                                                                           \
  do {                                                                                           \
    if (auto assay_ok_ = (expr); !assay_ok_) return ::assay::fail(std::move(assay_ok_).error()); \
  } while (false)
