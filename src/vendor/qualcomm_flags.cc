// Flags of the command-line tools of Qualcomm's Neural Processing SDK (SNPE) and AI Runtime (QAIRT). What
// public documents show: help texts that users published for old versions, Qualcomm's Tools page for a later
// one. A flag without `since` stands in both; whatever stands in the later alone is not claimed of the
// earlier.
#include "vendor/flags.h"

namespace assay::vendor {
namespace {

constexpr std::string_view kToolsPage =
    "Tools, Qualcomm Neural Processing SDK, 80-63442-2 Rev BL (11 June 2025)";

// The page names no SDK version; its ONNX opset (21) puts it before 2.39, whose own page says 22.
constexpr Release kConverterReleases[] = {
    {"2.10",
     "help of snpe-onnx-to-dlc of SNPE 1.47 (published by users) and the Tools page of 2.35: what they "
     "share; "
     "SNPE revision history to 2.10.0 (April 2023)"},
    {"2.35", kToolsPage},
};
constexpr Flag kConverterFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--input_network", kOne, {}, {}, {}, "-i"},
    {"--output_path", kOne, {}, {}, {}, "-o"},
    {"--copyright_file", kOne},
    {"--model_version", kOne},
    {"--disable_batchnorm_folding", kNone},
    {"--input_type", kPair, {}, {}, {}, "-t"},
    {"--input_encoding", kSome, {}, {}, {}, "-e"},
    {"--validation_target", kPair},
    {"--strict", kNone},
    {"--debug", kPerhaps},
    {"--dry_run", kPerhaps},
    {"--out_node", kOne, {}, {}, {}, "--out_name"},
    {"--input_dim", kPair, {}, {}, {}, "-d"},
    {"--quantization_overrides", kOne},
    {"--input_dtype", kPair, "2.35"},
    {"--input_layout", kPair, "2.35", {}, {}, "-l"},
    {"--custom_io", kOne, "2.35"},
    {"--preserve_io", kAny, "2.35"},
    {"--no_simplification", kNone, "2.35", {}, {}, "-n"},
    {"--batch", kOne, "2.35", {}, {}, "-b"},
    {"--define_symbol", kPair, "2.35", {}, {}, "-s"},
    {"--keep_quant_nodes", kNone, "2.35"},
    {"--keep_disconnected_nodes", kNone, "2.35"},
    {"--float_bitwidth", kOne, "2.35"},
    {"--udo_config_paths", kSome, "2.35", {}, {}, "-udo"},
};

constexpr Release kQuantizeReleases[] = {
    {"2.10",
     "Quantizing a Model, SNPE Reference Guide 1.x and 2.x; SNPE revision history to 2.10.0 (April 2023); "
     "what the Tools page of 2.35 calls deprecated"},
    {"2.35", kToolsPage},
};
constexpr Flag kQuantizeFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--version", kNone},
    {"--verbose", kNone},
    {"--quiet", kNone},
    {"--input_dlc", kOne},
    {"--input_list", kOne},
    {"--output_dlc", kOne},
    {"--enable_htp", kNone},
    {"--htp_socs", kOne},
    {"--use_enhanced_quantizer", kNone},
    {"--use_symmetric_quantize_weights", kNone},
    {"--optimizations", kOne},
    {"--override_params", kNone},
    {"--bias_bitwidth", kOne},
    {"--overwrite_cache_records", kNone, "2.35"},
    {"--algorithms", kOne, "2.35"},
    {"--param_quantizer", kOne, "2.35"},
    {"--act_quantizer", kOne, "2.35"},
    {"--weights_bitwidth", kOne, "2.35"},
    {"--act_bitwidth", kOne, "2.35"},
    {"--use_per_channel_quantization", kNone, "2.35"},
    {"--axis_quant", kNone, "2.35"},
    {"--use_per_row_quantization", kNone, "2.35"},
    {"--float_fallback", kNone, "2.35"},
    {"--use_native_input_files", kNone, "2.35"},
    {"--restrict_quantization_steps", kOne, "2.35"},
};

