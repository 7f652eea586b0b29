// Where a command's result goes: the file of `-o`, or stdout. Either tells when it could not be written: a
// document that a full disk cut short is not to look like a whole one.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/status.h"

namespace assay {

/// To stdout, behind what was printed before: of a document that arises piece by piece. Errors: as
/// output_error.
Result<void> append_stdout(std::string_view text);

/// What stands in stdout's buffer is written now. Errors: as append_stdout, of earlier output too.
Result<void> flush_stdout();

/// `text` to the file `path` (write_file), or to stdout where that is empty.
Result<void> write_output(const std::filesystem::path& path, std::string_view text);

}  // namespace assay
