// What the fake management library of the tests answers. The test that opened it finds this under the name
// "fake_nvml".
#pragma once

struct FakeNvml {
  int init = 0, count_code = 0, handle_code = 0;  ///< Return codes.
  unsigned gpus = 1;
  /// Of each quantity: the return code, then the value.
  int instant_code = 0;
  unsigned instant_type = 1;  ///< 1: unsigned, 3: unsigned long long, 0: double.
  double instant_mw = 61234;
  int power_code = 0;
  unsigned power_mw = 60000, limit_mw = 400000;
  int energy_code = 0;
  unsigned long long energy_mj = 123456789;
  int clock_code = 0;
  unsigned graphics_mhz = 1410, memory_mhz = 1593;
  int reasons_code = 0;
  unsigned long long reasons = 0x1;
  int temperature_code = 0;
  unsigned celsius = 41, slowdown_celsius = 90;
  int utilization_code = 0;
  unsigned gpu_percent = 17;
  int memory_code = 0;
  unsigned long long memory_used = 512000000;
  int shutdowns = 0;
};
