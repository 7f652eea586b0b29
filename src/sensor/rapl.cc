// Running Average Power Limit: energy counters of Intel and AMD processors in the powercap tree.
#include "sensor/file_sensor.h"
#include "sensor/sources.h"
#include "sensor/tree.h"

namespace assay::sensor {
namespace {

namespace fs = std::filesystem;
using record::Boundary;
using record::Channel;

constexpr const char* kRemedy =
    "since CVE-2020-8694 only root may read it: run assay as root, or until the next boot: "
    "sudo chmod a+r /sys/class/powercap/intel-rapl*/energy_uj";

struct Domain {
  fs::path folder;
  std::string number;  ///< "0" of package-0, "0:1" of its second part.
  std::string name;    ///< "package-0", "core", "psys"
  Channel channel;
};

bool is_part_of(const Domain& part, const Domain& whole) {
  return part.number.starts_with(whole.number + ":");
}

/// psys is the platform as its maker wired it: most of the board, but which part is not told.
Boundary boundary_of(const std::string& name) {
  if (name.starts_with("package")) return Boundary::kPackage;
  if (name == "psys") return Boundary::kBoard;
  return Boundary::kChip;
}

std::vector<Domain> domains(const fs::path& root) {
  std::vector<Domain> all;
  // The same counters stand a second time under intel-rapl-mmio: they are taken only where the first are
  // absent.
  for (const std::string prefix : {"intel-rapl:", "intel-rapl-mmio:"}) {
    for (const fs::path& folder : entries(root / "sys/class/powercap", prefix)) {
      std::string name = text_of(folder / "name");
      if (name.empty()) continue;
      all.push_back({folder, folder.filename().string().substr(prefix.size()), std::move(name), {}});
    }
    if (!all.empty()) break;
  }
  return all;
}

}  // namespace

void find_rapl(const Places& places, Found& found) {
  std::vector<Domain> all = domains(places.root);
  if (all.empty()) return;
  for (Domain& domain : all) {
    std::string id = "rapl.";
    for (const Domain& whole : all)
      if (is_part_of(domain, whole)) id += safe_id(whole.name) + ".";
    Channel& channel = domain.channel;
    channel.id = id + safe_id(domain.name) + ".energy";
    channel.quantity = "energy";
    channel.unit = "J";
    channel.kind = record::ReadingKind::kCounter;
    channel.boundary = boundary_of(domain.name);
    channel.update_ns = 1'000'000;  // Intel SDM: about 1 ms (a time unit of 976 us on client processors).
    const auto wrap = number_of(domain.folder / "max_energy_range_uj");
    if (wrap && *wrap > 0) channel.wraps_at = static_cast<double>(*wrap) * 1e-6;
    channel.facts["domain"] = domain.name;
  }
  record::Source source;
  source.id = "rapl";
  source.description = "RAPL energy counters";
  FileSensorBuilder builder(places, found, source, std::chrono::milliseconds(10));
  builder.remedy(kRemedy);
  for (Domain& domain : all) {
    Channel channel = domain.channel;
    for (const Domain& other : all) {
      // DRAM is listed under a package, but its energy is not in the package's; psys holds every package.
      const bool part = is_part_of(other, domain) && other.name != "dram";
      const bool platform = domain.name == "psys" && other.name != "psys";
      if (part || platform) channel.contains.push_back(other.channel.id);
    }
    builder.add(domain.folder / "energy_uj", std::move(channel), 1e-6);
  }
  builder.finish();
}

}  // namespace assay::sensor
