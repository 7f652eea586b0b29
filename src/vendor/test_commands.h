// What the tests of the command builders share.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "vendor/command.h"
#include "vendor/flags.h"

namespace assay::vendor {

/// The builder's command, which the table of flags takes.
inline Command good(const Result<Command>& command) {
  EXPECT_TRUE(command) << (command ? "" : command.error().message);
  if (!command) return {};
  const auto checked = check_flags(command->tool, command->version, command->argv);
  EXPECT_TRUE(checked) << (checked ? "" : checked.error().message);
  return *command;
}

inline bool has(const Command& command, const std::string& word) {
  return std::find(command.argv.begin(), command.argv.end(), word) != command.argv.end();
}

}  // namespace assay::vendor
