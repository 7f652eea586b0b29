#include "executed_graph.h"

#include <unistd.h>

#include <cstdio>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "support/vendor_plugin.h"

namespace assay::onnxruntime {

using plugin::PrecisionCount;

namespace {

// Just enough of protobuf's wire format to walk an ONNX file: the plugin has to build with an old compiler on
// a board, without protobuf. Numbers of fields: onnx.proto.
class Wire {
 public:
  explicit Wire(std::FILE* file) : file_(file) {}

  long position() const { return std::ftell(file_); }
  void skip_to(long end) { std::fseek(file_, end, SEEK_SET); }

  uint64_t varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const int byte = std::getc(file_);
      if (byte == EOF) throw std::runtime_error("the optimised model is cut short");
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if ((byte & 0x80) == 0) return value;
    }
    throw std::runtime_error("the optimised model is not protobuf");
  }

  std::string text(long end) {
    std::string value(static_cast<size_t>(end - position()), '\0');
    if (std::fread(value.data(), 1, value.size(), file_) != value.size())
      throw std::runtime_error("the optimised model is cut short");
    return value;
  }

  /// Calls on_field(number, value, end) for each field up to `end`: value of a number, or end of a nested
  /// field at whose beginning the file then stands. What on_field leaves unread is skipped.
  void fields(long end, const std::function<void(int, uint64_t, long)>& on_field) {
    while (position() < end) {
      const uint64_t tag = varint();
      const int number = static_cast<int>(tag >> 3);
      switch (tag & 7) {
        case 0:
          on_field(number, varint(), 0);
          break;
        case 1:
          skip_to(position() + 8);
          break;
        case 5:
          skip_to(position() + 4);
          break;
        case 2: {
          const auto length = static_cast<long>(varint());
          const long stop = position() + length;
          if (length < 0 || stop > end) throw std::runtime_error("the optimised model is cut short");
          on_field(number, 0, stop);
          skip_to(stop);
          break;
        }
        default:
          throw std::runtime_error("the optimised model is not protobuf");
      }
    }
  }

 private:
  std::FILE* file_;
};

struct Node {
  std::string op_type;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
};

const char* precision_of(int element_type) {
  switch (element_type) {  // TensorProto.DataType
    case 1:
      return "fp32";
    case 2:
    case 3:
      return "int8";
    case 10:
      return "fp16";
    case 11:
      return "fp64";
    case 16:
      return "bf16";
    default:
      return nullptr;
  }
}

const std::set<std::string>& integer_products() {
  static const std::set<std::string> kOperators{
      "QLinearConv", "QLinearConvTranspose",  "QLinearMatMul",       "QGemm",
      "ConvInteger", "MatMulInteger",         "NhwcConvInteger",     "MatMulInteger16",
      "QAttention",  "DynamicQuantizeMatMul", "MatMulIntegerToFloat"};
  return kOperators;
}

const std::set<std::string>& float_products() {
  static const std::set<std::string> kOperators{
      "Conv",   "ConvTranspose", "FusedConv", "NhwcFusedConv", "MatMul",
      "Gemm",   "FusedMatMul",   "FusedGemm", "GemmFastGelu",  "Attention",
      "Einsum", "LSTM",          "GRU",       "RNN",           "MultiHeadAttention"};
  return kOperators;
}

class Graph {
 public:
  void read(Wire& wire, long end) {
    wire.fields(end, [&](int number, uint64_t, long stop) {
      if (number == 1) read_node(wire, stop);         // GraphProto.node
      if (number == 5) read_initializer(wire, stop);  // .initializer
      if (number == 11 || number == 12 || number == 13)
        read_value(wire, stop);  // .input, .output, .value_info
    });
  }

  std::string precision() const {
    PrecisionCount products;
    PrecisionCount results;
    for (const Node& node : nodes_) {
      if (integer_products().count(node.op_type) != 0) {
        products.add("int8");
      } else if (float_products().count(node.op_type) != 0) {
        if (const char* type = type_of_first(node.inputs)) products.add(type);
      } else if (const char* type = type_of_first(node.outputs)) {
        results.add(type);
      }
    }
    return products.empty() ? results.name() : products.name();
  }

 private:
  const char* type_of_first(const std::vector<std::string>& names) const {
    for (const std::string& name : names) {
      const auto found = types_.find(name);
      if (found == types_.end()) continue;
      if (const char* type = precision_of(found->second)) return type;
    }
    return nullptr;
  }

  void read_node(Wire& wire, long end) {
    Node node;
    wire.fields(end, [&](int number, uint64_t, long stop) {
      if (number == 1) node.inputs.push_back(wire.text(stop));
      if (number == 2) node.outputs.push_back(wire.text(stop));
      if (number == 4) node.op_type = wire.text(stop);
      if (number != 5) return;
      wire.fields(stop, [&](int attribute, uint64_t, long attribute_stop) {
        if (attribute == 6 || attribute == 11)
          read(wire, attribute_stop);  // AttributeProto.g, .graphs: If, Loop, Scan
      });
    });
    nodes_.push_back(std::move(node));
  }

  void read_initializer(Wire& wire, long end) {
    std::string name;
    int type = 0;
    wire.fields(end, [&](int number, uint64_t value, long stop) {
      if (number == 2) type = static_cast<int>(value);
      if (number == 8) name = wire.text(stop);
    });
    types_[name] = type;
  }

  void read_value(Wire& wire, long end) {
    std::string name;
    int type = 0;
    wire.fields(end, [&](int number, uint64_t, long stop) {
      if (number == 1) name = wire.text(stop);
      if (number != 2) return;
      wire.fields(stop, [&](int kind, uint64_t, long kind_stop) {  // TypeProto
        if (kind != 1) return;                                     // .tensor_type
        wire.fields(kind_stop, [&](int field, uint64_t value, long) {
          if (field == 1) type = static_cast<int>(value);
        });
      });
    });
    types_[name] = type;
  }

  std::vector<Node> nodes_;
  std::map<std::string, int> types_;
};

}  // namespace

std::string executed_precision(int model) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(fdopen(dup(model), "rb"), std::fclose);
  if (file == nullptr || std::fseek(file.get(), 0, SEEK_END) != 0) return "unknown";
  Wire wire(file.get());
  const long end = wire.position();
  wire.skip_to(0);
  Graph graph;
  try {
    wire.fields(end, [&](int number, uint64_t, long stop) {
      if (number == 7) graph.read(wire, stop);  // ModelProto.graph
    });
  } catch (const std::exception&) {
    return "unknown";
  }
  return graph.precision();
}

}  // namespace assay::onnxruntime
