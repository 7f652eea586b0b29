#include "model/onnx_file.h"

#include <algorithm>
#include <climits>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "base/digest.h"
#include "base/file.h"

namespace assay::model {
namespace {

namespace fs = std::filesystem;

struct TypeInfo {
  int type;
  const char* name;
  int bits;  ///< Of one element; 0: not of a fixed size.
};

constexpr TypeInfo kTypes[] = {
    {onnx::TensorProto::FLOAT, "f32", 32},        {onnx::TensorProto::UINT8, "u8", 8},
    {onnx::TensorProto::INT8, "i8", 8},           {onnx::TensorProto::UINT16, "u16", 16},
    {onnx::TensorProto::INT16, "i16", 16},        {onnx::TensorProto::INT32, "i32", 32},
    {onnx::TensorProto::INT64, "i64", 64},        {onnx::TensorProto::STRING, "string", 0},
    {onnx::TensorProto::BOOL, "bool", 8},         {onnx::TensorProto::FLOAT16, "f16", 16},
    {onnx::TensorProto::DOUBLE, "f64", 64},       {onnx::TensorProto::UINT32, "u32", 32},
    {onnx::TensorProto::UINT64, "u64", 64},       {onnx::TensorProto::COMPLEX64, "c64", 64},
    {onnx::TensorProto::COMPLEX128, "c128", 128}, {onnx::TensorProto::BFLOAT16, "bf16", 16},
    {onnx::TensorProto::UINT4, "u4", 4},          {onnx::TensorProto::INT4, "i4", 4},
};

const TypeInfo* type_info(int type) {
  for (const TypeInfo& info : kTypes) {
    if (info.type == type) return &info;
  }
  return nullptr;
}

/// What a file that is not ONNX seems to be, by its first bytes.
std::string looks_like(std::string_view bytes) {
  struct Magic {
    std::size_t offset;
    std::string_view bytes;
    const char* what;
  };
  static constexpr Magic kMagics[] = {
      {0, "\x89PNG", "a PNG image"},
      {0, "\xff\xd8\xff", "a JPEG image"},
      {0, std::string_view("PK\x03\x04", 4),
       "a zip archive (a PyTorch checkpoint or a DLC?): export it to ONNX"},
      {0, "\x89HDF", "an HDF5 file (Keras?): export it to ONNX"},
      {4, "TFL3", "a TensorFlow Lite model: it has to be given as ONNX"},
      {0, "<?xml", "XML (an OpenVINO IR?): give the ONNX model that it was made from"},
      {0, "<net", "an OpenVINO IR: give the ONNX model that it was made from"},
      {0, "version https://git-lfs", "a Git LFS pointer: fetch the file itself with `git lfs pull`"},
      {0, "\x1f\x8b", "a gzip archive: unpack it"},
      {0,
       "\x7f"
       "ELF",
       "a program or library"},
      {8, "{\"", "a safetensors file: weights without a graph"},
      {0, "<", "HTML or XML (an error page saved as a model?)"},
  };
  for (const Magic& magic : kMagics) {
    if (bytes.size() >= magic.offset + magic.bytes.size() &&
        bytes.compare(magic.offset, magic.bytes.size(), magic.bytes) == 0) {
      return magic.what;
    }
  }
  const auto head = bytes.substr(0, 512);
  const bool text = std::all_of(head.begin(), head.end(), [](char c) {
    return (c >= 32 && c < 127) || c == '\n' || c == '\r' || c == '\t';
  });
  return text ? "text" : "";
}

std::string size_text(std::size_t bytes) { return " (" + std::to_string(bytes) + " bytes)"; }

/// The bytes that an initializer's data takes, by its shape and type.
std::optional<std::int64_t> data_bytes(const onnx::TensorProto& tensor) {
  const TypeInfo* info = type_info(tensor.data_type());
  const auto count = elements(tensor.dims());
  std::int64_t bits = 0;
  if (info == nullptr || info->bits == 0 || !count ||
      __builtin_mul_overflow(*count, std::int64_t{info->bits}, &bits) || bits > INT64_MAX - 7) {
    return std::nullopt;
  }
  return (bits + 7) / 8;
}

/// Walks every node of a graph and of its subgraphs, depth first.
template <typename Function>
void for_each_graph(const onnx::GraphProto& graph, const Function& function) {
  function(graph);
  for (const auto& node : graph.node()) {
    for (const auto& attribute : node.attribute()) {
      if (attribute.has_g()) for_each_graph(attribute.g(), function);
      for (const auto& sub : attribute.graphs()) for_each_graph(sub, function);
    }
  }
}

class Checker {
 public:
  Checker(const fs::path& path, std::size_t size) : path_(path), size_(size) {}

