// What people and PDF readers write differently and mean alike.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace assay::audit {

/// Emphasis, footnote marks and odd blanks removed; typographic signs, and letters of other alphabets that
/// look like Latin ones ("Top" in Cyrillic letters, as some PDFs have it), as ASCII. Not lower case. On one
/// line, without what a terminal would obey (one_line).
std::string plain(std::string_view text);

std::string lower(std::string_view text);

/// Runs of letters and digits in lower case; a change between letters and digits separates as well:
/// "Top-1" and "top1" are both {"top", "1"}. Letters of other alphabets are letters.
std::vector<std::string> words_of(std::string_view text);

/// For a message: in quotes, one that is long cut short between two characters.
std::string in_quotes(std::string_view text);

/// Whether `phrase` (words separated by single blanks) stands in `words`, in one run.
bool has_phrase(const std::vector<std::string>& words, std::string_view phrase);

}  // namespace assay::audit
