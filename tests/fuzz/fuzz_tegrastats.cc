// Any bytes as output of tegrastats, with stamps or without.
#include "powerlog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  powerlog::ImportOptions options;
  options.format = "tegrastats";
  options.log.zone = powerlog::Zone{};
  options.log.interval_ns = 100'000'000;
  fuzz_log({reinterpret_cast<const char*>(data), size}, options);
  return 0;
}
