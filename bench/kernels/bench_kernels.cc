// Times the accuracy pass's kernels on one thread, at the command of kernels.py, which times numpy and OpenCV
// on the same data in turn. Each line "confusion N" or "upsample N" on stdin is answered with the
// milliseconds of one pass, the fastest of N.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "metric/confusion.h"
#include "metric/upsample.h"

namespace {

using namespace assay::metric;

constexpr int kClasses = 19;
constexpr MapSize kLogits{128, 256}, kLabels{1024, 2048};

template <typename T>
std::vector<T> read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

/// Milliseconds of the fastest of `passes`; negative where one failed.
template <typename Work>
double fastest_ms(int passes, Work work) {
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < passes; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    if (!work()) return -1;
    const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - begin;
    best = std::min(best, taken.count());
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: bench_kernels FOLDER (with logits, truth and prediction; kernels.py starts it)\n";
    return 2;
  }
  const std::string folder = argv[1];
  const auto logits = read<float>(folder + "/logits");
  const auto truth = read<std::uint8_t>(folder + "/truth"),
             prediction = read<std::uint8_t>(folder + "/prediction");
  std::vector<std::uint8_t> labels(truth.size());
  ConfusionMatrix matrix(kClasses);
  std::string kernel;
  int passes = 0;
  while (std::cin >> kernel >> passes) {
    double ms = -1;
    if (kernel == "confusion")
      ms = fastest_ms(passes, [&] { return matrix.add(truth, prediction).has_value(); });
    if (kernel == "upsample") {
      ms = fastest_ms(
          passes, [&] { return upsample_argmax(logits, kClasses, kLogits, kLabels, labels).has_value(); });
    }
    std::cout << ms << std::endl;
  }
}
