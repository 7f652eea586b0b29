#include "campaign/witness_files.h"

#include <charconv>
#include <map>

#include "base/file.h"

namespace assay::campaign {
namespace {

// The first line of plugins/tensorrt/engine_file.cc: this, then the plan's offset and size.
constexpr std::string_view kEngine = "assay-tensorrt-engine 1 ";

/// The number at the front of `text`, which is moved behind it and the character that ends it.
bool take_number(std::string_view& text, std::size_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() + text.size()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return true;
}

}  // namespace

Result<std::string> npy_file(const record::TensorInfo& tensor, std::string_view bytes) {
  static const std::map<std::string_view, std::string_view> kTypes{
      {"f32", "<f4"}, {"f16", "<f2"}, {"f64", "<f8"}, {"i8", "|i1"},  {"u8", "|u1"}, {"i16", "<i2"},
      {"u16", "<u2"}, {"i32", "<i4"}, {"u32", "<u4"}, {"i64", "<i8"}, {"u64", "<u8"}};
  const auto type = kTypes.find(tensor.dtype);
  if (type == kTypes.end())
    return fail(Code::kInvalidInput,
                "input " + tensor.name + " is " + tensor.dtype + ", which numpy has not");
  if (bytes.size() != tensor.byte_size)
    return fail(Code::kInvalidInput, "input " + tensor.name + ": " + std::to_string(tensor.byte_size) +
                                         " bytes were expected, " + std::to_string(bytes.size()) +
                                         " were found");
  std::string shape;
  for (const std::int64_t dim : tensor.dims) shape += std::to_string(dim) + ", ";
  std::string header =
      "{'descr': '" + std::string(type->second) + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  constexpr std::size_t kPrefix = 10, kAlignment = 64;
  header.append((kAlignment - (kPrefix + header.size() + 1) % kAlignment) % kAlignment, ' ');
  header += '\n';
  std::string file("\x93NUMPY\x01\x00", 8);
  file += static_cast<char>(header.size() & 0xff);
  file += static_cast<char>(header.size() >> 8);
  return file + header + std::string(bytes);
}

Result<std::string> channels_last(const record::TensorInfo& tensor, std::string_view bytes) {
  if (tensor.dims.size() != 4 || bytes.size() != tensor.byte_size)
    return fail(Code::kInvalidInput, "input " + tensor.name +
                                         ": a tensor of rank 4 was expected, to be turned to NHWC, and " +
                                         std::to_string(tensor.byte_size) + " bytes of it");
  const auto size = [&](int axis) { return static_cast<std::size_t>(tensor.dims[axis]); };
  const std::size_t batch = size(0), channels = size(1), pixels = size(2) * size(3);
  const std::size_t count = batch * channels * pixels;
  if (count == 0 || bytes.size() % count != 0)
    return fail(Code::kInvalidInput, "input " + tensor.name + ": its size does not fit its shape");
  const std::size_t width = bytes.size() / count;
  std::string turned;
  turned.reserve(bytes.size());
  for (std::size_t n = 0; n < batch; ++n)
    for (std::size_t pixel = 0; pixel < pixels; ++pixel)
      for (std::size_t c = 0; c < channels; ++c)
        turned.append(bytes.substr(((n * channels + c) * pixels + pixel) * width, width));
  return turned;
}

Result<void> write_plan(const std::filesystem::path& artifact, const std::filesystem::path& plan) {
  ASSAY_TRY(const std::string content, read_file(artifact));
  std::string_view rest = content;
  std::size_t offset = 0, size = 0;
  if (rest.starts_with(kEngine)) rest.remove_prefix(kEngine.size());
  if (rest.size() == content.size() || !take_number(rest, offset) || !take_number(rest, size))
    return fail(Code::kInvalidInput, artifact.string() +
                                         ": an engine that assay's plugin built was expected, whose first "
                                         "line tells where TensorRT's plan begins");
  if (offset > content.size() || content.size() - offset != size || size == 0)
    return fail(Code::kInvalidInput, artifact.string() + ": an engine of " + std::to_string(offset + size) +
                                         " bytes was expected, the file has " +
                                         std::to_string(content.size()));
  return write_file(plan, std::string_view(content).substr(offset));
}

}  // namespace assay::campaign
