// Finds what can be observed on this machine, or on the board whose /sys and /proc were copied into a folder.
// Sources stand in one table (discovery.cc), one file each; they are found by names, labels and compatible
// strings, since numbers such as hwmon3 change from boot to boot.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sensor/sensor.h"

namespace assay::sensor {

/// Where to look.
struct Places {
  std::filesystem::path root = "/";
  std::string nvml_library;  ///< For dlopen: a name or a path. Empty: the GPU's driver is not asked.
  std::string vcgencmd;      ///< Raspberry Pi's tool: a name or a path. Empty: the firmware is not asked.
  pid_t self = 0;  ///< Not foreign load: this process, its descendants, its process group. 0: nobody.

  static Places this_machine();
  /// A copy of a board's files: nothing but files is looked at.
  static Places tree(std::filesystem::path root) { return {std::move(root), "", "", 0}; }

  /// "/sys/class/..." for a path below the root.
  std::string in_tree(const std::filesystem::path& path) const;
};

/// Something that could be observed but is not, and how to get it.
struct Absence {
  std::string source;  ///< "rapl"
  std::string what;    ///< "package-0, core", or what the source would have told
  std::string reason;  ///< "permission denied"
  std::string remedy;  ///< What to do about it; "" when nothing can be done.
  bool operator==(const Absence&) const = default;
};

struct Found {
  std::vector<std::unique_ptr<Sensor>> sensors;
  std::vector<Absence> absent;
  std::map<std::string, std::string> facts;  ///< How the machine is set: power mode, governors.
};

/// One kind of source. `find` adds sensors, absences and facts; it never fails.
struct SourceKind {
  std::string_view name;
  std::string_view tells;           ///< What it would tell: "power of the board's rails".
  std::string_view absent_because;  ///< Why it is absent where it is.
  std::string_view remedy;          ///< What would bring it; "" where only another machine would.
  void (*find)(const Places& places, Found& found);
};
std::span<const SourceKind> source_kinds();

/// All sources, in the table's order; ids of sources are unique. A kind that found nothing and gave no reason
/// of its own is listed as absent. Reads each file once: some milliseconds, more where a driver is slow.
Found discover(const Places& places);

}  // namespace assay::sensor
