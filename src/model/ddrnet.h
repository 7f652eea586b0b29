// The built-in network: DDRNet-23-slim for semantic segmentation of street scenes, written as ONNX from
// trained weights.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/status.h"
#include "spec/experiment.h"

namespace assay::model {

/// Trainable parameters of the network (Hong et al., arXiv 2101.06085), without the auxiliary head.
inline constexpr std::int64_t kDdrnet23SlimParameters = 5'695'987;

/// How an image becomes the network's input: RGB / 255, minus the ImageNet mean, divided by its deviation;
/// input `image` [N,3,H,W], output `logits` [N,19,H/8,W/8]. The normalisation is not in the graph.
spec::ModelIo ddrnet23_slim_io();

/// Writes the inference graph with static shapes: opset 17, IR version 8, batch normalisations not folded.
/// The same weights, size and batch always give the same bytes. `weights` is models/ddrnet23-slim.safetensors
/// or another file of that format (tools/train/README.md). Errors: kInvalidInput (height or width is no
/// multiple of 64, batch below 1; the message names the nearest valid sizes), kNotFound, kCorrupt (weights
/// that are truncated, or of another network).
Result<void> write_ddrnet23_slim(const std::filesystem::path& weights, int height, int width, int batch,
                                 const std::filesystem::path& out);

}  // namespace assay::model
