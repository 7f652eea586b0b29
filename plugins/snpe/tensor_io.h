// One input or output of a DLC: how SNPE holds it, how assay sees it, and the way between the two.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "snpe_api.h"
#include "support/vendor_plugin.h"

namespace assay::snpe {

/// A tensor of the ONNX model that a DLC was converted from, as the toolchain writes it down beside the DLC.
struct SourceTensor {
  bool input = false;
  std::string name;
  std::vector<std::int64_t> dims;  // Below 1: not known.
};

/// What the quantizer was told, as the toolchain writes it down beside the DLC.
struct QuantizerRecord {
  int activation_bits = 0;
  int weight_bits = 0;
};

/// The line "quantized activations 8 weights 8"; none: nothing is known. Throws Failure (INVALID) for a line
/// that begins so and goes on otherwise, or a second one.
std::optional<QuantizerRecord> parse_quantizer_record(const std::string& text);

/// Lines "input image 1 3 512 1024" and "output logits 1 19 64 128"; '#' begins a comment, "quantized"
/// the quantizer's record. Throws Failure (INVALID) for anything else.
std::vector<SourceTensor> parse_source_tensors(const std::string& text);

/// A file's content; "" where there is none.
std::string read_notes(const std::string& path);

/// What the option `layout` says of the DLC's tensors of rank 4.
enum class LayoutChoice { kAuto, kNhwc, kAsIs };

/// A tensor between SNPE and assay.
struct TensorIo {
  std::string name;  // As SNPE names it.
  std::string shown_name;
  std::vector<std::int64_t> dims;  // As SNPE reports them.
  int element = kElementUnknown;   // Snpe_UserBufferEncoding_ElementType_t.
  std::uint64_t zero = 0;          // Of TF8 and TF16: real = (stored - zero) * step.
  float step = 0;
  bool channels_last = false;  // SNPE has [n,h,w,c] where assay has [n,c,h,w].
  bool quantised_buffer = false;

  std::vector<std::int64_t> shown_dims() const;
  std::size_t elements() const;
  /// Of the user buffer: f32 unless it carries the tensor's own 8 or 16 bits, or integers.
  std::size_t element_bytes() const;
  /// Of the buffer on assay's side.
  assay_dtype dtype() const;
  bool integers() const { return dtype() != ASSAY_F32; }
  /// Whether this plugin can bind its element type.
  bool known() const;
  /// Whether host memory must be converted: else SNPE reads and writes it directly.
  bool converts() const;
  std::string description() const;

  void to_snpe(const void* host, void* buffer) const;
  void from_snpe(const void* buffer, void* host) const;
};

/// "TF8", "float", ...
std::string element_name(int element);

/// Decides `channels_last` and the shown name. Throws Failure (INVALID) when the choice is kAuto and the
/// dimensions do not tell; the message names the option.
void settle_layout(TensorIo& tensor, bool input, LayoutChoice choice,
                   const std::vector<SourceTensor>& sources, const std::vector<TensorIo>& all);

}  // namespace assay::snpe
