#include "model/ddrnet.h"

#include <algorithm>
#include <string>
#include <vector>

#include "base/file.h"
#include "model/graph_builder.h"
#include "model/safetensors.h"

namespace assay::model {
namespace {

/// The branches meet at 1/64 of the input: other sizes would need a rounding step that the network does not
/// have.
constexpr int kMultiple = 64;
/// Bounds nothing that exists; keeps sizes of activations inside 64 bits and typing errors out.
constexpr int kLargest = 16384;
constexpr std::int64_t kClasses = 19;

/// The network's layers, in terms of the builder. Names are the weights' (tools/train/ddrnet.py).
class Ddrnet {
 public:
  explicit Ddrnet(GraphBuilder& graph) : g_(graph) {}

  Value forward(const Value& image) {
    Value x = g_.relu(g_.batch_norm(g_.conv(image, "stem.0", 32, 3, 2, true), "stem.1"));
    x = g_.relu(g_.batch_norm(g_.conv(x, "stem.3", 32, 3, 2, true), "stem.4"));
    x = stage(x, "layer1", 32);
    x = g_.relu(stage(g_.relu(x), "layer2", 64, 2));  // 1/8: the branches part

    Value low3 = stage(x, "layer3", 128, 2);
    Value high3 = stage(x, "high3", 64);
    Value low = g_.add(low3, conv_bn(g_.relu(high3), "down3", 128, 3, 2));
    Value high = g_.add(high3, g_.resize(conv_bn(g_.relu(low3), "compress3", 64, 1), high3));

    Value low4 = stage(g_.relu(low), "layer4", 256, 2);
    Value high4 = stage(g_.relu(high), "high4", 64);
    low = g_.add(low4, conv_bn(g_.relu(conv_bn(g_.relu(high4), "down4.0", 128, 3, 2)), "down4.2", 256, 3, 2));
    high = g_.add(high4, g_.resize(conv_bn(g_.relu(low4), "compress4", 64, 1), high4));

    high = bottleneck(g_.relu(high), "high5.0", 64);
    low = pyramid(bottleneck(g_.relu(low), "layer5.0", 256, 2));
    x = g_.add(high, g_.resize(low, high));
    x = g_.conv(g_.relu(g_.batch_norm(x, "head.bn1")), "head.conv1", 64, 3);
    return g_.conv(g_.relu(g_.batch_norm(x, "head.bn2")), "head.conv2", kClasses, 1, 1, true);
  }

 private:
  Value conv_bn(const Value& x, const std::string& name, std::int64_t channels, std::int64_t kernel,
                std::int64_t stride = 1) {
    return g_.batch_norm(g_.conv(x, name + ".0", channels, kernel, stride), name + ".1");
  }

  /// Residual block of two 3x3 convolutions.
  Value basic(const Value& x, const std::string& name, std::int64_t channels, std::int64_t stride,
              bool relu_out) {
    Value y = g_.relu(g_.batch_norm(g_.conv(x, name + ".conv1", channels, 3, stride), name + ".bn1"));
    y = g_.batch_norm(g_.conv(y, name + ".conv2", channels, 3), name + ".bn2");
    const bool same = stride == 1 && x.c == channels;
    y = g_.add(y, same ? x : conv_bn(x, name + ".down", channels, 1, stride));
    return relu_out ? g_.relu(y) : y;
  }

  /// Two basic blocks; the second ends without a ReLU, which the reader of a stage applies.
  Value stage(const Value& x, const std::string& name, std::int64_t channels, std::int64_t stride = 1) {
    return basic(basic(x, name + ".0", channels, stride, true), name + ".1", channels, 1, false);
  }

  /// Residual block 1x1, 3x3, 1x1 that ends with twice `middle` channels and without a ReLU.
  Value bottleneck(const Value& x, const std::string& name, std::int64_t middle, std::int64_t stride = 1) {
    Value y = g_.relu(g_.batch_norm(g_.conv(x, name + ".conv1", middle, 1), name + ".bn1"));
    y = g_.relu(g_.batch_norm(g_.conv(y, name + ".conv2", middle, 3, stride), name + ".bn2"));
    y = g_.batch_norm(g_.conv(y, name + ".conv3", 2 * middle, 1), name + ".bn3");
    return g_.add(y, conv_bn(x, name + ".down", 2 * middle, 1, stride));
  }

  Value bn_relu_conv(const Value& x, const std::string& name, std::int64_t channels, std::int64_t kernel) {
    return g_.conv(g_.relu(g_.batch_norm(x, name + ".bn")), name + ".conv", channels, kernel);
  }

  /// Deep aggregation pyramid pooling (DAPPM): each scale is added to the finer one before its own 3x3
  /// convolution.
  Value pyramid(const Value& x) {
    const std::vector<Value> pooled{g_.average_pool(x, 5, 2), g_.average_pool(x, 9, 4),
                                    g_.average_pool(x, 17, 8), g_.global_average_pool(x)};
    std::vector<Value> scales{bn_relu_conv(x, "spp.scale.0", 128, 1)};
    for (std::size_t i = 0; i < pooled.size(); ++i) {
      const Value y = g_.resize(bn_relu_conv(pooled[i], "spp.scale." + std::to_string(i + 1), 128, 1), x);
      scales.push_back(bn_relu_conv(g_.add(y, scales.back()), "spp.process." + std::to_string(i), 128, 3));
    }
    const Value joined = bn_relu_conv(g_.concat(scales), "spp.compress", 128, 1);
    return g_.add(joined, bn_relu_conv(x, "spp.shortcut", 128, 1));
  }

  GraphBuilder& g_;
};

bool valid(int size) { return size > 0 && size <= kLargest && size % kMultiple == 0; }

/// "192" or "192 or 256".
std::string nearest(int size) {
  const int below = std::clamp(size / kMultiple * kMultiple, kMultiple, kLargest);
  const int above = std::min(below + kMultiple, kLargest);
  if (size <= below || above == below) return std::to_string(below);
  return std::to_string(below) + " or " + std::to_string(above);
}

}  // namespace

spec::ModelIo ddrnet23_slim_io() {
  spec::ModelIo io;
  io.input_name = "image";
  io.mean = {0.485, 0.456, 0.406};
  io.stddev = {0.229, 0.224, 0.225};
  io.output_name = "logits";
  return io;
}

Result<void> write_ddrnet23_slim(const std::filesystem::path& weights, int height, int width, int batch,
                                 const std::filesystem::path& out) {
  if (!valid(height) || !valid(width)) {
    std::string message = "ddrnet23-slim takes sizes that are a multiple of " + std::to_string(kMultiple) +
                          ", found " + std::to_string(height) + "x" + std::to_string(width) +
                          " (height x width):";
    if (!valid(height)) message += " the nearest height is " + nearest(height);
    if (!valid(height) && !valid(width)) message += ",";
    if (!valid(width)) message += " the nearest width is " + nearest(width);
    return fail(Code::kInvalidInput, message);
  }
  if (batch < 1) return fail(Code::kInvalidInput, "a batch is at least 1, found " + std::to_string(batch));
  ASSAY_TRY(const Safetensors tensors, Safetensors::read(weights));
  GraphBuilder graph("ddrnet23-slim", tensors);
  graph.output(Ddrnet(graph).forward(graph.input("image", batch, 3, height, width)), "logits");
  const auto bytes = graph.finish();
  if (!bytes) return fail(bytes.error().with_context(weights.string()));
  return write_file(out, *bytes);
}

}  // namespace assay::model
