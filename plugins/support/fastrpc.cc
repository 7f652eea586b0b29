#include "support/fastrpc.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace assay::plugin {

Dsp find_dsp(const std::filesystem::path& root) {
  constexpr const char* kDevices[] = {"dev/fastrpc-cdsp", "dev/fastrpc-cdsp-secure", "dev/adsprpc-smd",
                                      "dev/adsprpc-smd-secure"};
  std::string refused;
  for (const char* name : kDevices) {
    const std::filesystem::path path = root / name;
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    if (fd >= 0) {
      ::close(fd);
      return {path.string(), ""};
    }
    if (errno != ENOENT)
      refused += (refused.empty() ? "" : "; ") + path.string() + ": " + std::strerror(errno);
  }
  if (refused.empty())
    return {"",
            "no FastRPC device for the DSP: none of /dev/fastrpc-cdsp, /dev/fastrpc-cdsp-secure, "
            "/dev/adsprpc-smd and "
            "/dev/adsprpc-smd-secure is there. The kernel's FastRPC driver makes them once the DSP's "
            "firmware runs"};
  return {"", refused +
                  ". This user may not use the DSP: make the device readable and writable for it (its "
                  "group, or a udev rule)"};
}

}  // namespace assay::plugin
