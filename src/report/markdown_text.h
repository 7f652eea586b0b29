// Text and tables in Markdown. Private to report/.
#pragma once

#include <string>
#include <vector>

namespace assay::report {

/// Names and evidence are text, whatever they hold.
std::string escaped(const std::string& text);

/// The first line is the heading; `left` columns of text stand before the numbers.
std::string markdown_table(const std::vector<std::vector<std::string>>& lines, std::size_t left);

}  // namespace assay::report
