#include "build.h"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>

#include "build_options.h"
#include "calibration.h"
#include "calibrator.h"
#include "compat.h"
#include "cuda.h"
#include "engine_file.h"
#include "library.h"
#include "network.h"

namespace assay::tensorrt {

using plugin::Failure;

namespace {

constexpr std::size_t kListedLayers = 8;  // In a message.

std::string or_empty(const char* text) { return text != nullptr ? text : ""; }

std::string with_vendor(const std::string& text, Log& log) {
  const std::string errors = log.take_errors();
  return errors.empty() ? text : text + ". TensorRT: " + errors;
}

/// A name as part of a file's name.
std::string plain(std::string text) {
  for (char& c : text)
    if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.')) c = '-';
  return text;
}

/// The request with what version 1 of the ABI has, and of the fields that were appended those that the host
/// has.
assay_prepare_options whole(const assay_prepare_options& given) {
  assay_prepare_options known{};
  std::memcpy(&known, &given, offsetof(assay_prepare_options, source_digest));
  if (ASSAY_HAS(&given, source_digest)) known.source_digest = given.source_digest;
  if (ASSAY_HAS(&given, calibration)) known.calibration = given.calibration;
  if (ASSAY_HAS(&given, cache)) known.cache = given.cache;
  return known;
}

/// One build, from the request to the file.
class Build {
 public:
  explicit Build(const assay_prepare_options& request)
      : request_(whole(request)),
        precision_(request.precision),
        accelerator_(parse_accelerator(request.accelerator)),
        options_(parse_build_options(request, accelerator_)),
        cuda_(Cuda::get()),
        library_(Library::get()) {
    plugin::require_known_precision(precision_);
    if (precision_ == "bf16")
      throw Failure(ASSAY_ERROR_UNSUPPORTED, "precision bf16: this backend builds fp32, fp16 and int8");
    plugin::require_model_file(request.source);
    if (or_empty(request.destination).empty()) throw Failure(ASSAY_ERROR_INVALID, "no destination was named");
    gpus_ = cuda_.require_gpus();
    require_accelerator(accelerator_, gpus_,
                        1 + std::max(accelerator_.dla, 0));  // DLA cores: asked of the builder.
    cuda_.check(cuda_.cudaSetDevice(accelerator_.gpu), "choosing ", accelerator_.name().c_str());
    gpu_ = cuda_.gpu(accelerator_.gpu);
    builder_ = library_.make_builder();
    require_accelerator(accelerator_, gpus_, builder_->getNbDLACores());
  }

  void run() {
    parse();
    configure();
    quantize();
    load_timing_cache();
    const std::unique_ptr<nvinfer1::IHostMemory> plan(builder_->buildSerializedNetwork(*network_, *config_));
#if !ASSAY_TENSORRT_FROM(11, 0)
    if (calibrator_) calibrator_->require_success();
#endif
    if (plan == nullptr || plan->size() == 0) refuse();
    keep_timing_cache();
    write_whole_file(request_.destination,
                     encode_engine(facts(), {static_cast<const char*>(plan->data()), plan->size()}));
  }

 private:
  bool dla() const { return accelerator_.dla >= 0; }

  void parse() {
    network_.reset(builder_->createNetworkV2(compat::network_flags()));
    config_.reset(builder_->createBuilderConfig());
    if (network_ == nullptr || config_ == nullptr)
      throw Failure(ASSAY_ERROR_VENDOR, with_vendor("TensorRT made no network", library_.log()));
    parser_ = library_.make_parser(*network_);
    if (parser_->parseFromFile(request_.source, static_cast<int>(nvinfer1::ILogger::Severity::kWARNING)))
      return;
    std::string text = or_empty(request_.source) + ": TensorRT's parser cannot take the model";
    bool unsupported = false;
    for (int i = 0; i < parser_->getNbErrors(); ++i) {
      const nvonnxparser::IParserError& error = *parser_->getError(i);
      text += (i == 0 ? ": " : "; ") + compat::node_of(error) + ": " + or_empty(error.desc());
      unsupported = unsupported || (error.code() != nvonnxparser::ErrorCode::kMODEL_DESERIALIZE_FAILED &&
                                    error.code() != nvonnxparser::ErrorCode::kINVALID_GRAPH);
    }
    throw Failure(unsupported ? ASSAY_ERROR_UNSUPPORTED : ASSAY_ERROR_INVALID,
                  with_vendor(text, library_.log()));
  }

