// A TensorRT for tests: the classes that the plugin uses, compiled against NVIDIA's own headers, over ONNX
// Runtime on the CPU. It says of itself that it is none: assay_contract_library(), which the real library
// does not have.
//
// The environment says what machine this is: ASSAY_CONTRACT_DLA_CORES, ASSAY_CONTRACT_VERSION (another
// library's number), ASSAY_CONTRACT_FAULT: "out-of-memory" while building, "refuse-plan" while loading,
// "names-only" inspector.
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <set>

#include "contract_engine.h"
#include "contract_network.h"

namespace contract {

void unused(const char* function) noexcept {
  std::fprintf(stderr, "contract library: %s is used and not there\n", function);
  std::abort();
}

namespace {

bool fault(const char* name) {
  const char* value = std::getenv("ASSAY_CONTRACT_FAULT");
  return value != nullptr && std::string(value) == name;
}

int dla_cores() {
  const char* value = std::getenv("ASSAY_CONTRACT_DLA_CORES");
  return value != nullptr ? std::atoi(value) : 0;
}

class TimingCache : public ITimingCache, public apiv::UnusedVTimingCache {
 public:
  explicit TimingCache(std::string content) : content_(std::move(content)) { mImpl = this; }
  IHostMemory* serialize() const noexcept override {
    return new HostMemory("timings of the contract library");
  }
  /// Empty, or what serialize() gave.
  bool usable() const { return content_.empty() || content_ == "timings of the contract library"; }

 private:
  std::string content_;
};

class Config : public IBuilderConfig, public apiv::UnusedVBuilderConfig {
 public:
  Config() { mImpl = this; }
  bool dla() const { return device_ == DeviceType::kDLA; }
  bool has(BuilderFlag flag) const { return flags_.count(flag) != 0; }
  bool detailed() const { return verbosity_ == ProfilingVerbosity::kDETAILED; }

  void setFlag(BuilderFlag flag) noexcept override { flags_.insert(flag); }
  void clearFlag(BuilderFlag flag) noexcept override { flags_.erase(flag); }
  void setDefaultDeviceType(DeviceType type) noexcept override { device_ = type; }
  void setDLACore(std::int32_t) noexcept override {}
  bool canRunOnDLA(ILayer const* layer) const noexcept override {
    return static_cast<const Layer*>(layer)->on_dla();
  }
  void setProfilingVerbosity(ProfilingVerbosity verbosity) noexcept override { verbosity_ = verbosity; }
  void setMemoryPoolLimit(MemoryPoolType pool, std::size_t bytes) noexcept override {
    std::printf("contract library: pool %d has %zu bytes\n", static_cast<int>(pool), bytes);
  }
  void setBuilderOptimizationLevel(std::int32_t) noexcept override {}
  ITimingCache* createTimingCache(void const* blob, std::size_t size) const noexcept override {
    return new TimingCache(std::string(static_cast<const char*>(blob), size));
  }
  bool setTimingCache(ITimingCache const& cache, bool) noexcept override {
    if (!static_cast<const TimingCache&>(cache).usable()) return false;
    cache_ = &cache;
    return true;
  }
  ITimingCache const* getTimingCache() const noexcept override { return cache_; }

 private:
  std::set<BuilderFlag> flags_{BuilderFlag::kTF32};
  DeviceType device_ = DeviceType::kGPU;
  ProfilingVerbosity verbosity_ = ProfilingVerbosity::kLAYER_NAMES_ONLY;
  const ITimingCache* cache_ = nullptr;
};

/// The engine's layers: on the GPU a convolution takes the activation behind it; a run of what the DLA takes
/// is one.
class Fusion {
 public:
  explicit Fusion(const Config& config) : config_(config) {}

  void add(const Layer& layer) {
    const bool dla = config_.dla() && layer.on_dla();
    const bool joins = !members_.empty() && dla == dla_ &&
                       (dla || (members_.back()->node().type == "Conv" && layer.node().type == "Relu"));
    if (!joins) end();
    if (!joins) int8_ = dequantized_.count(layer.node().input.name) != 0;
    if (layer.node().type == "DequantizeLinear") dequantized_.insert(layer.node().output.name);
    dla_ = dla;
    members_.push_back(&layer);
  }

  void end() {
    if (members_.empty()) return;
    std::string name, metadata;
    for (const Layer* layer : members_) {
      name += (name.empty() ? "" : " + ") + std::string(layer->getName());
      metadata +=
          (metadata.empty() ? "[ONNX Layer: " : "\x1e[ONNX Layer: ") + std::string(layer->getName()) + "]";
    }
    if (dla_)
      name = std::string("{ForeignNode[") + members_.front()->getName() + "..." + members_.back()->getName() +
             "]}";
    const bool convolution = members_.front()->node().type == "Conv";
    const nlohmann::json input{
        {"Name", "in"}, {"Format/Datatype", int8_ ? "Row major Int8 format" : "Row major linear FP32"}};
    if (!config_.detailed() || fault("names-only"))
      layers_.push_back(name);
    else
      layers_.push_back({{"Name", name},
                         {"LayerType", dla_          ? "DLA"
                                       : convolution ? "CaskConvolution"
                                                     : "Reformat"},
                         {"ParameterType", convolution ? "Convolution" : "Other"},
                         {"TacticName", "simulated"},
                         {"Inputs", nlohmann::json::array({input})},
                         {"Metadata", metadata}});
    if (dla_) plan.reported.push_back("x to nvm");
    plan.reported.push_back(name);
    if (dla_) plan.reported.push_back("y from nvm");
    members_.clear();
  }

