// The one map from error to exit code (documented in docs/cli.md).
#pragma once

#include "base/status.h"

namespace assay {

enum ExitCode : int {
  kExitOk = 0,
  kExitInvalidRows = 1,  ///< Everything ran, but at least one row is INVALID, or a table contradicts itself.
  kExitUsage = 2,        ///< Bad arguments or a bad spec, model or data set.
  kExitNotFound = 3,     ///< A file, data set, backend or tool is absent.
  kExitUnavailable = 4,  ///< This machine lacks a device, driver, SDK or permission.
  kExitConflict = 5,     ///< The run directory is locked, or belongs to another spec, binary or SDK.
  kExitFailed = 6,       ///< A worker or toolchain crashed, hung, timed out or answered garbage.
  kExitResource = 7,     ///< Disk full or out of memory.
  kExitCondition = 8,    ///< `assay compare`: a condition of --fail-if holds, or cannot be answered.
  kExitInternal = 70,    ///< A bug in assay (sysexits.h: EX_SOFTWARE).
  kExitInterrupted = 130,  ///< Stopped by SIGINT or SIGTERM; `--resume` goes on.
  kExitClosedPipe = 141    ///< Nobody reads the output any more: as a shell tells of what SIGPIPE ended.
};

constexpr int exit_code(Code code) {
  switch (code) {
    case Code::kInvalidInput:
    case Code::kCorrupt:
      return kExitUsage;
    case Code::kNotFound:
      return kExitNotFound;
    case Code::kUnavailable:
      return kExitUnavailable;
    case Code::kConflict:
      return kExitConflict;
    case Code::kWorkerFailed:
    case Code::kTimeout:
      return kExitFailed;
    case Code::kResource:
      return kExitResource;
    case Code::kClosedPipe:
      return kExitClosedPipe;
    case Code::kInterrupted:
      return kExitInterrupted;
    case Code::kInternal:
      return kExitInternal;
  }
  return kExitInternal;
}

}  // namespace assay
