// ONNX Runtime: our timed loop through the plugin against OrtApi::Run() with the same settings.
#include <dlfcn.h>
#include <onnxruntime_c_api.h>

#include <cstdio>
#include <filesystem>
#include <memory>

#include "alternate.h"
#include "base/file.h"
#include "sensor/environment.h"

using namespace assay;

namespace {

struct Bare {
  const OrtApi* api = nullptr;
  OrtSession* session = nullptr;
  OrtValue* input = nullptr;
  OrtValue* output = nullptr;
  std::string input_name, output_name;
  std::vector<float> input_data, output_data;

  ~Bare() {
    if (!api) return;
    api->ReleaseValue(input);
    api->ReleaseValue(output);
    api->ReleaseSession(session);
  }
  bool ok(OrtStatus* status) const {
    if (!status) return true;
    std::fprintf(stderr, "%s\n", api->GetErrorMessage(status));
    api->ReleaseStatus(status);
    return false;
  }
};

const OrtApi* load_api() {
  for (const auto& entry : std::filesystem::directory_iterator(ASSAY_ONNXRUNTIME_DIR)) {
    if (entry.path().filename().string().rfind("libonnxruntime.so", 0) != 0) continue;
    void* library = dlopen(entry.path().c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!library) continue;
    const auto base = reinterpret_cast<const OrtApiBase* (*)()>(dlsym(library, "OrtGetApiBase"));
    return base()->GetApi(17);
  }
  return nullptr;
}

bool tensor(const Bare& bare, OrtMemoryInfo* memory, bool is_input, std::string& name,
            std::vector<float>& data, OrtValue*& value) {
  const OrtApi& api = *bare.api;
  OrtAllocator* allocator = nullptr;
  OrtTypeInfo* type = nullptr;
  const OrtTensorTypeAndShapeInfo* shape = nullptr;
  char* text = nullptr;
  size_t count = 0, rank = 0;
  bool ok = bare.ok(api.GetAllocatorWithDefaultOptions(&allocator)) &&
            bare.ok(is_input ? api.SessionGetInputName(bare.session, 0, allocator, &text)
                             : api.SessionGetOutputName(bare.session, 0, allocator, &text)) &&
            bare.ok(is_input ? api.SessionGetInputTypeInfo(bare.session, 0, &type)
                             : api.SessionGetOutputTypeInfo(bare.session, 0, &type)) &&
            bare.ok(api.CastTypeInfoToTensorInfo(type, &shape)) &&
            bare.ok(api.GetTensorShapeElementCount(shape, &count)) &&
            bare.ok(api.GetDimensionsCount(shape, &rank));
  if (!ok) return false;
  std::vector<int64_t> dims(rank);
  ok = bare.ok(api.GetDimensions(shape, dims.data(), rank));
  name = text;
  data = bench::input_values(count);
  ok = ok &&
       bare.ok(api.CreateTensorWithDataAsOrtValue(memory, data.data(), count * sizeof(float), dims.data(),
                                                  rank, ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value));
  api.ReleaseTypeInfo(type);
  return bare.ok(api.AllocatorFree(allocator, text)) && ok;
}

Result<bench::Block> open_bare(const std::filesystem::path& model) {
  static const OrtApi* const api = load_api();
  if (!api) return fail(Code::kUnavailable, "no libonnxruntime in " ASSAY_ONNXRUNTIME_DIR);
  auto bare = std::make_shared<Bare>();
  bare->api = api;
  static OrtEnv* env = nullptr;
  OrtSessionOptions* options = nullptr;
  OrtMemoryInfo* memory = nullptr;
  const bool ok = (env || bare->ok(api->CreateEnv(ORT_LOGGING_LEVEL_WARNING, "bench", &env))) &&
                  bare->ok(api->CreateSessionOptions(&options)) &&
                  bare->ok(api->SetIntraOpNumThreads(options, sensor::usable_cpus())) &&
                  bare->ok(api->SetInterOpNumThreads(options, 1)) &&
                  bare->ok(api->CreateSession(env, model.c_str(), options, &bare->session)) &&
                  bare->ok(api->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory)) &&
                  tensor(*bare, memory, true, bare->input_name, bare->input_data, bare->input) &&
                  tensor(*bare, memory, false, bare->output_name, bare->output_data, bare->output);
  api->ReleaseSessionOptions(options);
  api->ReleaseMemoryInfo(memory);
  if (!ok) return fail(Code::kWorkerFailed, "the bare session cannot be made");
  return bench::bare_block([bare] {
    const char* input_name = bare->input_name.c_str();
    const char* output_name = bare->output_name.c_str();
    const OrtValue* input = bare->input;
    OrtValue* output = bare->output;
    return bare->ok(bare->api->Run(bare->session, nullptr, &input_name, &input, 1, &output_name, 1, &output));
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto folder = TemporaryDirectory::create("bench");
  if (!folder) return 1;
  const auto model = bench::model_of(argc, argv, folder->path());
  if (!model) {
    std::fprintf(stderr, "%s\n", model.error().message.c_str());
    return 1;
  }
  return bench::compare(
      "onnxruntime",
      [&] {
        return bench::plugin_block("onnxruntime", *model,
                                   {{"threads", std::to_string(sensor::usable_cpus())}});
      },
      [&] { return open_bare(*model); });
}
