// Which vendor's tool times what a backend opens, how it is called for the same inference, and how it is
// read.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"
#include "record/run.h"
#include "spec/experiment.h"
#include "vendor/command.h"
#include "vendor/tool_report.h"

namespace assay::campaign {

/// What a tool is to be called for.
struct ToolJob {
  const spec::RowSpec& row;
  const record::ArtifactRecord& artifact;
  const record::SessionInfo& session;  ///< Ours, opened: its properties are what the tool has to match.
  std::filesystem::path npy, raw;      ///< The one input tensor of both, in both forms.
  std::filesystem::path work;          ///< For what a tool wants to read beside.
  double seconds = 3;                  ///< Of the timed loop.
  double expected_ms = 0;              ///< Of one inference of ours, for tools that count.
  std::filesystem::path program = {};  ///< Instead of the tool's own; empty: that.
};

struct WitnessTool {
  std::string_view name;
  std::string_view backend;
  bool median;                     ///< It tells medians; else means are compared.
  std::string_view what_it_times;  ///< By its own clock.
  /// Whether its clock leaves out work of each inference that ours has: a tool that is faster by little is
  /// explained by it, one that is slower is not. The opposite where it adds.
  enum class Clock { kLess, kSame, kMore } clock;
  std::string_view clock_evidence;
  std::string_view warm_up;  ///< What it does before it times.
  /// Errors: kInvalidInput (the row cannot be matched), kUnavailable (the tool is not here), kResource.
  Result<vendor::Command> (*command)(const ToolJob& job);
  Result<vendor::ToolReport> (*parse)(std::string_view output);
};

std::span<const WitnessTool> witness_tools();

/// The tool of that name, or, where it is empty, the backend's first. Errors: kInvalidInput (no such tool, or
/// it does not open what the backend opens).
Result<const WitnessTool*> choose_tool(std::string_view backend, std::string_view name);

}  // namespace assay::campaign
