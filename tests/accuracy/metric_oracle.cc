// Computes figures of raw binary files, for the scripts beside this that compare them with other people's
// programs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "metric/confusion.h"
#include "metric/percentile.h"
#include "metric/segmentation.h"
#include "metric/upsample.h"

namespace {

using namespace assay::metric;

template <typename T>
std::vector<T> read(const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

/// The percentiles `quantiles` (doubles) of each of the arrays in `values` whose lengths `lengths` (int64)
/// tells.
int percentiles(char** argv) {
  auto values = read<double>(argv[2]);
  const auto lengths = read<std::int64_t>(argv[3]);
  const auto quantiles = read<double>(argv[4]);
  std::ofstream out(argv[5], std::ios::binary);
  auto begin = values.begin();
  for (const auto length : lengths) {
    std::sort(begin, begin + length);
    for (const double q : quantiles) {
      const double result = percentile({begin, begin + length}, q);
      out.write(reinterpret_cast<const char*>(&result), sizeof result);
    }
    begin += length;
  }
  return out.flush() ? 0 : 1;
}

int miou(char** argv) {
  const int classes = std::atoi(argv[2]);
  ConfusionMatrix matrix(classes, std::atoi(argv[3]));
  const auto truth = read<std::uint8_t>(argv[4]), prediction = read<std::uint8_t>(argv[5]);
  if (const auto added = matrix.add(truth, prediction); !added) {
    std::cerr << added.error().message << "\n";
    return 1;
  }
  const auto scored = score(matrix.counts(), classes);
  std::printf("%.17g %.17g", scored.miou.value_or(-1), scored.pixel_accuracy.value_or(-1));
  for (const double iou : scored.iou) std::printf(" %.17g", iou);
  std::printf("\n");
  return 0;
}

int upsample(char** argv) {
  const int classes = std::atoi(argv[2]);
  const MapSize from{std::atoi(argv[3]), std::atoi(argv[4])}, to{std::atoi(argv[5]), std::atoi(argv[6])};
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(to.height) * static_cast<std::size_t>(to.width));
  if (const auto done = upsample_argmax(read<float>(argv[7]), classes, from, to, labels); !done) {
    std::cerr << done.error().message << "\n";
    return 1;
  }
  std::ofstream out(argv[8], std::ios::binary);
  out.write(reinterpret_cast<const char*>(labels.data()), static_cast<std::streamsize>(labels.size()));
  return out.flush() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string what = argc > 1 ? argv[1] : "";
  if (what == "percentile" && argc == 6) return percentiles(argv);
  if (what == "miou" && argc == 6) return miou(argv);
  if (what == "upsample" && argc == 9) return upsample(argv);
  std::cerr << "usage: metric_oracle percentile VALUES LENGTHS QUANTILES OUT\n"
               "       metric_oracle miou CLASSES IGNORE TRUTH PREDICTION\n"
               "       metric_oracle upsample CLASSES h w H W LOGITS OUT\n";
  return 2;
}
