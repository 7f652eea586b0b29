// trtexec's flags. TensorRT 8.6, a late 10.x and 11.x were read from samples/common/sampleOptions.cpp (parser
// and help); 8.5 has what both 8.4's and 8.6's parsers have, 10.3 what both 8.6's and the late 10.x's have:
// the parser only ever lost a flag at a major release. DLA: NVIDIA's "Working with DLA", TensorRT 11.4.1
// (10.7 was the last 10.x with it, none in 11.0 to 11.3, 11.4.1 on Jetson AGX Orin), though the parser knows
// the flag throughout.
#include "vendor/flags.h"

namespace assay::vendor {
namespace {

constexpr std::string_view kNoImplicitBatch =
    "TensorRT 10 takes ONNX with explicit batch only; state shapes with --optShapes and --shapes";
constexpr std::string_view kStronglyTyped =
    "TensorRT 11 takes every type from the model: convert it to FP16 beforehand (ModelOpt AutoCast), or to "
    "INT8 by "
    "Q/DQ nodes";
constexpr std::string_view kNoCalibration =
    "TensorRT 11 calibrates nothing: give a model with Q/DQ nodes (toolchain onnxruntime-quantizer, or "
    "ModelOpt)";
constexpr std::string_view kNoDla =
    "no DLA in TensorRT 10.8 to 11.4.0 although trtexec parses the flag: stay on 8.5 or 10.3 of JetPack 5 or "
    "6; "
    "11.4.1 has it on Jetson AGX Orin with JetPack 7.2.2";

constexpr Release kReleases[] = {
    {"8.5", "NVIDIA/TensorRT samples/common/sampleOptions.cpp, what releases 8.4 and 8.6 share"},
    {"8.6", "NVIDIA/TensorRT samples/common/sampleOptions.cpp, release 8.6"},
    {"10.3",
     "NVIDIA/TensorRT samples/common/sampleOptions.cpp, what release 8.6 and the 10.x after 10.10 share; "
     "Migrating trtexec Usage from TensorRT 8.x to 10.x (TensorRT 10.16.1 documentation)"},
    {"10.12",
     "NVIDIA/TensorRT samples/common/sampleOptions.cpp, the 10.x after 10.10 (it knows "
     "kRUNTIME_ACTIVATION_RESIZE_10_10)"},
    {"11.0",
     "NVIDIA/TensorRT samples/common/sampleOptions.cpp, 11.x; Migrating trtexec Usage from TensorRT 10.x to "
     "11.x (TensorRT 11.0.0 documentation)"},
    {"11.4.1",
     "Working with DLA, and Migrating trtexec Usage from TensorRT 10.x to 11.x (TensorRT 11.4.1 "
     "documentation)"},
};

constexpr Flag kFlags[] = {
    // Model.
    {"--onnx", kOne},
    {"--model", kOne, {}, "10.0", kNoImplicitBatch},
    {"--deploy", kOne, {}, "10.0", kNoImplicitBatch},
    {"--uff", kOne, {}, "10.0", kNoImplicitBatch},
    {"--uffInput", kOne, {}, "10.0", kNoImplicitBatch},
    {"--uffNHWC", kNone, {}, "10.0", kNoImplicitBatch},
    {"--output", kOne, {}, "10.0", kNoImplicitBatch},
    {"--batch", kOne, {}, "10.0", kNoImplicitBatch},
    {"--maxBatch", kOne, {}, "10.0", kNoImplicitBatch},
    // Build.
    {"--minShapes", kOne},
    {"--optShapes", kOne},
    {"--maxShapes", kOne},
    {"--minShapesCalib", kOne, {}, "11.0", kNoCalibration},
    {"--optShapesCalib", kOne, {}, "11.0", kNoCalibration},
    {"--maxShapesCalib", kOne, {}, "11.0", kNoCalibration},
    {"--inputIOFormats", kOne},
    {"--outputIOFormats", kOne},
    {"--workspace", kOne, {}, "10.0", "write --memPoolSize=workspace:N (MiB)"},
    {"--memPoolSize", kOne},
    {"--profilingVerbosity", kOne},
    {"--nvtxMode", kOne, {}, "10.0", "write --profilingVerbosity=MODE"},
    {"--minTiming", kOne, {}, "10.0", "write --avgTiming=N"},
    {"--avgTiming", kOne},
    {"--refit", kNone},
    {"--stripWeights", kNone, "10.12"},
    {"--stripAllWeights", kNone, "10.12"},
    {"--versionCompatible", kNone, "8.6", {}, {}, "--vc"},
    {"--useRuntime", kOne, "8.6"},
    {"--leanDLLPath", kOne, "8.6"},
    {"--excludeLeanRuntime", kNone, "8.6"},
    {"--sparsity", kOne},
    {"--noTF32", kNone},
    {"--fp16", kNone, {}, "11.0", kStronglyTyped},
    {"--bf16", kNone, "10.12", "11.0", kStronglyTyped},
    {"--int8", kNone, {}, "11.0", kStronglyTyped},
    {"--fp8", kNone, "8.6", "11.0", kStronglyTyped},
    {"--int4", kNone, "10.12", "11.0", kStronglyTyped},
    {"--best", kNone, {}, "11.0", kStronglyTyped},
    {"--stronglyTyped", kNone, "10.12"},
    {"--directIO", kNone},
    {"--precisionConstraints", kOne, {}, "11.0", kStronglyTyped},
    {"--layerPrecisions", kOne, {}, "11.0", kStronglyTyped},
    {"--layerOutputTypes", kOne, {}, "11.0", kStronglyTyped},
    {"--layerDeviceTypes", kOne, "8.6"},
    {"--calib", kOne, {}, "11.0", kNoCalibration},
    {"--calibData",
     kOne,
     kNever,
     {},
     "trtexec calibrates from no images: make the cache with a calibrator (assay's plugin writes one) and "
     "give "
     "--calib=CACHE"},
    {"--calibProfile", kOne, "10.12", "11.0", kNoCalibration},
    {"--safe", kNone},
    {"--buildDLAStandalone", kNone, "8.6", "10.8", kNoDla},
    {"--buildDLAStandalone", kNone, "11.4.1"},
    {"--useDLACore", kOne, {}, "10.8", kNoDla},
    {"--useDLACore", kOne, "11.4.1", {}, kNoDla},
    {"--allowGPUFallback", kNone, {}, "10.8", kNoDla},
    {"--allowGPUFallback", kNone, "11.4.1", {}, kNoDla},
    {"--consistency", kNone},
    {"--restricted", kNone, {}, "11.0"},
    {"--saveEngine", kOne},
    {"--loadEngine", kOne},
    {"--getPlanVersionOnly", kNone, "10.12"},
    {"--tacticSources", kOne},
    {"--noBuilderCache", kNone},
    {"--noCompilationCache", kNone, "10.12"},
    {"--errorOnTimingCacheMiss", kNone, "10.12"},
    {"--timingCacheFile", kOne},
    {"--heuristic", kNone, "8.6", "10.0", "write --builderOptimizationLevel=N"},
    {"--preview", kOne, "8.6"},
    {"--builderOptimizationLevel", kOne, "8.6"},
    {"--maxTactics", kOne, "10.12"},
    {"--hardwareCompatibilityLevel", kOne, "8.6"},
    {"--runtimePlatform", kOne, "10.12"},
    {"--tempdir", kOne, "8.6"},
    {"--tempfileControls", kOne, "8.6"},
    {"--maxAuxStreams", kOne, "8.6"},
    {"--profile", kOne, "10.12"},
    {"--tilingOptimizationLevel", kOne, "10.12"},
    {"--buildOnly", kNone, {}, "10.0", "write --skipInference"},
    {"--skipInference", kNone, "8.6", {}, "write --buildOnly"},
    // System.
    {"--device", kOne},
    {"--plugins", kOne},
    {"--staticPlugins", kOne, "8.6"},
    {"--dynamicPlugins", kOne, "8.6"},
    // Inference.
    {"--shapes", kOne},
    {"--loadInputs", kOne},
    {"--iterations", kOne},
    {"--warmUp", kOne},
    {"--duration", kOne},
    {"--sleepTime", kOne},
    {"--idleTime", kOne},
    {"--streams", kOne},
    {"--infStreams", kOne, "8.6", {}, "write --streams=N"},
    {"--exposeDMA", kNone},
    {"--noDataTransfers", kNone},
    {"--includeDataTransfers", kNone, "11.0", {}, "transfers are timed unless --noDataTransfers is given"},
    {"--useManagedMemory", kNone},
    {"--useSpinWait", kNone},
    {"--noSpinWait", kNone, "11.0", {}, "it waits by blocking unless --useSpinWait is given"},
    {"--threads", kNone},
    {"--useCudaGraph", kNone},
    {"--noCudaGraph", kNone, "11.0", {}, "no CUDA graph is used unless --useCudaGraph is given"},
    {"--timeDeserialize", kNone},
    {"--timeRefit", kNone},
    {"--separateProfileRun", kNone},
    {"--persistentCacheRatio", kOne, "8.6"},
    {"--useProfile", kOne, "10.12"},
    {"--allocationStrategy", kOne, "10.12"},
    {"--weightStreamingBudget", kOne, "10.12"},
    {"--loadRefOutputs", kOne, "11.0"},
    {"--accuracyAlgorithm", kOne, "11.0"},
    {"--accuracyThreshold", kOne, "11.0"},
    // Reporting.
    {"--verbose", kNone},
    {"--avgRuns", kOne},
    {"--percentile", kOne},
    {"--dumpRefit", kNone},
    {"--dumpOutput", kNone},
    {"--dumpRawBindingsToFile", kNone, "8.6"},
    {"--dumpProfile", kNone},
    {"--dumpLayerInfo", kNone},
    {"--exportTimes", kOne},
    {"--exportOutput", kOne},
    {"--exportProfile", kOne},
    {"--exportLayerInfo", kOne},
    {"--help", kNone, {}, {}, {}, "-h"},
};

}  // namespace

const Tool kTrtexec = {"trtexec", Syntax::kJoined, false, {}, {}, kReleases, kFlags};

}  // namespace assay::vendor
