// The artifact: TensorRT's plan behind a header of ours, so that a plan of another version, GPU or model is
// told as such before TensorRT sees it, and so that layers of the engine can be traced to the network that
// was built.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::tensorrt {

/// A layer of the network as the parser made it, before fusion. It bears the name of its ONNX node.
struct NetworkLayer {
  std::string name;
  double operations = 0;  ///< 1 MAC = 2. Convolutions and matrix products are counted; -1: not known.
};

struct EngineFacts {
  std::string tensorrt;            ///< Version that built it: "11.4.0".
  std::string gpu;                 ///< "Orin"
  std::string compute_capability;  ///< "8.7"
  std::string accelerator;         ///< "GPU.0", "DLA0"
  std::string precision;           ///< That was asked for.
  std::string model_digest;
  std::string calibration_digest;                            ///< "" where none was used.
  std::vector<std::pair<std::string, std::string>> options;  ///< That the builder was given, defaults too.
  std::vector<NetworkLayer> layers;

  std::string option(std::string_view name) const;  ///< "" where there is none.
};

/// The plan begins at a multiple of this, which the file's first line states. Whoever has not this code (a
/// witness that gives the plan to trtexec) cuts it out by that line, which has one form and length, 66 bytes
/// with its line feed:
///   "assay-tensorrt-engine 1 " OFFSET " " SIZE "\n", each of 20 decimal digits with leading zeros.
/// The plan is the SIZE bytes from byte OFFSET, counted from 0, and ends with the file:
/// `tail -c +$((10#OFFSET + 1)) FILE >plan`.
constexpr std::size_t kPlanAlignment = 4096;

/// Header and plan as the file's bytes.
std::string encode_engine(const EngineFacts& facts, std::string_view plan);

struct EngineFile {
  EngineFacts facts;
  std::string_view plan;  ///< Into the content that was decoded.
};

/// Throws plugin::Failure (INVALID): no engine of assay, another version of the header, or cut short. `path`
/// is for the message.
EngineFile decode_engine(std::string_view content, const std::string& path);

/// What of the engine does not fit the machine: "" or a sentence that ends in what to do. A plan built to be
/// version-compatible may be of an older minor or major version.
std::string engine_mismatch(const EngineFacts& facts, const std::string& tensorrt, const std::string& gpu,
                            const std::string& compute_capability);

/// Throws plugin::Failure (NOT_FOUND). The whole file.
std::string read_whole_file(const std::string& path);

/// By way of a temporary file beside it, so that it is whole or not there. Throws plugin::Failure (INVALID).
void write_whole_file(const std::string& path, std::string_view content);

}  // namespace assay::tensorrt
