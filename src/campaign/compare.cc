#include "campaign/compare.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace assay::campaign {
namespace {

struct Counts {
  std::uint64_t positions = 0, equal = 0;
  double max_difference = 0, max_reference = 0;
  bool finite = true;
};

/// One tensor seen as [outer, classes, inner].
void compare_logits(const float* a, const float* b, std::size_t outer, std::size_t classes, std::size_t inner,
                    Counts& counts) {
  for (std::size_t o = 0; o < outer; ++o)
    for (std::size_t i = 0; i < inner; ++i) {
      std::size_t best_a = 0, best_b = 0;
      const std::size_t base = o * classes * inner + i;
      for (std::size_t c = 0; c < classes; ++c) {
        const float x = a[base + c * inner], y = b[base + c * inner];
        counts.finite = counts.finite && std::isfinite(x) && std::isfinite(y);
        counts.max_difference = std::max(counts.max_difference, static_cast<double>(std::fabs(x - y)));
        counts.max_reference = std::max(counts.max_reference, static_cast<double>(std::fabs(y)));
        if (x > a[base + best_a * inner]) best_a = c;
        if (y > b[base + best_b * inner]) best_b = c;
      }
      ++counts.positions;
      counts.equal += best_a == best_b;
    }
}

Result<std::size_t> find_output(const std::vector<record::TensorInfo>& tensors, const std::string& name) {
  for (std::size_t i = 0; i < tensors.size(); ++i)
    if (name.empty() || tensors[i].name == name) return i;
  return fail(Code::kWorkerFailed, "there is no output '" + name + "' to compare");
}

}  // namespace

Result<Agreement> compare_outputs(const Outputs& a, const Outputs& b, const std::string& name,
                                  int class_axis) {
  ASSAY_TRY(const std::size_t a_index, find_output(a.tensors, name));
  ASSAY_TRY(const std::size_t b_index, find_output(b.tensors, name));
  const record::TensorInfo &a_info = a.tensors[a_index], &b_info = b.tensors[b_index];
  if (a.groups.size() != b.groups.size() || a_info.dims != b_info.dims || a_info.dtype != b_info.dtype)
    return fail(Code::kWorkerFailed,
                "the output '" + a_info.name + "' differs in shape or type from the reference's");
  const auto& dims = a_info.dims;
  std::size_t elements = 1, inner = 1;
  for (std::size_t d = 0; d < dims.size(); ++d) {
    elements *= static_cast<std::size_t>(dims[d]);
    if (static_cast<int>(d) > class_axis) inner *= static_cast<std::size_t>(dims[d]);
  }
  const bool logits = a_info.dtype == "f32" && class_axis >= 0 && class_axis < static_cast<int>(dims.size());
  Counts counts;
  for (std::size_t g = 0; g < a.groups.size(); ++g) {
    const auto &x = a.groups[g][a_index], &y = b.groups[g][b_index];
    if (x.size() != y.size() || elements == 0 || x.size() % elements != 0)
      return fail(Code::kWorkerFailed, "an output differs in size from the reference's");
    if (logits) {
      const auto classes = static_cast<std::size_t>(dims[class_axis]);
      compare_logits(reinterpret_cast<const float*>(x.data()), reinterpret_cast<const float*>(y.data()),
                     elements / classes / inner, classes, inner, counts);
      continue;
    }
    const std::size_t width = x.size() / elements;
    for (std::size_t i = 0; i < elements; ++i)
      counts.equal += std::memcmp(&x[i * width], &y[i * width], width) == 0;
    counts.positions += elements;
  }
  if (counts.positions == 0) return fail(Code::kInternal, "no outputs to compare");
  if (!counts.finite) return fail(Code::kWorkerFailed, "an output has values that are not finite");
  return Agreement{
      static_cast<double>(counts.equal) / static_cast<double>(counts.positions),
      counts.max_reference > 0 ? counts.max_difference / counts.max_reference : counts.max_difference};
}

}  // namespace assay::campaign
