// A target: what documents say of a device before anything is measured on it. One file of targets/ each.
// Every value names its source; what no source gives is absent.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::target {

/// The date of what bears none.
inline constexpr const char* kUndated = "undated";

struct Source {
  std::string title;  ///< "NVIDIA Jetson Orin NX Series Modules Data Sheet DS-10712-001 v1.1"
  std::string date;   ///< "2023-12", of the document; "undated" where it bears none.
};

/// Where a value comes from.
struct Cite {
  std::string source;  ///< Key in Target::sources.
  std::string where;   ///< Page, table, section.
  std::string
      derived;  ///< Arithmetic, where the source gives only its factors: "8 SM x 0.765 GHz x 4096 op/clock".
  std::string note;
};

struct Quantity {
  double value = 0;
  std::string unit;
  Cite cite;
};

struct Words {
  std::string text;
  Cite cite;
};

/// Peak rate of one unit in 1e9 operations/s, 1 multiply-accumulate = 2 operations. Dense and sparse apart.
struct Peak {
  std::string precision;  ///< "fp32", "tf32", "fp16", "bf16", "int8", "int4"
  std::string mode;       ///< Name of a power mode; "": the highest clock that there is.
  std::optional<double> dense, sparse;
  Cite cite;
};

/// A part that a row can run on. Never the sum of several.
struct Unit {
  std::string name;                       ///< "GPU", "DLA0"
  std::string kind;                       ///< "cpu", "gpu", "dla", "npu", "tpu", "vpu", "fpga"
  std::vector<std::string> accelerators;  ///< As backends name it, besides `name`: "GPU.0", "HTP".
  Words description;
  std::optional<Words> formats;         ///< Data formats.
  std::optional<Words> on_chip_memory;  ///< Caches and buffers of its own.
  std::vector<Peak> peaks;
};

struct PowerMode {
  std::string name;                           ///< "15W"
  std::vector<std::string> aliases;           ///< As other releases name it: "MODE_15W".
  std::optional<double> budget_w;             ///< What the name promises; no measurement.
  std::map<std::string, double> clock_mhz;    ///< Highest clock by unit.
  std::map<std::string, std::string> active;  ///< What is switched on by unit: "4 cores".
  std::string command;                        ///< Sets it.
  bool is_default = false;
  Cite cite;
};

struct Price {
  double amount = 0;
  std::string currency;  ///< "USD", "EUR"
  std::string date;      ///< "2023-10"; "undated" where the source does not say: no figure rests on it.
  std::string of;        ///< "module, without carrier board"
  Cite cite;
};

/// A channel that the board's own sensors should have.
struct SensorHint {
  std::string channel;  ///< Part of its id, as assay's readers form it: "VDD_IN".
  std::string tells;    ///< "power of the module's input"
  Cite cite;
};

/// Sources that cannot all be true, and what this file does about it.
struct Contradiction {
  std::string about, found, chosen;
};

struct Target {
  std::string id, name, vendor, soc;
  std::string kind;  ///< "module", "board", "card", "server"
  std::map<std::string, Source> sources;
  /// Whole words: "p3767-0001"; with $ at the end nothing may follow: "GTX 1660$".
  std::vector<std::string> recognised_by;
  /// What the board's own name (DMI, device tree) says where recognised_by tells only of its SoC: limits of
  /// the supply and the price hold for this board alone. Empty: recognised_by tells the board.
  std::vector<std::string> board_says;
  std::vector<Unit> units;
  std::optional<Words> memory;
  std::optional<Quantity> memory_gb, memory_gb_per_s;
  std::vector<Words> io;
  std::optional<Quantity> tdp_w;
  std::vector<PowerMode> power_modes;
  std::optional<Quantity> temperature_limit_c, supply_limit_w, die_area_mm2;
  std::optional<Words> supply, cooling, technology, integration, availability;
  std::vector<Price> prices;
  std::vector<SensorHint> sensors;
  std::vector<Contradiction> contradictions;
};

}  // namespace assay::target
