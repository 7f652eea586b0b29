#include "report/report.h"

#include <unistd.h>

#include "base/exit_code.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/report_trace.h"
#include "store/results_json.h"

namespace assay::cli {
namespace {

struct Options {
  std::string directory, format = "table", output;
};

Result<int> print(const Options& options) {
  if (options.format == "perfetto") return report_trace(options.directory, options.output);
  ASSAY_TRY(const auto format, report::parse_format(options.format));
  std::filesystem::path path = options.directory;
  if (std::filesystem::is_directory(path)) path /= "results.json";
  auto results = store::read_results(path);
  if (!results && results.error().code == Code::kNotFound)
    return fail(Code::kNotFound, path.string() +
                                     ": no results here: expected a run directory of `assay run` (an "
                                     "unfinished one goes on with --resume)");
  if (!results) return fail(results.error());
  ASSAY_TRY(const auto text, report::render(*results, format, report::terminal_style(STDOUT_FILENO)));
  if (options.output.empty())
    std::fputs(text.c_str(), stdout);
  else
    ASSAY_OK(write_file(options.output, text));
  return kExitOk;
}

}  // namespace

CLI::App* declare_report(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("report", "Print the results of a run directory again");
  command->add_option("directory", options->directory, "Run directory, or a results.json")->required();
  command->add_option("--format", options->format, "table, md, csv, json or perfetto")->capture_default_str();
  command->add_option("-o,--output", options->output, "File to write instead of printing");
  action = [options] { return print(*options); };
  return command;
}

}  // namespace assay::cli
