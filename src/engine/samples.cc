#include "engine/samples.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>
#include <set>
#include <string>

#include "base/splitmix64.h"

namespace assay::engine {
namespace {

constexpr std::int64_t kBurst = 12;

std::vector<std::int64_t> choose_iterations(SplitMix64& random, std::int64_t iterations, int most) {
  const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(most, iterations));
  std::set<std::int64_t> chosen;
  const std::int64_t burst = std::min<std::int64_t>(kBurst, static_cast<std::int64_t>(wanted));
  // A quarter of the samples is left for single iterations, unless there is room for one burst only.
  while (burst > 0 && (chosen.empty() || chosen.size() + burst <= wanted * 3 / 4)) {
    const auto start =
        static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(iterations - burst + 1)));
    for (std::int64_t i = 0; i < burst; ++i) chosen.insert(start + i);
  }
  while (chosen.size() < wanted)
    chosen.insert(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(iterations))));
  return {chosen.begin(), chosen.end()};
}

float half_to_float(std::uint16_t half) {
  const int exponent = (half >> 10) & 31, fraction = half & 1023;
  const float magnitude = exponent == 31  ? (fraction ? std::numeric_limits<float>::quiet_NaN()
                                                      : std::numeric_limits<float>::infinity())
                          : exponent == 0 ? std::ldexp(static_cast<float>(fraction), -24)
                                          : std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  return half & 0x8000 ? -magnitude : magnitude;
}

template <typename T>
void widen(std::span<const std::byte> bytes, std::vector<double>& values) {
  values.resize(bytes.size() / sizeof(T));
  for (std::size_t i = 0; i < values.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    values[i] = static_cast<double>(value);
  }
}

/// Elements as doubles; empty for a type that has no numbers. `real`: floating-point.
std::vector<double> elements(std::span<const std::byte> bytes, const std::string& dtype, bool& real) {
  std::vector<double> values;
  real = dtype == "f32" || dtype == "f64" || dtype == "f16" || dtype == "bf16";
  if (dtype == "f32")
    widen<float>(bytes, values);
  else if (dtype == "f64")
    widen<double>(bytes, values);
  else if (dtype == "i8")
    widen<std::int8_t>(bytes, values);
  else if (dtype == "u8" || dtype == "bool")
    widen<std::uint8_t>(bytes, values);
  else if (dtype == "i16")
    widen<std::int16_t>(bytes, values);
  else if (dtype == "u16")
    widen<std::uint16_t>(bytes, values);
  else if (dtype == "i32")
    widen<std::int32_t>(bytes, values);
  else if (dtype == "u32")
    widen<std::uint32_t>(bytes, values);
  else if (dtype == "i64")
    widen<std::int64_t>(bytes, values);
  else if (dtype == "u64")
    widen<std::uint64_t>(bytes, values);
  else if (dtype == "f16" || dtype == "bf16") {
    widen<std::uint16_t>(bytes, values);
    for (double& value : values) {
      const auto bits = static_cast<std::uint16_t>(value);
      if (dtype == "f16") {
        value = half_to_float(bits);
      } else {
        const std::uint32_t wide = std::uint32_t{bits} << 16;
        float number;
        std::memcpy(&number, &wide, sizeof number);
        value = number;
      }
    }
  }
  return values;
}

/// Does a floating-point number among `bytes` have all bits of its exponent set, as NaN and infinity do?
template <typename Bits>
bool has_exponent(std::span<const std::byte> bytes, Bits exponent) {
  for (std::size_t at = 0; at + sizeof(Bits) <= bytes.size(); at += sizeof(Bits)) {
    Bits bits;
    std::memcpy(&bits, bytes.data() + at, sizeof bits);
    if ((bits & exponent) == exponent) return true;
  }
  return false;
}