  Result<void> check(const onnx::ModelProto& model) {
    if (!model.has_graph() || model.graph().node_size() == 0 || model.graph().output_size() == 0) {
      return corrupt("it has no graph with nodes and outputs");
    }
    if (model.ir_version() < 1 || model.opset_import_size() == 0) {
      return corrupt("it does not say its IR version and operator set");
    }
    ASSAY_OK(check_order(model.graph()));
    Result<void> result;
    for_each_graph(model.graph(), [&](const onnx::GraphProto& graph) {
      for (const auto& tensor : graph.initializer()) {
        if (result) result = check_tensor(tensor);
      }
      for (const auto& node : graph.node()) {
        for (const auto& attribute : node.attribute()) {
          if (result && attribute.has_t()) result = check_tensor(attribute.t());
        }
      }
    });
    return result;
  }

  const std::set<fs::path>& external() const { return external_; }

 private:
  tl::unexpected<Status> corrupt(const std::string& what) const {
    return fail(Code::kCorrupt, path_.string() + size_text(size_) + " is damaged or cut short: " + what +
                                    "; expected a whole ONNX model, export or fetch it again");
  }

  Result<void> check_order(const onnx::GraphProto& graph) const {
    std::set<std::string_view> defined{""};  // An empty name is an optional input left out.
    for (const auto& input : graph.input()) defined.insert(input.name());
    for (const auto& tensor : graph.initializer()) defined.insert(tensor.name());
    for (const auto& tensor : graph.sparse_initializer()) defined.insert(tensor.values().name());
    for (const auto& node : graph.node()) {
      for (const auto& input : node.input()) {
        if (!defined.count(input)) {
          return corrupt("node '" + node.name() + "' (" + node.op_type() + ") reads '" + input +
                         "', which nothing before it makes");
        }
      }
      for (const auto& output : node.output()) defined.insert(output);
    }
    for (const auto& output : graph.output()) {
      if (!defined.count(output.name())) return corrupt("nothing makes its output '" + output.name() + "'");
    }
    return {};
  }

  Result<void> check_tensor(const onnx::TensorProto& tensor) {
    const std::string what = "tensor '" + tensor.name() + "' ";
    if (!elements(tensor.dims())) return corrupt(what + "has an impossible shape");
    const auto bytes = data_bytes(tensor);
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) return check_external(tensor, bytes, what);
    if (bytes && tensor.has_raw_data() && static_cast<std::int64_t>(tensor.raw_data().size()) != *bytes) {
      return corrupt(what + "should hold " + std::to_string(*bytes) + " bytes, found " +
                     std::to_string(tensor.raw_data().size()));
    }
    if (tensor.data_type() == onnx::TensorProto::FLOAT && !tensor.has_raw_data() &&
        tensor.float_data_size() != *elements(tensor.dims())) {
      return corrupt(what + "should hold " + std::to_string(*elements(tensor.dims())) + " values, found " +
                     std::to_string(tensor.float_data_size()));
    }
    return {};
  }

