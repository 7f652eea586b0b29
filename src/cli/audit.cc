#include <cstdio>
#include <memory>

#include "audit/audit.h"
#include "audit/describe.h"
#include "audit/published.h"
#include "audit/read.h"
#include "base/exit_code.h"
#include "base/file.h"
#include "base/output.h"
#include "cli/command.h"

namespace assay::cli {
namespace {

constexpr std::size_t kPageWidth = 100;

struct Options {
  std::string file, published, format = "table";
  bool list = false;
};

Result<int> print_list() {
  ASSAY_TRY(const std::filesystem::path folder, audit::published_folder());
  ASSAY_TRY(const std::vector<audit::PublishedSource> sources, audit::published_sources(folder));
  ASSAY_OK(append_stdout(audit::published_list(sources)));
  return kExitOk;
}

Result<int> run(const Options& options) {
  if (options.list) return print_list();
  std::filesystem::path file = options.file;
  if (!options.published.empty()) {
    ASSAY_TRY(const std::filesystem::path folder, audit::published_folder());
    ASSAY_TRY(file, audit::published_file(folder, options.published));
  }
  if (file.empty())
    return fail(Code::kInvalidInput,
                "expected a table (CSV or Markdown), --published SOURCE or --list; see assay audit --help");
  ASSAY_TRY(const std::string text, read_file(file));
  ASSAY_TRY(const audit::Document document, audit::read_tables(text, file));
  const std::vector<audit::Finding> findings = audit::audit(document);
  ASSAY_OK(append_stdout(options.format == "json" ? audit::audit_json(document, findings) + "\n"
                         : options.format == "md" ? audit::audit_markdown(document, findings)
                                                  : audit::audit_text(document, findings, kPageWidth)));
  return audit::count_of(findings, audit::Severity::kContradiction) > 0 ? kExitInvalidRows : kExitOk;
}

}  // namespace

CLI::App* declare_audit(CLI::App& app, Action& action) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "audit", "Check a published results table against itself: exit 1 where it contradicts itself");
  auto* file = command->add_option("table", options->file, "A table in CSV or Markdown");
  auto* published =
      command->add_option("--published", options->published, "A source that ships, by its name in --list");
  auto* list = command->add_flag("--list", options->list, "The published results that ship");
  published->excludes(file);
  list->excludes(file)->excludes(published);
  command->add_option("--format", options->format, "table, md or json")
      ->check(CLI::IsMember({"table", "md", "json"}));
  action = [options] { return run(*options); };
  return command;
}

}  // namespace assay::cli
