#include "metric/upsample.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace assay::metric {
namespace {

constexpr int kTile = 128;  // Output columns at a time: two source rows of 19 classes then fit any L1.
constexpr int kPad = 16;    // What a vector may write beyond its run; the next run or class overwrites it.
constexpr int kStride = kTile + kPad;
constexpr int kRows = 4;  // Output rows made together from one pair of source rows: each is read once.

/// GCC's vectors of a register's width: one source for SSE2, AVX2, AVX-512 and NEON.
template <int kLanes>
struct Lanes {
  using Floats [[gnu::vector_size(kLanes * sizeof(float))]] = float;
  using Ints [[gnu::vector_size(kLanes * sizeof(std::int32_t))]] = std::int32_t;
  using Bytes [[gnu::vector_size(kLanes)]] = std::uint8_t;
};

template <typename V, typename T>
[[gnu::always_inline]] inline void load(const T* from, V& vector) {
  std::memcpy(&vector, from, sizeof vector);
}

/// Where output positions of one axis take their value from: low_weight x source[low] + high_weight x
/// source[high].
struct Axis {
  std::vector<int> low, high;
  std::vector<float> low_weight, high_weight;
  std::vector<int> run;  ///< How many positions from here on have the same sources.

  Axis(int from, int to) {
    const double scale = static_cast<double>(from) / to;
    for (int i = 0; i < to; ++i) {
      const auto position =
          std::max(0.f, static_cast<float>((i + 0.5) * scale - 0.5));  // Half-pixel centres.
      const int at = std::min(static_cast<int>(position), from - 1);
      const float share = at < from - 1 ? position - static_cast<float>(at) : 0.f;  // Replicated edge.
      low.push_back(at);
      high.push_back(std::min(at + 1, from - 1));
      low_weight.push_back(1 - share);
      high_weight.push_back(share);
    }
    low_weight.resize(low_weight.size() +
                      std::size_t{kPad});  // For vectors that read beyond the last position.
    high_weight.resize(high_weight.size() + kPad);
    run.assign(low.size(), 1);
    for (std::size_t i = low.size() - 1; i-- > 0;) {
      if (low[i] == low[i + 1]) run[i] = run[i + 1] + 1;
    }
  }
};

/// One row of one class, interpolated along x for the output columns begin..begin+count-1.
template <int kLanes>
[[gnu::always_inline]] inline void expand_row(const float* source, const Axis& x, int begin, int count,
                                              float* out) {
  using Floats = typename Lanes<kLanes>::Floats;
  for (int i = 0, run = 0; i < count; i += run) {
    const auto column = static_cast<std::size_t>(begin) + static_cast<std::size_t>(i);
    run = std::min(x.run[column], count - i);
    const float low = source[x.low[column]], high = source[x.high[column]];
    for (int k = 0; k < run; k += kLanes) {
      Floats low_weight, high_weight;
      load(&x.low_weight[column] + k, low_weight);
      load(&x.high_weight[column] + k, high_weight);
      const Floats value = low_weight * low + high_weight * high;
      std::memcpy(out + i + k, &value, sizeof value);
    }
  }
}

/// Interpolates `rows` output rows between two rows [classes][stride] and takes the argmax of each.
template <int kLanes, int rows>
[[gnu::always_inline]] inline void argmax_rows(const float* top, const float* bottom, std::size_t stride,
                                               const float* top_weight, const float* bottom_weight,
                                               int classes, int count, std::uint8_t* labels,
                                               std::size_t label_stride) {
  using Floats = typename Lanes<kLanes>::Floats;
  using Ints = typename Lanes<kLanes>::Ints;
  using Bytes = typename Lanes<kLanes>::Bytes;
  for (int x = 0; x < count; x += kLanes) {
    Floats best[rows];
    Ints best_class[rows]{};
    for (int c = 0; c < classes; ++c) {
      Floats a, b;
      load(top + static_cast<std::size_t>(c) * stride + x, a);
      load(bottom + static_cast<std::size_t>(c) * stride + x, b);
      for (int r = 0; r < rows; ++r) {
        const Floats value = a * top_weight[r] + b * bottom_weight[r];
        if (c == 0) {
          best[r] = value;
          continue;
        }
        const Ints better = value > best[r];  // Strictly: the lowest class keeps a tie.
        best[r] = better ? value : best[r];
        best_class[r] = better ? Ints{} + c : best_class[r];
      }
    }
    for (int r = 0; r < rows; ++r) {
      const Bytes narrow = __builtin_convertvector(best_class[r], Bytes);
      std::memcpy(labels + static_cast<std::size_t>(r) * label_stride + x, &narrow,
                  static_cast<std::size_t>(std::min(kLanes, count - x)));
    }
  }
}

/// Nothing to interpolate: the argmax of `pixels` logits of each class.
template <int kLanes>
[[gnu::always_inline]] inline void argmax(const float* logits, int classes, std::size_t pixels,
                                          std::uint8_t* labels) {
  constexpr std::size_t kBlock = 1024;
  constexpr float kOne = 1, kNone = 0;
  std::size_t at = 0;
  for (; at + kBlock <= pixels; at += kBlock) {
    argmax_rows<kLanes, 1>(logits + at, logits + at, pixels, &kOne, &kNone, classes, kBlock, labels + at, 0);
  }
  for (; at < pixels; ++at) {
    int best = 0;
    for (int c = 1; c < classes; ++c) {
      if (logits[static_cast<std::size_t>(c) * pixels + at] >
          logits[static_cast<std::size_t>(best) * pixels + at]) {
        best = c;
      }
    }
    labels[at] = static_cast<std::uint8_t>(best);
  }
}

template <int kLanes>
[[gnu::always_inline]] inline void upsample(const float* logits, int classes, MapSize from, MapSize to,
                                            std::uint8_t* labels) {
  const auto width = static_cast<std::size_t>(from.width), label_stride = static_cast<std::size_t>(to.width);
  if (from.width == to.width && from.height == to.height) {
    return argmax<kLanes>(logits, classes, static_cast<std::size_t>(to.height) * width, labels);
  }
  const Axis x(from.width, to.width), y(from.height, to.height);
  const std::size_t plane = static_cast<std::size_t>(from.height) * width;
  // Two neighbouring source rows are in use at a time: even ones live in slot 0, odd ones in slot 1.
  std::vector<float> expanded(2u * static_cast<std::size_t>(classes) * kStride);
  const std::array<float*, 2> slot{expanded.data(), expanded.data() + expanded.size() / 2};
  for (int begin = 0; begin < to.width; begin += kTile) {
    const int count = std::min(kTile, to.width - begin);
    std::array<int, 2> held{-1, -1};
    for (int row = 0, rows = 0; row < to.height; row += rows) {
      const auto r = static_cast<std::size_t>(row);
      for (const int wanted : {y.low[r], y.high[r]}) {
        const auto s = static_cast<std::size_t>(wanted % 2);
        if (std::exchange(held[s], wanted) == wanted) continue;
        for (int c = 0; c < classes; ++c) {
          expand_row<kLanes>(
              logits + static_cast<std::size_t>(c) * plane + static_cast<std::size_t>(wanted) * width, x,
              begin, count, slot[s] + c * kStride);
        }
      }
      const float* const top = slot[static_cast<std::size_t>(y.low[r] % 2)];
      const float* const bottom = slot[static_cast<std::size_t>(y.high[r] % 2)];
      std::uint8_t* const out = labels + r * label_stride + begin;
      rows = y.run[r] >= kRows ? kRows : 1;
      if (rows == kRows) {
        argmax_rows<kLanes, kRows>(top, bottom, kStride, &y.low_weight[r], &y.high_weight[r], classes, count,
                                   out, label_stride);
      } else {
        argmax_rows<kLanes, 1>(top, bottom, kStride, &y.low_weight[r], &y.high_weight[r], classes, count, out,
                               label_stride);
      }
    }
  }
}

using Kernel = void (*)(const float*, int, MapSize, MapSize, std::uint8_t*);

void upsample_portable(const float* logits, int classes, MapSize from, MapSize to, std::uint8_t* labels) {
  upsample<4>(logits, classes, from, to, labels);
}

#if defined(__x86_64__)
[[gnu::target("avx2")]] void upsample_avx2(const float* logits, int classes, MapSize from, MapSize to,
                                           std::uint8_t* labels) {
  upsample<8>(logits, classes, from, to, labels);
}

[[gnu::target("avx512f,avx512bw,avx512vl,avx512dq,prefer-vector-width=512")]] void upsample_avx512(
    const float* logits, int classes, MapSize from, MapSize to, std::uint8_t* labels) {
  upsample<16>(logits, classes, from, to, labels);
}
#endif

Kernel kernel_of(Simd simd) {
#if defined(__x86_64__)
  if (simd == Simd::kBest) {
    simd = has_simd(Simd::kAvx512) ? Simd::kAvx512 : has_simd(Simd::kAvx2) ? Simd::kAvx2 : Simd::kPortable;
  }
  if (simd == Simd::kAvx512) return upsample_avx512;
  if (simd == Simd::kAvx2) return upsample_avx2;
#endif
  static_cast<void>(simd);
  return upsample_portable;
}

std::string text(MapSize size) { return std::to_string(size.height) + "x" + std::to_string(size.width); }

bool holds(std::size_t count, int planes, MapSize size) {
  return size.height > 0 && size.width > 0 &&
         count == static_cast<std::size_t>(planes) * static_cast<std::size_t>(size.height) *
                      static_cast<std::size_t>(size.width);
}

/// Position of the first infinite value or NaN; logits.size() when there is none.
std::size_t first_not_finite(std::span<const float> logits) {
  constexpr std::uint32_t kExponent = 0x7f800000;
  constexpr std::size_t kBlock = 256;  // Looked at as a whole, which the compiler can do in vectors.
  const auto all_ones = [](float v) { return (std::bit_cast<std::uint32_t>(v) & kExponent) == kExponent; };
  for (std::size_t begin = 0; begin < logits.size(); begin += kBlock) {
    const auto block = logits.subspan(begin, std::min(kBlock, logits.size() - begin));
    std::uint32_t found = 0;
    for (const float v : block) found |= all_ones(v) ? 1u : 0u;
    if (found == 0) continue;
    return begin +
           static_cast<std::size_t>(std::find_if(block.begin(), block.end(), all_ones) - block.begin());
  }
  return logits.size();
}

template <typename T>
Result<void> narrow(std::span<const T> map, int classes, std::span<std::uint8_t> labels) {
  if (map.size() != labels.size()) {
    return fail(Code::kInvalidInput, "the model's label map has " + std::to_string(map.size()) +
                                         " pixels, expected " + std::to_string(labels.size()));
  }
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (map[i] < T{0} || map[i] >= static_cast<T>(classes)) {
      return fail(Code::kInvalidInput, "the model's label map holds " + std::to_string(map[i]) +
                                           " at pixel " + std::to_string(i) + ", but the classes are 0.." +
                                           std::to_string(classes - 1) +
                                           ": check the number of classes and the output");
    }
    labels[i] = static_cast<std::uint8_t>(map[i]);
  }
  return {};
}

}  // namespace

