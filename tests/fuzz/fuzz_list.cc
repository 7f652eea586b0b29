// A list of tensor files with any bytes as its lines opens or fails with an error; nothing outside is read.
#include <cstdint>
#include <fstream>

#include "base/file.h"
#include "dataset/tensors.h"
#include "property.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  static const TemporaryDirectory folder = TemporaryDirectory::create("assay-fuzz").value();
  static const bool made = write_file(folder.path() / "a.raw", std::string(48, '\0')).has_value();
  require(made, "a tensor can be written");
  const auto list = folder.path() / "list.txt";
  std::ofstream(list, std::ios::binary)
      .write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  const auto dataset = dataset::open_tensors(list, {});
  if (!dataset)
    require(dataset.error().code != Code::kInternal, "a bad list is no bug of ours", dataset.error().message);
  return 0;
}
