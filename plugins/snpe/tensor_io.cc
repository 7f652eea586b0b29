#include "tensor_io.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

namespace assay::snpe {

using plugin::Failure;

namespace {

std::string text_of(const std::vector<std::int64_t>& dims) {
  std::vector<std::string> parts;
  for (const std::int64_t dim : dims) parts.push_back(dim < 1 ? "?" : std::to_string(dim));
  return "[" + plugin::join(parts, ",") + "]";
}

bool fits(const std::vector<std::int64_t>& source, const std::vector<std::int64_t>& dims) {
  return source.size() == dims.size() &&
         std::equal(source.begin(), source.end(), dims.begin(),
                    [](std::int64_t a, std::int64_t b) { return a < 1 || a == b; });
}

std::vector<std::int64_t> channels_first(const std::vector<std::int64_t>& dims) {
  return {dims[0], dims[3], dims[1], dims[2]};
}

/// Copies [n][outer][inner] to [n][inner][outer], in tiles that stay in the first-level cache.
template <typename From, typename To, typename Convert>
void transpose(const From* from, To* to, std::size_t n, std::size_t outer, std::size_t inner,
               Convert&& convert) {
  constexpr std::size_t kTile = 64;
  for (std::size_t image = 0; image < n; ++image, from += outer * inner, to += outer * inner)
    for (std::size_t o = 0; o < outer; o += kTile)
      for (std::size_t i = 0; i < inner; i += kTile)
        for (std::size_t y = o; y < std::min(o + kTile, outer); ++y)
          for (std::size_t x = i; x < std::min(i + kTile, inner); ++x)
            to[x * outer + y] = convert(from[y * inner + x]);
}

template <typename From, typename To, typename Convert>
void run(const TensorIo& tensor, bool towards_snpe, const From* from, To* to, Convert&& convert) {
  const std::size_t elements = tensor.elements();
  if (!tensor.channels_last) {
    std::transform(from, from + elements, to, convert);
    return;
  }
  const auto n = static_cast<std::size_t>(tensor.dims[0]),
             channels = static_cast<std::size_t>(tensor.dims[3]);
  const std::size_t pixels = elements / (n * channels);
  if (towards_snpe)
    transpose(from, to, n, channels, pixels, convert);
  else
    transpose(from, to, n, pixels, channels, convert);
}

template <typename T>
void copy(const TensorIo& tensor, bool towards_snpe, const void* from, void* to) {
  run(tensor, towards_snpe, static_cast<const T*>(from), static_cast<T*>(to), [](T value) { return value; });
}

void copy_elements(const TensorIo& tensor, bool towards_snpe, const void* from, void* to) {
  switch (tensor.element_bytes()) {
    case 1:
      return copy<std::uint8_t>(tensor, towards_snpe, from, to);
    case 2:
      return copy<std::uint16_t>(tensor, towards_snpe, from, to);
    case 4:
      return copy<std::uint32_t>(tensor, towards_snpe, from, to);
    default:
      return copy<std::uint64_t>(tensor, towards_snpe, from, to);
  }
}

template <typename Stored>
void quantise(const TensorIo& tensor, const void* from, void* to) {
  const float per_step = 1.0F / tensor.step, zero = static_cast<float>(tensor.zero);
  constexpr auto kMost = static_cast<float>(static_cast<Stored>(~Stored{0}));
  run(tensor, true, static_cast<const float*>(from), static_cast<Stored*>(to), [=](float value) {
    const float stored = std::nearbyint(value * per_step) + zero;
    // Written so that NaN becomes the smallest value: a comparison with NaN is false.
    return static_cast<Stored>(stored > 0 ? std::min(stored, kMost) : 0.0F);
  });
}

template <typename Stored>
void dequantise(const TensorIo& tensor, const void* from, void* to) {
  const float step = tensor.step;
  const auto zero = static_cast<std::int32_t>(tensor.zero);
  run(tensor, false, static_cast<const Stored*>(from), static_cast<float*>(to),
      [=](Stored value) { return static_cast<float>(static_cast<std::int32_t>(value) - zero) * step; });
}

bool is_quantizer_record(const std::string& line) { return line.rfind("quantized", 0) == 0; }

/// From which tensors it was quantized, and of which file the notes are: assay's affair, which holds a DLC
/// that it is given against both.
bool is_for_assay(const std::string& line) {
  return line.rfind("calibration ", 0) == 0 || line.rfind("dlc ", 0) == 0;
}

}  // namespace

std::optional<QuantizerRecord> parse_quantizer_record(const std::string& text) {
  std::optional<QuantizerRecord> record;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (!is_quantizer_record(line)) continue;
    std::istringstream words(line);
    std::string kind, activations, weights, more;
    QuantizerRecord read;
    words >> kind >> activations >> read.activation_bits >> weights >> read.weight_bits;
    if (words.fail() || words >> more || record || kind != "quantized" || activations != "activations" ||
        weights != "weights" || read.activation_bits < 1 || read.weight_bits < 1)
      throw Failure(
          ASSAY_ERROR_INVALID,
          "quantizer's record: one line 'quantized activations BITS weights BITS' was expected, found '" +
              line.substr(0, 200) + "'");
    record = read;
  }
  return record;
}