  void configure() {
    for (int i = 0; i < network_->getNbInputs(); ++i) {
      const nvinfer1::ITensor& input = *network_->getInput(i);
      for (const std::int64_t dim : dims_of(input.getDimensions()))
        if (dim < 1)
          throw Failure(ASSAY_ERROR_INVALID,
                        "input '" + or_empty(input.getName()) +
                            "' has a dynamic dimension: give the input's shape in the spec");
    }
    // Without it the inspector tells names only, and neither formats nor which subgraph is the DLA's.
    config_->setProfilingVerbosity(nvinfer1::ProfilingVerbosity::kDETAILED);
    if (options_.workspace_mib)
      config_->setMemoryPoolLimit(nvinfer1::MemoryPoolType::kWORKSPACE,
                                  static_cast<std::size_t>(*options_.workspace_mib) << 20);
    if (!options_.tf32) config_->clearFlag(nvinfer1::BuilderFlag::kTF32);
    if (options_.sparsity) config_->setFlag(nvinfer1::BuilderFlag::kSPARSE_WEIGHTS);
    if (options_.optimization_level) compat::set_optimization_level(*config_, *options_.optimization_level);
    if (options_.version_compatible) compat::set_version_compatible(*config_);
    if (dla()) {
      config_->setDefaultDeviceType(nvinfer1::DeviceType::kDLA);
      config_->setDLACore(accelerator_.dla);
      if (options_.gpu_fallback) config_->setFlag(nvinfer1::BuilderFlag::kGPU_FALLBACK);
      const auto limit = [&](nvinfer1::MemoryPoolType pool, const std::optional<int>& size, int shift) {
        if (size) config_->setMemoryPoolLimit(pool, static_cast<std::size_t>(*size) << shift);
      };
      limit(nvinfer1::MemoryPoolType::kDLA_MANAGED_SRAM, options_.dla_sram_kib, 10);
      limit(nvinfer1::MemoryPoolType::kDLA_LOCAL_DRAM, options_.dla_local_dram_mib, 20);
      limit(nvinfer1::MemoryPoolType::kDLA_GLOBAL_DRAM, options_.dla_global_dram_mib, 20);
    }
    if (options_.io_formats != "source") {
      const auto type =
          options_.io_formats == "fp16" ? nvinfer1::DataType::kHALF : nvinfer1::DataType::kFLOAT;
      for (int i = 0; i < network_->getNbInputs(); ++i) compat::set_io_type(*network_->getInput(i), type);
      for (int i = 0; i < network_->getNbOutputs(); ++i) compat::set_io_type(*network_->getOutput(i), type);
    }
  }

  void quantize() {
    network_facts_ = read_network(*network_, dla() ? config_.get() : nullptr);
    const bool int8 = precision_ == "int8";
    if (!int8 && network_facts_.has_quantize)
      throw Failure(ASSAY_ERROR_INVALID,
                    "the source is quantized (Q/DQ), and the row asks for " + precision_);
    if (compat::kStronglyTyped) {
      if (int8 && !network_facts_.has_quantize)
        throw Failure(
            ASSAY_ERROR_UNSUPPORTED,
            "TensorRT " + library_.version().text() +
                " has no calibration: it takes INT8 from a source with QuantizeLinear and DequantizeLinear. "
                "Use toolchain tensorrt-qdq");
      if (precision_ == "fp16" && !network_facts_.has_half)
        throw Failure(
            ASSAY_ERROR_UNSUPPORTED,
            "TensorRT " + library_.version().text() +
                " computes in the types of the source, and this source has no FP16 convolution or matrix "
                "product: convert the model to FP16 first");
      if (precision_ == "fp32" && network_facts_.has_half)
        throw Failure(ASSAY_ERROR_INVALID, "the source computes in FP16, and the row asks for fp32");
      return;
    }
    compat::allow_precisions(*config_, precision_ == "fp16" || (int8 && options_.fp16_beside_int8), int8);
    if (int8 && !network_facts_.has_quantize) calibrate();
  }

#if ASSAY_TENSORRT_FROM(11, 0)
  void calibrate() {}  // Refused above.
#else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
  using Calibrator = EntropyCalibrator<nvinfer1::IInt8EntropyCalibrator2>;

  static bool is_kept(const std::string& path, const CalibrationIdentity& identity) {
    try {
      return decode_calibration_cache(read_whole_file(path), identity).problem.empty();
    } catch (const Failure&) {
      return false;
    }
  }

  void calibrate() {
    if (request_.calibration == nullptr)
      throw Failure(
          ASSAY_ERROR_INVALID,
          "INT8 of a source without Q/DQ needs calibration tensors: use toolchain tensorrt-entropy");
    if (network_->getNbInputs() != 1)
      throw Failure(ASSAY_ERROR_UNSUPPORTED, "calibration: the model has " +
                                                 std::to_string(network_->getNbInputs()) +
                                                 " inputs, one is calibrated");
    nvinfer1::ITensor& input = *network_->getInput(0);
    CalibrationStream stream(*request_.calibration, or_empty(input.getName()), ASSAY_F32,
                             dims_of(input.getDimensions()));
    const CalibrationIdentity identity{or_empty(request_.source_digest),
                                       or_empty(request_.calibration->digest), library_.version().text()};
    const std::string path =
        or_empty(request_.cache).empty()
            ? or_empty(request_.destination) + ".calibration"
            : or_empty(request_.cache) + "/tensorrt-" + identity.model_digest.substr(0, 16) + "-" +
                  identity.calibration_digest.substr(0, 16) + "-" + identity.tensorrt + ".calibration";
    if (options_.io_formats == "fp16" && !is_kept(path, identity))
      throw Failure(
          ASSAY_ERROR_INVALID,
          "option 'io-formats': fp16: calibration feeds FP32 inputs. Prepare the row once with io-formats: "
          "source, which keeps its calibration, and then with fp16");
    calibrator_ = std::make_unique<Calibrator>(cuda_, std::move(stream), identity, path);
    config_->setInt8Calibrator(calibrator_.get());
  }
#pragma GCC diagnostic pop
  std::unique_ptr<Calibrator> calibrator_;
#endif

