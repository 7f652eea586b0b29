// The options of a spec as the provider takes them, and which Hexagon they mean.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "assay/backend_abi.h"

namespace assay::qnn {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// This build drives Qualcomm's simulator of the HTP (x86-64), not a DSP.
#if defined(__x86_64__)
constexpr bool kSimulated = true;
#else
constexpr bool kSimulated = false;
#endif

/// The hardware that a graph is compiled for.
struct Target {
  int htp_arch = 0;   ///< 68: Hexagon V68. 0: not told.
  int soc_model = 0;  ///< Qualcomm's number of the SoC. 0: not told.
};

/// "V68, soc_model 35 (QCS6490)"
std::string describe(const Target& target);

struct Settings {
  /// Options of open() and of prepare(); an unknown one, a value that the provider would silently ignore, and
  /// an htp_arch that is not soc_model's are refused. (The provider itself takes anything without a word, and
  /// where the two disagree it goes by soc_model.)
  static Settings read(const assay_name_value* options, uint32_t count);

  Target target{68, 35};
  bool target_given = false;  ///< By the spec. Else it is the default, a QCS6490.
  bool cpu_fallback = false;
  /// Options of the provider and their values, all of them told: defaults are the provider's own.
  Pairs provider;
  std::set<std::string> given;  ///< Names of those that the spec gave.

  /// The value of an option of the provider; "" for another name.
  std::string value(const std::string& name) const;
  void set(const std::string& name, const std::string& value);
};

/// Options that decide what is compiled, and mean nothing for a graph that is compiled already.
const std::vector<std::string>& compile_options();

}  // namespace assay::qnn
