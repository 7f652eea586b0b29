// witness.json: sealed, so that a figure of it is that of the files beside it.
#pragma once

#include <filesystem>
#include <string>

#include "base/status.h"
#include "record/witness.h"

namespace assay::store {

/// Digests every file under the folder into `witness.files`, and writes witness.json with its seal. Errors:
/// those of write_file.
Result<void> save_witness(const std::filesystem::path& folder, record::Witness witness);

/// An equal record. Errors: kNotFound, kCorrupt (the record or a file beside it was changed), kConflict
/// (written by another version).
Result<record::Witness> load_witness(const std::filesystem::path& folder);

}  // namespace assay::store
