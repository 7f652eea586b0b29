// Text helpers for messages: the nearest right word, lists, sizes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

/// The candidate nearest to `word` by edit distance, or "" when none is near enough to be what was meant
/// (distance over a third of the longer word's length, and over 2).
std::string nearest_word(std::string_view word, std::span<const std::string_view> candidates);

/// "a, b or c".
std::string join_or(std::span<const std::string_view> words);

/// "512x1024" <-> height, width. HxW, as the field writes it.
bool parse_height_width(std::string_view text, int& height, int& width);

/// "0..1" or "-1 .. 1": two finite numbers, decimal points.
bool parse_range(std::string_view text, double& lo, double& hi);

/// Six significant digits, as %.6g writes them: a number within a message. Figures are written by their
/// uncertainty (report).
std::string number_text(double value);

std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);

}  // namespace assay
