#include "campaign/input_source.h"

#include <algorithm>
#include <cstring>

#include "dataset/preprocess.h"

namespace assay::campaign {

std::size_t InputSource::images_in(std::size_t group) const {
  return std::min<std::size_t>(batch_, data_.size() - group * batch_);
}

std::size_t InputSource::group_bytes() const {
  return dataset::tensor_elements(size_) * dataset::element_bytes(io_) * batch_;
}

Result<void> InputSource::load(std::size_t group, std::span<std::byte> out,
                               std::vector<std::string>* digests) const {
  const std::size_t elements = dataset::tensor_elements(size_);
  const std::size_t images = images_in(group);
  std::vector<float> canonical(elements * batch_);
  for (std::size_t i = 0; i < static_cast<std::size_t>(batch_); ++i) {
    const std::span<float> tensor = std::span(canonical).subspan(i * elements, elements);
    if (i >= images) {
      std::copy_n(canonical.begin() + static_cast<std::ptrdiff_t>((images - 1) * elements), elements,
                  tensor.begin());
      continue;
    }
    ASSAY_OK(data_.load_input(group * batch_ + i, io_, size_, tensor));
    if (digests) digests->push_back(dataset::tensor_digest(tensor));
  }
  return dataset::to_model_layout(canonical, io_, size_, out);
}

Result<std::vector<engine::TensorSet>> InputSource::first(std::size_t most) const {
  std::vector<engine::TensorSet> sets;
  for (std::size_t g = 0; g < std::min(groups(), most); ++g) {
    std::vector<std::byte> bytes(group_bytes());
    ASSAY_OK(load(g, bytes));
    sets.push_back({std::move(bytes)});
  }
  return sets;
}

}  // namespace assay::campaign
