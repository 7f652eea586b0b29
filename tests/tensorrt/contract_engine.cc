#include "contract_engine.h"

#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>

#include "contract_cuda.h"

namespace contract {

namespace {

constexpr const char* kMagic = "contract-plan 1\n";

/// enqueueV3() computes when its place in the stream comes: at once, or at each launch of a graph.
class Context : public IExecutionContext, public apiv::UnusedVExecutionContext {
 public:
  explicit Context(Engine& engine) : engine_(engine) { mImpl = this; }

  void setProfiler(IProfiler* profiler) noexcept override { profiler_ = profiler; }
  bool setTensorAddress(char const* name, void* data) noexcept override {
    if (contract_is_device(data) == 0) return false;
    addresses_[name] = data;
    return true;
  }
  bool enqueueV3(cudaStream_t stream) noexcept override {
    const auto list = [&](const std::vector<Value>& values) {
      std::vector<void*> pointers;
      for (const Value& value : values)
        pointers.push_back(addresses_.count(value.name) ? addresses_[value.name] : nullptr);
      return pointers;
    };
    const auto inputs = list(engine_.computation().inputs()), outputs = list(engine_.computation().outputs());
    for (const auto* pointers : {&inputs, &outputs})
      for (const void* pointer : *pointers)
        if (pointer == nullptr) return false;
    auto* work = new std::function<void()>([this, inputs, outputs] {
      try {
        engine_.computation().run(inputs, outputs);
      } catch (const std::exception& exception) {
        std::fprintf(stderr, "contract library: %s\n", exception.what());
      }
      float milliseconds = 0.125F;
      if (profiler_ != nullptr)
        for (const std::string& name : engine_.plan().reported)
          profiler_->reportLayerTime(name.c_str(), milliseconds);
    });
    contract_enqueue(
        stream, [](void* data) { (*static_cast<std::function<void()>*>(data))(); }, work);
    return true;
  }

 private:
  Engine& engine_;
  IProfiler* profiler_ = nullptr;
  std::map<std::string, void*> addresses_;
};

}  // namespace

std::string encode_plan(const Plan& plan) {
  const std::string head = nlohmann::json{{"inspector", plan.inspector}, {"reported", plan.reported}}.dump();
  return kMagic + std::to_string(head.size()) + "\n" + head + plan.model;
}

Plan decode_plan(const std::string& bytes) {
  const std::string magic = kMagic;
  if (bytes.compare(0, magic.size(), magic) != 0) throw std::runtime_error("no plan of this version");
  const std::size_t size = std::stoul(bytes.substr(magic.size()));
  const std::size_t begin = bytes.find('\n', magic.size()) + 1;
  const auto head = nlohmann::json::parse(bytes.substr(begin, size));
  return {head.at("inspector"), head.at("reported"), bytes.substr(begin + size)};
}

const Value& Engine::value(const char* name) const {
  for (const auto* values : {&computation_.inputs(), &computation_.outputs()})
    for (const Value& value : *values)
      if (value.name == name) return value;
  unused("a tensor that the engine does not have");
}

IExecutionContext* Engine::createExecutionContext(ExecutionContextAllocationStrategy) noexcept {
  return new Context(*this);
}

char const* Engine::getIOTensorName(std::int32_t index) const noexcept {
  const auto i = static_cast<std::size_t>(index), inputs = computation_.inputs().size();
  return i < inputs ? computation_.inputs()[i].name.c_str() : computation_.outputs()[i - inputs].name.c_str();
}

TensorIOMode Engine::getTensorIOMode(char const* name) const noexcept {
  for (const Value& input : computation_.inputs())
    if (input.name == name) return TensorIOMode::kINPUT;
  return TensorIOMode::kOUTPUT;
}

Dims Engine::getTensorShape(char const* name) const noexcept {
  Dims dims{};
  const Value& tensor = value(name);
  dims.nbDims = static_cast<std::int32_t>(tensor.dims.size());
  for (std::size_t i = 0; i < tensor.dims.size(); ++i) dims.d[i] = tensor.dims[i];
  return dims;
}

}  // namespace contract
