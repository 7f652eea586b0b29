// Any bytes give digests of files within a folder or an error; what was read is written and reads back equal.
#include <cstdint>
#include <filesystem>

#include "property.h"
#include "store/seal.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  const auto digests = store::seal_from_text({reinterpret_cast<const char*>(data), size});
  if (!digests) {
    require(digests.error().code == Code::kCorrupt, "a bad file is corrupt");
    return 0;
  }
  for (const auto& [name, digest] : *digests) {
    const std::filesystem::path path(name);
    require(path.is_relative(), "no name is absolute", name);
    for (const auto& part : path) require(part != "..", "no name leaves its folder", name);
    require(digest.size() == 64, "a digest is one", digest);
  }
  require(store::seal_from_text(store::seal_to_text(*digests)).value() == *digests, "writing loses nothing");
  return 0;
}