constexpr Release kPrepareReleases[] = {
    {"2.10", "SNPE revision history, 2.9.0 (March 2023), and published build scripts of 2023"},
    {"2.35", kToolsPage},
};
constexpr Flag kPrepareFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--version", kNone},
    {"--verbose", kNone},
    {"--input_dlc", kOne},
    {"--output_dlc", kOne},
    {"--input_list", kOne},
    {"--htp_socs", kOne},
    {"--set_output_tensors", kOne},
    {"--vtcm_override", kOne},
    {"--use_float_io", kNone},
    {"--set_output_layers", kOne, "2.35"},
    {"--htp_archs", kOne, "2.35"},
    {"--optimization_level", kOne, "2.35"},
    {"--overwrite_cache_records", kNone, "2.35"},
    {"--htp_dlbc", kOne, "2.35"},
    {"--num_hvx_threads", kOne, "2.35"},
    {"--input_name", kOne, "2.35"},
    {"--input_dimensions", kOne, "2.35"},
};

constexpr Release kNetRunReleases[] = {
    {"2.10",
     "SNPE revision history to 2.10.0 (April 2023), and help of snpe-net-run of 2.14.2 (published by users)"},
    {"2.14", "help of snpe-net-run of 2.14.2 (published by users)"},
    {"2.35", kToolsPage},
};
constexpr Flag kNetRunFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--version", kNone},
    {"--container", kOne},
    {"--input_list", kOne},
    {"--use_gpu", kNone},
    {"--use_dsp", kNone},
    {"--use_aip", kNone},
    {"--debug", kNone},
    {"--output_dir", kOne},
    {"--storage_dir", kOne},
    {"--perf_profile", kOne},
    {"--profiling_level", kOne},
    {"--enable_cpu_fallback", kNone},
    {"--enable_init_cache", kNone},
    {"--platform_options", kOne},
    {"--priority_hint", kOne},
    {"--runtime_order", kOne},
    {"--set_output_tensors", kOne},
    {"--udo_package_path", kOne},
    {"--use_native_input_files", kNone},
    {"--use_native_output_files", kNone},
    {"--userbuffer_auto", kNone},
    {"--userbuffer_float", kNone},
    {"--userbuffer_tf8", kNone},
    {"--static_min_max", kNone},
    {"--userbuffer_floatN", kOne, "2.14"},
    {"--userbuffer_tfN", kOne, "2.14"},
    {"--userbuffer_float_output", kNone, "2.14"},
    {"--userbuffer_tf8_output", kNone, "2.14"},
    {"--userbuffer_memorymapped", kNone, "2.14"},
    {"--tensor_mode", kOne, "2.14"},
    {"--duration", kOne, "2.14"},
    {"--inferences_per_duration", kOne, "2.14"},
    {"--input_name", kOne, "2.14"},
    {"--input_dimensions", kOne, "2.14"},
    {"--timeout", kOne, "2.14"},
    {"--userlogs", kOne, "2.14"},
    {"--perf_config_yaml", kOne, "2.35"},
    {"--cache_compatibility_mode", kOne, "2.35"},
    {"--validate_cache", kNone, "2.35"},
};

constexpr Release kThroughputReleases[] = {
    {"2.10", "SNPE revision history, 2.10.0 (April 2023), and published scripts of SNPE 1.x and 2.x"},
    {"2.35", kToolsPage},
};
constexpr Flag kThroughputFlags[] = {
    {"--help", kNone},
    {"--container", kOne},
    {"--duration", kOne},
    {"--use_cpu", kNone},
    {"--use_gpu", kNone},
    {"--use_dsp", kNone},
    {"--perf_profile", kOne},
    {"--runtime_order", kOne},
    {"--iterations", kOne},
    {"--input_raw", kOne},
    {"--userbuffer_tf8", kNone},
    {"--userbuffer_auto", kNone},
    {"--enable_init_cache", kNone},
    {"--enable_cpu_fallback", kNone},
    {"--use_gpu_fp16", kNone, "2.35"},
    {"--use_aip", kNone, "2.35"},
    {"--userbuffer_float", kNone, "2.35"},
    {"--json", kOne, "2.35"},
    {"--fixed_fps", kOne, "2.35"},
    {"--platform_options", kOne, "2.35"},
    {"--priority_hint", kOne, "2.35"},
    {"--set_output_tensors", kOne, "2.35"},
    {"--cache_compatibility_mode", kOne, "2.35"},
    {"--validate_cache", kNone, "2.35"},
    {"--perf_config_yaml", kOne, "2.35"},
};

