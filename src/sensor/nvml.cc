// NVIDIA GPUs by their management library. It is the one vendor's library that the supervisor itself opens: a
// call can take milliseconds, so power, energy and state are three sensors with their own periods.
#include <dlfcn.h>

#include <array>
#include <memory>
#include <utility>

#include "sensor/nvml_abi.h"
#include "sensor/reasons.h"
#include "sensor/sources.h"

namespace assay::sensor {
namespace {

using record::Boundary;
using record::Channel;
using record::ReadingKind;

constexpr auto kReasonBits = std::to_array<ReasonBit>({
    {0, "idle", false},
    {1, "application clocks", false},
    {2, "software power cap", true},
    {3, "hardware slowdown", true},
    {4, "sync boost", false},
    {5, "software thermal slowdown", true},
    {6, "hardware thermal slowdown", true},
    {7, "power brake", true},
    {8, "display clocks", false},
});
static_assert(nvml::kReasonSwPowerCap == 1 << 2 && nvml::kReasonHwPowerBrake == 1 << 7);

NoValue no_value_of_nvml(nvml::Return code) {
  switch (code) {
    case nvml::kErrorNotSupported:
      return NoValue::kNotSupported;
    case nvml::kErrorNoPermission:
      return NoValue::kDenied;
    case nvml::kErrorTimeout:
    case nvml::kErrorInUse:
      return NoValue::kBusy;
    case nvml::kErrorGpuIsLost:
      return NoValue::kGone;
    default:
      return NoValue::kIoError;
  }
}

/// The opened library. A function that it lacks (an old driver's) is null, and its channels are absent.
class Library {
 public:
  /// Null with `problem` set when there is none, or none that works.
  static std::shared_ptr<const Library> open(const std::string& name, std::string& problem) {
    void* handle = ::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (!handle) {
      problem = "no library " + name;
      return nullptr;
    }
    std::shared_ptr<Library> library(new Library(handle));
    if (!library->init || !library->shutdown || !library->count || !library->handle) {
      problem = name + " lacks the functions of NVML";
      return nullptr;
    }
    if (const nvml::Return code = library->init(); code != nvml::kSuccess) {
      problem = "NVML does not start (error " + std::to_string(code) +
                "): driver not loaded, or of another version";
      return nullptr;
    }
    library->started_ = true;
    return library;
  }
  ~Library() {
    if (started_) shutdown();
    ::dlclose(handle_);
  }
  Library(const Library&) = delete;

 private:
  explicit Library(void* handle) : handle_(handle) {}
  template <typename F>
  F* function(const char* name) const {
    return reinterpret_cast<F*>(::dlsym(handle_, name));
  }
  void* handle_;  // Before the functions, which are looked up in it.
  bool started_ = false;

