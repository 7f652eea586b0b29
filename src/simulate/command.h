// Program messages as an IEEE 488.2 instrument takes them: units, headers in long or short form, data.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::simulate {

/// One unit of a program message.
struct Command {
  std::string header;  ///< Whole path in capitals, without the leading colon: "INPUT:VOLTAGE:RANGE", "*IDN".
  bool query = false;
  std::string data;  ///< What stands behind the header: "15V", "U,1"; of a query, too.
};

std::string capitals(std::string_view text);  ///< ASCII letters only.

/// Takes a message apart at its semicolons. A header without a leading colon goes on in the folder of the one
/// before: ":NUMERIC:NORMAL:ITEM1 U,1;ITEM2 I,1".
std::vector<Command> parse_message(std::string_view message);

/// Whether `header` (in capitals) is what `pattern` describes. A pattern is the header with its long form,
/// the short form in capitals, parts that may be left out in brackets, and '#' for a number at the end:
/// "[INPut]:VOLTage:RANGe", "NUMeric[:NORMal]:ITEM#". The number, or 1 where none stands; nullopt: no match.
std::optional<int> match_header(std::string_view pattern, std::string_view header);

/// A pattern written out, as responses carry it: ("NUMeric[:NORMal]:ITEM#", 2, true) ->
/// ":NUMERIC:NORMAL:ITEM2"; not verbose: ":NUM:NORM:ITEM2".
std::string response_header(std::string_view pattern, int number, bool verbose);

}  // namespace assay::simulate