bool is_finite(std::span<const std::byte> bytes, const std::string& dtype) {
  if (dtype == "f32") return !has_exponent<std::uint32_t>(bytes, 0x7f800000);
  if (dtype == "f64") return !has_exponent<std::uint64_t>(bytes, 0x7ff0000000000000);
  if (dtype == "f16") return !has_exponent<std::uint16_t>(bytes, 0x7c00);
  if (dtype == "bf16") return !has_exponent<std::uint16_t>(bytes, 0x7f80);
  return true;
}

constexpr double kUndefined = -1;

struct Comparison {
  double agreement = 0;
  double difference = kUndefined;  // Relative to max|reference|.
};

double argmax_agreement(const std::vector<double>& a, const std::vector<double>& b,
                        const std::vector<std::int64_t>& dims, std::size_t axis) {
  std::size_t inner = 1;
  for (std::size_t d = axis + 1; d < dims.size(); ++d) inner *= static_cast<std::size_t>(dims[d]);
  const auto classes = static_cast<std::size_t>(dims[axis]);
  const std::size_t positions = a.size() / classes;
  std::size_t equal = 0;
  for (std::size_t p = 0; p < positions; ++p) {
    const std::size_t base = p / inner * inner * classes + p % inner;
    std::size_t best_a = 0, best_b = 0;
    for (std::size_t c = 1; c < classes; ++c) {
      if (a[base + c * inner] > a[base + best_a * inner]) best_a = c;
      if (b[base + c * inner] > b[base + best_b * inner]) best_b = c;
    }
    equal += best_a == best_b;
  }
  return static_cast<double>(equal) / static_cast<double>(positions);
}

Comparison compare(const record::TensorInfo& tensor, std::span<const std::byte> found,
                   std::span<const std::byte> reference, int class_axis) {
  bool real = false;
  const std::vector<double> a = elements(found, tensor.dtype, real),
                            b = elements(reference, tensor.dtype, real);
  if (a.empty()) return {};
  double difference = 0, largest = 0;
  std::size_t same = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double gap = std::abs(a[i] - b[i]);
    // Once NaN, always NaN: std::max() keeps its first argument where a comparison with it is false.
    difference = std::isnan(gap) ? gap : std::max(difference, gap);
    largest = std::max(largest, std::abs(b[i]));
    same += a[i] == b[i];
  }
  if (difference != 0) difference /= largest;
  if (!std::isfinite(difference)) difference = kUndefined;
  const auto axis = static_cast<std::size_t>(class_axis);
  std::size_t product = 1;
  for (const std::int64_t dim : tensor.dims) product *= static_cast<std::size_t>(dim);
  const bool logits =
      real && class_axis >= 0 && axis < tensor.dims.size() && tensor.dims[axis] > 1 && product == a.size();
  return {logits ? argmax_agreement(a, b, tensor.dims, axis)
                 : static_cast<double>(same) / static_cast<double>(a.size()),
          difference};
}

}  // namespace

SlotPlan plan_slots(std::uint64_t seed, std::uint32_t inputs, std::int64_t iterations, int most_samples) {
  SplitMix64 random(seed);
  SlotPlan plan;
  plan.sampled = choose_iterations(random, iterations, most_samples);
  std::vector<std::uint32_t> numbers(inputs + plan.sampled.size());
  std::iota(numbers.begin(), numbers.end(), 0u);
  for (std::size_t i = numbers.size(); i > 1; --i) std::swap(numbers[i - 1], numbers[random.below(i)]);
  plan.rotation.assign(numbers.begin(), numbers.begin() + inputs);
  plan.spare.assign(numbers.begin() + inputs, numbers.end());
  plan.input_of_slot.resize(numbers.size());
  for (std::uint32_t k = 0; k < inputs; ++k) plan.input_of_slot[plan.rotation[k]] = k;
  for (std::size_t j = 0; j < plan.spare.size(); ++j)
    plan.input_of_slot[plan.spare[j]] = static_cast<std::uint32_t>(plan.sampled[j] % inputs);

  std::vector<std::vector<std::uint32_t>> untouched(inputs);
  for (std::uint32_t slot = 0; slot < plan.input_of_slot.size(); ++slot)
    untouched[plan.input_of_slot[slot]].push_back(slot);
  for (std::size_t left = plan.input_of_slot.size(), i = 0; left > 0; ++i) {
    auto& slots = untouched[i % inputs];
    plan.touch.push_back(slots.empty() ? plan.rotation[i % inputs] : slots.back());
    if (slots.empty()) continue;
    slots.pop_back();
    --left;
  }
  return plan;
}

