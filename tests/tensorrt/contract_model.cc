#include "contract_model.h"

#include <dlfcn.h>
#include <onnxruntime_c_api.h>

#include <stdexcept>

#include "base/file.h"
#include "model/onnx_file.h"
#include "model/shapes.h"

namespace contract {

namespace {

Value value_of(const onnx::ValueInfoProto& info) {
  Value value{info.name(), {}, true, info.type().tensor_type().elem_type() == onnx::TensorProto::FLOAT16};
  for (const auto& dim : info.type().tensor_type().shape().dim())
    value.dims.push_back(dim.has_dim_value() ? dim.dim_value() : -1);
  return value;
}

}  // namespace

Model read_model(const std::string& path) {
  const auto file = assay::model::read_onnx(path);
  if (!file) throw std::runtime_error(file.error().message);
  const auto& graph = file->model.graph();
  Model model;
  model.bytes = *assay::read_file(path);
  for (const auto& input : graph.input()) model.inputs.push_back(value_of(input));
  for (const auto& output : graph.output()) model.outputs.push_back(value_of(output));

  const auto shapes = assay::model::Shapes::infer(graph, {});
  const auto find = [&](const std::string& name) {
    Value value{name, {}, false, false};
    if (const auto* shape = shapes ? shapes->find(name) : nullptr) {
      value.dims = *shape;
      value.known = true;
    }
    return value;
  };
  for (const auto& proto : graph.node()) {
    Node node{proto.name(),
              proto.op_type(),
              find(proto.input_size() > 0 ? proto.input(0) : ""),
              find(proto.output(0)),
              {},
              1};
    if (proto.op_type() == "Conv") {
      const Value weights = find(proto.input(1));
      if (weights.dims.size() > 2) node.kernel.assign(weights.dims.begin() + 2, weights.dims.end());
    }
    for (const auto& attribute : proto.attribute())
      if (attribute.name() == "group") node.groups = attribute.i();
    model.nodes.push_back(std::move(node));
  }
  return model;
}

struct Computation::State {
  const OrtApi* api = nullptr;
  OrtEnv* env = nullptr;
  OrtSession* session = nullptr;
  OrtMemoryInfo* memory = nullptr;
  std::vector<Value> inputs, outputs;

  void check(OrtStatus* status) const {
    if (status == nullptr) return;
    const std::string text = api->GetErrorMessage(status);
    api->ReleaseStatus(status);
    throw std::runtime_error(text);
  }

  std::vector<Value> signature(bool input) const {
    OrtAllocator* allocator = nullptr;
    check(api->GetAllocatorWithDefaultOptions(&allocator));
    std::size_t count = 0;
    check(input ? api->SessionGetInputCount(session, &count) : api->SessionGetOutputCount(session, &count));
    std::vector<Value> values;
    for (std::size_t i = 0; i < count; ++i) {
      char* name = nullptr;
      OrtTypeInfo* type = nullptr;
      check(input ? api->SessionGetInputName(session, i, allocator, &name)
                  : api->SessionGetOutputName(session, i, allocator, &name));
      check(input ? api->SessionGetInputTypeInfo(session, i, &type)
                  : api->SessionGetOutputTypeInfo(session, i, &type));
      const OrtTensorTypeAndShapeInfo* info = nullptr;
      check(api->CastTypeInfoToTensorInfo(type, &info));
      std::size_t rank = 0;
      check(api->GetDimensionsCount(info, &rank));
      values.push_back({name, std::vector<std::int64_t>(rank), true, false});
      check(api->GetDimensions(info, values.back().dims.data(), rank));
      api->ReleaseTypeInfo(type);
      check(api->AllocatorFree(allocator, name));
    }
    return values;
  }
};

Computation::Computation(const std::string& bytes) : state_(std::make_unique<State>()) {
  void* library = ::dlopen(CONTRACT_ONNXRUNTIME, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) throw std::runtime_error(::dlerror());
  const auto base = reinterpret_cast<const OrtApiBase* (*)()>(::dlsym(library, "OrtGetApiBase"));
  State& state = *state_;
  state.api = base()->GetApi(17);
  state.check(state.api->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "contract", &state.env));
  OrtSessionOptions* options = nullptr;
  state.check(state.api->CreateSessionOptions(&options));
  state.check(state.api->SetIntraOpNumThreads(options, 1));
  OrtStatus* status =
      state.api->CreateSessionFromArray(state.env, bytes.data(), bytes.size(), options, &state.session);
  state.api->ReleaseSessionOptions(options);
  state.check(status);
  state.check(state.api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &state.memory));
  state.inputs = state.signature(true);
  state.outputs = state.signature(false);
}

Computation::~Computation() {
  if (state_->memory != nullptr) state_->api->ReleaseMemoryInfo(state_->memory);
  if (state_->session != nullptr) state_->api->ReleaseSession(state_->session);
  if (state_->env != nullptr) state_->api->ReleaseEnv(state_->env);
}

const std::vector<Value>& Computation::inputs() const { return state_->inputs; }
const std::vector<Value>& Computation::outputs() const { return state_->outputs; }

void Computation::run(const std::vector<void*>& inputs, const std::vector<void*>& outputs) {
  const State& state = *state_;
  std::vector<OrtValue*> in, out;
  std::vector<const char*> in_names, out_names;
  const auto wrap = [&](const Value& value, void* data, std::vector<OrtValue*>& list,
                        std::vector<const char*>& names) {
    std::size_t bytes = sizeof(float);
    for (const std::int64_t dim : value.dims) bytes *= static_cast<std::size_t>(dim);
    OrtValue* tensor = nullptr;
    state.check(state.api->CreateTensorWithDataAsOrtValue(state.memory, data, bytes, value.dims.data(),
                                                          value.dims.size(),
                                                          ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &tensor));
    list.push_back(tensor);
    names.push_back(value.name.c_str());
  };
  for (std::size_t i = 0; i < inputs.size(); ++i) wrap(state.inputs[i], inputs[i], in, in_names);
  for (std::size_t i = 0; i < outputs.size(); ++i) wrap(state.outputs[i], outputs[i], out, out_names);
  OrtStatus* status = state.api->Run(state.session, nullptr, in_names.data(), in.data(), in.size(),
                                     out_names.data(), out.size(), out.data());
  for (auto* list : {&in, &out})
    for (OrtValue* tensor : *list) state.api->ReleaseValue(tensor);
  state.check(status);
}

}  // namespace contract