  Plan plan;
  const nlohmann::json& layers() const { return layers_; }

 private:
  const Config& config_;
  std::vector<const Layer*> members_;
  bool dla_ = false;
  bool int8_ = false;                  // What begins behind a DequantizeLinear is fused with it.
  std::set<std::string> dequantized_;  // Values.
  nlohmann::json layers_ = nlohmann::json::array();
};

class Builder : public IBuilder, public apiv::UnusedVBuilder {
 public:
  explicit Builder(ILogger& logger) : logger_(logger) { mImpl = this; }
  std::int32_t getNbDLACores() const noexcept override { return dla_cores(); }
  IBuilderConfig* createBuilderConfig() noexcept override { return new Config; }
  INetworkDefinition* createNetworkV2(NetworkDefinitionCreationFlags) noexcept override {
    return new Network;
  }

  IHostMemory* buildSerializedNetwork(INetworkDefinition& definition,
                                      IBuilderConfig& builder_config) noexcept override {
    const auto& network = static_cast<const Network&>(definition);
    const auto& config = static_cast<const Config&>(builder_config);
    logger_.log(ILogger::Severity::kINFO, "contract library: building");
    if (fault("out-of-memory")) {
      logger_.log(ILogger::Severity::kERROR,
                  "[defaultAllocator.cpp::allocate::20] Error Code 1: Cuda Runtime (out of memory)");
      return nullptr;
    }
    Fusion fusion(config);
    for (const Layer& layer : network.layers()) {
      if (config.dla() && !layer.on_dla() && !config.has(BuilderFlag::kGPU_FALLBACK)) {
        const std::string text = std::string("Layer ") + layer.getName() +
                                 " is not supported on DLA, and GPU fallback is not enabled.";
        logger_.log(ILogger::Severity::kERROR, text.c_str());
        return nullptr;
      }
      fusion.add(layer);
    }
    fusion.end();
    fusion.plan.inspector =
        nlohmann::json{{"Layers", fusion.layers()}, {"Bindings", nlohmann::json::array()}}.dump();
    fusion.plan.model = network.model().bytes;
    return new HostMemory(encode_plan(fusion.plan));
  }

 private:
  ILogger& logger_;
};

class Runtime : public IRuntime, public apiv::UnusedVRuntime {
 public:
  explicit Runtime(ILogger& logger) : logger_(logger) { mImpl = this; }
  std::int32_t getNbDLACores() const noexcept override { return dla_cores(); }
  void setDLACore(std::int32_t) noexcept override {}
  void setEngineHostCodeAllowed(bool) noexcept override {}
  ICudaEngine* deserializeCudaEngine(void const* blob, std::size_t size) noexcept override {
    try {
      if (fault("refuse-plan"))
        throw std::runtime_error("Serialization assertion stdVersionRead == kSERIALIZATION_VERSION failed");
      return new Engine(decode_plan(std::string(static_cast<const char*>(blob), size)));
    } catch (const std::exception& exception) {
      logger_.log(ILogger::Severity::kERROR, exception.what());
      return nullptr;
    }
  }

 private:
  ILogger& logger_;
};

}  // namespace
}  // namespace contract

#define EXPORT __attribute__((visibility("default")))

extern "C" {
EXPORT const char* assay_contract_library() {
  return "assay contract library: ONNX Runtime on the CPU stands in for TensorRT";
}

EXPORT std::int32_t getInferLibVersion() noexcept {
  const char* other = std::getenv("ASSAY_CONTRACT_VERSION");
  return other != nullptr ? std::atoi(other) : static_cast<std::int32_t>(NV_TENSORRT_VERSION);
}

EXPORT void* createInferBuilder_INTERNAL(void* logger, std::int32_t) noexcept {
  return static_cast<nvinfer1::IBuilder*>(new contract::Builder(*static_cast<nvinfer1::ILogger*>(logger)));
}

EXPORT void* createInferRuntime_INTERNAL(void* logger, std::int32_t) noexcept {
  return static_cast<nvinfer1::IRuntime*>(new contract::Runtime(*static_cast<nvinfer1::ILogger*>(logger)));
}

EXPORT void* createNvOnnxParser_INTERNAL(void* network, void*, int) noexcept {
  auto* definition = static_cast<nvinfer1::INetworkDefinition*>(network);
  return static_cast<nvonnxparser::IParser*>(
      new contract::Parser(*static_cast<contract::Network*>(definition)));
}
}
