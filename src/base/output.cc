#include "base/output.h"

#include <poll.h>
#include <stdio_ext.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "base/file.h"

namespace assay {

Result<void> append_stdout(std::string_view text) {
  ASSAY_OK(flush_stdout());
  if (const int error = write_whole(STDOUT_FILENO, text))
    return fail(output_error(error, "writing", "stdout"));
  return {};
}

Result<void> flush_stdout() {
  pollfd out{STDOUT_FILENO, POLLOUT, 0};
  // The C library drops what a pipe that does not block has no room for.
  ::poll(&out, 1, ::__fpending(stdout) > 0 ? -1 : 0);
  if (std::fflush(stdout) != 0) return fail(output_error(errno, "writing", "stdout"));
  if (!std::ferror(stdout)) return {};
  // Of output that failed before now no errno is left, but whether somebody reads can still be seen.
  if (out.revents & POLLERR) return fail(output_error(EPIPE, "writing", "stdout"));
  return fail(Code::kResource, "stdout: some of the output could not be written (is the disk full?)");
}

Result<void> write_output(const std::filesystem::path& path, std::string_view text) {
  if (!path.empty()) return write_file(path, text);
  return append_stdout(text);
}

}  // namespace assay
