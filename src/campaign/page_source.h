// A run directory -> what a page shows of it.
#pragma once

#include <filesystem>

#include "base/status.h"
#include "campaign/check_results.h"
#include "report/page.h"

namespace assay::campaign {

struct PageOptions {
  std::filesystem::path cache;          ///< Where generated scenes may be; nothing is made there.
  std::size_t images = 4;               ///< Sample images.
  int picture_width = 384;              ///< Columns of each.
  std::size_t picture_bytes = 3 << 20;  ///< Of all pictures in base64: what is over it is left out, and said.
};

/// Reads the raw runs row by row, run by run: of a million samples only the packed ones are kept. Raw data
/// that cannot be read cost their plots alone, and the page says so. Errors: kResource, those of packing.
Result<report::PageDirectory> read_page(const std::filesystem::path& path, CheckedResults checked,
                                        const PageOptions& options);

}  // namespace assay::campaign
