#include "dataset/tensors.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "base/digest.h"
#include "base/file.h"
#include "base/text.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;

bool is_tensor_file(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".raw" || extension == ".bin" || extension == ".npy";
}

/// What a .npy file says before its data (NEP 1: magic, version, header length, a Python dictionary).
struct NpyHeader {
  std::string dtype;
  std::string shape;
  std::size_t data_begin = 0;
};

Result<NpyHeader> read_npy_header(std::string_view bytes) {
  const auto corrupt = [](const char* what) {
    return fail(Code::kCorrupt, std::string("the .npy file ") + what);
  };
  if (bytes.size() < 12 || bytes.substr(0, 6) != "\x93NUMPY") return corrupt("has no NumPy header");
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i]));
  };
  const bool old = byte(6) == 1;
  const std::size_t begin = old ? 10 : 12;
  const std::size_t length =
      old ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > bytes.size() - begin) return corrupt("is cut short in its header");
  const std::string_view header = bytes.substr(begin, length);
  /// The text between the quotes or brackets after 'key':
  const auto value = [&](std::string_view key, char open, char close) -> std::string {
    const auto at = header.find(key);
    const auto from = at == std::string_view::npos ? at : header.find(open, at + key.size());
    const auto to = from == std::string_view::npos ? from : header.find(close, from + 1);
    return to == std::string_view::npos ? "" : std::string(header.substr(from + 1, to - from - 1));
  };
  NpyHeader npy{value("'descr':", '\'', '\''), value("'shape':", '(', ')'), begin + length};
  if (header.find("'fortran_order': False") == std::string_view::npos) {
    return fail(Code::kInvalidInput, "the .npy file is in Fortran order, expected C order");
  }
  return npy;
}

class TensorDataset : public Dataset {
 public:
  TensorDataset(std::vector<fs::path> files, fs::path base)
      : files_(std::move(files)), base_(std::move(base)) {}

  std::size_t size() const override { return files_.size(); }
  std::string id(std::size_t index) const override {
    return files_[index].lexically_proximate(base_).string();
  }
  bool has_labels() const override { return false; }

  Result<void> load_input(std::size_t index, const spec::ModelIo& io, spec::Size,
                          std::span<float> out) const override {
    auto done = load(files_[index], io, out);
    if (!done) return fail(done.error().with_context(files_[index].string()));
    return {};
  }

  Result<Label> load_label(std::size_t) const override {
    return fail(Code::kInvalidInput,
                "raw tensors have no labels: accuracy needs a data set of kind cityscapes");
  }

  Result<std::string> digest() const override {
    Sha256 digest;
    for (std::size_t i = 0; i < files_.size(); ++i) {
      ASSAY_TRY(const std::string content, sha256_file(files_[i]));
      digest.field(id(i)).field(content);
    }
    return digest.hex();
  }

 private:
  static Result<void> load(const fs::path& path, const spec::ModelIo& io, std::span<float> out) {
    ASSAY_TRY(const std::string bytes, read_file(path));
    bool u8 = io.dtype == "u8";
    std::size_t begin = 0;
    std::string shape;
    if (path.extension() == ".npy") {
      ASSAY_TRY(const NpyHeader npy, read_npy_header(bytes));
      if (npy.dtype != "<f4" && npy.dtype != "|u1") {
        return fail(Code::kInvalidInput, "the .npy file holds '" + npy.dtype + "', expected '<f4' or '|u1'");
      }
      if (u8 != (npy.dtype == "|u1")) {
        return fail(Code::kInvalidInput,
                    "the .npy file holds '" + npy.dtype + "', but the model's input is " + io.dtype);
      }
      begin = npy.data_begin;
      shape = " of shape (" + npy.shape + ")";
    }
    const std::size_t expected = out.size() * (u8 ? 1 : 4), found = bytes.size() - begin;
    if (found != expected) {
      return fail(Code::kInvalidInput, "expected " + std::to_string(out.size()) + " elements of " +
                                           (u8 ? "u8" : "f32") + " (" + std::to_string(expected) +
                                           " bytes), found " + std::to_string(found) + " bytes" + shape);
    }
    if (u8) {
      std::transform(bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.end(), out.begin(),
                     [](char value) { return static_cast<float>(static_cast<unsigned char>(value)); });
    } else {
      std::memcpy(out.data(), bytes.data() + begin, expected);
    }
    return {};
  }

  std::vector<fs::path> files_;
  fs::path base_;
};

Result<std::vector<fs::path>> list_folder(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (is_tensor_file(it->path())) files.push_back(it->path());
  }
  if (error) return fail(Code::kUnavailable, "listing " + folder.string() + ": " + error.message());
  std::sort(files.begin(), files.end());
  return files;
}

Result<std::vector<fs::path>> read_list(const fs::path& list) {
  ASSAY_TRY(const std::string text, read_file(list));
  std::vector<fs::path> files;
  int number = 0;
  for (const std::string& line : split(text, '\n')) {
    ++number;
    const std::string_view name = trim(line);
    if (name.empty() || name.front() == '#') continue;
    const fs::path file = list.parent_path() / name;
    std::error_code error;
    if (!is_tensor_file(file) || !fs::is_regular_file(file, error)) {
      return fail(Code::kInvalidInput,
                  list.string() + ", line " + std::to_string(number) + ": '" +
                      std::string(name.substr(0, 200)) +
                      "' is no tensor file, expected the path of a .raw, .bin or .npy file");
    }
    files.push_back(file);
  }
  return files;
}

}  // namespace

Result<std::unique_ptr<Dataset>> open_tensors(const fs::path& root, const spec::Selection& selection) {
  std::error_code error;
  fs::path base = root;
  std::vector<fs::path> files;
  if (fs::is_directory(root, error)) {
    if (!selection.split.empty() && fs::is_directory(root / selection.split, error))
      base = root / selection.split;
    ASSAY_TRY(files, list_folder(base));
  } else if (fs::exists(root, error)) {
    base = root.parent_path();
    ASSAY_TRY(files, read_list(root));
  } else {
    return fail(Code::kNotFound, "no tensors at " + root.string() +
                                     ": expected a folder of .raw, .bin or .npy files, "
                                     "or a text file that lists some");
  }
  if (files.empty()) {
    return fail(Code::kInvalidInput, root.string() + " has no tensors: expected .raw, .bin or .npy files");
  }
  ASSAY_TRY(const auto chosen, choose_indices(files.size(), selection, root.string()));
  std::vector<fs::path> taken;
  taken.reserve(chosen.size());
  for (const std::size_t index : chosen) taken.push_back(files[index]);
  return std::make_unique<TensorDataset>(std::move(taken), base);
}

}  // namespace assay::dataset
