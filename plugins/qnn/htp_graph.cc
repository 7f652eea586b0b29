#include "qnn/htp_graph.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <set>

#include "support/vendor_plugin.h"

namespace assay::qnn {

using nlohmann::json;
using plugin::Failure;

namespace {

// Qnn_DataType_t of QAIRT 2.51.
const char* precision_of(int64_t data_type) {
  switch (data_type) {
    case 0x0308:  // SFIXED_POINT_8
    case 0x0408:  // UFIXED_POINT_8
      return "int8";
    case 0x0316:
    case 0x0416:
      return "int16";
    case 0x0216:
      return "fp16";
    case 0x0232:
      return "fp32";
    default:
      return "";
  }
}

bool is_product(const std::string& type) {
  static const std::set<std::string> kTypes{"Conv1d",
                                            "Conv2d",
                                            "Conv3d",
                                            "DepthWiseConv1d",
                                            "DepthWiseConv2d",
                                            "TransposeConv1d",
                                            "TransposeConv2d",
                                            "TransposeConv3d",
                                            "FullyConnected",
                                            "MatMul",
                                            "Lstm",
                                            "Gru"};
  return kTypes.count(type) != 0;
}

// Runs `read`, which looks into parsed JSON, and turns whatever it meets into one kind of failure.
template <typename Read>
auto reading(const char* what, assay_code code, const std::string& text, Read&& read) {
  try {
    return read(json::parse(text));
  } catch (const json::exception& exception) {
    throw Failure(code, std::string(what) + " cannot be read: " + exception.what());
  }
}

}  // namespace

HtpGraph parse_dumped_graph(const std::string& name, const std::string& text) {
  return reading(
      "the QNN graph that the provider wrote", ASSAY_ERROR_VENDOR, text, [&](const json& document) {
        HtpGraph graph{name, {}};
        const json& tensors = document.at("graph").at("tensors");
        const auto precision = [&tensors](const json& names, size_t index) -> std::string {
          if (names.size() <= index) return "";
          const auto tensor = tensors.find(names.at(index).get<std::string>());
          return tensor == tensors.end() ? "" : precision_of(tensor->at("data_type").get<int64_t>());
        };
        for (const auto& [node_name, node] : document.at("graph").at("nodes").items()) {
          HtpOperator made{node_name, node.at("type").get<std::string>(), "", ""};
          // Data come first among the inputs, then weights; a quantization's result is what it is for.
          const bool quantizes = made.type == "Quantize" || made.type == "Convert";
          made.precision = precision(node.at(quantizes ? "output_names" : "input_names"), 0);
          if (is_product(made.type)) made.weights = precision(node.at("input_names"), 1);
          graph.operators.push_back(std::move(made));
        }
        return graph;
      });
}

std::string write_sidecar(const Sidecar& sidecar) {
  json list = json::array();
  for (const HtpGraph& graph : sidecar.graphs) {
    json operators = json::array();
    for (const HtpOperator& made : graph.operators)
      operators.push_back({made.name, made.type, made.precision, made.weights});
    list.push_back({{"name", graph.name}, {"operators", std::move(operators)}});
  }
  json compiled_with = json::array();
  for (const auto& [name, value] : sidecar.compiled_with) compiled_with.push_back({name, value});
  const json document{
      {"version", 1}, {"compiled_with", std::move(compiled_with)}, {"graphs", std::move(list)}};
  return document.dump(1, ' ', true, json::error_handler_t::replace) + "\n";
}

Sidecar parse_sidecar(const std::string& text) {
  return reading("the graphs beside the context", ASSAY_ERROR_INVALID, text, [](const json& document) {
    if (document.at("version").get<int64_t>() != 1)
      throw Failure(ASSAY_ERROR_INVALID,
                    "the graphs beside the context are of another version: prepare it again");
    Sidecar sidecar;
    for (const json& pair : document.at("compiled_with"))
      sidecar.compiled_with.emplace_back(pair.at(0).get<std::string>(), pair.at(1).get<std::string>());
    for (const json& item : document.at("graphs")) {
      HtpGraph graph{item.at("name").get<std::string>(), {}};
      for (const json& made : item.at("operators"))
        graph.operators.push_back({made.at(0).get<std::string>(), made.at(1).get<std::string>(),
                                   made.at(2).get<std::string>(), made.at(3).get<std::string>()});
      sidecar.graphs.push_back(std::move(graph));
    }
    return sidecar;
  });
}

std::string executed_precision(const std::vector<HtpGraph>& graphs, bool fp16) {
  plugin::PrecisionCount products;
  plugin::PrecisionCount all;
  const auto computed = [fp16](const std::string& stored) {
    return stored == "fp32" && fp16 ? "fp16" : stored;
  };
  for (const HtpGraph& graph : graphs) {
    for (const HtpOperator& made : graph.operators) {
      if (!made.precision.empty()) all.add(computed(made.precision));
      if (!is_product(made.type)) continue;
      if (!made.weights.empty()) products.add(computed(made.weights));
      if (!made.precision.empty()) products.add(computed(made.precision));
    }
  }
  return products.empty() ? all.name() : products.name();
}

Target parse_compilation_target(const std::string& text) {
  return reading("the provider's operator trace", ASSAY_ERROR_VENDOR, text, [](const json& document) {
    const json& facts = document.at("soc_traces").at(0).at("compilation_target");
    Target target;
    const auto arch = facts.at("htp_arch").get<std::string>();
    if (arch.size() > 1 && arch[0] == 'V')
      std::from_chars(arch.data() + 1, arch.data() + arch.size(), target.htp_arch);
    target.soc_model = facts.at("soc_model").get<int>();
    return target;
  });
}

ContextFacts parse_compatibility(const std::string& text) {
  std::vector<std::string> fields(1);
  for (const char c : text) {
    if (c == ':')
      fields.emplace_back();
    else
      fields.back() += c;
  }
  const auto number = [&](size_t index) {
    int value = 0;
    const std::string& field = fields[index];
    const auto [end, problem] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (problem != std::errc() || end != field.data() + field.size() || value < 0)
      throw Failure(ASSAY_ERROR_INVALID,
                    "a context's compatibility is told as 'v2:6:SDK:BLOB:ARCH:SOC:...', found '" + text +
                        "': prepare it again");
    return value;
  };
  if (fields.size() < 6 || fields[0] != "v2" || fields[2].empty())
    throw Failure(ASSAY_ERROR_INVALID,
                  "a context's compatibility is told as 'v2:6:SDK:BLOB:ARCH:SOC:...', found '" + text +
                      "': prepare it again");
  return {fields[2], {number(4), number(5)}};
}

}  // namespace assay::qnn
