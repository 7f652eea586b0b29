#include "base/file.h"
#include "model/graph.h"
#include "model/onnx_file.h"
#include "model/shapes.h"

namespace assay::model {

Result<void> write_with_shapes(const std::filesystem::path& path, const InputShapes& input_shapes,
                               const std::filesystem::path& out) {
  ASSAY_TRY(OnnxFile file, read_onnx(path));
  if (!file.external_data.empty()) {
    return fail(Code::kInvalidInput,
                path.string() + " keeps tensors in other files: save it as one file first");
  }
  auto& graph = *file.model.mutable_graph();
  // The inference checks the given shapes against the model's and supplies those of the outputs.
  auto shapes = Shapes::infer(graph, input_shapes);
  if (!shapes) return fail(shapes.error().with_context(path.string()));
  const auto fix = [&](onnx::ValueInfoProto& info, bool required) -> Result<void> {
    const Shape* shape = shapes->find(info.name());
    auto& type = *info.mutable_type()->mutable_tensor_type();
    if (shape == nullptr && required) {
      return fail(Code::kInvalidInput, path.string() + ": " + shapes->why_unknown(info.name()));
    }
    // An output whose shape cannot be inferred is left without one: every runtime infers it again.
    type.clear_shape();
    if (shape != nullptr) {
      type.mutable_shape();
      for (const std::int64_t dim : *shape) type.mutable_shape()->add_dim()->set_dim_value(dim);
    }
    return {};
  };
  for (auto& input : *graph.mutable_input()) ASSAY_OK(fix(input, true));
  for (auto& output : *graph.mutable_output()) ASSAY_OK(fix(output, false));
  graph.clear_value_info();
  std::string bytes;
  if (!file.model.SerializeToString(&bytes)) return fail(Code::kInternal, "serializing the model failed");
  return write_file(out, bytes);
}

}  // namespace assay::model
