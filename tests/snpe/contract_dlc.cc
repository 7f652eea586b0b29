#include "contract_dlc.h"

#include <dlfcn.h>
#include <onnxruntime_c_api.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace assay::snpe::contract {

namespace {

constexpr const char* kMagic = "ASSAY-CONTRACT-DLC ";

const OrtApi& onnxruntime() {
  static const OrtApi* const api = [] {
    std::string path;
    std::error_code problem;
    for (const auto& entry : std::filesystem::directory_iterator(ASSAY_ONNXRUNTIME_DIR, problem))
      if (entry.path().filename().string().rfind("libonnxruntime.so", 0) == 0) path = entry.path().string();
    void* library = path.empty() ? nullptr : dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) throw Error(1200, "the contract library needs ONNX Runtime: run scripts/setup");
    const auto base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
    return base()->GetApi(17);
  }();
  return *api;
}

void check(OrtStatus* status) {
  if (status == nullptr) return;
  const std::string text = onnxruntime().GetErrorMessage(status);
  onnxruntime().ReleaseStatus(status);
  throw Error(407, text);
}

}  // namespace

Container read_container(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (bytes.rfind(kMagic, 0) != 0) throw Error(311, "not a valid DLC archive: " + path);
  Container container;
  std::istringstream lines(bytes);
  std::string line;
  std::getline(lines, line);
  if (line != std::string(kMagic) + "2")
    throw Error(312, "the model's format version is not supported, found '" + line + "'");
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string key, name, more;
    words >> key >> name;
    if (key == "layout") container.channels_last = name == "NHWC";
    if (key == "cached") container.cached = true;
    if (key == "quantized") {
      Quantisation& quantisation = container.quantised[name];
      words >> quantisation.step >> quantisation.zero >> quantisation.bits;
    }
    if (key == "layer") {
      Layer layer{name, ""};
      if (words >> more && more == "not-on") words >> layer.not_on;
      container.layers.push_back(layer);
    }
    if (key != "onnx") continue;
    const std::size_t size = std::stoul(name);
    container.onnx = bytes.substr(static_cast<std::size_t>(lines.tellg()));
    if (container.onnx.size() != size) break;
    return container;
  }
  throw Error(300, "the archive is cut short: " + path);
}

void write_container(const Container& container, const std::string& path) {
  std::ofstream file(path, std::ios::binary);
  file << kMagic << "2\nlayout " << (container.channels_last ? "NHWC" : "NCHW") << "\n";
  for (const auto& [name, q] : container.quantised)
    file << "quantized " << name << " " << q.step << " " << q.zero << " " << q.bits << "\n";
  for (const Layer& layer : container.layers)
    file << "layer " << layer.name << (layer.not_on.empty() ? "" : " not-on " + layer.not_on) << "\n";
  if (container.cached) file << "cached\n";
  file << "onnx " << container.onnx.size() << "\n" << container.onnx;
}

struct Network::Runtime {
  OrtEnv* env = nullptr;
  OrtSessionOptions* options = nullptr;
  OrtSession* session = nullptr;
  OrtMemoryInfo* memory = nullptr;

  ~Runtime() {
    const OrtApi& api = onnxruntime();
    api.ReleaseMemoryInfo(memory);
    api.ReleaseSession(session);
    api.ReleaseSessionOptions(options);
    api.ReleaseEnv(env);
  }

  Tensor describe(bool input, std::size_t index) const {
    const OrtApi& api = onnxruntime();
    OrtAllocator* allocator = nullptr;
    check(api.GetAllocatorWithDefaultOptions(&allocator));
    char* name = nullptr;
    check(input ? api.SessionGetInputName(session, index, allocator, &name)
                : api.SessionGetOutputName(session, index, allocator, &name));
    Tensor tensor;
    tensor.name = name;
    check(api.AllocatorFree(allocator, name));
    OrtTypeInfo* type = nullptr;
    check(input ? api.SessionGetInputTypeInfo(session, index, &type)
                : api.SessionGetOutputTypeInfo(session, index, &type));
    const OrtTensorTypeAndShapeInfo* info = nullptr;
    check(api.CastTypeInfoToTensorInfo(type, &info));
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    check(api.GetTensorElementType(info, &element));
    tensor.integers = element == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32;
    std::size_t rank = 0;
    check(api.GetDimensionsCount(info, &rank));
    tensor.dims.resize(rank);
    check(api.GetDimensions(info, tensor.dims.data(), rank));
    api.ReleaseTypeInfo(type);
    if (!tensor.integers && element != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
      throw Error(1002, "tensor " + tensor.name + ": the contract library takes f32 and i32");
    return tensor;
  }
};

Network::Network(const Container& container) {
  const OrtApi& api = onnxruntime();  // First: what it throws must not find anything to release.
  runtime_ = std::make_unique<Runtime>();
  check(api.CreateEnv(ORT_LOGGING_LEVEL_ERROR, "contract", &runtime_->env));
  check(api.CreateSessionOptions(&runtime_->options));
  check(api.SetIntraOpNumThreads(runtime_->options, 1));
  check(api.CreateSessionFromArray(runtime_->env, container.onnx.data(), container.onnx.size(),
                                   runtime_->options, &runtime_->session));
  check(api.CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &runtime_->memory));
  std::size_t count = 0;
  check(api.SessionGetInputCount(runtime_->session, &count));
  for (std::size_t i = 0; i < count; ++i) inputs_.push_back(runtime_->describe(true, i));
  check(api.SessionGetOutputCount(runtime_->session, &count));
  for (std::size_t i = 0; i < count; ++i) outputs_.push_back(runtime_->describe(false, i));
}

Network::~Network() = default;

std::vector<std::vector<char>> Network::run(std::vector<std::vector<char>>& inputs) const {
  const OrtApi& api = onnxruntime();
  std::vector<const char*> input_names, output_names;
  std::vector<OrtValue*> values, results(outputs_.size(), nullptr);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    input_names.push_back(inputs_[i].name.c_str());
    values.push_back(nullptr);
    check(api.CreateTensorWithDataAsOrtValue(
        runtime_->memory, inputs[i].data(), inputs[i].size(), inputs_[i].dims.data(), inputs_[i].dims.size(),
        inputs_[i].integers ? ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 : ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT,
        &values.back()));
  }
  for (const Tensor& tensor : outputs_) output_names.push_back(tensor.name.c_str());
  check(api.Run(runtime_->session, nullptr, input_names.data(), values.data(), values.size(),
                output_names.data(), output_names.size(), results.data()));
  std::vector<std::vector<char>> outputs;
  for (std::size_t i = 0; i < results.size(); ++i) {
    std::size_t bytes = 4;
    for (const std::int64_t dim : outputs_[i].dims) bytes *= static_cast<std::size_t>(dim);
    void* data = nullptr;
    check(api.GetTensorMutableData(results[i], &data));
    outputs.emplace_back(static_cast<const char*>(data), static_cast<const char*>(data) + bytes);
    api.ReleaseValue(results[i]);
  }
  for (OrtValue* value : values) api.ReleaseValue(value);
  return outputs;
}

}  // namespace assay::snpe::contract
