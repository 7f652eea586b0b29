#include "campaign/model_output.h"

#include <cstring>

#include "assay/backend_abi.h"
#include "metric/upsample.h"

namespace assay::campaign {
namespace {

std::string describe(const record::TensorInfo& tensor) {
  std::string text = tensor.name + " " + tensor.dtype + " [";
  for (std::size_t i = 0; i < tensor.dims.size(); ++i)
    text += (i ? "," : "") + std::to_string(tensor.dims[i]);
  return text + "]";
}

std::string describe(const std::vector<record::TensorInfo>& tensors) {
  std::string text;
  for (const auto& tensor : tensors) text += (text.empty() ? "" : ", ") + describe(tensor);
  return text;
}

Result<int> find_tensor(const std::vector<record::TensorInfo>& tensors, const std::string& name,
                        const char* kind) {
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].name == name) return static_cast<int>(i);
  if (name.empty() && tensors.size() == 1) return 0;
  return fail(Code::kInvalidInput,
              (name.empty() ? "the model has several " + std::string(kind) + "s: name one of them in model." +
                                  kind + ".name"
                            : "the model has no " + std::string(kind) + " '" + name + "'") +
                  "; it has " + describe(tensors));
}

template <typename T>
std::span<const T> elements(std::span<const std::byte> bytes, std::size_t first, std::size_t count) {
  return {reinterpret_cast<const T*>(bytes.data()) + first, count};
}

}  // namespace

Result<int> find_image_input(const record::SessionInfo& session, const spec::ModelIo& io, int batch,
                             spec::Size size) {
  ASSAY_TRY(const int index, find_tensor(session.inputs, io.input_name, "input"));
  if (session.inputs.size() != 1)
    return fail(Code::kInvalidInput, "expected a model with one input, found " + describe(session.inputs));
  record::TensorInfo expected{session.inputs[index].name, io.dtype, {batch, 3, size.height, size.width}, 0};
  if (io.layout == "NHWC") expected.dims = {batch, size.height, size.width, 3};
  const record::TensorInfo& found = session.inputs[index];
  if (found.dtype != expected.dtype || found.dims != expected.dims)
    return fail(Code::kInvalidInput, "the spec describes the input as " + describe(expected) +
                                         ", the model's is " + describe(found) +
                                         ": mend model.size, model.input or the batch");
  return index;
}

Result<ModelOutput> ModelOutput::create(const record::SessionInfo& session, const spec::ModelIo& io,
                                        int classes) {
  ModelOutput output;
  ASSAY_TRY(output.tensor_, find_tensor(session.outputs, io.output_name, "output"));
  const record::TensorInfo& tensor = session.outputs[output.tensor_];
  output.classes_ = classes;
  output.dtype_ = tensor.dtype;
  output.logits_ = io.output_kind == "logits";
  output.channels_last_ = output.logits_ && spec::class_axis(io) == 3;
  const auto& dims = tensor.dims;
  if (output.logits_) {
    const bool shaped = dims.size() == 4;
    const std::int64_t channels = shaped ? dims[output.channels_last_ ? 3 : 1] : 0;
    if (tensor.dtype != "f32" || !shaped || channels != classes)
      return fail(Code::kInvalidInput,
                  "expected logits f32 " + std::string(output.channels_last_ ? "[N,h,w," : "[N,") +
                      std::to_string(classes) + (output.channels_last_ ? "]" : ",h,w]") +
                      ", the model's output is " + describe(tensor) + ": mend model.output or data.classes");
    output.height_ = static_cast<int>(dims[output.channels_last_ ? 1 : 2]);
    output.width_ = static_cast<int>(dims[output.channels_last_ ? 2 : 3]);
    return output;
  }
  const bool typed = tensor.dtype == "u8" || tensor.dtype == "i32" || tensor.dtype == "i64";
  const bool shaped = dims.size() == 3 || (dims.size() == 4 && dims[1] == 1);
  if (!typed || !shaped)
    return fail(Code::kInvalidInput,
                "expected labels u8, i32 or i64 [N,h,w] or [N,1,h,w], the model's output is " +
                    describe(tensor) + ": mend model.output");
  output.height_ = static_cast<int>(dims[dims.size() - 2]);
  output.width_ = static_cast<int>(dims[dims.size() - 1]);
  return output;
}

Result<void> ModelOutput::classes_at(std::span<const std::byte> output, int image, spec::Size size,
                                     std::span<std::uint8_t> labels) const {
  const metric::MapSize from{height_, width_}, to{size.height, size.width};
  const std::size_t pixels = static_cast<std::size_t>(height_) * width_;
  const std::size_t count = logits_ ? pixels * classes_ : pixels;
  const std::size_t first = count * static_cast<std::size_t>(image);
  if (output.size() < (first + count) * assay_dtype_size(assay_dtype_named(dtype_.c_str())))
    return fail(Code::kInternal, "an output buffer is smaller than its tensor");
  if (logits_) {
    auto logits = elements<float>(output, first, count);
    std::vector<float> planes;
    if (channels_last_) {
      planes.resize(count);
      for (std::size_t p = 0; p < pixels; ++p)
        for (int c = 0; c < classes_; ++c) planes[c * pixels + p] = logits[p * classes_ + c];
      logits = planes;
    }
    return metric::upsample_argmax(logits, classes_, from, to, labels);
  }
  std::vector<std::uint8_t> narrow(pixels);
  if (dtype_ == "u8")
    ASSAY_OK(metric::narrow_labels(elements<std::uint8_t>(output, first, count), classes_, narrow));
  if (dtype_ == "i32")
    ASSAY_OK(metric::narrow_labels(elements<std::int32_t>(output, first, count), classes_, narrow));
  if (dtype_ == "i64")
    ASSAY_OK(metric::narrow_labels(elements<std::int64_t>(output, first, count), classes_, narrow));
  return metric::resize_labels_nearest(narrow, from, to, labels);
}

}  // namespace assay::campaign
