#include "dataset/streets_writer.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "base/digest.h"
#include "base/file.h"
#include "dataset/cityscapes.h"
#include "dataset/classes.h"
#include "dataset/image.h"
#include "dataset/parallel.h"
#include "dataset/streets.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kMaxCount = 1'000'000;  ///< Six digits in a file's name.
constexpr int kMaxSide = 16384;
constexpr std::uint64_t kTrainBit = std::uint64_t{1} << 63;

bool valid_split(const std::string& split) {
  return !split.empty() &&
         split.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

std::string frame_name(std::size_t index) {
  char name[48];
  std::snprintf(name, sizeof name, "generated_%06zu_000019", index);
  return name;
}

std::vector<std::uint8_t> train_ids(const std::vector<std::uint8_t>& label_ids) {
  const auto labels = cityscapes_labels();
  std::vector<std::uint8_t> out;
  out.reserve(label_ids.size());
  for (const std::uint8_t id : label_ids) out.push_back(id < labels.size() ? labels[id].train_id : kIgnore);
  return out;
}

Json head(const StreetsRequest& request) {
  return {{"version", 1},
          {"kind", "generated streets"},
          {"generator_version", kStreetsVersion},
          {"split", request.split},
          {"count", request.count},
          {"seed", request.seed},
          {"height", request.size.height},
          {"width", request.size.width}};
}

/// True when the split in `out` was made by the same request; its files are listed, not read.
bool is_same(const fs::path& out, const StreetsRequest& request) {
  const auto text = read_file(out / ("manifest-" + request.split + ".json"));
  if (!text) return false;
  const Json found = Json::parse(*text, nullptr, false);
  const Json wanted = head(request);
  if (!found.is_object()) return false;
  for (const auto& [key, value] : wanted.items()) {
    if (!found.contains(key) || found[key] != value) return false;
  }
  const auto items = list_cityscapes(out, request.split, LabelKind::kLabelIds);
  const auto train = list_cityscapes(out, request.split, LabelKind::kTrainIds);
  return items && train && items->size() == static_cast<std::size_t>(request.count);
}

/// Renders one scene into the two city folders; returns the digest of its pixels and labels.
Result<std::string> write_scene(const StreetsRequest& request, std::size_t index, const fs::path& images,
                                const fs::path& labels) {
  StreetScene scene = render_street(request.seed, index, request.size.height, request.size.width);
  const std::string digest = Sha256()
                                 .update(scene.rgb.data(), scene.rgb.size())
                                 .update(scene.label_ids.data(), scene.label_ids.size())
                                 .hex();
  const std::string name = frame_name(index);
  const auto label = [&](LabelKind kind) { return labels / (name + std::string(label_suffix(kind))); };
  const Image trains{scene.height, scene.width, 1, train_ids(scene.label_ids)};
  ASSAY_OK(write_png(images / (name + std::string(kImageSuffix)),
                     Image{scene.height, scene.width, 3, std::move(scene.rgb)}));
  ASSAY_OK(write_png(label(LabelKind::kLabelIds),
                     Image{scene.height, scene.width, 1, std::move(scene.label_ids)}));
  ASSAY_OK(write_png(label(LabelKind::kTrainIds), trains));
  return digest;
}

}  // namespace

std::uint64_t streets_split_seed(std::uint64_t seed, std::string_view split) {
  return split == "train" ? seed | kTrainBit : seed & ~kTrainBit;
}

