// Tables in text: what Monsoon, jtop and any CSV by a mapping have in common.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "powerlog/format.h"
#include "powerlog/mapping.h"

namespace assay::powerlog {

/// value = first x second x scale, or first x scale.
struct TableChannel {
  record::Channel channel;
  std::string key;
  Field first;
  std::optional<Field> second;
  double scale = 1;
};

/// What is wanted of a table.
struct TableRequest {
  TimeMapping time;
  std::vector<TableChannel> channels;
  LogTraits traits;    ///< Position and interval; the rest is found out.
  char separator = 0;  ///< 0: found out.
  bool decimal_comma = false;
};

/// Finds the header and the columns in `head` (the beginning of a file, whole lines). Columns said by name:
/// the first line that has all of the names is the header, and what stands before it is passed over. By
/// number: the first line that has a time and a value there is the first row. Rows must have as many columns
/// as the header (or first row); an empty last one does not count, as some loggers end every line with a
/// separator. Fields may be quoted; a quoted line end is not supported. Lines that begin with '#' are
/// remarks. Errors: kInvalidInput (no such column, with the nearest right name; two of that name; no zone),
/// kCorrupt (no rows).
Result<std::unique_ptr<LineParser>> open_table(std::string_view head, TableRequest request,
                                               const std::optional<Zone>& zone);

/// Splits a line at the separators; quotes around a field are removed.
class Fields {
 public:
  static constexpr std::size_t kMost = 256;
  /// False: more than kMost fields, or a quote that does not end.
  bool split(std::string_view line, char separator);
  std::size_t size() const { return size_; }
  std::string_view operator[](std::size_t i) const { return {pieces_[i].begin, pieces_[i].size}; }
  /// The size without an empty last field.
  std::size_t columns() const { return size_ > 0 && pieces_[size_ - 1].size == 0 ? size_ - 1 : size_; }

 private:
  // Not string_views: those would all be set to empty for each line that is read.
  struct Piece {
    const char* begin;
    std::size_t size;
  };
  std::array<Piece, kMost> pieces_;
  std::size_t size_ = 0;
};

}  // namespace assay::powerlog
