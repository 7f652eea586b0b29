// Flags of benchmark_app, ovc and mo, read from the wheels of OpenVINO
// (openvino/tools/benchmark/parameters.py, openvino/tools/ovc, and openvino/tools/mo of openvino-dev).
#include "vendor/flags.h"

namespace assay::vendor {
namespace {

constexpr Release kBenchmarkReleases[] = {
    {"2023.3", "openvino 2023.3.0 wheel, openvino/tools/benchmark/parameters.py"},
    {"2024.0", "openvino 2024.0.0 wheel, openvino/tools/benchmark/parameters.py"},
    {"2024.6", "openvino 2024.6.0 wheel, openvino/tools/benchmark/parameters.py"},
    {"2025.0", "openvino 2025.0.0 wheel, openvino/tools/benchmark/parameters.py"},
    {"2025.4", "openvino 2025.4.1 wheel, openvino/tools/benchmark/parameters.py"},
    {"2026.4", "openvino 2026.4.1 wheel, benchmark_app --help"},
};

constexpr Flag kBenchmarkFlags[] = {
    {"-h", kPerhaps, {}, {}, {}, "--help"},
    {"-i", kSome, {}, {}, {}, "--paths_to_input"},
    {"-m", kOne, {}, {}, {}, "--path_to_model"},
    {"-d", kOne, {}, {}, {}, "--target_device"},
    {"-hint", kOne, {}, {}, {}, "--perf_hint"},
    {"-niter", kOne, {}, {}, {}, "--number_iterations"},
    {"-max_irate", kOne, "2025.0", {}, {}, "--maximum_inference_rate"},
    {"-t", kOne, {}, {}, {}, "--time"},
    {"-b", kOne, {}, {}, {}, "--batch_size"},
    {"-shape", kOne},
    {"-data_shape", kOne},
    {"-layout", kOne},
    {"-extensions", kOne, {}, {}, {}, "--extensions"},
    {"-c", kOne, {}, {}, {}, "--path_to_cldnn_config"},
    {"-cdir", kOne, {}, {}, {}, "--cache_dir"},
    {"-lfile", kPerhaps, {}, {}, {}, "--load_from_file"},
    {"-api", kOne, {}, {}, {}, "--api_type"},
    {"-nireq", kOne, {}, {}, {}, "--number_infer_requests"},
    {"-nstreams", kOne, {}, {}, {}, "--number_streams"},
    {"-inference_only", kPerhaps, {}, {}, {}, "--inference_only"},
    {"-no_warmup", kNone, "2025.4", {}, "it always warms up with one inference"},
    {"-infer_precision", kOne},
    {"-ip", kOne, {}, {}, {}, "--input_precision"},
    {"-op", kOne, {}, {}, {}, "--output_precision"},
    {"-iop", kOne, {}, {}, {}, "--input_output_precision"},
    {"--mean_values", kOne},
    {"--scale_values", kOne},
    {"-nthreads", kOne, {}, {}, {}, "--number_threads"},
    {"-pin", kOne, {}, {}, {}, "--infer_threads_pinning"},
    {"-latency_percentile", kOne, {}, {}, {}, "--latency_percentile"},
    {"-report_type", kOne, {}, {}, {}, "--report_type"},
    {"-report_folder", kOne, {}, {}, {}, "--report_folder"},
    {"-json_stats", kPerhaps, {}, {}, {}, "--json_stats"},
    {"-pc", kPerhaps, {}, {}, {}, "--perf_counts"},
    {"-pcsort", kOne, {}, {}, {}, "--perf_counts_sort"},
    {"-pcseq", kPerhaps, {}, {}, {}, "--pcseq"},
    {"-exec_graph_path", kOne, {}, {}, {}, "--exec_graph_path"},
    {"-dump_config", kOne},
    {"-load_config", kOne},
};

constexpr std::string_view kUiRule =
    "openvino/tools/benchmark/main.py calls them fine tune options, for which the hint has to be none";
constexpr Needs kBenchmarkNeeds[] = {
    {"-nthreads", "-hint", "none", kUiRule},
    {"-nstreams", "-hint", "none", kUiRule},
    {"-pin", "-hint", "none", kUiRule},
};

constexpr Release kOvcReleases[] = {
    {"2023.3", "openvino 2023.3.0 wheel, openvino/tools/ovc"},
    {"2024.0", "openvino 2024.0.0 wheel, openvino/tools/ovc"},
    {"2025.0", "openvino 2025.0.0 wheel, openvino/tools/ovc"},
    {"2026.4", "openvino 2026.4.1 wheel, ovc --help"},
};

constexpr Flag kOvcFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--output_model", kOne},
    {"--compress_to_fp16", kPerhaps},
    {"--version", kNone},
    {"--input", kOne},
    {"--output", kOne},
    {"--extension", kOne},
    {"--verbose", kNone},
    {"--dynamo", kNone, "2026.4"},
    {"--input_model", kOne, kNever, {}, "ovc takes the model as a word of its own"},
    {"--output_dir", kOne, kNever, {}, "write --output_model DIR"},
    {"--data_type", kOne, kNever, {}, "write --compress_to_fp16=True or False"},
};

constexpr Release kMoReleases[] = {
    {"2023.3", "openvino-dev 2023.3.0 wheel, openvino/tools/mo"},
};

constexpr Flag kMoFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--input_model", kOne, {}, {}, {}, "-m"},
    {"--output_dir", kOne, {}, {}, {}, "-o"},
    {"--model_name", kOne, {}, {}, {}, "-n"},
    {"--framework", kOne},
    {"--input", kOne},
    {"--output", kOne},
    {"--input_shape", kOne},
    {"--batch", kOne, {}, {}, {}, "-b"},
    {"--mean_values", kOne},
    {"--scale_values", kOne},
    {"--scale", kOne, {}, {}, {}, "-s"},
    {"--reverse_input_channels", kNone},
    {"--source_layout", kOne},
    {"--target_layout", kOne},
    {"--layout", kOne},
    {"--compress_to_fp16", kPerhaps},
    {"--extensions", kOne},
    {"--transform", kOne},
    {"--transformations_config", kOne},
    {"--static_shape", kNone},
    {"--silent", kPerhaps},
    {"--log_level", kOne},
    {"--version", kNone},
    {"--progress", kNone},
    {"--data_type", kOne, kNever, {}, "write --compress_to_fp16=True or False"},
};

}  // namespace

const Tool kBenchmarkApp = {"benchmark_app",    Syntax::kEither, false,          {}, {},
                            kBenchmarkReleases, kBenchmarkFlags, kBenchmarkNeeds};
const Tool kOvc = {"ovc", Syntax::kEither, true, {}, {}, kOvcReleases, kOvcFlags};
const Tool kMo = {
    "mo",        Syntax::kEither, false, "2025.0", "the runtime reads ONNX itself, and ovc makes an IR",
    kMoReleases, kMoFlags};

}  // namespace assay::vendor
