#include "metric/peak.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "metric/upsample.h"

namespace assay::metric {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kSlices = 12;
constexpr std::chrono::milliseconds kSlice{30};
constexpr int kAccumulators = 12;  // Over latency (4 cycles) x pipes (2): no multiply-add waits for another.
constexpr int kRounds = 4096;
constexpr std::size_t kReadBytes = std::size_t{192}
                                   << 20;  // For all threads together; beyond any cache level here.

template <int kLanes>
struct Vector {
  using Floats [[gnu::vector_size(kLanes * sizeof(float))]] = float;
  using Words [[gnu::vector_size(kLanes * sizeof(std::uint32_t))]] = std::uint32_t;
};

/// Keeps a value from being optimised away.
template <typename T>
[[gnu::always_inline]] inline void keep(const T& value) {
  asm volatile("" : : "m"(value) : "memory");
}

/// kRounds x kAccumulators independent multiply-adds; the compiler contracts them (-ffp-contract=fast of this
/// file).
template <int kLanes>
[[gnu::always_inline]] inline void multiply_add() {
  using Floats = typename Vector<kLanes>::Floats;
  Floats sum[kAccumulators];
  for (int i = 0; i < kAccumulators; ++i) sum[i] = Floats{} + static_cast<float>(i);
  Floats factor = Floats{} + 0.999f, addend = Floats{} + 0.001f;
  asm volatile("" : "+m"(factor), "+m"(addend));
  for (int round = 0; round < kRounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < kAccumulators; ++i) sum[i] = sum[i] * factor + addend;
  }
  for (const Floats& s : sum) keep(s);
}

template <int kLanes>
[[gnu::always_inline]] inline void read_all(const std::byte* data, std::size_t size) {
  using Words = typename Vector<kLanes>::Words;
  Words all[4]{};
  for (std::size_t at = 0; at + sizeof all <= size; at += sizeof all) {
#pragma GCC unroll 4
    for (std::size_t i = 0; i < 4; ++i) {
      Words word;
      std::memcpy(&word, data + at + i * sizeof word, sizeof word);
      all[i] ^= word;
    }
  }
  keep(all);
}

struct Kernels {
  const char* name;
  int lanes;
  void (*fma)();
  void (*read)(const std::byte*, std::size_t);
};

#if defined(__x86_64__)
constexpr int kPortableLanes = 4;
[[gnu::target("avx2,fma")]] void fma_avx2() { multiply_add<8>(); }
[[gnu::target("avx2")]] void read_avx2(const std::byte* data, std::size_t size) { read_all<8>(data, size); }
[[gnu::target("avx512f")]] void fma_avx512() { multiply_add<16>(); }
[[gnu::target("avx512f")]] void read_avx512(const std::byte* data, std::size_t size) {
  read_all<16>(data, size);
}
#else
constexpr int kPortableLanes = 4;
#endif
void fma_portable() { multiply_add<kPortableLanes>(); }
void read_portable(const std::byte* data, std::size_t size) { read_all<kPortableLanes>(data, size); }

std::vector<Kernels> usable_kernels() {
  std::vector<Kernels> kernels{{"portable", kPortableLanes, fma_portable, read_portable}};
#if defined(__x86_64__)
  if (has_simd(Simd::kAvx2) && __builtin_cpu_supports("fma"))
    kernels.push_back({"AVX2", 8, fma_avx2, read_avx2});
  if (has_simd(Simd::kAvx512)) kernels.push_back({"AVX-512", 16, fma_avx512, read_avx512});
#endif
  return kernels;
}

int usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

/// Work per second, all threads together, of the best of several slices. `work(thread)` does some and says
/// how much.
double best_rate(int threads, const std::function<double(int)>& work) {
  double best = 0;
  for (int slice = 0; slice < kSlices; ++slice) {
    std::vector<double> rates(static_cast<std::size_t>(threads));
    std::atomic<int> waiting{threads};
    const auto run = [&](int thread) {
      // All begin together, so that no slice is counted that had the machine to itself.
      waiting.fetch_sub(1);
      while (waiting.load() > 0) std::this_thread::yield();
      double done = 0;
      const auto begin = Clock::now();
      auto now = begin;
      do {
        done += work(thread);
        now = Clock::now();
      } while (now - begin < kSlice);
      rates[static_cast<std::size_t>(thread)] = done / std::chrono::duration<double>(now - begin).count();
    };
    std::vector<std::thread> others;
    for (int thread = 1; thread < threads; ++thread) others.emplace_back(run, thread);
    run(0);
    for (auto& other : others) other.join();
    double sum = 0;
    for (const double rate : rates) sum += rate;
    best = std::max(best, sum);
  }
  return best;
}

std::string describe(const char* kernel, const char* name, int threads) {
  return std::string("measured: ") + kernel + " kernel (" + name + "), " + std::to_string(threads) +
         (threads == 1 ? " thread" : " threads") + ", best of " + std::to_string(kSlices) + " slices";
}

}  // namespace

CpuPeaks measure_cpu_peaks(int threads) {
  if (threads <= 0) threads = usable_cpus();
  const Kernels kernels = usable_kernels().back();
  CpuPeaks peaks;
  peaks.fp32.precision = "fp32";
  peaks.fp32.accelerator = "CPU";
  peaks.fp32.source = describe("FP32 FMA", kernels.name, threads);
  const double operations = 2.0 * kernels.lanes * kAccumulators * kRounds;
  peaks.fp32.gops = best_rate(threads,
                              [&](int) {
                                kernels.fma();
                                return operations;
                              }) /
                    1e9;

  const std::size_t share = kReadBytes / static_cast<std::size_t>(threads) / 4096 * 4096;
  std::vector<std::unique_ptr<std::byte[]>> memory;
  for (int thread = 0; thread < threads; ++thread) {
    memory.push_back(std::make_unique_for_overwrite<std::byte[]>(share));
    std::memset(memory.back().get(), 1, share);  // Real pages, not the shared zero page.
  }
  peaks.fp32.bandwidth_source = describe("memory read", kernels.name, threads);
  peaks.fp32.bandwidth_gb_per_s =
      best_rate(threads,
                [&](int thread) {
                  kernels.read(memory[static_cast<std::size_t>(thread)].get(), share);
                  return static_cast<double>(share);
                }) /
      1e9;
  return peaks;
}

}  // namespace assay::metric
