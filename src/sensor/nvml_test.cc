#include <dlfcn.h>

#include "sensor/fake_nvml.h"
#include "sensor/reasons.h"
#include "sensor/test_tree.h"

namespace assay::sensor {
namespace {

constexpr int kNotSupported = 3, kNoPermission = 4, kGpuIsLost = 15, kDriverNotLoaded = 9;

/// The fake library, reset for each test; what is set in `gpu_` is what the reader is told.
class Nvml : public ::testing::Test {
 protected:
  Nvml() {
    handle_ = ::dlopen(ASSAY_FAKE_NVML, RTLD_NOW);
    if (handle_) gpu_ = static_cast<FakeNvml*>(::dlsym(handle_, "fake_nvml"));
    if (gpu_) *gpu_ = FakeNvml();
    places_.nvml_library = ASSAY_FAKE_NVML;
  }
  ~Nvml() override {
    if (handle_) ::dlclose(handle_);
  }
  void SetUp() override { ASSERT_NE(gpu_, nullptr) << ::dlerror(); }

  TestTree tree_;
  Places places_ = tree_.places();
  FakeNvml* gpu_ = nullptr;

 private:
  void* handle_ = nullptr;
};

TEST_F(Nvml, AGpuThatTellsEverything) {
  const Inventory inventory = take_inventory(places_);
  const InventoryEntry power = entry(inventory, "nvml-0.power");
  EXPECT_DOUBLE_EQ(power.value.value(), 61.234) << "the power of now, not the mean";
  EXPECT_EQ(power.channel.kind, record::ReadingKind::kInstant);
  EXPECT_EQ(power.channel.boundary, record::Boundary::kChip);
  EXPECT_DOUBLE_EQ(power.channel.limit.value(), 400);
  const InventoryEntry energy = entry(inventory, "nvml-0.energy");
  EXPECT_DOUBLE_EQ(energy.value.value(), 123456.789);
  EXPECT_EQ(energy.channel.kind, record::ReadingKind::kCounter);
  EXPECT_DOUBLE_EQ(entry(inventory, "nvml-0.graphics.frequency").value.value(), 1410e6);
  EXPECT_DOUBLE_EQ(entry(inventory, "nvml-0.graphics.frequency").channel.limit.value(), 1980e6);
  EXPECT_DOUBLE_EQ(entry(inventory, "nvml-0.memory.frequency").value.value(), 1593e6);
  EXPECT_DOUBLE_EQ(entry(inventory, "nvml-0.load").value.value(), 17);
  EXPECT_DOUBLE_EQ(entry(inventory, "nvml-0.temperature").channel.limit.value(), 90);
  EXPECT_DOUBLE_EQ(entry(inventory, "nvml-0.memory").value.value(), 512e6);
  EXPECT_TRUE(absence(inventory.absent, "nvml-0").what.empty());
  EXPECT_EQ(gpu_->shutdowns, 1) << "the library is left as it was found";
}

TEST_F(Nvml, ThrottleReasons) {
  gpu_->reasons = 0x1;
  InventoryEntry reasons = entry(take_inventory(places_), "nvml-0.reasons");
  EXPECT_TRUE(throttle_reasons(reasons.channel, reasons.value.value()).empty()) << "idle is no throttling";
  gpu_->reasons = 0x4 | 0x40 | 0x2;
  reasons = entry(take_inventory(places_), "nvml-0.reasons");
  EXPECT_EQ(throttle_reasons(reasons.channel, reasons.value.value()),
            (std::vector<std::string>{"software power cap", "hardware thermal slowdown"}));
}

TEST_F(Nvml, EveryTypeOfFieldValue) {
  for (unsigned type : {0U, 1U, 3U}) {
    gpu_->instant_type = type;
    EXPECT_DOUBLE_EQ(entry(take_inventory(places_), "nvml-0.power").value.value(), 61.234) << type;
  }
  gpu_->instant_type = 77;
  EXPECT_DOUBLE_EQ(entry(take_inventory(places_), "nvml-0.power").value.value(), 60)
      << "an unknown type is not guessed";
}

TEST_F(Nvml, AnOlderDriverGivesTheMean) {
  gpu_->instant_code = kNotSupported;
  const InventoryEntry power = entry(take_inventory(places_), "nvml-0.power");
  EXPECT_DOUBLE_EQ(power.value.value(), 60);
  EXPECT_EQ(power.channel.kind, record::ReadingKind::kMean);
  EXPECT_EQ(power.channel.update_ns, 1'000'000'000);
}

TEST_F(Nvml, TegraStartsAndSupportsNothing) {
  gpu_->instant_code = gpu_->power_code = gpu_->energy_code = gpu_->clock_code = gpu_->reasons_code =
      gpu_->temperature_code = gpu_->utilization_code = gpu_->memory_code = kNotSupported;
  const Found found = discover(places_);
  EXPECT_TRUE(found.sensors.empty()) << "no channel is made of a promise";
  const Absence absent = absence(found.absent, "nvml-0");
  EXPECT_TRUE(contains(absent.what, "nvml-0.power (not supported)")) << absent.what;
  EXPECT_TRUE(contains(absent.what, "nvml-0.energy (not supported)")) << absent.what;
  EXPECT_TRUE(contains(absent.remedy, "Jetson"));
}

TEST_F(Nvml, OneRefusedQuantityCostsOnlyItself) {
  gpu_->energy_code = kNoPermission;
  const Inventory inventory = take_inventory(places_);
  EXPECT_EQ(ids(inventory.rails), (std::vector<std::string>{"nvml-0.power"}));
  EXPECT_EQ(absence(inventory.absent, "nvml-0").what, "nvml-0.energy (permission denied)");
}

TEST_F(Nvml, AGpuThatIsLostInMidRun) {
  Found found = discover(places_);
  ASSERT_EQ(found.sensors.size(), 3u) << "power, energy and state have their own periods";
  Sensor& power = *found.sensors[0];
  std::optional<double> value;
  ASSERT_TRUE(power.read(std::span(&value, 1)));
  gpu_->instant_code = kGpuIsLost;
  const auto read = power.read(std::span(&value, 1));
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kUnavailable);
  EXPECT_EQ(value, std::nullopt);
  gpu_->instant_code = 0;
  EXPECT_TRUE(power.read(std::span(&value, 1))) << "it may come back";
}

TEST_F(Nvml, ALibraryThatDoesNotWork) {
  gpu_->init = kDriverNotLoaded;
  EXPECT_TRUE(contains(absence(discover(places_).absent, "nvml").reason, "error 9"));
  gpu_->init = 0;
  gpu_->count_code = 999;
  EXPECT_TRUE(contains(absence(discover(places_).absent, "nvml").reason, "error 999"));
  gpu_->count_code = 0;
  gpu_->handle_code = kGpuIsLost;
  EXPECT_EQ(absence(discover(places_).absent, "nvml").what, "GPU 0");
  gpu_->gpus = 0;
  EXPECT_EQ(absence(discover(places_).absent, "nvml").reason, "no GPU of NVIDIA was asked for or found");
  places_.nvml_library = "libassay-no-such.so";
  EXPECT_TRUE(contains(absence(discover(places_).absent, "nvml").reason, "no library"));
  places_.nvml_library = "libm.so.6";
  EXPECT_TRUE(contains(absence(discover(places_).absent, "nvml").reason, "lacks the functions"));
}

}  // namespace
}  // namespace assay::sensor
