// What is different between OpenVINO's devices, without one: pure functions. Kernels' names are those of the
// GPU plugin of the pinned wheel, with the precision behind them as OpenVINO's execution graphs in public
// show them.
#include "openvino/device.h"

#include <gtest/gtest.h>

namespace assay::openvino {
namespace {

TEST(OpenVinoDevice, GpuIsGpu0AndTheOtherWayRound) {
  const std::vector<std::string> one{"CPU", "GPU"}, two{"CPU", "GPU.0", "GPU.1", "NPU"};
  EXPECT_EQ(listed_device(one, "GPU"), "GPU");
  EXPECT_EQ(listed_device(one, "GPU.0"), "GPU");
  EXPECT_EQ(listed_device(one, "GPU.1"), "");
  EXPECT_EQ(listed_device(two, "GPU"), "GPU.0");
  EXPECT_EQ(listed_device(two, "GPU.1"), "GPU.1");
  EXPECT_EQ(listed_device(two, "NPU"), "NPU");
  EXPECT_EQ(listed_device(two, "G"), "");
  EXPECT_EQ(listed_device({}, "CPU"), "");
  EXPECT_EQ(device_kind("GPU.1"), "GPU");
  EXPECT_EQ(device_kind("CPU"), "CPU");
}

TEST(OpenVinoDevice, KernelsSayWhatTheyComputeIn) {
  EXPECT_EQ(layer_precision("convolution_gpu_bfyx_os_iyx_osv16__f16", "f32"), "fp16");
  EXPECT_EQ(layer_precision("convolution_gpu_mmad_b_fs_yx_fsv32__i8", "f16"), "int8");
  EXPECT_EQ(layer_precision("convolution_gpu_b_fs_yx_fsv4_int8__u8", ""), "int8");
  EXPECT_EQ(layer_precision("jit:ir__f16", ""), "fp16");
  EXPECT_EQ(layer_precision("jit:gemm:any__f32", "f16"), "fp32");
  // fp16 within the name is the kernel's family, not what it computes in.
  EXPECT_EQ(layer_precision("convolution_gpu_bfyx_gemm_like_fp16__f32", ""), "fp32");
  // Nothing behind the name: the runtime model's own word.
  EXPECT_EQ(layer_precision("gen_conv", "f16"), "fp16");
  EXPECT_EQ(layer_precision("brgconv_avx512_amx_I8", "i8"), "int8");
  EXPECT_EQ(layer_precision("brgconv_avx512_1x1_f32", "f16"), "fp32");  // Weights stored in FP16.
  EXPECT_EQ(layer_precision("brgconv_avx512_amx_bf16", "bf16"), "bf16");
  EXPECT_EQ(layer_precision("convolution_gpu_bfyx_f16", "f32"), "fp32");  // A layout, not a precision.
  EXPECT_EQ(layer_precision("ocl::sdpa::opt__undefined", "bf16"), "bf16");
  EXPECT_EQ(layer_precision("", ""), "");
  EXPECT_EQ(layer_precision("permute_ref__i64", "i64"), "");
  EXPECT_EQ(layer_precision("__", "__"), "");
}

TEST(OpenVinoDevice, SaysWhatIsMissing) {
  const auto has = [](const std::string& text, const char* part) {
    return text.find(part) != std::string::npos;
  };
  const std::string none = reason_of_absence("GPU", "no libOpenCL.so.1", {0, 0});
  EXPECT_TRUE(has(none, "no libOpenCL.so.1") && has(none, "/dev/dri/renderD*") && has(none, "i915 or xe"))
      << none;
  EXPECT_TRUE(has(none, "intel-opencl-icd")) << none;
  EXPECT_TRUE(has(reason_of_absence("GPU", "", {1, 0}), "group render"));
  const std::string no_runtime = reason_of_absence("GPU", "", {2, 1});
  EXPECT_TRUE(has(no_runtime, "ocl-icd-libopencl1") && !has(no_runtime, "group render")) << no_runtime;
  EXPECT_TRUE(has(reason_of_absence("NPU", "", {0, 0}), "intel_vpu"));
  EXPECT_TRUE(has(reason_of_absence("NPU", "", {1, 0}), "group render"));
  EXPECT_TRUE(has(reason_of_absence("NPU", "", {1, 1}), "level-zero"));
  EXPECT_EQ(reason_of_absence("CPU", "why", {0, 0}), "why");
}

}  // namespace
}  // namespace assay::openvino