Result<void> write_streets(const StreetsRequest& request, const fs::path& out,
                           const StreetsProgress& progress) {
  if (request.count < 1 || request.count > kMaxCount) {
    return fail(Code::kInvalidInput, "the number of scenes has to be 1 to " + std::to_string(kMaxCount) +
                                         ", found " + std::to_string(request.count));
  }
  const spec::Size size = request.size;
  if (size.height < 16 || size.width < 16 || size.height > kMaxSide || size.width > kMaxSide) {
    return fail(Code::kInvalidInput, "scenes are 16x16 to " + std::to_string(kMaxSide) + "x" +
                                         std::to_string(kMaxSide) + ", found " + std::to_string(size.height) +
                                         "x" + std::to_string(size.width));
  }
  if (!valid_split(request.split)) {
    return fail(Code::kInvalidInput,
                "a split is named in lower-case letters, digits and _, found '" + request.split + "'");
  }
  const fs::path image_split = fs::path("leftImg8bit") / request.split,
                 label_split = fs::path("gtFine") / request.split;
  const fs::path manifest_name = "manifest-" + request.split + ".json";
  std::error_code error;
  if (fs::exists(out / manifest_name, error)) {
    if (is_same(out, request)) return {};
    return fail(Code::kConflict, (out / manifest_name).string() +
                                     " is of other scenes, or some of them are gone: choose another folder");
  }
  if (fs::exists(out / image_split, error) || fs::exists(out / label_split, error)) {
    // The manifest is written last, so a split without one is what an interrupted call left, or not ours.
    return fail(Code::kConflict, (out / image_split).string() + " exists without " + manifest_name.string() +
                                     ": remove it or choose another folder");
  }
  const fs::path partial = out / (".partial-" + request.split);
  fs::remove_all(partial, error);
  const fs::path images = partial / "images" / "generated", labels = partial / "labels" / "generated";
  ASSAY_OK(make_directories(images));
  ASSAY_OK(make_directories(labels));

  std::vector<std::string> digests(static_cast<std::size_t>(request.count));
  const auto made = for_each_parallel(
      digests.size(),
      [&](std::size_t i) -> Result<void> {
        ASSAY_TRY(digests[i], write_scene(request, i, images, labels));
        return {};
      },
      progress);
  if (!made) {
    fs::remove_all(partial, error);
    return fail(made.error());
  }
  Json manifest = head(request);
  manifest["pixels_sha256"] = digests;
  ASSAY_OK(make_directories(out / "leftImg8bit"));
  ASSAY_OK(make_directories(out / "gtFine"));
  ASSAY_OK(rename_directory(partial / "labels", out / label_split));
  ASSAY_OK(rename_directory(partial / "images", out / image_split));
  fs::remove_all(partial, error);
  return write_file(out / manifest_name, manifest.dump(1) + "\n");
}

fs::path streets_folder(const spec::StreetsData& streets, const fs::path& cache) {
  char name[96];
  std::snprintf(name, sizeof name, "streets-v%d-%dx%d-seed%llu-train%d-val%d", kStreetsVersion,
                streets.size.height, streets.size.width, static_cast<unsigned long long>(streets.seed),
                streets.train, streets.val);
  return cache / name;
}

Result<fs::path> ensure_streets(const spec::StreetsData& streets, const fs::path& cache,
                                const StreetsProgress& progress) {
  if (streets.seed & kTrainBit) return fail(Code::kInvalidInput, "seeds of scenes have to be below 2^63");
  if (streets.train < 0 || streets.val < 0 || streets.train + streets.val == 0) {
    return fail(Code::kInvalidInput,
                "the numbers of train and val scenes have to be 0 or more, and not both 0");
  }
  const fs::path root = streets_folder(streets, cache);
  ASSAY_OK(make_directories(root));
  // Two campaigns that start together make the scenes once.
  ASSAY_TRY(const FileLock lock, FileLock::wait(root / ".lock", {}, [&] {
              if (progress) progress(0, 0);  // Another assay makes them.
            }));
  const auto total = static_cast<std::size_t>(streets.train) + static_cast<std::size_t>(streets.val);
  std::size_t before = 0;
  for (const auto& [split, count] :
       {std::pair<const char*, int>{"train", streets.train}, {"val", streets.val}}) {
    if (count == 0) continue;
    std::error_code error;
    if (!fs::exists(root / ("manifest-" + std::string(split) + ".json"), error)) {
      // Below our own cache: what an interrupted call left may go.
      fs::remove_all(root / "leftImg8bit" / split, error);
      fs::remove_all(root / "gtFine" / split, error);
    }
    StreetsRequest request{split, count, streets_split_seed(streets.seed, split), streets.size};
    ASSAY_OK(write_streets(request, root, [&](std::size_t done, std::size_t) {
      if (progress) progress(before + done, total);
    }));
    before += static_cast<std::size_t>(count);
  }
  return root;
}

}  // namespace assay::dataset
