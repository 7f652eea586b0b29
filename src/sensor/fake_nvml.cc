// A library with the C interface of NVIDIA's management library: its own declarations, so that a mistake in
// the reader's is not made twice.
#include "sensor/fake_nvml.h"

#include <cstdio>

// NOLINTBEGIN(readability-identifier-naming): the names are NVIDIA's.
#define FAKE_EXPORT extern "C" __attribute__((visibility("default")))

FAKE_EXPORT FakeNvml fake_nvml;
FakeNvml fake_nvml;

namespace {
struct nvmlUtilization_t {
  unsigned int gpu, memory;
};
struct nvmlMemory_t {
  unsigned long long total, free, used;
};
union nvmlValue_t {
  double dVal;
  unsigned int uiVal;
  unsigned long ulVal;
  unsigned long long ullVal;
  signed long long sllVal;
};
struct nvmlFieldValue_t {
  unsigned int fieldId, scopeId;
  long long timestamp, latencyUsec;
  unsigned int valueType;
  int nvmlReturn;
  nvmlValue_t value;
};
int answer(int code, unsigned value, unsigned* out) {
  if (code == 0) *out = value;
  return code;
}
}  // namespace

FAKE_EXPORT int nvmlInit_v2() { return fake_nvml.init; }
FAKE_EXPORT int nvmlShutdown() {
  ++fake_nvml.shutdowns;
  return 0;
}
FAKE_EXPORT int nvmlDeviceGetCount_v2(unsigned* count) {
  return answer(fake_nvml.count_code, fake_nvml.gpus, count);
}
FAKE_EXPORT int nvmlDeviceGetHandleByIndex_v2(unsigned index, void** device) {
  if (index >= fake_nvml.gpus) return 2;
  *device = &fake_nvml;
  return fake_nvml.handle_code;
}
FAKE_EXPORT int nvmlDeviceGetName(void*, char* text, unsigned size) {
  std::snprintf(text, size, "Fake GPU");
  return 0;
}
FAKE_EXPORT int nvmlDeviceGetUUID(void*, char* text, unsigned size) {
  std::snprintf(text, size, "GPU-0000");
  return 0;
}
FAKE_EXPORT int nvmlSystemGetDriverVersion(char* text, unsigned size) {
  std::snprintf(text, size, "550.54");
  return 0;
}
FAKE_EXPORT int nvmlDeviceGetPowerUsage(void*, unsigned* mw) {
  return answer(fake_nvml.power_code, fake_nvml.power_mw, mw);
}
FAKE_EXPORT int nvmlDeviceGetEnforcedPowerLimit(void*, unsigned* mw) {
  return answer(0, fake_nvml.limit_mw, mw);
}
FAKE_EXPORT int nvmlDeviceGetTotalEnergyConsumption(void*, unsigned long long* mj) {
  *mj = fake_nvml.energy_mj;
  return fake_nvml.energy_code;
}
FAKE_EXPORT int nvmlDeviceGetFieldValues(void*, int count, nvmlFieldValue_t* values) {
  for (int i = 0; i < count; ++i) {
    values[i].nvmlReturn = values[i].fieldId == 186 ? fake_nvml.instant_code : 3;
    values[i].valueType = fake_nvml.instant_type;
    if (fake_nvml.instant_type == 0) values[i].value.dVal = fake_nvml.instant_mw;
    if (fake_nvml.instant_type == 1) values[i].value.uiVal = static_cast<unsigned>(fake_nvml.instant_mw);
    if (fake_nvml.instant_type == 3)
      values[i].value.ullVal = static_cast<unsigned long long>(fake_nvml.instant_mw);
  }
  return 0;
}
FAKE_EXPORT int nvmlDeviceGetClockInfo(void*, unsigned type, unsigned* mhz) {
  return answer(fake_nvml.clock_code,
                type == 0   ? fake_nvml.graphics_mhz
                : type == 2 ? fake_nvml.memory_mhz
                            : 0,
                mhz);
}
FAKE_EXPORT int nvmlDeviceGetMaxClockInfo(void*, unsigned, unsigned* mhz) { return answer(0, 1980, mhz); }
FAKE_EXPORT int nvmlDeviceGetTemperature(void*, unsigned sensor, unsigned* celsius) {
  return sensor == 0 ? answer(fake_nvml.temperature_code, fake_nvml.celsius, celsius) : 2;
}
FAKE_EXPORT int nvmlDeviceGetTemperatureThreshold(void*, unsigned kind, unsigned* celsius) {
  return kind == 1 ? answer(0, fake_nvml.slowdown_celsius, celsius) : 3;
}
FAKE_EXPORT int nvmlDeviceGetUtilizationRates(void*, nvmlUtilization_t* rates) {
  *rates = {fake_nvml.gpu_percent, 3};
  return fake_nvml.utilization_code;
}
FAKE_EXPORT int nvmlDeviceGetMemoryInfo(void*, nvmlMemory_t* memory) {
  *memory = {80000000000, 80000000000 - fake_nvml.memory_used, fake_nvml.memory_used};
  return fake_nvml.memory_code;
}
FAKE_EXPORT int nvmlDeviceGetCurrentClocksThrottleReasons(void*, unsigned long long* reasons) {
  *reasons = fake_nvml.reasons;
  return fake_nvml.reasons_code;
}
// NOLINTEND(readability-identifier-naming)