std::vector<SourceTensor> parse_source_tensors(const std::string& text) {
  std::vector<SourceTensor> tensors;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#' || is_quantizer_record(line) || is_for_assay(line)) continue;
    std::istringstream words(line);
    std::string kind;
    SourceTensor tensor;
    words >> kind >> tensor.name;
    tensor.input = kind == "input";
    for (std::int64_t dim = 0; words >> dim;) tensor.dims.push_back(dim);
    if (!words.eof() || (kind != "input" && kind != "output") || tensor.name.empty() || tensor.dims.empty() ||
        tensor.dims.size() > ASSAY_MAX_RANK)
      throw Failure(
          ASSAY_ERROR_INVALID,
          "source tensors: 'input NAME DIMENSIONS' or 'output NAME DIMENSIONS' was expected, found '" +
              line.substr(0, 200) + "'");
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

std::string read_notes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::string element_name(int element) {
  switch (element) {
    case kElementFloat:
      return "float";
    case kElementFloat16:
      return "float16";
    case kElementTf8:
      return "TF8";
    case kElementTf16:
      return "TF16";
    case kElementInt32:
      return "int32";
    case kElementUint32:
      return "uint32";
    case kElementInt8:
      return "int8";
    case kElementUint8:
      return "uint8";
    case kElementInt16:
      return "int16";
    case kElementUint16:
      return "uint16";
    case kElementInt64:
      return "int64";
    case kElementUint64:
      return "uint64";
    default:
      return "element type " + std::to_string(element);
  }
}

assay_dtype TensorIo::dtype() const {
  switch (element) {
    case kElementInt32:
      return ASSAY_I32;
    case kElementUint32:
      return ASSAY_U32;
    case kElementInt8:
      return ASSAY_I8;
    case kElementUint8:
      return ASSAY_U8;
    case kElementInt16:
      return ASSAY_I16;
    case kElementUint16:
      return ASSAY_U16;
    case kElementInt64:
      return ASSAY_I64;
    case kElementUint64:
      return ASSAY_U64;
    default:
      return ASSAY_F32;
  }
}

bool TensorIo::known() const {
  return integers() || element == kElementFloat || element == kElementFloat16 || element == kElementTf8 ||
         element == kElementTf16;
}

std::vector<std::int64_t> TensorIo::shown_dims() const { return channels_last ? channels_first(dims) : dims; }

std::size_t TensorIo::elements() const {
  std::size_t count = 1;
  for (const std::int64_t dim : dims) count *= static_cast<std::size_t>(dim);
  return count;
}

std::size_t TensorIo::element_bytes() const {
  if (quantised_buffer) return element == kElementTf16 ? 2 : 1;
  return assay_dtype_size(dtype());
}

bool TensorIo::converts() const {
  // One channel, or one pixel: both layouts are the same bytes.
  const bool moves = channels_last && dims[3] != 1 && dims[1] * dims[2] != 1;
  return moves || quantised_buffer;
}

std::string TensorIo::description() const {
  const std::string buffer = quantised_buffer ? element_name(element)
                             : integers()     ? assay_dtype_name(dtype())
                                              : std::string("f32");
  std::string text = text_of(dims) + " " + element_name(element) + " in the DLC; user buffer " + buffer;
  if (!converts()) return text + ", SNPE uses the caller's memory";
  std::vector<std::string> steps;
  if (channels_last) steps.push_back("NHWC <-> NCHW");
  if (quantised_buffer) steps.push_back("f32 <-> " + element_name(element));
  return text + ", converted inside infer(): " + plugin::join(steps);
}

void TensorIo::to_snpe(const void* host, void* buffer) const {
  if (!quantised_buffer) return copy_elements(*this, true, host, buffer);
  return element == kElementTf16 ? quantise<std::uint16_t>(*this, host, buffer)
                                 : quantise<std::uint8_t>(*this, host, buffer);
}

void TensorIo::from_snpe(const void* buffer, void* host) const {
  if (!quantised_buffer) return copy_elements(*this, false, buffer, host);
  return element == kElementTf16 ? dequantise<std::uint16_t>(*this, buffer, host)
                                 : dequantise<std::uint8_t>(*this, buffer, host);
}

void settle_layout(TensorIo& tensor, bool input, LayoutChoice choice,
                   const std::vector<SourceTensor>& sources, const std::vector<TensorIo>& all) {
  tensor.shown_name = tensor.name;
  std::vector<const SourceTensor*> same_kind;
  for (const SourceTensor& source : sources)
    if (source.input == input) same_kind.push_back(&source);
  auto source = std::find_if(same_kind.begin(), same_kind.end(),
                             [&](const SourceTensor* known) { return known->name == tensor.name; });
  // SNPE may rename a tensor; where there is only one, it is that one.
  if (source == same_kind.end() && same_kind.size() == 1 && all.size() == 1) source = same_kind.begin();
  if (source != same_kind.end()) tensor.shown_name = (*source)->name;

  if (tensor.dims.size() != 4 || choice == LayoutChoice::kAsIs) return;
  tensor.channels_last = true;
  if (choice == LayoutChoice::kNhwc) return;
  if (source != same_kind.end()) {
    const bool first = fits((*source)->dims, tensor.dims);
    const bool last = fits((*source)->dims, channels_first(tensor.dims));
    if (first != last) {
      tensor.channels_last = last;
      return;
    }
    if (!first)
      throw Failure(ASSAY_ERROR_INVALID, "tensor '" + tensor.name + "' is " + text_of(tensor.dims) +
                                             " in the DLC and was " + text_of((*source)->dims) +
                                             " in its source model: neither NCHW nor NHWC of it");
  } else if (input && (tensor.dims[3] <= 4) != (tensor.dims[1] <= 4)) {  // An image's channels are few.
    tensor.channels_last = tensor.dims[3] <= 4;
    return;
  }
  throw Failure(ASSAY_ERROR_INVALID,
                std::string(input ? "input '" : "output '") + tensor.name + "' is " + text_of(tensor.dims) +
                    " in the DLC, which does not tell its layout: give the option layout: nhwc or "
                    "layout: as-is");
}

}  // namespace assay::snpe
