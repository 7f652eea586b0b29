#include "dataset/subset.h"

#include <nlohmann/json.hpp>
#include <numeric>
#include <utility>

#include "base/digest.h"
#include "base/file.h"
#include "base/splitmix64.h"
#include "dataset/cityscapes.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;

std::string_view to_string(Transfer transfer) {
  switch (transfer) {
    case Transfer::kCopy:
      return "copy";
    case Transfer::kHardLink:
      return "hard link";
    case Transfer::kSymbolicLink:
      return "symbolic link";
  }
  return "";
}

Result<void> transfer_file(const fs::path& from, const fs::path& to, Transfer how) {
  std::error_code error;
  switch (how) {
    case Transfer::kCopy:
      fs::copy_file(from, to, error);
      break;
    case Transfer::kHardLink:
      fs::create_hard_link(fs::canonical(from, error), to, error);
      break;
    case Transfer::kSymbolicLink:
      fs::create_symlink(fs::canonical(from, error), to, error);
      break;
  }
  if (error == std::errc::cross_device_link) {
    return fail(Code::kInvalidInput, "hard links do not reach from " + from.string() + " to " + to.string() +
                                         " on another file system: copy, or link symbolically");
  }
  if (error) return fail(io_error(error.value(), "writing", to));
  return {};
}

/// One chosen file: where it is, and where it goes below the subset's root.
struct Member {
  fs::path from;
  fs::path to;
};

/// The image and every kind of label that lies beside its label.
std::vector<Member> members_of(const CityscapesItem& item, const std::string& split) {
  const fs::path id = item.id;
  const std::string frame = id.filename().string();
  std::vector<Member> members{
      {item.image, fs::path("leftImg8bit") / split / id.parent_path() / (frame + std::string(kImageSuffix))}};
  for (const LabelKind kind : {LabelKind::kLabelIds, LabelKind::kTrainIds}) {
    const std::string name = frame + std::string(label_suffix(kind));
    std::error_code error;
    const fs::path from = item.label.parent_path() / name;
    if (fs::exists(from, error))
      members.push_back({from, fs::path("gtFine") / split / id.parent_path() / name});
  }
  return members;
}

/// True when `out` holds the subset that this manifest describes, intact.
bool is_same(const fs::path& out, const nlohmann::ordered_json& manifest) {
  const auto text = read_file(out / "manifest.json");
  if (!text) return false;
  const auto found = nlohmann::ordered_json::parse(*text, nullptr, false);
  if (found != manifest) return false;
  for (const auto& item : manifest["items"]) {
    for (const auto& [path, digest] : item["files"].items()) {
      const auto actual = sha256_file(out / path);
      if (!actual || *actual != digest) return false;
    }
  }
  return true;
}

}  // namespace

std::vector<std::size_t> choose(std::size_t total, std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> list(total);
  std::iota(list.begin(), list.end(), std::size_t{0});
  SplitMix64 random(seed);
  for (std::size_t i = 0; i < count; ++i) {
    std::swap(list[i], list[i + static_cast<std::size_t>(random.below(total - i))]);
  }
  list.resize(count);
  return list;
}

Result<void> write_subset(const SubsetRequest& request, const fs::path& out) {
  // Either kind of label will do: both are carried over.
  auto items = list_cityscapes(request.root, request.split, LabelKind::kLabelIds);
  if (!items) {
    if (auto others = list_cityscapes(request.root, request.split, LabelKind::kTrainIds))
      items = std::move(others);
  }
  if (!items) return fail(items.error());
  if (request.count < 0 || static_cast<std::size_t>(request.count) > items->size()) {
    return fail(Code::kInvalidInput, "cannot choose " + std::to_string(request.count) + " images: split " +
                                         request.split + " of " + request.root.string() + " has " +
                                         std::to_string(items->size()));
  }
  std::vector<std::size_t> chosen(items->size());
  std::iota(chosen.begin(), chosen.end(), std::size_t{0});
  if (request.count > 0)
    chosen = choose(items->size(), static_cast<std::size_t>(request.count), request.seed);

  nlohmann::ordered_json manifest{{"version", 1},
                                  {"kind", "cityscapes subset"},
                                  {"generator", std::string(kGenerator)},
                                  {"seed", request.seed},
                                  {"split", request.split},
                                  {"count", chosen.size()},
                                  {"of", items->size()},
                                  {"transfer", std::string(to_string(request.transfer))},
                                  {"items", nlohmann::ordered_json::array()}};
  std::vector<Member> members;
  for (const std::size_t index : chosen) {
    const CityscapesItem& item = (*items)[index];
    nlohmann::ordered_json files;
    for (Member& member : members_of(item, request.split)) {
      ASSAY_TRY(const std::string digest, sha256_file(member.from));
      files[member.to.string()] = digest;
      members.push_back(std::move(member));
    }
    manifest["items"].push_back({{"id", item.id}, {"files", files}});
  }

  std::error_code error;
  if (fs::exists(out, error)) {
    if (is_same(out, manifest)) return {};
    return fail(Code::kConflict,
                out.string() + " exists and is not this subset (or was changed): choose another folder");
  }
  const fs::path partial = out.string() + ".tmp";
  fs::remove_all(partial, error);
  for (const Member& member : members) {
    ASSAY_OK(make_directories((partial / member.to).parent_path()));
    ASSAY_OK(transfer_file(member.from, partial / member.to, request.transfer));
  }
  ASSAY_OK(write_file(partial / "manifest.json", manifest.dump(2) + "\n"));
  return rename_directory(partial, out);
}

}  // namespace assay::dataset
