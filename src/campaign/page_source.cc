#include "campaign/page_source.h"

#include <algorithm>
#include <charconv>

#include "campaign/imported_power.h"
#include "campaign/page_samples.h"
#include "dataset/picture.h"
#include "report/page_run.h"
#include "store/records.h"
#include "store/run_directory.h"
#include "store/seal.h"
#include "vendor/command.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

/// (repeat, id) of the row's timed runs, in order of the repeats.
std::vector<std::pair<int, std::string>> timed_runs(const store::RunDirectory& directory,
                                                    const std::string& row) {
  std::vector<std::pair<int, std::string>> found;
  const std::string prefix = "timed." + row + ".r";
  for (const std::string& id : directory.runs()) {
    if (!id.starts_with(prefix)) continue;
    int repeat = 0;
    const char* const end = id.data() + id.size();
    const auto [stop, error] = std::from_chars(id.data() + prefix.size(), end, repeat);
    if (error == std::errc() && stop == end) found.emplace_back(repeat, id);
  }
  std::ranges::sort(found);
  return found;
}

Result<void> read_timed(const store::RunDirectory& directory, const record::Row& row,
                        std::span<const record::PowerImport> imports, report::PageRow& page) {
  int well = 0;
  for (const auto& [repeat, id] : timed_runs(directory, row.key.id)) {
    auto run = store::load_timed_run(directory.run_folder(id));
    if (!run && run.error().code == Code::kResource) return fail(run.error());
    if (!run) {
      page.absent.push_back("the plots lack repeat " + std::to_string(repeat) + ": " + run.error().message);
      continue;
    }
    add_imported_power(imports, *run);
    if (run->failure.reason.empty()) ++well;
    ASSAY_TRY(report::PageRun packed, report::page_run(*run));
    page.runs.push_back(std::move(packed));
  }
  if (well < row.repeats)
    page.absent.push_back("the results rest on " + std::to_string(row.repeats) + " timed runs, of which " +
                          std::to_string(well) + " are in " + (directory.path() / "runs").string() +
                          " and readable: the plots show those");
  return {};
}

Result<void> read_accuracy(const store::RunDirectory& directory, const record::Row& row,
                           report::PageRow& page) {
  const std::string id = "accuracy." + row.key.id;
  if (!directory.has_run(id)) {
    if (row.figures.miou.value)
      page.absent.push_back("no confusion matrix: " + directory.run_folder(id).string() + " is not there");
    return {};
  }
  const auto run = store::load_accuracy_run(directory.run_folder(id));
  if (!run && run.error().code == Code::kResource) return fail(run.error());
  if (!run)
    page.absent.push_back("no confusion matrix: " + run.error().message);
  else
    page.confusion = report::total_confusion(*run);
  return {};
}

std::vector<report::PageCommand> commands_for(const fs::path& path, const record::Results& results) {
  const std::string name = vendor::shell_word(path.string());
  std::vector<report::PageCommand> commands;
  if (!results.complete) commands.push_back({"Go on with the campaign:", "assay run --resume " + name});
  commands.push_back({"Measure the same again, into a new run directory (spec.yaml holds every default):",
                      "assay run " + vendor::shell_word((path / "spec.yaml").string()) + " --out NEW"});
  commands.push_back({"Print the table, or make this page again:",
                      "assay report " + name + "\nassay report " + name + " --format html -o page.html"});
  std::error_code ignored;  // What cannot be seen cannot be checked by that command either.
  if (fs::exists(path / store::kSealFile, ignored))
    commands.push_back({"Check the files without assay:", "cd " + name + " && sha256sum -c SHA256SUMS"});
  return commands;
}

}  // namespace

Result<report::PageDirectory> read_page(const fs::path& path, CheckedResults checked,
                                        const PageOptions& options) {
  report::PageDirectory page;
  page.name = path.string();
  page.results = std::move(checked.results);
  page.files = std::move(checked.notes);
  page.rows.resize(page.results.rows.size());
  const int classes = static_cast<int>(page.results.class_names.size());
  for (int c = 0; c < classes; ++c)
    page.classes.push_back(
        {page.results.class_names[static_cast<std::size_t>(c)], dataset::class_colour(c, classes)});
  const auto directory = store::RunDirectory::view(path);
  if (!directory) {
    for (report::PageRow& row : page.rows)
      row.absent.push_back("there are no raw runs beside the results: plots of samples stay empty");
    return page;
  }
  page.commands = commands_for(path, page.results);
  auto imports = load_imports(*directory);
  if (!imports) page.files.push_back("An imported power log is left out: " + imports.error().message);
  const std::vector<record::PowerImport> none;
  for (std::size_t i = 0; i < page.rows.size(); ++i) {
    ASSAY_OK(read_timed(*directory, page.results.rows[i], imports ? *imports : none, page.rows[i]));
    ASSAY_OK(read_accuracy(*directory, page.results.rows[i], page.rows[i]));
  }
  if (auto superseded = directory->superseded())
    page.superseded = std::move(*superseded);
  else
    page.files.push_back("Superseded runs cannot be listed: " + superseded.error().message);
  add_samples(*directory, options, page);
  return page;
}

}  // namespace assay::campaign
