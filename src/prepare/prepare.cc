#include "prepare/prepare.h"

#include <algorithm>
#include <map>

#include "base/digest.h"
#include "base/file.h"
#include "base/resources.h"
#include "base/text.h"
#include "engine/describe.h"
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

/// What runs the toolchain, and with what it is bound to its artifact.
struct Means {
  fs::path python, script;  ///< Empty: no script is run.
  std::string identity;     ///< Digest of everything outside the request that decides the artifact.
  std::map<std::string, std::string> versions;  ///< Of the runtime that builds.
};

/// The runtime that builds: what it makes runs on that version and device alone. Errors: kUnavailable.
Result<engine::PluginDescription> describe_builder(const engine::WorkerSpec& worker) {
  ASSAY_TRY(engine::PluginDescription plugin, engine::describe_plugin(worker.worker, worker.plugin));
  if (!plugin.runtime_problem.empty())
    return fail(Code::kUnavailable,
                "the runtime of " + plugin.name + " cannot be loaded: " + plugin.runtime_problem);
  std::vector<std::string_view> names;
  for (const engine::AcceleratorInfo& accelerator : plugin.accelerators) {
    names.push_back(accelerator.name);
    if (accelerator.name != worker.accelerator) continue;
    if (accelerator.available) return plugin;
    return fail(Code::kUnavailable, plugin.name + ": " + worker.accelerator +
                                        " is not available on this machine: " + accelerator.reason);
  }
  return fail(Code::kInvalidInput, plugin.name + " has no accelerator '" + worker.accelerator +
                                       "': " + join_or(names) + " was expected");
}

Result<Means> find_means(const PrepareRequest& request) {
  const Toolchain& toolchain = *request.toolchain;
  Means means;
  Sha256 identity;
  if (toolchain.identity) {
    ASSAY_TRY(const std::string sdk, toolchain.identity());
    identity.field(sdk);
  }
  if (!toolchain.script.empty()) {
    ASSAY_TRY(const Environment environment, find_environment(request.python));
    const fs::path scripts =
        request.scripts.empty() ? home_directory() / "tools" / "toolchains" : request.scripts;
    ASSAY_TRY(const std::string digest, digest_scripts(scripts, toolchain.script));
    identity.field(environment.stamp).field(digest);
    means.python = environment.python;
    means.script = scripts / toolchain.script;
  }
  if (toolchain.builds) {
    if (!request.worker) return fail(Code::kInternal, "a toolchain that builds needs the row's worker");
    ASSAY_TRY(const engine::PluginDescription builder, describe_builder(*request.worker));
    ASSAY_TRY(const std::string plugin, sha256_file(request.worker->plugin));
    identity.field(plugin).field(builder.runtime_version).field(request.worker->accelerator);
    for (const engine::AcceleratorInfo& accelerator : builder.accelerators)
      if (accelerator.name == request.worker->accelerator) identity.field(accelerator.full_name);
    for (const auto& [name, version] : builder.versions) identity.field(name).field(version);
    means.versions = builder.versions;
    means.versions[builder.name] = builder.runtime_version;
  }
  means.identity = identity.hex();
  return means;
}

