// Any bytes as a log of PTDaemon.
#include "powerlog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  powerlog::ImportOptions options;
  options.format = "ptdaemon";
  options.log.zone = powerlog::Zone{3600};
  options.log.boundary = record::Boundary::kAcInput;
  fuzz_log({reinterpret_cast<const char*>(data), size}, options);
  return 0;
}