int samples_that_fit(std::uint64_t output_bytes, std::uint64_t available) {
  constexpr std::uint64_t kAlways = 256u << 20;
  const std::uint64_t burst = std::min<std::uint64_t>(kBurst, available / 8 / output_bytes);
  return static_cast<int>(std::min<std::uint64_t>(kMostSamples, std::max(kAlways / output_bytes, burst)));
}

record::OutputSample compare_sample(const std::vector<record::TensorInfo>& outputs,
                                    const std::vector<std::span<const std::byte>>& found,
                                    const TensorSet& reference, int class_axis) {
  record::OutputSample sample;
  sample.written = true;
  for (const auto& bytes : found)
    if (std::all_of(bytes.begin(), bytes.end(), [](std::byte byte) { return byte == kPoison; }))
      sample.written = false;
  for (std::size_t t = 0; t < outputs.size(); ++t)
    if (!is_finite(found[t], outputs[t].dtype)) sample.finite = false;
  if (reference.empty()) {
    sample.argmax_agreement = -1;
    sample.max_abs_difference = kUndefined;
    return sample;
  }
  sample.bitwise_equal = true;
  sample.argmax_agreement = 1;
  for (std::size_t t = 0; t < outputs.size(); ++t) {
    if (std::memcmp(found[t].data(), reference[t].data(), found[t].size()) == 0) continue;
    sample.bitwise_equal = false;
    const Comparison comparison = compare(outputs[t], found[t], reference[t], class_axis);
    sample.argmax_agreement = std::min(sample.argmax_agreement, comparison.agreement);
    if (comparison.difference == kUndefined || sample.max_abs_difference == kUndefined)
      sample.max_abs_difference = kUndefined;
    else
      sample.max_abs_difference = std::max(sample.max_abs_difference, comparison.difference);
  }
  return sample;
}

Result<void> check_alike(const std::vector<TensorSet>& sets, std::string_view what) {
  const auto same_size = [](const auto& a, const auto& b) { return a.size() == b.size(); };
  for (std::size_t k = 1; k < sets.size(); ++k)
    if (!std::equal(sets[k].begin(), sets[k].end(), sets[0].begin(), sets[0].end(), same_size))
      return fail(Code::kInvalidInput, std::string(what) + " " + std::to_string(k) +
                                           " differs in its number of tensors or in their sizes from the " +
                                           "first: expected all alike");
  return {};
}

Result<void> check_fit(const std::vector<TensorSet>& sets, const std::vector<record::TensorInfo>& tensors,
                       std::string_view what) {
  for (const TensorSet& set : sets) {
    if (set.size() != tensors.size())
      return fail(Code::kInvalidInput, "the model has " + std::to_string(tensors.size()) + " " +
                                           std::string(what) + " tensors, found " +
                                           std::to_string(set.size()));
    for (std::size_t t = 0; t < set.size(); ++t) {
      if (set[t].size() == tensors[t].byte_size) continue;
      std::string shape;
      for (const std::int64_t dim : tensors[t].dims)
        shape += (shape.empty() ? "" : "x") + std::to_string(dim);
      return fail(Code::kInvalidInput, std::string(what) + " \"" + tensors[t].name + "\": expected " +
                                           tensors[t].dtype + " " + shape + " (" +
                                           std::to_string(tensors[t].byte_size) + " bytes), found " +
                                           std::to_string(set[t].size()) +
                                           " bytes; prepare the data for the model's own size and type");
    }
  }
  return {};
}

}  // namespace assay::engine