bool has_simd(Simd simd) {
  switch (simd) {
    case Simd::kBest:
    case Simd::kPortable:
      return true;
#if defined(__x86_64__)
    case Simd::kAvx2:
      return __builtin_cpu_supports("avx2") != 0;
    case Simd::kAvx512:
      return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512bw") != 0 &&
             __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512dq") != 0;
#else
    default:
      return false;
#endif
  }
  return false;
}

Result<void> upsample_argmax(std::span<const float> logits, int classes, MapSize from, MapSize to,
                             std::span<std::uint8_t> labels, Simd simd) {
  if (classes < 1 || classes > 255) {
    return fail(Code::kInvalidInput, "expected 1 to 255 classes, the logits have " + std::to_string(classes));
  }
  if (!holds(logits.size(), classes, from) || !holds(labels.size(), 1, to)) {
    return fail(Code::kInvalidInput, "expected logits of " + std::to_string(classes) + "x" + text(from) +
                                         " and labels of " + text(to) + ", found " +
                                         std::to_string(logits.size()) + " logits and room for " +
                                         std::to_string(labels.size()) + " labels");
  }
  if (!has_simd(simd)) return fail(Code::kUnavailable, "this CPU lacks the instructions that were asked for");
  if (const std::size_t at = first_not_finite(logits); at < logits.size()) {
    return fail(Code::kInvalidInput, "the model's output holds " + std::to_string(logits[at]) +
                                         " at element " + std::to_string(at) +
                                         ": its accuracy has no meaning");
  }
  kernel_of(simd)(logits.data(), classes, from, to, labels.data());
  return {};
}