 public:
  nvml::InitFn* const init = function<nvml::InitFn>("nvmlInit_v2");
  nvml::ShutdownFn* const shutdown = function<nvml::ShutdownFn>("nvmlShutdown");
  nvml::CountFn* const count = function<nvml::CountFn>("nvmlDeviceGetCount_v2");
  nvml::HandleFn* const handle = function<nvml::HandleFn>("nvmlDeviceGetHandleByIndex_v2");
  nvml::TextFn* const name = function<nvml::TextFn>("nvmlDeviceGetName");
  nvml::TextFn* const uuid = function<nvml::TextFn>("nvmlDeviceGetUUID");
  nvml::SystemTextFn* const driver = function<nvml::SystemTextFn>("nvmlSystemGetDriverVersion");
  nvml::UnsignedFn* const power = function<nvml::UnsignedFn>("nvmlDeviceGetPowerUsage");
  nvml::UnsignedFn* const power_limit = function<nvml::UnsignedFn>("nvmlDeviceGetEnforcedPowerLimit");
  nvml::CounterFn* const energy = function<nvml::CounterFn>("nvmlDeviceGetTotalEnergyConsumption");
  nvml::FieldsFn* const fields = function<nvml::FieldsFn>("nvmlDeviceGetFieldValues");
  nvml::ByKindFn* const clock = function<nvml::ByKindFn>("nvmlDeviceGetClockInfo");
  nvml::ByKindFn* const clock_limit = function<nvml::ByKindFn>("nvmlDeviceGetMaxClockInfo");
  nvml::ByKindFn* const temperature = function<nvml::ByKindFn>("nvmlDeviceGetTemperature");
  nvml::ByKindFn* const threshold = function<nvml::ByKindFn>("nvmlDeviceGetTemperatureThreshold");
  nvml::UtilizationFn* const utilization = function<nvml::UtilizationFn>("nvmlDeviceGetUtilizationRates");
  nvml::MemoryFn* const memory = function<nvml::MemoryFn>("nvmlDeviceGetMemoryInfo");
  nvml::CounterFn* const reasons = function<nvml::CounterFn>("nvmlDeviceGetCurrentClocksThrottleReasons");
};

// ---- One function a quantity: the value in the channel's unit
// --------------------------------------------------------

using Probe = Value (*)(const Library& library, nvml::Device device);

template <typename F, typename T, typename... Arguments>
Value ask(F* function, double scale, nvml::Device device, T number, Arguments... before) {
  if (!function) return tl::unexpected(NoValue::kNotSupported);
  if (const nvml::Return code = function(device, before..., &number); code != nvml::kSuccess)
    return tl::unexpected(no_value_of_nvml(code));
  return static_cast<double>(number) * scale;
}

Value power_instant(const Library& library, nvml::Device device) {
  if (!library.fields) return tl::unexpected(NoValue::kNotSupported);
  nvml::FieldValue value{};
  value.field = nvml::kFieldPowerInstant;
  nvml::Return code = library.fields(device, 1, &value);
  if (code == nvml::kSuccess) code = value.status;
  if (code != nvml::kSuccess) return tl::unexpected(no_value_of_nvml(code));
  switch (value.type) {
    case nvml::kDouble:
      return value.value.as_double * 1e-3;
    case nvml::kUnsigned:
      return value.value.as_unsigned * 1e-3;
    case nvml::kUnsignedLong:
      return static_cast<double>(value.value.as_unsigned_long) * 1e-3;
    case nvml::kUnsignedLongLong:
      return static_cast<double>(value.value.as_unsigned_long_long) * 1e-3;
    case nvml::kSignedLongLong:
      return static_cast<double>(value.value.as_signed_long_long) * 1e-3;
  }
  return tl::unexpected(NoValue::kNotANumber);
}
Value power_mean(const Library& library, nvml::Device device) { return ask(library.power, 1e-3, device, 0U); }
Value energy(const Library& library, nvml::Device device) { return ask(library.energy, 1e-3, device, 0ULL); }
Value graphics_clock(const Library& library, nvml::Device device) {
  return ask(library.clock, 1e6, device, 0U, nvml::kClockGraphics);
}
Value memory_clock(const Library& library, nvml::Device device) {
  return ask(library.clock, 1e6, device, 0U, nvml::kClockMemory);
}
Value reasons(const Library& library, nvml::Device device) { return ask(library.reasons, 1, device, 0ULL); }
Value temperature(const Library& library, nvml::Device device) {
  return ask(library.temperature, 1, device, 0U, nvml::kTemperatureGpu);
}
Value utilisation(const Library& library, nvml::Device device) {
  if (!library.utilization) return tl::unexpected(NoValue::kNotSupported);
  nvml::Utilization rates{};
  const nvml::Return code = library.utilization(device, &rates);
  if (code != nvml::kSuccess) return tl::unexpected(no_value_of_nvml(code));
  return rates.gpu;
}
Value memory_used(const Library& library, nvml::Device device) {
  if (!library.memory) return tl::unexpected(NoValue::kNotSupported);
  nvml::Memory memory{};
  const nvml::Return code = library.memory(device, &memory);
  if (code != nvml::kSuccess) return tl::unexpected(no_value_of_nvml(code));
  return static_cast<double>(memory.used);
}
Value power_limit(const Library& library, nvml::Device device) {
  return ask(library.power_limit, 1e-3, device, 0U);
}
Value clock_limit(const Library& library, nvml::Device device) {
  return ask(library.clock_limit, 1e6, device, 0U, nvml::kClockGraphics);
}
Value slowdown_temperature(const Library& library, nvml::Device device) {
  return ask(library.threshold, 1, device, 0U, nvml::kThresholdSlowdown);
}

class NvmlSensor final : public Sensor {
 public:
  NvmlSensor(Description description, std::shared_ptr<const Library> library, nvml::Device device,
             std::vector<Probe> probes)
      : Sensor(std::move(description)),
        library_(std::move(library)),
        device_(device),
        probes_(std::move(probes)) {}

 private:
  void acquire(std::span<Value> values) override {
    for (std::size_t i = 0; i < probes_.size(); ++i) values[i] = probes_[i](*library_, device_);
  }
  std::shared_ptr<const Library> library_;
  nvml::Device device_;
  std::vector<Probe> probes_;
};

/// Collects one sensor's channels of one GPU: those that answer now. On Tegra NVML starts and then supports
/// next to nothing, so only values count.
class Group {
 public:
  Group(std::shared_ptr<const Library> library, nvml::Device device, record::Source source,
        std::chrono::nanoseconds period)
      : library_(std::move(library)), device_(device) {
    description_.source = std::move(source);
    description_.natural_period = period;
  }

  void add(Channel channel, Probe probe, Probe limit = nullptr) {
    const Value now = probe(*library_, device_);
    if (!now && now.error() != NoValue::kBusy) {
      refused_ +=
          (refused_.empty() ? "" : ", ") + channel.id + " (" + std::string(to_string(now.error())) + ")";
      return;
    }
    if (limit)
      if (const Value most = limit(*library_, device_); most && *most > 0) channel.limit = *most;
    description_.channels.push_back(std::move(channel));
    probes_.push_back(probe);
  }

