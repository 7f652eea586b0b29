// The entropy calibrator as a builder of 8.x or 10.x drives it, over a class with the functions of TensorRT's
// own.
#include "tensorrt/calibrator.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <new>

/// Allocations of this program: what stands in a timed loop must make none.
static std::size_t allocations = 0;
void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace assay::tensorrt {
namespace {

TEST(Check, MakesItsTextOnFailureAlone) {
  const Cuda& cuda = Cuda::get();
  const std::size_t before = allocations;
  cuda.check(cudaSuccess, "a text that is too long for a string without memory of its own ", "and a name");
  EXPECT_EQ(allocations, before);
  try {
    cuda.check(cudaErrorMemoryAllocation, "copying ", "'x'");
    FAIL();
  } catch (const plugin::Failure& failure) {
    EXPECT_STREQ(failure.what(), "out of device memory: copying 'x': out of memory (CUDA 2)");
  }
}

/// The functions of IInt8EntropyCalibrator2, which the headers of 11 have no longer.
class Base {
 public:
  virtual ~Base() = default;
  virtual std::int32_t getBatchSize() const noexcept = 0;
  virtual bool getBatch(void* bindings[], char const* names[], std::int32_t count) noexcept = 0;
  virtual void const* readCalibrationCache(std::size_t& length) noexcept = 0;
  virtual void writeCalibrationCache(void const* data, std::size_t length) noexcept = 0;
};

class Calibrating : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 3; ++i) {
      paths_.push_back(root_ + std::to_string(i));
      write(i, {1.0F * i, 2.0F * i});
    }
    for (const std::string& path : paths_) pointers_.push_back(path.c_str());
    set_ = {sizeof set_, "image", "set", "NCHW", ASSAY_F32, 4, {1, 1, 1, 2}, 3, pointers_.data()};
  }
  void TearDown() override {
    for (const std::string& path : paths_) std::remove(path.c_str());
    std::remove(cache_.c_str());
  }
  void write(int i, const std::vector<float>& values) {
    std::ofstream(paths_[static_cast<std::size_t>(i)], std::ios::binary | std::ios::trunc)
        .write(reinterpret_cast<const char*>(values.data()), static_cast<std::streamsize>(values.size() * 4));
  }
  std::unique_ptr<EntropyCalibrator<Base>> calibrator(const std::string& model) {
    return std::make_unique<EntropyCalibrator<Base>>(
        Cuda::get(), CalibrationStream(set_, "image", ASSAY_F32, {1, 1, 1, 2}),
        CalibrationIdentity{model, "set", "10.3.0"}, cache_);
  }
  static std::string read(Base& calibrator) {
    std::size_t length = 77;
    const void* data = calibrator.readCalibrationCache(length);
    return data == nullptr ? std::string() : std::string(static_cast<const char*>(data), length);
  }

  const std::string root_ = testing::TempDir() + "tensorrt_calibrator_" + std::to_string(::getpid()) + "_";
  const std::string cache_ = root_ + "cache";
  std::vector<std::string> paths_;
  std::vector<const char*> pointers_;
  assay_calibration set_{};
};

TEST_F(Calibrating, StreamsEveryFileToTheDevice) {
  const auto calibrator = this->calibrator("model");
  Base& base = *calibrator;
  EXPECT_EQ(base.getBatchSize(), 1);
  EXPECT_EQ(read(base), "") << "there is no cache yet";
  const char* names[] = {"image"};
  for (int i = 0; i < 3; ++i) {
    void* bindings[] = {nullptr};
    ASSERT_TRUE(base.getBatch(bindings, names, 1));
    float values[2] = {-1, -1};  // The device memory of the contract library can be read.
    std::memcpy(values, bindings[0], sizeof values);
    EXPECT_EQ(values[1], 2.0F * static_cast<float>(i));
  }
  void* bindings[] = {nullptr};
  EXPECT_FALSE(base.getBatch(bindings, names, 1));
  EXPECT_NO_THROW(calibrator->require_success());
}

TEST_F(Calibrating, ItsCacheServesItsOwnModelAlone) {
  calibrator("model")->writeCalibrationCache("found", 5);
  EXPECT_EQ(read(*calibrator("model")), "found");
  EXPECT_EQ(read(*calibrator("another model")), "") << "never used silently: it is made again";
  calibrator("another model")->writeCalibrationCache("other", 5);
  EXPECT_EQ(read(*calibrator("another model")), "other");
  EXPECT_EQ(read(*calibrator("model")), "");
}

TEST_F(Calibrating, AFileThatShrinksEndsTheBuildWithItsName) {
  const auto calibrator = this->calibrator("model");
  write(0, {1});
  void* bindings[] = {nullptr};
  const char* names[] = {"image"};
  EXPECT_FALSE(calibrator->getBatch(bindings, names, 1));
  calibrator->writeCalibrationCache("part", 4);  // As TensorRT does, whatever getBatch() said.
  write(0, {1, 2});
  EXPECT_EQ(read(*this->calibrator("model")), "") << "a table of a part of the set is no cache of the set";
  try {
    calibrator->require_success();
    FAIL() << "the calibration was cut short";
  } catch (const plugin::Failure& failure) {
    EXPECT_NE(std::string(failure.what()).find(paths_[0]), std::string::npos) << failure.what();
  }
}

}  // namespace
}  // namespace assay::tensorrt
