#include "placement.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "json.h"
#include "support/vendor_plugin.h"

namespace assay::tensorrt {

using plugin::Failure;

namespace {

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// Names in "[ONNX Layer: a]\x1e[ONNX Layer: b]". A name may hold brackets: it ends where the next one
/// begins.
std::vector<std::string> onnx_names(const std::string& metadata) {
  static const std::string kMark = "[ONNX Layer: ";
  std::vector<std::string> names;
  for (std::size_t at = metadata.find(kMark); at != std::string::npos;) {
    const std::size_t begin = at + kMark.size();
    at = metadata.find(kMark, begin);
    const std::size_t end = metadata.rfind(']', at == std::string::npos ? at : at - 1);
    if (end != std::string::npos && end >= begin) names.push_back(metadata.substr(begin, end - begin));
  }
  return names;
}

std::string first_format(const Json& layer) {
  const Json* inputs = layer.find("Inputs");
  if (inputs == nullptr || inputs->kind != Json::Kind::kArray || inputs->items.empty()) return "";
  // 8.x and 10.x print "Format/Datatype"; the type stands in a member of its own where they are apart.
  std::string format;
  for (const char* member : {"Format/Datatype", "DataType", "Datatype", "Format"})
    format += (format.empty() ? "" : " ") + inputs->items[0].text(member);
  return format;
}

/// "{ForeignNode[first...last]}" -> its ends; the same twice where there is one node.
std::optional<std::pair<std::string, std::string>> foreign_ends(const std::string& name) {
  static const std::string kBegin = "{ForeignNode[";
  if (name.compare(0, kBegin.size(), kBegin) != 0) return std::nullopt;
  const std::size_t end = name.rfind("]}");
  if (end == std::string::npos || end < kBegin.size()) return std::nullopt;
  const std::string inner = name.substr(kBegin.size(), end - kBegin.size());
  const std::size_t dots = inner.find("...");
  if (dots == std::string::npos) return std::pair(inner, inner);
  return std::pair(inner.substr(0, dots), inner.substr(dots + 3));
}

/// The names in "a + b", "a || b", "PWN(PWN(a), b)".
std::set<std::string> fused_names(const std::string& name) {
  std::set<std::string> names;
  std::string part;
  const auto end_part = [&] {
    while (part.compare(0, 4, "PWN(") == 0) part.erase(0, 4);
    while (!part.empty() && part.back() == ')' &&
           std::count(part.begin(), part.end(), ')') > std::count(part.begin(), part.end(), '('))
      part.pop_back();
    if (!part.empty()) names.insert(part);
    part.clear();
  };
  for (std::size_t at = 0; at < name.size();) {
    std::size_t length = 0;
    for (const std::string_view separator : {" + ", " || ", ", "})
      if (name.compare(at, separator.size(), separator) == 0) length = separator.size();
    if (length > 0)
      end_part();
    else
      part += name[at];
    at += std::max<std::size_t>(length, 1);
  }
  end_part();
  return names;
}

Unit unit_of(const EngineLayer& layer, bool for_dla) {
  if (!for_dla || (!layer.type.empty() && lower(layer.type) != "dla")) return Unit::kGpu;
  if (lower(layer.type) == "dla") return Unit::kDla;
  // Names only: a ForeignNode may be either.
  return foreign_ends(layer.name) ? Unit::kUnknown : Unit::kGpu;
}

/// Gives the operations of each network layer to the engine layer that holds it.
class Assignment {
 public:
  Assignment(Placement& placement, const std::vector<NetworkLayer>& network)
      : placement_(placement), network_(network) {
    for (std::size_t i = 0; i < network.size(); ++i) order_.try_emplace(network[i].name, i);
    for (const PlacedLayer& placed : placement.layers) holders_.push_back(holder_of(placed.layer));
  }

  /// Whether each operation of the network found its one layer.
  bool run() {
    if (network_.empty()) return false;
    bool complete = true;
    for (PlacedLayer& placed : placement_.layers) placed.operations = 0;
    for (std::size_t i = 0; i < network_.size(); ++i) {
      if (network_[i].operations == 0) continue;
      const std::vector<std::size_t> found = holders_of(i);
      if (found.size() == 1 && network_[i].operations > 0) {
        double& operations = placement_.layers[found[0]].operations;
        if (operations >= 0) operations += network_[i].operations;
        continue;
      }
      // Nobody's or several's: whoever may have it has an unknown number.
      complete = false;
      for (const std::size_t holder : found) placement_.layers[holder].operations = -1;
      if (found.empty())
        for (PlacedLayer& placed : placement_.layers) placed.operations = -1;
    }
    return complete;
  }

 private:
  struct Holder {
    std::set<std::string> names;
    bool ranged = false;
    std::size_t first = 0, last = 0;  // Of the network, where ranged.
  };

  Holder holder_of(const EngineLayer& layer) const {
    Holder holder;
    if (!layer.metadata.empty()) {
      holder.names.insert(layer.metadata.begin(), layer.metadata.end());
    } else if (const auto ends = foreign_ends(layer.name)) {
      const auto first = order_.find(ends->first), last = order_.find(ends->second);
      if (first != order_.end() && last != order_.end()) {
        holder.ranged = true;
        holder.first = std::min(first->second, last->second);
        holder.last = std::max(first->second, last->second);
      }
    } else {
      holder.names = fused_names(layer.name);
    }
    return holder;
  }

