// Plan, engine and context of the contract library.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "contract_cuda.h"
#include "contract_model.h"
#include "nvinfer_stubs.h"

namespace contract {

using namespace nvinfer1;

/// What a build leaves: the engine's layers as the inspector prints them, and the model.
struct Plan {
  std::string inspector;              ///< JSON
  std::vector<std::string> reported;  ///< Names that the profiler reports.
  std::string model;                  ///< ONNX
};

std::string encode_plan(const Plan& plan);
/// Throws std::exception for anything that encode_plan() did not write.
Plan decode_plan(const std::string& bytes);

class HostMemory : public IHostMemory, public apiv::UnusedVHostMemory {
 public:
  explicit HostMemory(std::string bytes) : bytes_(std::move(bytes)) { mImpl = this; }
  void* data() const noexcept override { return const_cast<char*>(bytes_.data()); }
  std::size_t size() const noexcept override { return bytes_.size(); }

 private:
  std::string bytes_;
};

class Inspector : public IEngineInspector, public apiv::UnusedVEngineInspector {
 public:
  explicit Inspector(const Plan& plan) : plan_(plan) { mImpl = this; }
  bool setExecutionContext(IExecutionContext const*) noexcept override { return true; }
  char const* getEngineInformation(LayerInformationFormat) const noexcept override {
    return plan_.inspector.c_str();
  }

 private:
  const Plan& plan_;
};

class Engine : public ICudaEngine, public apiv::UnusedVCudaEngine {
 public:
  explicit Engine(Plan plan) : plan_(std::move(plan)), computation_(plan_.model) {
    mImpl = this;
    cudaMalloc(&weights_, kWeights);
  }
  ~Engine() override { cudaFree(weights_); }
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  const Plan& plan() const { return plan_; }
  Computation& computation() { return computation_; }
  const Value& value(const char* name) const;

  IExecutionContext* createExecutionContext(ExecutionContextAllocationStrategy) noexcept override;
  IEngineInspector* createEngineInspector() const noexcept override { return new Inspector(plan_); }
  std::int32_t getNbIOTensors() const noexcept override {
    return static_cast<std::int32_t>(computation_.inputs().size() + computation_.outputs().size());
  }
  char const* getIOTensorName(std::int32_t index) const noexcept override;
  TensorIOMode getTensorIOMode(char const* name) const noexcept override;
  Dims getTensorShape(char const* name) const noexcept override;
  DataType getTensorDataType(char const*) const noexcept override { return DataType::kFLOAT; }
  TensorFormat getTensorFormat(char const*) const noexcept override { return TensorFormat::kLINEAR; }

 private:
  static constexpr std::size_t kWeights = 3 << 20;  // Which getDeviceMemorySizeV2() would leave out.
  void* weights_ = nullptr;
  Plan plan_;
  Computation computation_;
};

}  // namespace contract
