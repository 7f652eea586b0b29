#include "model/safetensors.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "base/file.h"

namespace assay::model {

Result<Safetensors> Safetensors::read(const std::filesystem::path& path) {
  ASSAY_TRY(const std::string content, read_file(path));
  const auto corrupt = [&](const std::string& what) {
    return fail(Code::kCorrupt, path.string() + " (" + std::to_string(content.size()) + " bytes): " + what +
                                    "; expected weights in safetensors format, fetch the file again");
  };
  if (content.size() < 8) return corrupt("too short for a header");
  std::uint64_t header_size = 0;
  for (int i = 7; i >= 0; --i) header_size = header_size << 8 | static_cast<unsigned char>(content[i]);
  if (header_size > content.size() - 8) return corrupt("the header is cut short");

  Safetensors file;
  file.blob_.assign(content.begin() + 8 + static_cast<std::ptrdiff_t>(header_size), content.end());
  try {
    const auto header = nlohmann::json::parse(content.begin() + 8,
                                              content.begin() + 8 + static_cast<std::ptrdiff_t>(header_size));
    for (const auto& [name, entry] : header.items()) {
      if (name == "__metadata__") continue;
      if (entry.at("dtype") != "F32") {
        return fail(Code::kInvalidInput, path.string() + ": tensor " + name + " is " +
                                             entry.at("dtype").dump() + ", expected F32");
      }
      Tensor tensor;
      std::uint64_t bytes = 4;
      for (const auto& dim : entry.at("shape")) {
        const auto value = dim.get<std::int64_t>();
        if (value < 1 || __builtin_mul_overflow(bytes, static_cast<std::uint64_t>(value), &bytes)) {
          return corrupt("tensor " + name + " has shape " + entry.at("shape").dump());
        }
        tensor.dims.push_back(value);
      }
      const auto begin = entry.at("data_offsets").at(0).get<std::uint64_t>();
      const auto end = entry.at("data_offsets").at(1).get<std::uint64_t>();
      if (begin > end || end - begin != bytes || end > file.blob_.size()) {
        return corrupt("tensor " + name + " should lie at bytes " + entry.at("data_offsets").dump() + " of " +
                       std::to_string(file.blob_.size()));
      }
      tensor.bytes = std::string_view(file.blob_.data() + begin, bytes);
      file.tensors_.emplace(name, std::move(tensor));
    }
  } catch (const nlohmann::json::exception& e) {
    return corrupt(std::string("the header is not what it should be (") + e.what() + ")");
  }
  return file;
}

const Safetensors::Tensor* Safetensors::find(const std::string& name) const {
  const auto found = tensors_.find(name);
  return found == tensors_.end() ? nullptr : &found->second;
}

}  // namespace assay::model
