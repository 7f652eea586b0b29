// Any bytes as CSV of a Monsoon.
#include "powerlog.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  powerlog::ImportOptions options;
  options.format = "monsoon";
  fuzz_log({reinterpret_cast<const char*>(data), size}, options);
  return 0;
}