constexpr Release kQairtReleases[] = {{"2.35", kToolsPage}};
constexpr Flag kQairtConverterFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--input_network", kOne, {}, {}, {}, "-i"},
    {"--output_path", kOne, {}, {}, {}, "-o"},
    {"--source_model_input_shape", kPair, {}, {}, {}, "-s"},
    {"--out_tensor_node", kOne, {}, {}, {}, "--out_tensor_name"},
    {"--source_model_input_datatype", kPair},
    {"--source_model_input_layout", kPair},
    {"--desired_input_layout", kPair},
    {"--source_model_output_layout", kPair},
    {"--desired_output_layout", kPair},
    {"--desired_input_color_encoding", kSome, {}, {}, {}, "-e"},
    {"--preserve_io_datatype", kAny},
    {"--dump_config_template", kOne},
    {"--config", kOne},
    {"--dry_run", kPerhaps},
    {"--quantization_overrides", kOne, {}, {}, {}, "-q"},
    {"--onnx_skip_simplification", kNone},
    {"--onnx_override_batch", kOne},
    {"--onnx_define_symbol", kPair},
    {"--float_bitwidth", kOne},
    {"--float_bias_bitwidth", kOne},
    {"--set_model_version", kOne},
    {"--export_format", kOne},
    {"--target_backend", kOne},
    {"--target_soc_model", kOne},
    {"--debug", kPerhaps},
    {"--input_dim", kPair, kNever, {}, "write --source_model_input_shape NAME DIMENSIONS"},
    {"--input_layout", kPair, kNever, {}, "write --source_model_input_layout NAME LAYOUT"},
    {"--out_node", kOne, kNever, {}, "write --out_tensor_node NAME"},
};
constexpr Flag kQairtQuantizerFlags[] = {
    {"--help", kNone, {}, {}, {}, "-h"},
    {"--input_dlc", kOne, {}, {}, {}, "-i"},
    {"--output_dlc", kOne, {}, {}, {}, "-o"},
    {"--input_list", kOne, {}, {}, {}, "-l"},
    {"--enable_float_fallback", kNone, {}, {}, {}, "-f"},
    {"--apply_algorithms", kSome},
    {"--bias_bitwidth", kOne},
    {"--act_bitwidth", kOne},
    {"--weights_bitwidth", kOne},
    {"--float_bitwidth", kOne},
    {"--float_bias_bitwidth", kOne},
    {"--ignore_quantization_overrides", kNone},
    {"--use_per_channel_quantization", kNone},
    {"--use_per_row_quantization", kNone},
    {"--preserve_io_datatype", kAny},
    {"--use_native_input_files", kNone},
    {"--use_native_output_files", kNone},
    {"--act_quantizer_calibration", kOne},
    {"--param_quantizer_calibration", kOne},
    {"--act_quantizer_schema", kOne},
    {"--param_quantizer_schema", kOne},
    {"--percentile_calibration_value", kOne},
    {"--dump_encoding_json", kNone},
    {"--config", kOne, {}, {}, {}, "-c"},
    {"--target_backend", kOne},
    {"--target_soc_model", kOne},
    {"--debug", kPerhaps},
    {"--override_params",
     kNone,
     kNever,
     {},
     "what the converter was given holds; --ignore_quantization_overrides drops it"},
    {"--param_quantizer",
     kOne,
     kNever,
     {},
     "write --param_quantizer_calibration and --param_quantizer_schema"},
    {"--act_quantizer", kOne, kNever, {}, "write --act_quantizer_calibration and --act_quantizer_schema"},
    {"--enable_htp", kNone, kNever, {}, "prepare the graph with snpe-dlc-graph-prepare"},
};

}  // namespace

const Tool kSnpeOnnxToDlc = {"snpe-onnx-to-dlc", Syntax::kEither, false, {}, {},
                             kConverterReleases, kConverterFlags};
const Tool kSnpeDlcQuantize = {"snpe-dlc-quantize", Syntax::kEither, false, {}, {},
                               kQuantizeReleases,   kQuantizeFlags};
const Tool kSnpeDlcGraphPrepare = {"snpe-dlc-graph-prepare", Syntax::kEither, false, {}, {},
                                   kPrepareReleases,         kPrepareFlags};
const Tool kSnpeNetRun = {"snpe-net-run", Syntax::kEither, false, {}, {}, kNetRunReleases, kNetRunFlags};
const Tool kSnpeThroughputNetRun = {"snpe-throughput-net-run", Syntax::kEither, false, {}, {},
                                    kThroughputReleases,       kThroughputFlags};
const Tool kQairtConverter = {"qairt-converter", Syntax::kEither,     false, {}, {},
                              kQairtReleases,    kQairtConverterFlags};
const Tool kQairtQuantizer = {"qairt-quantizer", Syntax::kEither,     false, {}, {},
                              kQairtReleases,    kQairtQuantizerFlags};

}  // namespace assay::vendor
