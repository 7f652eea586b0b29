// A worker runs foreign code: any line gives a message or kCorrupt.
#include <cstdint>

#include "engine/message.h"
#include "property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const auto message = engine::parse_worker_message({reinterpret_cast<const char*>(data), size});
  if (!message)
    require(message.error().code == Code::kCorrupt, "a bad message is corrupt", message.error().message);
  return 0;
}
