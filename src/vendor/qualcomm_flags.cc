// Flags of the command-line tools of Qualcomm's Neural Processing SDK (SNPE) and AI Runtime (QAIRT).
#include "vendor/flags.h"

namespace assay::vendor {
namespace {

constexpr Value kRequired = Value::kRequired;

constexpr Release kReleases[] = {
    {"2.39", "Tools, Qualcomm Neural Processing SDK documentation (QAIRT 2.39)"},
};
constexpr Flag kFlags[] = {{"--input_list", kRequired}};

}  // namespace

const Tool kSnpeOnnxToDlc = {"snpe-onnx-to-dlc", Syntax::kEither, false, {}, {}, kReleases, kFlags};
const Tool kSnpeDlcQuantize = {"snpe-dlc-quantize", Syntax::kEither, false, {}, {}, kReleases, kFlags};
const Tool kSnpeDlcGraphPrepare = {
    "snpe-dlc-graph-prepare", Syntax::kEither, false, {}, {}, kReleases, kFlags};
const Tool kSnpeNetRun = {"snpe-net-run", Syntax::kEither, false, {}, {}, kReleases, kFlags};
const Tool kSnpeThroughputNetRun = {
    "snpe-throughput-net-run", Syntax::kEither, false, {}, {}, kReleases, kFlags};
const Tool kQairtConverter = {"qairt-converter", Syntax::kEither, false, {}, {}, kReleases, kFlags};
const Tool kQairtQuantizer = {"qairt-quantizer", Syntax::kEither, false, {}, {}, kReleases, kFlags};

}  // namespace assay::vendor
