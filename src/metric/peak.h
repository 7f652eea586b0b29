// What this machine's CPU can do at most, measured: what a performance ratio is formed against.
#pragma once

#include <string>

#include "record/run.h"

namespace assay::metric {

struct CpuPeaks {
  /// FP32 fused multiply-add, 2 operations each, of all threads together. Its bandwidth is that of reading
  /// memory far larger than the caches.
  record::Peak fp32;
};

/// Runs both kernels, each in several short slices of which the best counts, on `threads` threads (0: as many
/// as the process may use). Takes about a second; nothing else should run meanwhile.
CpuPeaks measure_cpu_peaks(int threads = 0);

}  // namespace assay::metric
