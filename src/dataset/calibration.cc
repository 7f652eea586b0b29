#include "dataset/calibration.h"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/digest.h"
#include "base/file.h"
#include "dataset/image.h"
#include "dataset/parallel.h"
#include "dataset/preprocess.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

std::string file_name(std::size_t index) {
  char name[32];
  std::snprintf(name, sizeof name, "%06zu.raw", index);
  return name;
}

/// What the tensors are, apart from their contents: all of it has to match for a folder to be reused.
Json head(const spec::ModelIo& io, spec::Size size) {
  return {{"version", 1},
          {"input_name", io.input_name},
          {"shape", {1, 3, size.height, size.width}},
          {"dtype", "f32"},
          {"order", io.order},
          {"layout", "NCHW"},
          {"model_layout", io.layout},
          {"model_dtype", io.dtype},
          {"range", {io.range_lo, io.range_hi}},
          {"mean", io.mean},
          {"std", io.stddev}};
}

struct Known {
  std::vector<std::string> ids, digests;
};

/// The index in `dir`, if it describes tensors of the same kind from the same items.
Result<Known> read_index(const fs::path& index, const Json& wanted, const std::vector<std::string>& ids) {
  ASSAY_TRY(const std::string text, read_file(index));
  const auto conflict = [&](const std::string& what) {
    return fail(Code::kConflict,
                index.string() + " is of other calibration tensors (" + what + "): choose another folder");
  };
  Known known;
  try {
    const Json found = Json::parse(text);
    for (const auto& [key, value] : wanted.items()) {
      if (found.at(key) != value)
        return conflict(key + " is " + found.at(key).dump() + ", not " + value.dump());
    }
    for (const auto& item : found.at("items")) {
      known.ids.push_back(item.at("id"));
      known.digests.push_back(item.at("sha256"));
    }
  } catch (const nlohmann::json::exception&) {
    return conflict("it cannot be read");
  }
  if (known.ids != ids) return conflict("other images");
  return known;
}

Result<void> check_space(const fs::path& dir, std::uintmax_t bytes) {
  std::error_code error;
  const fs::space_info space = fs::space(dir, error);
  if (!error && space.available < bytes) {
    return fail(Code::kResource, "the calibration tensors take " + std::to_string(bytes >> 20) +
                                     " MiB, but " + dir.string() + " has " +
                                     std::to_string(space.available >> 20) +
                                     " MiB free: free some, or calibrate with fewer images");
  }
  return {};
}

}  // namespace

Result<CalibrationSet> write_calibration(const Dataset& dataset, std::span<const std::size_t> indices,
                                         const spec::ModelIo& io, spec::Size size, const fs::path& dir,
                                         const Progress& progress) {
  CalibrationSet set;
  set.index = dir / "index.json";
  set.dims = {1, 3, size.height, size.width};
  for (const std::size_t index : indices) {
    if (index >= dataset.size()) {
      return fail(Code::kInvalidInput, "calibration image " + std::to_string(index) + " of a data set of " +
                                           std::to_string(dataset.size()));
    }
    set.ids.push_back(dataset.id(index));
    set.files.push_back(dir / file_name(set.files.size()));
  }
  if (set.ids.empty()) return fail(Code::kInvalidInput, "calibration needs at least one image");
  if (size.height < 1 || size.width < 1)
    return fail(Code::kInvalidInput, "calibration needs the size of the input");
  const Json wanted = head(io, size);
  const std::size_t elements = tensor_elements(size);
  ASSAY_OK(make_directories(dir));
  std::error_code error;
  Known known;
  if (fs::exists(set.index, error)) {
    ASSAY_TRY(known, read_index(set.index, wanted, set.ids));
  }

  // A file is good when its digest is the one on record: a tensor is only made where that fails.
  std::vector<char> intact(indices.size(), 0);
  const auto check = [&](std::size_t i) -> Result<void> {
    const auto digest = sha256_file(dir / file_name(i));
    intact[i] = digest && *digest == known.digests[i];
    return {};
  };
  if (!known.digests.empty()) ASSAY_OK(for_each_parallel(indices.size(), check));
  const auto missing = static_cast<std::uintmax_t>(std::count(intact.begin(), intact.end(), 0));
  set.reused = missing == 0;
  ASSAY_OK(check_space(dir, missing * elements * sizeof(float)));

  set.digests = known.digests;
  set.digests.resize(indices.size());
  const auto make = [&](std::size_t i) -> Result<void> {
    if (intact[i]) return {};
    std::vector<float> tensor(elements);
    ASSAY_OK(dataset.load_input(indices[i], io, size, tensor));
    const auto bytes = std::as_bytes(std::span<const float>(tensor));
    const std::string digest = sha256_hex(bytes);
    if (!known.digests.empty() && known.digests[i] != digest) {
      return fail(Code::kConflict, set.index.string() + " is of other tensors: the image " + set.ids[i] +
                                       " has changed since; choose another folder");
    }
    set.digests[i] = digest;
    return write_plain(dir / file_name(i), {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  };
  ASSAY_OK(for_each_parallel(indices.size(), make, progress));

  Sha256 overall;
  overall.field(wanted.dump());
  Json items = Json::array();
  for (std::size_t i = 0; i < set.ids.size(); ++i) {
    overall.field(set.ids[i]).field(set.digests[i]);
    items.push_back({{"id", set.ids[i]}, {"file", file_name(i)}, {"sha256", set.digests[i]}});
  }
  set.digest = overall.hex();
  if (known.digests.empty()) {
    Json index = wanted;
    index["digest"] = set.digest;
    index["items"] = std::move(items);
    // Last: without an index the folder is not a calibration set, whatever lies in it.
    ASSAY_OK(write_file(set.index, index.dump(1) + "\n"));
  }
  return set;
}

}  // namespace assay::dataset
