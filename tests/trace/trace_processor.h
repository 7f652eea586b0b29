// Asks Perfetto's own trace processor about a trace, in SQL.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/subprocess.h"

namespace assay::test {

/// The rows of each query, as objects. Throws with what the trace processor said against it.
inline std::vector<nlohmann::json> ask(const std::filesystem::path& trace,
                                       const std::vector<std::string>& queries) {
  auto dir = TemporaryDirectory::create("assay-trace");
  std::vector<nlohmann::json> answers;
  RunOptions options;
  // The browser's driver brings a node of its own: what is locked goes before what the machine has.
  const std::string locked = ASSAY_SDK_DIR "/playwright/playwright/driver/node";
  options.argv = {std::filesystem::exists(locked) ? locked : "node",
                  ASSAY_SOURCE_DIR "/tests/trace/trace_processor.mjs", ASSAY_SDK_DIR "/perfetto",
                  trace.string()};
  options.argv.insert(options.argv.end(), queries.begin(), queries.end());
  options.log = dir->path() / "log";
  options.timeout = std::chrono::minutes(2);
  options.on_line = [&](std::string_view line) { answers.push_back(nlohmann::json::parse(line)); };
  const auto state = run_process(options);
  if (!state) throw std::runtime_error(state.error().message);
  if (!state->ok() || answers.size() != queries.size())
    throw std::runtime_error("the trace processor: " + state->describe() + "\n" +
                             tail_of_file(options.log, 20) +
                             "\n(scripts/setup --with test fetches it into sdk/perfetto)");
  return answers;
}
inline nlohmann::json ask(const std::filesystem::path& trace, const std::string& query) {
  return ask(trace, std::vector{query}).front();
}

/// What the trace processor could not make sense of while it loaded; empty for a good trace.
inline constexpr const char* kImportErrors =
    "select name, value from stats where severity in ('error', 'data_loss') and value > 0";

}  // namespace assay::test