Result<void> narrow_labels(std::span<const std::uint8_t> map, int classes, std::span<std::uint8_t> labels) {
  return narrow(map, classes, labels);
}
Result<void> narrow_labels(std::span<const std::int32_t> map, int classes, std::span<std::uint8_t> labels) {
  return narrow(map, classes, labels);
}
Result<void> narrow_labels(std::span<const std::int64_t> map, int classes, std::span<std::uint8_t> labels) {
  return narrow(map, classes, labels);
}

Result<void> resize_labels_nearest(std::span<const std::uint8_t> map, MapSize from, MapSize to,
                                   std::span<std::uint8_t> labels) {
  if (!holds(map.size(), 1, from) || !holds(labels.size(), 1, to)) {
    return fail(Code::kInvalidInput, "expected label maps of " + text(from) + " and " + text(to) +
                                         ", found " + std::to_string(map.size()) + " and " +
                                         std::to_string(labels.size()) + " pixels");
  }
  // Centre of the target pixel in the source, in integers: floor((2 i + 1) from / (2 to)).
  const auto nearest = [](int i, int source, int target) {
    return static_cast<std::size_t>((2 * std::int64_t{i} + 1) * source / (2 * std::int64_t{target}));
  };
  for (int y = 0; y < to.height; ++y) {
    const std::size_t row = nearest(y, from.height, to.height) * static_cast<std::size_t>(from.width);
    std::uint8_t* const out =
        labels.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(to.width);
    for (int x = 0; x < to.width; ++x) out[x] = map[row + nearest(x, from.width, to.width)];
  }
  return {};
}

}  // namespace assay::metric
