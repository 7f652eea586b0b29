// Where the program's own files are: models, tools, plugins, the worker. Nothing is compiled in as a path.
#pragma once

#include <filesystem>

namespace assay {

/// The folder of the running program.
std::filesystem::path program_directory();

/// The folder that holds models/, tools/ and sdk/: $ASSAY_HOME, or the nearest parent of the program that has
/// models/ and tools/. Empty when there is none.
std::filesystem::path home_directory();

/// Where prepared artifacts and generated data are kept: $ASSAY_CACHE, or $XDG_CACHE_HOME/assay, or
/// ~/.cache/assay.
std::filesystem::path cache_directory();

}  // namespace assay
