// The few declarations of NVIDIA's management library (NVML) that are used here, written from its public API
// reference: the library is opened at run time, and nothing of it is needed to build. The numbers and layouts
// are part of its stable C interface.
#pragma once

#include <cstdint>

namespace assay::sensor::nvml {

using Return = int;
constexpr Return kSuccess = 0, kErrorNotSupported = 3, kErrorNoPermission = 4, kErrorTimeout = 10,
                 kErrorGpuIsLost = 15, kErrorInUse = 19;

using Device = struct OpaqueDevice*;

constexpr unsigned kClockGraphics = 0, kClockMemory = 2;
constexpr unsigned kTemperatureGpu = 0;
constexpr unsigned kThresholdSlowdown = 1;
/// Field of nvmlDeviceGetFieldValues: power at this moment in mW, where nvmlDeviceGetPowerUsage is a mean.
constexpr unsigned kFieldPowerInstant = 186;

struct Utilization {
  unsigned gpu, memory;  ///< Percent of the last sample period in which a kernel ran, memory was accessed.
};
struct Memory {
  unsigned long long total, free, used;  ///< Bytes.
};
union FieldNumber {
  double as_double;
  unsigned as_unsigned;
  unsigned long as_unsigned_long;
  unsigned long long as_unsigned_long_long;
  long long as_signed_long_long;
};
enum FieldType : unsigned {
  kDouble = 0,
  kUnsigned = 1,
  kUnsignedLong = 2,
  kUnsignedLongLong = 3,
  kSignedLongLong = 4
};
struct FieldValue {
  unsigned field, scope;
  long long timestamp_us;  ///< Since 1970.
  long long latency_us;
  FieldType type;
  Return status;  ///< Look at it before the value.
  FieldNumber value;
};
static_assert(sizeof(FieldValue) == 40);

/// Bits of nvmlDeviceGetCurrentClocksThrottleReasons (clocks event reasons in newer versions).
constexpr std::uint64_t kReasonGpuIdle = 0x1, kReasonApplicationClocks = 0x2, kReasonSwPowerCap = 0x4,
                        kReasonHwSlowdown = 0x8, kReasonSyncBoost = 0x10, kReasonSwThermal = 0x20,
                        kReasonHwThermal = 0x40, kReasonHwPowerBrake = 0x80, kReasonDisplayClocks = 0x100;

using InitFn = Return();
using ShutdownFn = Return();
using CountFn = Return(unsigned*);
using HandleFn = Return(unsigned, Device*);
using TextFn = Return(Device, char*, unsigned);
using SystemTextFn = Return(char*, unsigned);
using UnsignedFn = Return(Device, unsigned*);
using ByKindFn = Return(Device, unsigned, unsigned*);
using CounterFn = Return(Device, unsigned long long*);
using UtilizationFn = Return(Device, Utilization*);
using MemoryFn = Return(Device, Memory*);
using FieldsFn = Return(Device, int, FieldValue*);

}  // namespace assay::sensor::nvml
