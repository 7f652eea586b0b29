#include "store/witness.h"

#include "base/digest.h"
#include "base/file.h"
#include "store/json_fields.h"
#include "store/seal.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFile = "witness.json";

struct Sealed {
  record::Witness witness;
  std::string seal;  ///< SHA-256 of this text with an empty seal.
};

}  // namespace

// Outside the unnamed namespace: the visitors find these by their arguments' namespaces.

template <typename V>
void fields(V& v, Is<record::Estimate> auto& x) {
  v("value", x.value), v("lo", x.lo), v("hi", x.hi);
}

template <typename V>
void fields(V& v, Is<record::WitnessRun> auto& x) {
  v("ours_first", x.ours_first), v("ours_ms", x.ours_ms), v("theirs_ms", x.theirs_ms);
  v("ours_inferences", x.ours_inferences), v("theirs_inferences", x.theirs_inferences);
  v("theirs_loop_ms", x.theirs_loop_ms), v("foreign_cpu_share", x.foreign_cpu_share);
}

template <typename V>
void fields(V& v, Is<record::WitnessReason> auto& x) {
  v("id", x.id), v("evidence", x.evidence), v("likely", x.likely);
}

template <typename V>
void fields(V& v, Is<Sealed> auto& sealed) {
  auto& x = sealed.witness;
  v("format", x.format), v("row", x.row), v("backend", x.backend), v("accelerator", x.accelerator);
  v("precision", x.precision), v("artifact", x.artifact), v("artifact_digest", x.artifact_digest);
  v("tool", x.tool), v("tool_version", x.tool_version), v("runtime_version", x.runtime_version);
  v("statistic", x.statistic), v("what_it_times", x.what_it_times), v("command", x.command);
  v("begun_utc", x.begun_utc), v("seed", x.seed), v("seconds", x.seconds);
  v("tolerance_percent", x.tolerance_percent), v("ours_ms", x.ours), v("theirs_ms", x.theirs);
  v("ratio", x.ratio), v("difference_percent", x.difference), v("widened_lo", x.widened_lo);
  v("widened_hi", x.widened_hi), v("resolution_percent", x.resolution_percent), v("verdict", x.verdict);
  v("second_slower_percent", x.second_slower), v("later_slower_percent", x.later_slower);
  v("row_ms", x.row_ms), v("changed", x.changed), v("runs", x.runs), v("reasons", x.reasons);
  v("files", x.files), v("seal", sealed.seal);
}

namespace {

/// Of what lies beside the witness itself.
Result<Digests> digests_beside(const fs::path& folder) {
  ASSAY_TRY(std::vector<std::string> names, files_below(folder));
  std::erase(names, kFile);
  return digests_of(folder, names);
}

Result<std::string> sealed_text(Sealed sealed) {
  sealed.seal.clear();
  ASSAY_TRY(const std::string open, write_json(sealed));
  sealed.seal = Sha256().update(open).hex();
  return write_json(sealed);
}

}  // namespace

Result<void> save_witness(const fs::path& folder, record::Witness witness) {
  ASSAY_TRY(witness.files, digests_beside(folder));
  const auto text = sealed_text({std::move(witness), ""});
  if (!text) return fail(text.error().with_context((folder / kFile).string()));
  return write_file(folder / kFile, *text);
}

Result<record::Witness> load_witness(const fs::path& folder) {
  const fs::path file = folder / kFile;
  ASSAY_TRY(const std::string text, read_file(file));
  auto sealed = read_json<Sealed>(text);
  if (!sealed) return fail(sealed.error().with_context(file.string()));
  if (sealed->witness.format != 1)
    return fail(Code::kConflict, file.string() + ": format " + std::to_string(sealed->witness.format) +
                                     " was written by another version of assay, this one reads format 1");
  ASSAY_TRY(const std::string expected, sealed_text(*sealed));
  ASSAY_TRY(const auto digests, digests_beside(folder));
  if (expected != text || digests != sealed->witness.files)
    return fail(Code::kCorrupt, file.string() + ": it, or a file beside it, was changed after it was sealed");
  return std::move(sealed->witness);
}

}  // namespace assay::store