  // Timings of kernels, which the next build of whatever model need not measure again. TensorRT checks that
  // they are of its version and GPU; the file's name keeps those of several apart.
  std::string timing_cache_path() const {
    return or_empty(request_.cache) + "/tensorrt-" + library_.version().text() + "-" + plain(gpu_.name) +
           "-" + gpu_.compute_capability + ".timing";
  }

  void load_timing_cache() {
    if (!options_.timing_cache || or_empty(request_.cache).empty()) return;
    std::string content;
    try {
      content = read_whole_file(timing_cache_path());
    } catch (const Failure&) {  // The first build.
    }
    timing_cache_.reset(config_->createTimingCache(content.data(), content.size()));
    if (timing_cache_ != nullptr && config_->setTimingCache(*timing_cache_, false)) return;
    std::printf("timing cache %s is made again: TensorRT does not take it: %s\n", timing_cache_path().c_str(),
                library_.log().take_errors().c_str());
    timing_cache_.reset(config_->createTimingCache(nullptr, 0));
    if (timing_cache_ != nullptr) config_->setTimingCache(*timing_cache_, false);
  }

  void keep_timing_cache() {
    if (timing_cache_ == nullptr) return;
    const std::unique_ptr<nvinfer1::IHostMemory> content(config_->getTimingCache()->serialize());
    try {
      if (content != nullptr)
        write_whole_file(timing_cache_path(), {static_cast<const char*>(content->data()), content->size()});
    } catch (const Failure& failure) {  // The engine is as good without it.
      std::printf("timing cache is not kept: %s\n", failure.what());
    }
  }

  [[noreturn]] void refuse() {
    const std::string errors = library_.log().take_errors();
    std::string low = errors;
    for (char& c : low)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto says = [&low](const char* words) { return low.find(words) != std::string::npos; };
    const bool memory = says("out of memory") || says("outofmemory") || says("insufficient memory") ||
                        says("insufficient workspace") || says("cudaerrormemoryallocation");
    std::string text =
        memory ? "out of memory while building the engine: close what else uses memory, give a smaller "
                 "'workspace' or a smaller model"
               : "TensorRT built no engine for " + accelerator_.name() + " in " + precision_;
    bool unsupported = false;
    if (!memory && dla() && !options_.gpu_fallback && !network_facts_.not_on_dla.empty()) {
      unsupported = true;
      const auto& names = network_facts_.not_on_dla;
      const std::vector<std::string> first(
          names.begin(), names.begin() + static_cast<long>(std::min(names.size(), kListedLayers)));
      text += ": " + std::to_string(names.size()) + " of " + std::to_string(network_facts_.layers.size()) +
              " layers cannot run on the DLA and gpu-fallback is off (" + plugin::join(first) +
              (names.size() > first.size() ? ", ..." : "") +
              "). Set gpu-fallback: on to let the GPU run them";
    }
    throw Failure(unsupported ? ASSAY_ERROR_UNSUPPORTED : ASSAY_ERROR_VENDOR,
                  errors.empty() ? text : text + ". TensorRT: " + errors);
  }

  EngineFacts facts() const {
    EngineFacts facts;
    facts.tensorrt = library_.version().text();
    facts.gpu = gpu_.name;
    facts.compute_capability = gpu_.compute_capability;
    facts.accelerator = accelerator_.name();
    facts.precision = precision_;
    facts.model_digest = or_empty(request_.source_digest);
    if (request_.calibration != nullptr) facts.calibration_digest = or_empty(request_.calibration->digest);
    facts.options = options_.listed();
    facts.layers = network_facts_.layers;
    return facts;
  }

  const assay_prepare_options request_;
  std::string precision_;
  Accelerator accelerator_;
  BuildOptions options_;
  const Cuda& cuda_;
  Library& library_;
  int gpus_ = 0;
  Gpu gpu_;
  NetworkFacts network_facts_;
  // TensorRT wants them to go in the reverse of this order.
  std::unique_ptr<nvinfer1::IBuilder> builder_;
  std::unique_ptr<nvinfer1::INetworkDefinition> network_;
  std::unique_ptr<nvinfer1::IBuilderConfig> config_;
  std::unique_ptr<nvinfer1::ITimingCache> timing_cache_;
  std::unique_ptr<nvonnxparser::IParser> parser_;
};

}  // namespace

void build_engine(const assay_prepare_options& request) { Build(request).run(); }

}  // namespace assay::tensorrt
