// The recording that the replay backend plays: outputs by input, and delays in order. One file:
//
//   assay-recording 1\n
//   backend <name of the backend that was recorded>\n
//   precision <its executed precision>\n
//   input <name> <dtype:dims>\n        one line for each input,   "input image f32:1x3x64x64"
//   output <name> <dtype:dims>\n       one line for each output
//   answers <n>\n
//   delays <m>\n
//   data\n
//   n answers: the key of the inputs (u64, key_of_inputs()), then every output's bytes in order
//   m delays: nanoseconds (i64), replayed in order and from the begin again after the last
//
// Numbers in the data are little-endian. Names hold no white space.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "support/plugin_support.h"

namespace assay::replay {

struct Answer {
  std::uint64_t key = 0;
  std::vector<std::vector<char>> outputs;  ///< In the order and sizes of the recording's outputs.
};

struct Recording {
  std::string backend, precision;
  std::vector<plugin::TensorSpec> inputs, outputs;
  std::vector<Answer> answers;
  std::vector<std::int64_t> delays_ns;  ///< May be empty: no delay.
};

/// FNV-1a, 64 bits, over the 64-bit words of all inputs (a shorter rest is padded with zeros).
std::uint64_t key_of_inputs(const std::vector<std::pair<const void*, std::uint64_t>>& inputs);

/// False with a text in `problem` that says what was expected and found. Reads nothing beyond what the
/// header's shapes account for, and no file that is shorter or longer.
bool read_recording(const std::string& path, Recording& recording, std::string& problem);
bool write_recording(const std::string& path, const Recording& recording, std::string& problem);

}  // namespace assay::replay
