// What the two contract libraries say to each other beside CUDA's own functions.
#pragma once

#include <cuda_runtime_api.h>

extern "C" {

/// Runs `work` now, in the order of the stream; while the stream is captured it becomes part of the graph
/// instead, and runs at each launch. `data` lives for ever.
void contract_enqueue(cudaStream_t stream, void (*work)(void*), void* data);

/// Whether cudaMalloc() gave it, or it lies inside of what it gave.
int contract_is_device(const void* pointer);
}
