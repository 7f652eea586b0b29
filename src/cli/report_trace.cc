#include "cli/report_trace.h"

#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/exit_code.h"
#include "base/file.h"
#include "base/output.h"
#include "campaign/check_results.h"
#include "report/perfetto.h"

namespace assay::cli {
namespace {

Result<report::TraceSummary> to_file(const std::filesystem::path& directory, const std::string& output) {
  ASSAY_TRY(FileWriter file, FileWriter::create(output));
  ASSAY_TRY(report::TraceSummary summary,
            report::write_trace(directory, [&](std::string_view bytes) { return file.append(bytes); }));
  ASSAY_OK(file.commit());
  return summary;
}

Result<report::TraceSummary> to_stdout(const std::filesystem::path& directory) {
  if (::isatty(STDOUT_FILENO))
    return fail(Code::kInvalidInput,
                "a trace is no text for a terminal: expected -o FILE, or a pipe behind this command; "
                "https://ui.perfetto.dev opens the file");
  ASSAY_TRY(report::TraceSummary summary, report::write_trace(directory, append_stdout));
  ASSAY_OK(flush_stdout());
  return summary;
}

}  // namespace

Result<int> report_trace(const std::string& directory, const std::string& output) {
  const std::filesystem::path path = directory;
  std::error_code error;  // What cannot be seen is told by reading it.
  const auto status = std::filesystem::status(path, error);
  if (std::filesystem::exists(status) && !std::filesystem::is_directory(status))
    return fail(Code::kInvalidInput, directory +
                                         ": a trace is made from the raw runs: expected a run directory of "
                                         "`assay run`, found a file");
  // Verdicts come from the results; an unfinished run has none.
  if (std::filesystem::exists(path / "results.json", error)) {
    ASSAY_TRY(const campaign::CheckedResults checked, campaign::read_checked_results(directory));
    for (const std::string& note : checked.notes)
      if (!checked.intact) std::fprintf(stderr, "assay: %s: %s\n", directory.c_str(), note.c_str());
  }
  ASSAY_TRY(const report::TraceSummary summary, output.empty() ? to_stdout(path) : to_file(path, output));
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
