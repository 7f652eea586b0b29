#include "report/report.h"

#include <unistd.h>

#include "base/exit_code.h"
#include "base/output.h"
#include "campaign/check_results.h"
#include "campaign/page_source.h"
#include "cli/command.h"
#include "cli/report_trace.h"
#include "report/html.h"
#include "report/page_template.h"

namespace assay::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> directories;
  std::string format = "table", output, cache;
};

/// What a format without room for it does not show goes to stderr, where it spoils no table or document.
void tell(const std::string& directory, const campaign::CheckedResults& checked) {
  if (checked.intact) return;
  for (const std::string& note : checked.notes)
    std::fprintf(stderr, "assay: %s: %s\n", directory.c_str(), note.c_str());
}

Result<std::string> make_page(const Options& options) {
  campaign::PageOptions page_options;
  ASSAY_TRY(page_options.cache, cache_folder(options.cache));
  report::Page page;
  for (const std::string& directory : options.directories) {
    ASSAY_TRY(campaign::CheckedResults checked, campaign::read_checked_results(directory));
    ASSAY_TRY(report::PageDirectory read,
              campaign::read_page(campaign::run_directory_of(directory), std::move(checked), page_options));
    page.directories.push_back(std::move(read));
  }
  return report::render_html(page, report::page_template());
}

Result<std::string> make_text(const Options& options, report::Format format) {
  const bool joins = format == report::Format::kTable || format == report::Format::kMarkdown;
  if (options.directories.size() > 1 && !joins)
    return fail(Code::kInvalidInput, "--format " + options.format + ": expected one run directory, found " +
                                         std::to_string(options.directories.size()) +
                                         ": several do not make one document (table, md and html take them)");
  std::string text;
  for (const std::string& directory : options.directories) {
    ASSAY_TRY(const campaign::CheckedResults checked, campaign::read_checked_results(directory));
    tell(directory, checked);
    const report::Style style =
        options.output.empty() ? report::terminal_style(STDOUT_FILENO) : report::Style{};
    ASSAY_TRY(const std::string part, report::render(checked.results, format, style));
    text += (text.empty() ? "" : "\n") + part;
  }
  return text;
}

Result<int> print(const Options& options) {
  if (options.format == "perfetto") {
    if (options.directories.size() > 1)
      return fail(Code::kInvalidInput, "--format perfetto: expected one run directory, found " +
                                           std::to_string(options.directories.size()));
    return report_trace(options.directories.front(), options.output);
  }
  const bool html = options.format == "html";
  if (html && options.output.empty() && ::isatty(STDOUT_FILENO))
    return fail(Code::kInvalidInput, "--format html: expected a file to write the page to (-o page.html)");
  std::string text;
  if (html) {
    ASSAY_TRY(text, make_page(options));
  } else {
    ASSAY_TRY(const auto format, report::parse_format(options.format));
    ASSAY_TRY(text, make_text(options, format));
  }
  ASSAY_OK(write_output(options.output, text));
  return kExitOk;
}

}  // namespace

CLI::App* declare_report(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("report", "Print the results of run directories again");
  command
      ->add_option("directory", options->directories,
                   "Run directory, or a results.json; several make one page, or tables one after another")
      ->required();
  command->add_option("--format", options->format, "table, md, csv, json, html or perfetto")
      ->capture_default_str();
  add_output(*command, options->output);
  command->add_option("--cache", options->cache,
                      "Where generated scenes are, for sample pictures; default $ASSAY_CACHE");
  action = [options] { return print(*options); };
  return command;
}

}  // namespace assay::cli
