#include "cli/report_trace.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <utility>

#include "base/exit_code.h"
#include "base/file.h"
#include "base/output.h"
#include "campaign/check_results.h"
#include "report/perfetto.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;
using report::TraceResults;
using report::TraceSummary;

Result<TraceSummary> to_file(const fs::path& directory, const TraceResults& checked,
                             const std::string& output) {
  ASSAY_TRY(FileWriter file, FileWriter::create(output));
  ASSAY_TRY(TraceSummary summary, report::write_trace(directory, checked, [&](std::string_view bytes) {
              return file.append(bytes);
            }));
  ASSAY_OK(file.commit());
  return summary;
}

Result<TraceSummary> to_stdout(const fs::path& directory, const TraceResults& checked) {
  if (::isatty(STDOUT_FILENO))
    return fail(Code::kInvalidInput,
                "a trace is no text for a terminal: expected -o FILE, or a pipe behind this command; "
                "https://ui.perfetto.dev opens the file");
  ASSAY_TRY(TraceSummary summary, report::write_trace(directory, checked, append_stdout));
  ASSAY_OK(flush_stdout());
  return summary;
}

/// Results marked where something was edited, as every format has them. A run that has only begun may have
/// none that can be derived: what it has of times is shown all the same.
Result<TraceResults> checked_results(const fs::path& directory) {
  auto checked = campaign::read_checked_results(directory);
  std::error_code error;  // What cannot be seen is told by reading it.
  if (!checked && fs::exists(directory / "results.json", error)) return fail(checked.error());
  if (!checked) return TraceResults{std::nullopt, {"no verdicts: " + checked.error().message}};
  if (!checked->intact)
    for (const std::string& note : checked->notes)
      std::fprintf(stderr, "assay: %s: %s\n", directory.c_str(), note.c_str());
  return TraceResults{std::move(checked->results), std::move(checked->notes)};
}

}  // namespace

Result<int> report_trace(const std::string& directory, const std::string& output) {
  const fs::path path = directory;
  std::error_code error;  // What cannot be seen is told by reading it.
  const auto status = fs::status(path, error);
  if (fs::exists(status) && !fs::is_directory(status))
    return fail(Code::kInvalidInput, directory +
                                         ": a trace is made from the raw runs: expected a run directory of "
                                         "`assay run`, found a file");
  ASSAY_TRY(const TraceResults checked, checked_results(path));
  ASSAY_TRY(const TraceSummary summary,
            output.empty() ? to_stdout(path, checked) : to_file(path, checked, output));
  std::fprintf(
      stderr,
      "trace: %lld timed and %lld warm-up inferences, %lld requests end to end, %lld layers, %lld readings\n",
      static_cast<long long>(summary.timed), static_cast<long long>(summary.warmup),
      static_cast<long long>(summary.pipeline), static_cast<long long>(summary.layers),
      static_cast<long long>(summary.readings));
  for (const std::string& text : summary.left_out) std::fprintf(stderr, "trace: left out %s\n", text.c_str());
  return kExitOk;
}

}  // namespace assay::cli
