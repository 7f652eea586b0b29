#include "store/power_import.h"

#include "base/digest.h"
#include "base/file.h"
#include "store/json_fields.h"
#include "store/observation.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

struct StoredPart {
  std::string boot_id, folder, observation_sha256, readings_sha256;
};
struct StoredImport {
  int format = 1;
  record::ImportFacts facts;
  std::vector<StoredPart> parts;
};

constexpr std::string_view kObservation = "observation.json", kReadings = "readings.csv";

}  // namespace

// Outside the unnamed namespace: the visitors find these by their arguments' namespaces.

template <typename V>
void fields(V& v, Is<StoredPart> auto& x) {
  v("boot_id", x.boot_id), v("folder", x.folder), v("observation_sha256", x.observation_sha256);
  v("readings_sha256", x.readings_sha256);
}

template <typename V>
void fields(V& v, Is<StoredImport> auto& x) {
  auto& i = x.facts;
  v("format", x.format), v("name", i.name), v("file", i.file), v("bytes", i.bytes), v("sha256", i.sha256);
  v("log_format", i.format), v("imported_utc", i.imported_utc), v("said", i.said), v("mapping", i.mapping);
  v("log_clock", i.log_clock), v("begin_ns", i.begin_ns), v("end_ns", i.end_ns), v("lines", i.lines);
  v("bad_lines", i.bad_lines), v("readings", i.readings), v("kept", i.kept), v("parts", x.parts);
}

namespace {

Result<StoredImport> load_stored(const fs::path& folder) {
  const fs::path file = folder / "import.json";
  ASSAY_TRY(const std::string text, read_file(file));
  auto stored = read_json<StoredImport>(text);
  if (!stored) return fail(stored.error().with_context(file.string()));
  if (stored->format != 1)
    return fail(Code::kConflict, file.string() + ": format " + std::to_string(stored->format) +
                                     " was written by another version of assay, this one reads format 1");
  return stored;
}

Result<void> check_seal(const fs::path& file, const std::string& sealed) {
  ASSAY_TRY(const std::string found, sha256_file(file));
  if (found == sealed) return {};
  return fail(Code::kCorrupt, file.string() + ": was changed after the log was imported (SHA-256 " +
                                  sealed.substr(0, 12) + " was expected, " + found.substr(0, 12) +
                                  " was found): import the log again with --replace");
}

}  // namespace

std::vector<std::string> power_imports(const RunDirectory& directory) {
  std::vector<std::string> ids = directory.runs();
  std::erase_if(ids, [](const std::string& id) { return !id.starts_with(kImportPrefix); });
  return ids;
}

Result<void> save_power_import(const fs::path& folder, const record::PowerImport& import) {
  StoredImport stored{1, import.facts, {}};
  for (const record::ImportedPart& part : import.parts) {
    const std::string name = "part-" + std::to_string(stored.parts.size() + 1);
    ASSAY_OK(make_directories(folder / name));
    ASSAY_OK(save_observation(folder / name, part.observation));
    ASSAY_TRY(const std::string observation, sha256_file(folder / name / kObservation));
    ASSAY_TRY(const std::string readings, sha256_file(folder / name / kReadings));
    stored.parts.push_back({part.boot_id, name, observation, readings});
  }
  auto text = write_json(stored);
  if (!text) return fail(text.error().with_context((folder / "import.json").string()));
  return write_file(folder / "import.json", *text);
}

Result<record::ImportFacts> load_import_facts(const fs::path& folder) {
  ASSAY_TRY(StoredImport stored, load_stored(folder));
  return std::move(stored.facts);
}

Result<record::PowerImport> load_power_import(const fs::path& folder) {
  ASSAY_TRY(StoredImport stored, load_stored(folder));
  record::PowerImport import{std::move(stored.facts), {}};
  for (const StoredPart& part : stored.parts) {
    // A name of ours, so that a changed import.json cannot lead out of the folder.
    const std::string name = "part-" + std::to_string(import.parts.size() + 1);
    if (part.folder != name)
      return fail(Code::kCorrupt, (folder / "import.json").string() + ": parts: '" + name +
                                      "' was expected, '" + part.folder + "' was found");
    ASSAY_OK(check_seal(folder / name / kObservation, part.observation_sha256));
    ASSAY_OK(check_seal(folder / name / kReadings, part.readings_sha256));
    ASSAY_TRY(record::Observation observation, load_observation(folder / name));
    if (observation.sources.size() != 1)
      return fail(Code::kCorrupt, (folder / name / kObservation).string() + ": one source was expected, " +
                                      std::to_string(observation.sources.size()) + " were found");
    import.parts.push_back({part.boot_id, std::move(observation)});
  }
  return import;
}

}  // namespace assay::store
