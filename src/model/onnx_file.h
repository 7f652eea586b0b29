// An ONNX file as a checked message: what the rest of the folder may rely on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/status.h"
#include "onnx.pb.h"

namespace assay::model {

struct OnnxFile {
  onnx::ModelProto model;
  std::vector<std::filesystem::path> external_data;  ///< Sorted, each is there and long enough.
  std::string sha256;                                ///< As ModelFacts::sha256.
};

/// Reads and checks: it is ONNX; it has a graph with nodes and outputs; every node's inputs are defined
/// before it; every initializer holds the bytes that its shape says. Errors: as read_model().
Result<OnnxFile> read_onnx(const std::filesystem::path& path);

/// Elements of the shape, nullopt for a negative dimension or when they do not fit 63 bits.
std::optional<std::int64_t> elements(const google::protobuf::RepeatedField<std::int64_t>& dims);

/// "f32", "u8" ...; "type 99" for a number that the schema does not have.
std::string dtype_name(int data_type);

/// The domain as users know it: the default one is "ai.onnx".
std::string domain_name(const std::string& domain);

}  // namespace assay::model
