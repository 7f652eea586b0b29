#include "prepare/prepare.h"

#include <algorithm>

#include "base/digest.h"
#include "base/file.h"
#include "base/resources.h"
#include "base/text.h"
#include "prepare/cache.h"
#include "prepare/script.h"

namespace assay::prepare {
namespace {

namespace fs = std::filesystem;

/// The pinned Python environment. Its stamp is written last by scripts/setup and names all package versions
/// by digest.
struct Environment {
  fs::path python;
  std::string stamp;
};

Result<Environment> find_environment(const fs::path& given) {
  const fs::path python = given.empty() ? home_directory() / "sdk" / "venv" / "bin" / "python" : given;
  const auto stamp = read_file(python.parent_path().parent_path() / ".stamp");
  std::error_code ignored;
  if (!fs::exists(python, ignored) || !stamp)
    return fail(Code::kUnavailable, "the Python environment of the quantizers was expected at " +
                                        python.parent_path().parent_path().string() +
                                        ", and is absent or incomplete: run scripts/setup");
  return Environment{python, *stamp};
}

Result<std::string> digest_scripts(const fs::path& folder, std::string_view script) {
  std::error_code error;
  if (!fs::is_regular_file(folder / script, error))
    return fail(Code::kUnavailable, "the script " + (folder / script).string() +
                                        " is absent: set ASSAY_HOME to the folder "
                                        "that holds tools/");
  std::vector<fs::path> names;  // The script imports its neighbours, so all of them count.
  for (const auto& item : fs::directory_iterator(folder, error))
    if (item.path().extension() == ".py") names.push_back(item.path());
  std::sort(names.begin(), names.end());
  Sha256 digest;
  for (const fs::path& name : names) {
    ASSAY_TRY(const std::string content, sha256_file(name));
    digest.field(name.filename().string()).field(content);
  }
  return digest.hex();
}

/// Everything that decides the artifact's bytes, the machine's instruction set apart.
std::string cache_key(const PrepareRequest& request, const Environment& environment,
                      const std::string& scripts) {
  Sha256 key;
  key.field("assay artifact 1").field(request.toolchain->name).field(request.precision);
  key.field(request.facts.sha256).field(request.calibration_digest).field(environment.stamp).field(scripts);
  key.field(std::to_string(request.shapes.size()));
  for (const auto& [input, shape] : request.shapes) {
    std::string text;
    for (std::int64_t dim : shape) text += std::to_string(dim) + ",";
    key.field(input).field(text);
  }
  for (const auto& [name, value] : request.options) key.field(name).field(value);
  return key.hex();
}

record::ArtifactRecord make_record(const StoredArtifact& stored, const fs::path& path, bool from_cache) {
  record::ArtifactRecord record;
  record.path = path.string();
  record.format = stored.format;
  record.digest = stored.digest;
  record.key = stored.key;
  record.toolchain = stored.toolchain;
  record.versions = stored.versions;
  record.calibration_digest = stored.calibration_digest;
  record.calibration_count = stored.calibration_count;
  record.from_cache = from_cache;
  return record;
}

record::ArtifactRecord source_as_artifact(const PrepareRequest& request) {
  record::ArtifactRecord record;
  record.path = request.model.string();
  record.format = request.toolchain->format;
  record.digest = record.key = request.facts.sha256;
  record.toolchain = request.toolchain->name;
  return record;
}

/// Runs the toolchain in the entry's work folder and commits what it made.
Result<StoredArtifact> make_artifact(const PrepareRequest& request, const Environment& environment,
                                     const fs::path& script, const std::string& key, CacheEntry& entry,
                                     const Listener& listener) {
  ASSAY_OK(entry.begin());
  fs::path source = request.model;
  if (!request.shapes.empty()) {  // Quantizers want to know every shape.
    source = entry.work() / "source.onnx";
    ASSAY_OK(model::write_with_shapes(request.model, request.shapes, source));
  }
  ScriptJob job;
  job.log = entry.log();
  job.temporary = entry.temporary();
  job.timeout = request.timeout;
  job.argv = {environment.python.string(),
              script.string(),
              "--model",
              source.string(),
              "--calibration",
              request.calibration.string(),
              "--output",
              entry.files().string()};
  for (const auto& [name, value] : request.options) {
    job.argv.push_back("--" + name);
    job.argv.push_back(value);
  }
  ASSAY_TRY(const Message said, run_script(job, listener));

  std::error_code error;
  const bool plain_name = !said.artifact.empty() && fs::path(said.artifact).filename() == said.artifact;
  if (!plain_name || !fs::is_regular_file(entry.files() / said.artifact, error) ||
      fs::file_size(entry.files() / said.artifact, error) == 0)
    return fail(Code::kWorkerFailed, "it said that it made '" + said.artifact +
                                         "', and there is no such file or it is empty"
                                         "\nlog: " +
                                         job.log.string() + "\nto repeat it: " + shell_command(job.argv));
  StoredArtifact stored;
  stored.key = key;
  stored.toolchain = request.toolchain->name;
  stored.format = request.toolchain->format;
  stored.artifact = said.artifact;
  stored.model_digest = request.facts.sha256;
  stored.calibration_digest = request.calibration_digest;
  stored.calibration_count = request.calibration_count;
  stored.options = request.options;
  stored.versions = said.versions;
  stored.settings = said.settings;
  ASSAY_TRY(stored.digest, digest_files(entry.files()));
  ASSAY_OK(entry.commit(stored));
  return stored;
}

Result<record::ArtifactRecord> prepare_cached(const PrepareRequest& request, const Listener& listener) {
  const fs::path scripts =
      request.scripts.empty() ? home_directory() / "tools" / "toolchains" : request.scripts;
  ASSAY_TRY(const Environment environment, find_environment(request.python));
  ASSAY_TRY(const std::string scripts_digest, digest_scripts(scripts, request.toolchain->script));
  const std::string key = cache_key(request, environment, scripts_digest);
  ASSAY_TRY(CacheEntry entry, CacheEntry::open(request.cache, key, request.timeout, listener));
  auto found = entry.load();
  if (found && *found) return make_record(**found, entry.artifact(**found), true);
  if (!found) {
    if (found.error().code != Code::kCorrupt) return fail(found.error());
    if (listener.notice)
      listener.notice("the cached artifact " + key.substr(0, 12) +
                      " is damaged and is made again: " + found.error().message);
    ASSAY_OK(entry.remove());
  }
  ASSAY_TRY(const StoredArtifact stored,
            make_artifact(request, environment, scripts / request.toolchain->script, key, entry, listener));
  return make_record(stored, entry.artifact(stored), false);
}

}  // namespace

Result<void> check_environment(const fs::path& python) {
  ASSAY_TRY(const Environment environment, find_environment(python));
  return {};
}

Result<record::ArtifactRecord> prepare(const PrepareRequest& request, const Listener& listener) {
  const Toolchain& toolchain = *request.toolchain;
  ASSAY_OK(check_options(toolchain, request.options));
  ASSAY_OK(check_limits(toolchain, request.facts));
  if (toolchain.as_it_is()) return source_as_artifact(request);
  if (toolchain.calibrates && request.calibration_count <= 0)
    return fail(Code::kInvalidInput,
                "toolchain " + std::string(toolchain.name) +
                    " calibrates with images, and none were chosen: give data.calibration");
  auto record = prepare_cached(request, listener);
  if (!record) return fail(record.error().with_context("toolchain " + std::string(toolchain.name)));
  return record;
}

Result<std::string> artifact_digest(const record::ArtifactRecord& artifact) {
  const std::filesystem::path path = artifact.path;
  if (artifact.toolchain == kNone.name) {
    ASSAY_TRY(const model::ModelFacts facts, model::read_model(path));
    return facts.sha256;
  }
  if (artifact.toolchain != "given") return digest_files(path.parent_path());
  ASSAY_TRY(const std::string file, sha256_file(path));
  if (path.extension() != ".xml") return file;
  ASSAY_TRY(const std::string weights, sha256_file(std::filesystem::path(path).replace_extension(".bin")));
  return Sha256().field(file).field(weights).hex();
}

}  // namespace assay::prepare
