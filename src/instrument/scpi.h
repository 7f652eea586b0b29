// Replies of SCPI-like instruments as bytes: where a message ends, its parts, its numbers. Pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::instrument {

/// Number of bytes of the first whole message in `buffer`, its newline included; nullopt while it is not
/// whole. Newlines within a definite-length block (#N<N digits><bytes>) do not end it.
std::optional<std::size_t> message_length(std::string_view buffer);

/// Takes the first whole message out of `buffer`, without its line end; nullopt while there is none.
std::optional<std::string> take_message(std::string& buffer);

/// The parts of a joined reply, "1;300.0E+00" -> {"1", "300.0E+00"}; blocks and quoted texts stay whole.
std::vector<std::string_view> split_reply(std::string_view message);

/// ":INPUT:MODE DC" -> "DC", "DC" -> "DC": instruments answer with or without the command's header.
std::string_view without_header(std::string_view reply);

/// A value of a reply. What the instrument marks as no measurement is told apart, never made a number.
struct ScpiNumber {
  enum class Kind { kValue, kNoData, kOverload, kGarbage };
  Kind kind = Kind::kGarbage;
  double value = 0;  ///< Finite; meant only with kValue.
};

/// "12.345E+00", "NAN", "INF". Yokogawa marks no data as NAN or 9.91E+37 (0x7E951BEE), over-range, overflow
/// and errors as INF or 9.9E+37 (0x7E94F56A): IM WT310E-17EN, IM WT3001E-17EN; IEEE's own values over Modbus.
/// Whatever is over 9.8E37 is therefore no measurement.
ScpiNumber parse_number(std::string_view text);
ScpiNumber classify(double value);

/// The numbers of one reply, header or not: an ASCII list "1.0E+00,NAN" or a block of big-endian IEEE single
/// precision. Errors: kCorrupt (a block that is cut short or not of whole numbers, an empty reply).
Result<std::vector<ScpiNumber>> parse_numbers(std::string_view reply);

}  // namespace assay::instrument
