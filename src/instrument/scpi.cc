#include "instrument/scpi.h"

#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "base/text.h"

namespace assay::instrument {
namespace {

struct Block {
  std::size_t data = 0;  ///< Offset of the first byte of data from the '#'.
  std::size_t size = 0;  ///< Bytes of data.
};

enum class BlockState { kNone, kPartial, kWhole };

/// Looks for "#N<N digits><data>" at the start of `text`.
BlockState find_block(std::string_view text, Block& block) {
  if (text.empty() || text[0] != '#') return BlockState::kNone;
  if (text.size() < 2) return BlockState::kPartial;
  if (text[1] < '1' || text[1] > '9') return BlockState::kNone;  // "#0" has no length, "#H" is a number.
  const std::size_t digits = static_cast<std::size_t>(text[1] - '0');
  block.size = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (2 + i >= text.size()) return BlockState::kPartial;
    const char c = text[2 + i];
    if (c < '0' || c > '9') return BlockState::kNone;
    block.size = block.size * 10 + static_cast<std::size_t>(c - '0');
  }
  block.data = 2 + digits;
  return text.size() - block.data < block.size ? BlockState::kPartial : BlockState::kWhole;
}

/// Offset of the first `wanted` that is neither quoted nor in a block; npos when there is none (yet).
std::size_t find_outside(std::string_view text, char wanted) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') quoted = !quoted;
    // A newline ends a message even within quotes: a lone quote may not swallow all that follows.
    if (c == wanted && (!quoted || wanted == '\n')) return i;
    if (c != '#' || quoted) continue;
    Block block;
    switch (find_block(text.substr(i), block)) {
      case BlockState::kNone:
        break;
      case BlockState::kPartial:
        return std::string_view::npos;
      case BlockState::kWhole:
        i += block.data + block.size - 1;
    }
  }
  return std::string_view::npos;
}

double float_at(std::string_view bytes) {
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < 4; ++i) bits = bits << 8 | static_cast<unsigned char>(bytes[i]);
  return static_cast<double>(std::bit_cast<float>(bits));
}

}  // namespace

std::optional<std::size_t> message_length(std::string_view buffer) {
  const std::size_t end = find_outside(buffer, '\n');
  if (end == std::string_view::npos) return std::nullopt;
  return end + 1;
}

std::optional<std::string> take_message(std::string& buffer) {
  const auto length = message_length(buffer);
  if (!length) return std::nullopt;
  std::string message = buffer.substr(0, *length - 1);
  buffer.erase(0, *length);
  if (!message.empty() && message.back() == '\r') message.pop_back();
  return message;
}

std::vector<std::string_view> split_reply(std::string_view message) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t end = find_outside(message, ';');
    parts.push_back(message.substr(0, end));
    if (end == std::string_view::npos) return parts;
    message.remove_prefix(end + 1);
  }
}

std::string_view without_header(std::string_view reply) {
  std::size_t i = 0;
  while (i < reply.size() && (std::isalnum(static_cast<unsigned char>(reply[i])) || reply[i] == ':')) ++i;
  const bool header =
      i > 0 && i < reply.size() && reply[i] == ' ' && !std::isdigit(static_cast<unsigned char>(reply[0]));
  if (!header) return reply;
  while (i < reply.size() && reply[i] == ' ') ++i;
  return reply.substr(i);
}

ScpiNumber classify(double value) {
  if (std::isnan(value)) return {ScpiNumber::Kind::kNoData, 0};
  const double size = std::fabs(value);
  if (size <= 9.8e37) return {ScpiNumber::Kind::kValue, value};
  // Between the two markers that are nearest: 9.9E+37 says overload, 9.91E+37 no data.
  const bool no_data = size > 9.905e37 && size < 9.95e37;
  return {no_data ? ScpiNumber::Kind::kNoData : ScpiNumber::Kind::kOverload, 0};
}

ScpiNumber parse_number(std::string_view text) {
  text = trim(text);
  if (!text.empty() && text[0] == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return {};
  if (error == std::errc::result_out_of_range) return {ScpiNumber::Kind::kOverload, 0};
  if (error != std::errc()) return {};
  return classify(value);
}

Result<std::vector<ScpiNumber>> parse_numbers(std::string_view reply) {
  const std::string_view data = without_header(reply);
  std::vector<ScpiNumber> numbers;
  Block block;
  switch (find_block(data, block)) {
    case BlockState::kPartial:
      return fail(Code::kCorrupt, "a block of numbers that is cut short");
    case BlockState::kWhole: {
      const std::string_view bytes = data.substr(block.data, block.size);
      if (bytes.empty() || bytes.size() % 4 != 0)
        return fail(Code::kCorrupt, "a block of " + std::to_string(bytes.size()) +
                                        " bytes: whole 4-byte numbers were expected");
      for (std::size_t i = 0; i < bytes.size(); i += 4)
        numbers.push_back(classify(float_at(bytes.substr(i, 4))));
      return numbers;
    }
    case BlockState::kNone:
      break;
  }
  if (trim(data).empty()) return fail(Code::kCorrupt, "an empty reply where numbers were expected");
  for (const std::string& item : split(data, ',')) numbers.push_back(parse_number(item));
  return numbers;
}

}  // namespace assay::instrument
