#include "base/output.h"

#include <cerrno>
#include <cstdio>

#include "base/file.h"

namespace assay {

Result<void> append_stdout(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
  return fail(io_error(errno, "writing", "stdout"));
}

Result<void> flush_stdout() {
  if (std::fflush(stdout) != 0) return fail(io_error(errno, "writing", "stdout"));
  // Of output that failed before now no errno is left. What is not kept is mostly a matter of room.
  if (std::ferror(stdout))
    return fail(Code::kResource, "stdout: some of the output could not be written (is the disk full?)");
  return {};
}

Result<void> write_output(const std::filesystem::path& path, std::string_view text) {
  if (!path.empty()) return write_file(path, text);
  ASSAY_OK(append_stdout(text));
  return flush_stdout();
}

}  // namespace assay