/// Everything that decides the artifact's bytes, the machine's instruction set apart.
std::string cache_key(const PrepareRequest& request, const Means& means) {
  Sha256 key;
  key.field("assay artifact 2").field(request.toolchain->name).field(request.precision);
  key.field(request.facts.sha256).field(request.calibration ? request.calibration->digest : "");
  key.field(means.identity).field(std::to_string(request.shapes.size()));
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

/// The request's options that are among `known`.
std::map<std::string, std::string> options_of(const PrepareRequest& request,
                                              const std::vector<ToolchainOption>& known) {
  std::map<std::string, std::string> chosen;
  for (const ToolchainOption& option : known)
    if (const auto given = request.options.find(std::string(option.name)); given != request.options.end())
      chosen.insert(*given);
  return chosen;
}

/// Runs the script on `source`; what it made lies in `output`.
Result<Message> convert(const PrepareRequest& request, const Means& means, const fs::path& source,
                        const fs::path& output, const CacheEntry& entry, const Listener& listener) {
  ScriptJob job;
  job.log = entry.log();
  job.temporary = entry.temporary();
  job.timeout = request.timeout;
  job.argv = {means.python.string(), means.script.string(), "--model", source.string()};
  if (request.toolchain->calibrates) {
    job.argv.emplace_back("--calibration");
    job.argv.push_back(request.calibration_folder.string());
  }
  job.argv.emplace_back("--output");
  job.argv.push_back(output.string());
  for (const auto& [name, value] : options_of(request, request.toolchain->options)) {
    job.argv.push_back("--" + name);
    job.argv.push_back(value);
  }
  ASSAY_TRY(const Message said, run_script(job, listener));

  std::error_code error;
  const bool plain_name = !said.artifact.empty() && fs::path(said.artifact).filename() == said.artifact;
  if (!plain_name || !fs::is_regular_file(output / said.artifact, error) ||
      fs::file_size(output / said.artifact, error) == 0)
    return fail(Code::kWorkerFailed, "it said that it made '" + said.artifact +
                                         "', and there is no such file or it is empty"
                                         "\nlog: " +
                                         job.log.string() + "\nto repeat it: " + shell_command(job.argv));
  return said;
}

/// Has the row's plugin build `destination` from `source`.
Result<void> build(const PrepareRequest& request, const fs::path& source, const fs::path& destination,
                   const CacheEntry& entry, const Listener& listener) {
  engine::BuildRequest job;
  job.worker = *request.worker;
  job.worker.options = options_of(request, request.toolchain->build_options);
  job.worker.precision = request.precision;
  job.worker.log = entry.log().replace_extension(".build.log");
  if (request.timeout.count() > 0) job.worker.run_timeout = request.timeout;
  job.source = source;
  job.destination = destination;
  ASSAY_TRY(job.source_digest, sha256_file(source));
  job.cache = request.cache / "builders" / std::string(request.toolchain->name);
  ASSAY_OK(make_directories(job.cache));
  if (request.toolchain->calibrates && request.toolchain->script.empty())
    job.calibration = request.calibration;
  auto built = engine::build_artifact(job, [&](const engine::Progress& progress) {
    if (listener.progress) listener.progress(progress.phase, 0, 0);
  });
  if (!built) return fail(built.error().with_context("the builder's log is " + job.worker.log.string()));
  return {};
}

/// Runs the toolchain in the entry's work folder and commits what it made.
Result<StoredArtifact> make_artifact(const PrepareRequest& request, const Means& means,
                                     const std::string& key, CacheEntry& entry, const Listener& listener) {
  const Toolchain& toolchain = *request.toolchain;
  ASSAY_OK(entry.begin());
  fs::path source = request.model;
  if (!request.shapes.empty()) {  // Quantizers want to know every shape.
    source = entry.work() / "source.onnx";
    ASSAY_OK(model::write_with_shapes(request.model, request.shapes, source));
  }
  Message said;
  if (!toolchain.script.empty()) {
    const fs::path output = toolchain.builds ? entry.work() / "converted" : entry.files();
    ASSAY_OK(make_directories(output));
    ASSAY_TRY(said, convert(request, means, source, output, entry, listener));
    source = output / said.artifact;
  }
  if (toolchain.builds) {
    said.artifact = "model." + std::string(toolchain.format);
    ASSAY_OK(build(request, source, entry.files() / said.artifact, entry, listener));
    said.versions.insert(means.versions.begin(), means.versions.end());
  }
  StoredArtifact stored;
  stored.key = key;
  stored.toolchain = request.toolchain->name;
  stored.format = request.toolchain->format;
  stored.artifact = said.artifact;
  stored.model_digest = request.facts.sha256;
  if (toolchain.calibrates) {
    stored.calibration_digest = request.calibration->digest;
    stored.calibration_count = static_cast<int>(request.calibration->files.size());
  }
  stored.options = request.options;
  stored.versions = said.versions;
  stored.settings = said.settings;
  ASSAY_TRY(stored.digest, digest_files(entry.files()));
  ASSAY_OK(entry.commit(stored));
  return stored;
}

Result<record::ArtifactRecord> prepare_cached(const PrepareRequest& request, const Listener& listener) {
  ASSAY_TRY(const Means means, find_means(request));
  const std::string key = cache_key(request, means);
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
  ASSAY_TRY(const StoredArtifact stored, make_artifact(request, means, key, entry, listener));
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
  if (toolchain.calibrates && (!request.calibration || request.calibration->files.empty()))
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
  ASSAY_TRY(std::string file, sha256_file(path));
  // Weights may lie outside of it.
  if (path.extension() == ".onnx") {
    ASSAY_TRY(const model::ModelFacts facts, model::read_model(path));
    file = facts.sha256;
  }
  // What the plugins open beside the file decides what is run as much as the file does.
  std::vector<fs::path> beside;
  if (path.extension() == ".xml") beside.push_back(fs::path(path).replace_extension(".bin"));
  for (const char* suffix : {".io", ".qnn.json"}) {
    std::error_code absent;
    if (fs::path notes = path.string() + suffix; fs::exists(notes, absent))
      beside.push_back(std::move(notes));
  }
  if (beside.empty()) return file;
  Sha256 digest;
  digest.field(file);
  for (const fs::path& other : beside) {
    ASSAY_TRY(const std::string content, sha256_file(other));
    digest.field(other.extension().string()).field(content);
  }
  return digest.hex();
}

Result<std::string> calibration_told_beside(const fs::path& artifact) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::size_t kDigits = 64;
  const fs::path notes = artifact.string() + ".io";
  std::error_code absent;
  if (!fs::exists(notes, absent)) return std::string();
  ASSAY_TRY(const std::string text, read_file(notes));
  std::map<std::string, std::string, std::less<>> told{{"calibration ", ""}, {"dlc ", ""}};
  for (const std::string& line : split(text, '\n'))
    for (auto& [word, digest] : told) {
      if (!line.starts_with(word)) continue;
      const std::string found = line.substr(word.size());
      if (!digest.empty() || found.size() != kDigits || found.find_first_not_of(kHex) != std::string::npos)
        return fail(Code::kCorrupt, notes.string() + ": one line '" + word + "SHA256' was expected, found '" +
                                        line.substr(0, 200) + "': copy it again from where it was made");
      digest = found;
    }
  if (const std::string& of = told.find("dlc ")->second; !of.empty()) {
    ASSAY_TRY(const std::string digest, sha256_file(artifact));
    if (digest != of)
      return fail(Code::kCorrupt, notes.string() + " is of another file (SHA-256 " + of.substr(0, 12) + ", " +
                                      artifact.filename().string() + " has " + digest.substr(0, 12) +
                                      "): copy both from where they were made");
  }
  return told.find("calibration ")->second;
}

}  // namespace assay::prepare
