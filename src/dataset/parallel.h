// A loop over items on all cores.
#pragma once

#include <cstddef>
#include <functional>

#include "base/status.h"

namespace assay::dataset {

/// Runs `work(i)` for every i below `count`, on as many threads as there are cores. `progress` is called from
/// one thread at a time. The first error stops the rest and is returned (of several, that of the smallest i
/// that was seen). kInterrupted when the user stops it; kResource when memory runs out.
Result<void> for_each_parallel(std::size_t count, const std::function<Result<void>(std::size_t)>& work,
                               const std::function<void(std::size_t done, std::size_t total)>& progress = {});

}  // namespace assay::dataset
