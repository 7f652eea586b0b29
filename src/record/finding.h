// What a rule found about a row: closed severities, a rule id, and the evidence in words and numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::record {

enum class Severity { kOk, kWarn, kInvalid, kUnmeasured };
std::string_view to_string(Severity severity);  ///< "OK", "WARN", "INVALID", "UNMEASURED"

struct Finding {
  std::string rule;  ///< Id in the table of rules: "accuracy-drop".
  Severity severity = Severity::kOk;
  std::string evidence;  ///< One sentence with the numbers: "INT8 mIoU 3.4 points under FP32 (limit 3)".
  std::vector<std::string> figures;  ///< The figures it concerns, by name; empty: the whole row.
};

}  // namespace assay::record
