// trtexec's flags. TensorRT 8.6, a late 10.x and 11.x were read from samples/common/sampleOptions.cpp (parser
// and help); 8.5 has what both 8.4's and 8.6's parsers have, 10.3 what both 8.6's and the late 10.x's have:
// the parser only ever lost a flag at a major release. DLA: NVIDIA's "Working with DLA", TensorRT 11.4.1
// (10.7 was the last 10.x with it, none in 11.0 to 11.3, 11.4.1 on Jetson AGX Orin), though the parser knows
// the flag throughout.
#include "vendor/flags.h"

namespace assay::vendor {
namespace {

constexpr Value kNone = Value::kNone, kRequired = Value::kRequired;

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
    {"--onnx", kRequired},
    {"--model", kRequired, {}, "10.0", kNoImplicitBatch},
    {"--deploy", kRequired, {}, "10.0", kNoImplicitBatch},
    {"--uff", kRequired, {}, "10.0", kNoImplicitBatch},
    {"--uffInput", kRequired, {}, "10.0", kNoImplicitBatch},
    {"--uffNHWC", kNone, {}, "10.0", kNoImplicitBatch},
    {"--output", kRequired, {}, "10.0", kNoImplicitBatch},
    {"--batch", kRequired, {}, "10.0", kNoImplicitBatch},
    {"--maxBatch", kRequired, {}, "10.0", kNoImplicitBatch},
    // Build.
    {"--minShapes", kRequired},
    {"--optShapes", kRequired},
    {"--maxShapes", kRequired},
    {"--minShapesCalib", kRequired, {}, "11.0", kNoCalibration},
    {"--optShapesCalib", kRequired, {}, "11.0", kNoCalibration},
    {"--maxShapesCalib", kRequired, {}, "11.0", kNoCalibration},
    {"--inputIOFormats", kRequired},
    {"--outputIOFormats", kRequired},
    {"--workspace", kRequired, {}, "10.0", "write --memPoolSize=workspace:N (MiB)"},
    {"--memPoolSize", kRequired},
    {"--profilingVerbosity", kRequired},
    {"--nvtxMode", kRequired, {}, "10.0", "write --profilingVerbosity=MODE"},
    {"--minTiming", kRequired, {}, "10.0", "write --avgTiming=N"},
    {"--avgTiming", kRequired},
    {"--refit", kNone},
    {"--stripWeights", kNone, "10.12"},
    {"--stripAllWeights", kNone, "10.12"},
    {"--versionCompatible", kNone, "8.6", {}, {}, "--vc"},
    {"--useRuntime", kRequired, "8.6"},
    {"--leanDLLPath", kRequired, "8.6"},
    {"--excludeLeanRuntime", kNone, "8.6"},
    {"--sparsity", kRequired},
    {"--noTF32", kNone},
    {"--fp16", kNone, {}, "11.0", kStronglyTyped},
    {"--bf16", kNone, "10.12", "11.0", kStronglyTyped},
    {"--int8", kNone, {}, "11.0", kStronglyTyped},
    {"--fp8", kNone, "8.6", "11.0", kStronglyTyped},
    {"--int4", kNone, "10.12", "11.0", kStronglyTyped},
    {"--best", kNone, {}, "11.0", kStronglyTyped},
    {"--stronglyTyped", kNone, "10.12"},
    {"--directIO", kNone},
    {"--precisionConstraints", kRequired, {}, "11.0", kStronglyTyped},
    {"--layerPrecisions", kRequired, {}, "11.0", kStronglyTyped},
    {"--layerOutputTypes", kRequired, {}, "11.0", kStronglyTyped},
    {"--layerDeviceTypes", kRequired, "8.6"},
    {"--calib", kRequired, {}, "11.0", kNoCalibration},
    {"--calibProfile", kRequired, "10.12", "11.0", kNoCalibration},
    {"--safe", kNone},
    {"--buildDLAStandalone", kNone, "8.6", "10.8", kNoDla},
    {"--buildDLAStandalone", kNone, "11.4.1"},
    {"--useDLACore", kRequired, {}, "10.8", kNoDla},
    {"--useDLACore", kRequired, "11.4.1", {}, kNoDla},
    {"--allowGPUFallback", kNone, {}, "10.8", kNoDla},
    {"--allowGPUFallback", kNone, "11.4.1", {}, kNoDla},
    {"--consistency", kNone},
    {"--restricted", kNone, {}, "11.0"},
    {"--saveEngine", kRequired},
    {"--loadEngine", kRequired},
    {"--getPlanVersionOnly", kNone, "10.12"},
    {"--tacticSources", kRequired},
    {"--noBuilderCache", kNone},
    {"--noCompilationCache", kNone, "10.12"},
    {"--errorOnTimingCacheMiss", kNone, "10.12"},
    {"--timingCacheFile", kRequired},
    {"--heuristic", kNone, "8.6", "10.0", "write --builderOptimizationLevel=N"},
    {"--preview", kRequired, "8.6"},
    {"--builderOptimizationLevel", kRequired, "8.6"},
    {"--maxTactics", kRequired, "10.12"},
    {"--hardwareCompatibilityLevel", kRequired, "8.6"},
    {"--runtimePlatform", kRequired, "10.12"},
    {"--tempdir", kRequired, "8.6"},
    {"--tempfileControls", kRequired, "8.6"},
    {"--maxAuxStreams", kRequired, "8.6"},
    {"--profile", kRequired, "10.12"},
    {"--tilingOptimizationLevel", kRequired, "10.12"},
    {"--buildOnly", kNone, {}, "10.0", "write --skipInference"},
    {"--skipInference", kNone, "8.6", {}, "write --buildOnly"},
    // System.
    {"--device", kRequired},
    {"--plugins", kRequired},
    {"--staticPlugins", kRequired, "8.6"},
    {"--dynamicPlugins", kRequired, "8.6"},
    // Inference.
    {"--shapes", kRequired},
    {"--loadInputs", kRequired},
    {"--iterations", kRequired},
    {"--warmUp", kRequired},
    {"--duration", kRequired},
    {"--sleepTime", kRequired},
    {"--idleTime", kRequired},
    {"--streams", kRequired},
    {"--infStreams", kRequired, "8.6", {}, "write --streams=N"},
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
    {"--persistentCacheRatio", kRequired, "8.6"},
    {"--useProfile", kRequired, "10.12"},
    {"--allocationStrategy", kRequired, "10.12"},
    {"--weightStreamingBudget", kRequired, "10.12"},
    {"--loadRefOutputs", kRequired, "11.0"},
    {"--accuracyAlgorithm", kRequired, "11.0"},
    {"--accuracyThreshold", kRequired, "11.0"},
    // Reporting.
    {"--verbose", kNone},
    {"--avgRuns", kRequired},
    {"--percentile", kRequired},
    {"--dumpRefit", kNone},
    {"--dumpOutput", kNone},
    {"--dumpRawBindingsToFile", kNone, "8.6"},
    {"--dumpProfile", kNone},
    {"--dumpLayerInfo", kNone},
    {"--exportTimes", kRequired},
    {"--exportOutput", kRequired},
    {"--exportProfile", kRequired},
    {"--exportLayerInfo", kRequired},
    {"--help", kNone, {}, {}, {}, "-h"},
};

}  // namespace

const Tool kTrtexec = {"trtexec", Syntax::kJoined, false, {}, {}, kReleases, kFlags};

}  // namespace assay::vendor
