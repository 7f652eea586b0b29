// Flags of benchmark_app, ovc and mo, read from the wheels of OpenVINO
// (openvino/tools/benchmark/parameters.py, openvino/tools/ovc, and openvino/tools/mo of openvino-dev).
#include "vendor/flags.h"

namespace assay::vendor {
namespace {

constexpr Value kNone = Value::kNone, kRequired = Value::kRequired, kOptional = Value::kOptional;

constexpr Release kBenchmarkReleases[] = {
    {"2023.3", "openvino 2023.3.0 wheel, openvino/tools/benchmark/parameters.py"},
    {"2024.0", "openvino 2024.0.0 wheel, openvino/tools/benchmark/parameters.py"},
    {"2024.6", "openvino 2024.6.0 wheel, openvino/tools/benchmark/parameters.py"},
    {"2025.0", "openvino 2025.0.0 wheel, openvino/tools/benchmark/parameters.py"},
    {"2025.4", "openvino 2025.4.1 wheel, openvino/tools/benchmark/parameters.py"},
    {"2026.4", "openvino 2026.4.1 wheel, benchmark_app --help"},
};

constexpr Flag kBenchmarkFlags[] = {
    {"-h", kOptional, {}, {}, {}, "--help"},
    {"-i", kRequired, {}, {}, {}, "--paths_to_input"},
    {"-m", kRequired, {}, {}, {}, "--path_to_model"},
    {"-d", kRequired, {}, {}, {}, "--target_device"},
    {"-hint", kRequired, {}, {}, {}, "--perf_hint"},
    {"-niter", kRequired, {}, {}, {}, "--number_iterations"},
    {"-max_irate", kRequired, "2025.0", {}, {}, "--maximum_inference_rate"},
    {"-t", kRequired, {}, {}, {}, "--time"},
    {"-b", kRequired, {}, {}, {}, "--batch_size"},
    {"-shape", kRequired},
    {"-data_shape", kRequired},
    {"-layout", kRequired},
    {"-extensions", kRequired, {}, {}, {}, "--extensions"},
    {"-c", kRequired, {}, {}, {}, "--path_to_cldnn_config"},
    {"-cdir", kRequired, {}, {}, {}, "--cache_dir"},
    {"-lfile", kOptional, {}, {}, {}, "--load_from_file"},
    {"-api", kRequired, {}, {}, {}, "--api_type"},
    {"-nireq", kRequired, {}, {}, {}, "--number_infer_requests"},
    {"-nstreams", kRequired, {}, {}, {}, "--number_streams"},
    {"-inference_only", kOptional, {}, {}, {}, "--inference_only"},
    {"-no_warmup", kNone, "2025.4", {}, "it always warms up with one inference"},
    {"-infer_precision", kRequired},
    {"-ip", kRequired, {}, {}, {}, "--input_precision"},
    {"-op", kRequired, {}, {}, {}, "--output_precision"},
    {"-iop", kRequired, {}, {}, {}, "--input_output_precision"},
    {"--mean_values", kRequired},
    {"--scale_values", kRequired},
    {"-nthreads", kRequired, {}, {}, {}, "--number_threads"},
    {"-pin", kRequired, {}, {}, {}, "--infer_threads_pinning"},
    {"-latency_percentile", kRequired, {}, {}, {}, "--latency_percentile"},
    {"-report_type", kRequired, {}, {}, {}, "--report_type"},
    {"-report_folder", kRequired, {}, {}, {}, "--report_folder"},
    {"-json_stats", kOptional, {}, {}, {}, "--json_stats"},
    {"-pc", kOptional, {}, {}, {}, "--perf_counts"},
    {"-pcsort", kRequired, {}, {}, {}, "--perf_counts_sort"},
    {"-pcseq", kOptional, {}, {}, {}, "--pcseq"},
    {"-exec_graph_path", kRequired, {}, {}, {}, "--exec_graph_path"},
    {"-dump_config", kRequired},
    {"-load_config", kRequired},
};

constexpr Release kOvcReleases[] = {
    {"2023.3", "openvino 2023.3.0 wheel, openvino/tools/ovc"},
    {"2024.0", "openvino 2024.0.0 wheel, openvino/tools/ovc"},
    {"2025.0", "openvino 2025.0.0 wheel, openvino/tools/ovc"},
    {"2026.4", "openvino 2026.4.1 wheel, ovc --help"},
};

constexpr Flag kOvcFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--output_model", kRequired},
    {"--compress_to_fp16", kOptional},
    {"--version", kNone},
    {"--input", kRequired},
    {"--output", kRequired},
    {"--extension", kRequired},
    {"--verbose", kNone},
    {"--dynamo", kNone, "2026.4"},
    {"--input_model", kRequired, "9999", {}, "ovc takes the model as a word of its own"},
    {"--output_dir", kRequired, "9999", {}, "write --output_model DIR"},
    {"--data_type", kRequired, "9999", {}, "write --compress_to_fp16=True or False"},
};

constexpr Release kMoReleases[] = {
    {"2023.3", "openvino-dev 2023.3.0 wheel, openvino/tools/mo"},
};

constexpr Flag kMoFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--input_model", kRequired, {}, {}, {}, "-m"},
    {"--output_dir", kRequired, {}, {}, {}, "-o"},
    {"--model_name", kRequired, {}, {}, {}, "-n"},
    {"--framework", kRequired},
    {"--input", kRequired},
    {"--output", kRequired},
    {"--input_shape", kRequired},
    {"--batch", kRequired, {}, {}, {}, "-b"},
    {"--mean_values", kRequired},
    {"--scale_values", kRequired},
    {"--scale", kRequired, {}, {}, {}, "-s"},
    {"--reverse_input_channels", kNone},
    {"--source_layout", kRequired},
    {"--target_layout", kRequired},
    {"--layout", kRequired},
    {"--compress_to_fp16", kOptional},
    {"--extensions", kRequired},
    {"--transform", kRequired},
    {"--transformations_config", kRequired},
    {"--static_shape", kNone},
    {"--silent", kOptional},
    {"--log_level", kRequired},
    {"--version", kNone},
    {"--progress", kNone},
    {"--data_type", kRequired, "9999", {}, "write --compress_to_fp16=True or False"},
};

}  // namespace

const Tool kBenchmarkApp = {"benchmark_app",    Syntax::kEither, false, {}, {},
                            kBenchmarkReleases, kBenchmarkFlags};
const Tool kOvc = {"ovc", Syntax::kEither, true, {}, {}, kOvcReleases, kOvcFlags};
const Tool kMo = {
    "mo",        Syntax::kEither, false, "2025.0", "the runtime reads ONNX itself, and ovc makes an IR",
    kMoReleases, kMoFlags};

}  // namespace assay::vendor