  Result<void> check_external(const onnx::TensorProto& tensor, std::optional<std::int64_t> bytes,
                              const std::string& what) {
    fs::path location;
    std::uint64_t offset = 0;
    for (const auto& entry : tensor.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "offset") offset = std::strtoull(entry.value().c_str(), nullptr, 10);
    }
    if (location.empty() || location.is_absolute() ||
        std::any_of(location.begin(), location.end(), [](const fs::path& part) { return part == ".."; })) {
      return fail(Code::kInvalidInput, path_.string() + ": " + what + "names external data at '" +
                                           location.string() +
                                           "', expected a file beside the model or below it");
    }
    const fs::path file = path_.parent_path() / location;
    std::error_code error;
    const std::uintmax_t found = fs::file_size(file, error);
    if (error) {
      return fail(Code::kNotFound, path_.string() + ": " + what + "lies in " + file.string() +
                                       ", which is absent: keep the model and its data files together");
    }
    const auto need = static_cast<std::uintmax_t>(bytes.value_or(0));
    if (offset > found || need > found - offset) {
      return fail(Code::kCorrupt, file.string() + size_text(found) + " is too short: " + what + "takes " +
                                      std::to_string(need) + " bytes at " + std::to_string(offset));
    }
    external_.insert(file);
    return {};
  }

  const fs::path& path_;
  std::size_t size_;
  std::set<fs::path> external_;
};

}  // namespace

std::optional<std::int64_t> elements(const google::protobuf::RepeatedField<std::int64_t>& dims) {
  std::int64_t count = 1;
  for (const std::int64_t dim : dims) {
    if (dim < 0 || __builtin_mul_overflow(count, dim, &count)) return std::nullopt;
  }
  return count;
}

std::string dtype_name(int data_type) {
  const TypeInfo* info = type_info(data_type);
  return info != nullptr ? info->name : "type " + std::to_string(data_type);
}

std::string domain_name(const std::string& domain) { return domain.empty() ? "ai.onnx" : domain; }

Result<OnnxFile> read_onnx(const fs::path& path) {
  ASSAY_TRY(const std::string bytes, read_file(path));
  if (bytes.empty()) {
    return fail(Code::kInvalidInput, path.string() + " is empty (0 bytes), expected an ONNX model");
  }
  if (bytes.size() > INT_MAX) {
    return fail(Code::kInvalidInput, path.string() + size_text(bytes.size()) +
                                         " is over protobuf's 2 GiB: save it with external data");
  }
  OnnxFile file;
  // Protobuf writes its complaint to stderr; ours says more.
  google::protobuf::LogSilencer silencer;
  const bool parsed = file.model.ParseFromString(bytes);
  if (!parsed || !file.model.has_graph()) {
    const std::string kind = looks_like(bytes);
    // An ONNX file begins with its IR version: field 1, a small number.
    const bool begins_as_onnx =
        kind.empty() && bytes.size() > 1 && bytes[0] == 0x08 && bytes[1] > 0 && bytes[1] < 32;
    if (begins_as_onnx) {
      return fail(Code::kCorrupt,
                  path.string() + size_text(bytes.size()) +
                      " begins as ONNX but is damaged or cut short: export or fetch it again");
    }
    return fail(Code::kInvalidInput, path.string() + size_text(bytes.size()) + " is not an ONNX model" +
                                         (kind.empty() ? "" : ", it looks like " + kind));
  }
  Checker checker(path, bytes.size());
  ASSAY_OK(checker.check(file.model));
  file.external_data.assign(checker.external().begin(), checker.external().end());
  file.sha256 = sha256_hex(bytes);
  if (!file.external_data.empty()) {
    Sha256 digest;
    digest.field(file.sha256);
    for (const fs::path& data : file.external_data) {
      ASSAY_TRY(const std::string part, sha256_file(data));
      digest.field(data.lexically_relative(path.parent_path()).string()).field(part);
    }
    file.sha256 = digest.hex();
  }
  return file;
}

}  // namespace assay::model