  /// What did not answer is appended to `refused`.
  void finish(Found& found, std::string& refused) {
    if (!refused_.empty()) refused += (refused.empty() ? "" : ", ") + refused_;
    if (!probes_.empty())
      found.sensors.push_back(
          std::make_unique<NvmlSensor>(std::move(description_), library_, device_, std::move(probes_)));
  }

 private:
  std::shared_ptr<const Library> library_;
  nvml::Device device_;
  Description description_;
  std::vector<Probe> probes_;
  std::string refused_;
};

Channel channel_of(const std::string& id, const char* quantity, const char* unit) {
  Channel channel;
  channel.id = id;
  channel.quantity = quantity;
  channel.unit = unit;
  return channel;
}

template <typename F, typename... Arguments>
std::string text_of_nvml(F* function, Arguments... before) {
  char text[96] = "";
  if (!function || function(before..., text, sizeof text) != nvml::kSuccess) return "";
  text[sizeof text - 1] = '\0';
  return text;
}

void add_gpu(const std::shared_ptr<const Library>& library, nvml::Device device, unsigned index,
             Found& found) {
  using std::chrono::milliseconds;
  const std::string id = "nvml-" + std::to_string(index);
  record::Source source;
  source.id = id;
  source.description = text_of_nvml(library->name, device);
  source.facts["uuid"] = text_of_nvml(library->uuid, device);
  source.facts["driver"] = text_of_nvml(library->driver);
  const auto part = [&](const char* suffix) {
    record::Source s = source;
    s.id += suffix;
    return s;
  };
  std::string refused;

  Channel watts = channel_of(id + ".power", "power", "W");
  watts.boundary = Boundary::kChip;
  watts.facts["field"] = "NVML_FI_DEV_POWER_INSTANT";
  const Value instant = power_instant(*library, device);
  const bool averages = !instant && instant.error() != NoValue::kBusy;
  // A mean over a second is read once a second: read more often it would be taken for shorter ones.
  Group power(library, device, part("-power"), milliseconds(averages ? 1000 : 20));
  watts.update_ns = 100'000'000;
  if (averages) {
    // On Ampere and later (A100 excepted) this is a mean over the last second; older GPUs tell the present
    // power.
    watts.kind = ReadingKind::kMean;
    watts.update_ns = 1'000'000'000;
    watts.facts["field"] = "nvmlDeviceGetPowerUsage: taken for a mean over one second";
    power.add(std::move(watts), power_mean, power_limit);
  } else {
    power.add(std::move(watts), power_instant, power_limit);
  }
  power.finish(found, refused);

  Group counter(library, device, part("-energy"), milliseconds(20));
  Channel joules = channel_of(id + ".energy", "energy", "J");
  joules.kind = ReadingKind::kCounter;
  joules.boundary = Boundary::kChip;
  joules.update_ns = 100'000'000;
  joules.facts["since"] = "the driver was loaded; renewed every 20 to 100 ms";
  counter.add(joules, energy);
  counter.finish(found, refused);

  Group state(library, device, part("-state"), milliseconds(100));
  Channel graphics = channel_of(id + ".graphics.frequency", "frequency", "Hz");
  graphics.facts["unit"] = "gpu";
  state.add(graphics, graphics_clock, clock_limit);
  state.add(channel_of(id + ".memory.frequency", "frequency", "Hz"), memory_clock);
  state.add(reasons_channel(id + ".reasons", kReasonBits), reasons);
  state.add(channel_of(id + ".load", "utilisation", "%"), utilisation);
  state.add(channel_of(id + ".temperature", "temperature", "degC"), temperature, slowdown_temperature);
  state.add(channel_of(id + ".memory", "memory", "B"), memory_used);
  state.finish(found, refused);

  if (!refused.empty())
    found.absent.push_back({id, refused,
                            "the driver does not tell it of this GPU (" + source.description + ")",
                            "on a Jetson the rails, devfreq and thermal zones tell it instead"});
}

}  // namespace

void find_nvml(const Places& places, Found& found) {
  if (places.nvml_library.empty()) return;
  std::string problem;
  const auto library = Library::open(places.nvml_library, problem);
  unsigned count = 0;
  if (library)
    if (const nvml::Return code = library->count(&count); code != nvml::kSuccess)
      problem = "NVML does not count its GPUs (error " + std::to_string(code) + ")";
  if (!problem.empty()) {
    found.absent.push_back({"nvml", "power, clocks and throttle reasons of NVIDIA GPUs", problem,
                            "with an NVIDIA GPU: install its driver, or reboot after an update of it"});
    return;
  }
  for (unsigned i = 0; i < count; ++i) {
    nvml::Device device = nullptr;
    if (library->handle(i, &device) == nvml::kSuccess) {
      add_gpu(library, device, i, found);
      continue;
    }
    found.absent.push_back({"nvml", "GPU " + std::to_string(i),
                            "NVML gives no handle: lost, or not permitted",
                            "look for Xid errors in the kernel's log; reset the GPU"});
  }
}

}  // namespace assay::sensor