  std::vector<std::size_t> holders_of(std::size_t index) const {
    std::vector<std::size_t> named, ranged;
    for (std::size_t h = 0; h < holders_.size(); ++h) {
      if (holders_[h].names.count(network_[index].name) != 0) named.push_back(h);
      if (holders_[h].ranged && index >= holders_[h].first && index <= holders_[h].last) ranged.push_back(h);
    }
    return named.empty() ? ranged : named;
  }

  Placement& placement_;
  const std::vector<NetworkLayer>& network_;
  std::map<std::string, std::size_t> order_;
  std::vector<Holder> holders_;
};

}  // namespace

std::vector<EngineLayer> parse_engine_information(std::string_view json) {
  const Json document = parse_json(json);
  const Json* list = document.find("Layers");
  if (list == nullptr || list->kind != Json::Kind::kArray)
    throw Failure(ASSAY_ERROR_VENDOR, "TensorRT's engine information has no list \"Layers\"");
  std::vector<EngineLayer> layers;
  for (const Json& item : list->items) {
    EngineLayer layer;
    if (item.kind == Json::Kind::kString) {
      layer.name = item.string;
    } else {
      layer.name = item.text("Name");
      layer.type = item.text("LayerType");
      layer.parameter_type = item.text("ParameterType");
      layer.tactic = item.text("TacticName");
      layer.metadata = onnx_names(item.text("Metadata"));
      layer.input_format = first_format(item);
    }
    if (layer.name.empty())
      throw Failure(ASSAY_ERROR_VENDOR, "TensorRT's engine information has a layer without a name");
    layers.push_back(std::move(layer));
  }
  return layers;
}

std::string precision_of(const EngineLayer& layer) {
  const std::string format = lower(layer.input_format);
  static constexpr std::pair<const char*, const char*> kWords[] = {
      {"int8", "int8"},     {"int4", "int4"}, {"fp8", "fp8"},   {"fp4", "fp4"},   {"bf16", "bf16"},
      {"bfloat16", "bf16"}, {"fp16", "fp16"}, {"half", "fp16"}, {"fp32", "fp32"}, {"float", "fp32"}};
  for (const auto& [word, precision] : kWords)
    if (contains(format, word)) return precision;
  return "";
}

std::string subgraph_precision(const EngineLayer& layer, const std::vector<std::string>& allowed) {
  const std::string precision = precision_of(layer);
  return allowed.size() == 1 && allowed[0] == precision ? precision : "";
}

bool is_hand_over(const std::string& name) {
  for (const std::string_view end : {" to nvm", " from nvm", " copy finish"})
    if (name.size() > end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0) return true;
  return false;
}

bool is_arithmetic(const EngineLayer& layer) {
  const std::string type = lower(layer.type + " " + layer.parameter_type);
  for (const std::string_view word : {"conv", "gemm", "matrix", "matmul", "fully", "dla"})
    if (contains(type, word)) return true;
  return false;
}

Placement place(std::vector<EngineLayer> layers, const std::vector<NetworkLayer>& network, bool for_dla) {
  Placement placement;
  std::optional<Unit> last;
  for (EngineLayer& layer : layers) {
    const Unit unit = unit_of(layer, for_dla);
    if (unit == Unit::kDla) placement.dla_subgraphs.push_back(layer.name);
    if (unit == Unit::kGpu) ++placement.layers_on_gpu;
    if (unit == Unit::kUnknown) ++placement.layers_unknown;
    if (last && *last != unit && unit != Unit::kUnknown) ++placement.transitions;
    if (unit != Unit::kUnknown) last = unit;
    placement.layers.push_back({std::move(layer), unit, -1});
  }
  bool known = Assignment(placement, network).run();

  double sums[2] = {0, 0};
  for (const PlacedLayer& placed : placement.layers) {
    known = known && placed.operations >= 0 && placed.unit != Unit::kUnknown;
    if (placed.unit != Unit::kUnknown) sums[placed.unit == Unit::kDla ? 1 : 0] += placed.operations;
  }
  if (known) {
    placement.operations_gpu = sums[0];
    placement.operations_dla = sums[1];
  }
  return placement;
}

std::string executed_precision(const Placement& placement, const std::vector<std::string>& allowed) {
  const bool subgraphs = !placement.dla_subgraphs.empty();
  const bool operations_known = placement.operations_gpu >= 0;
  plugin::PrecisionCount precisions;
  for (const PlacedLayer& placed : placement.layers) {
    const bool on_dla = placed.unit == Unit::kDla;
    const std::string precision =
        on_dla ? subgraph_precision(placed.layer, allowed) : precision_of(placed.layer);
    if (on_dla && precision.empty()) return "unknown";
    if (is_arithmetic(placed.layer) && !precision.empty())
      precisions.add(precision, subgraphs && operations_known ? placed.operations : 1);
  }
  return subgraphs && !operations_known && precisions.size() > 1 ? "unknown" : precisions.name();
}

}  // namespace assay::tensorrt
