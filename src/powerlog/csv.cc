#include "powerlog/csv.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "base/text.h"
#include "powerlog/number.h"

namespace assay::powerlog {
namespace {

constexpr std::string_view kSeparators = ",;\t|";

/// Where the wanted columns are.
struct Layout {
  char separator = ',';
  bool decimal_comma = false;
  std::size_t columns = 0;  ///< Of every row, an empty last one not counted;
  std::size_t fields = 0;   ///< counted.
  std::size_t time = 0;
  struct Cell {
    std::size_t first = 0;
    std::optional<std::size_t> second;
    double scale = 1;
  };
  std::vector<Cell> cells;  ///< One a channel.
};

/// The first `byte` in [at, end), or end: eight bytes at a time, since fields are too short for memchr to
/// pay.
const char* find_byte(const char* at, const char* end, char byte) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  const std::uint64_t wanted = kOnes * static_cast<unsigned char>(byte);
  for (; end - at >= 8; at += 8) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, at, sizeof eight);
    const std::uint64_t difference = eight ^ wanted;  // A zero byte where it is.
    const std::uint64_t found = (difference - kOnes) & ~difference & kHighs;
    if (found != 0) return at + std::countr_zero(found) / 8;
  }
  while (at != end && *at != byte) ++at;
  return at;
}

/// A number with a decimal comma, with a point instead; absent: longer than any number.
struct Pointed {
  std::array<char, 64> text;
  std::size_t size = 0;
  static std::optional<Pointed> from(std::string_view text) {
    Pointed pointed;
    if (text.size() > pointed.text.size()) return std::nullopt;
    pointed.size = text.size();
    std::replace_copy(text.begin(), text.end(), pointed.text.begin(), ',', '.');
    return pointed;
  }
  std::string_view view() const { return {text.data(), size}; }
};

Number number_in(std::string_view text, bool decimal_comma) {
  if (!decimal_comma) return parse_number(text);
  // A point in such a file separates thousands, or is a mistake: which of the two cannot be told from here.
  const auto pointed = text.find('.') == std::string_view::npos ? Pointed::from(text) : std::nullopt;
  return pointed ? parse_number(pointed->view()) : Number{0, NumberKind::kNotANumber};
}

std::optional<std::int64_t> time_in(const TimeRule& rule, std::string_view text, bool decimal_comma) {
  if (!decimal_comma || !rule.counts()) return rule.parse(text);
  const auto pointed = Pointed::from(text);
  return pointed ? rule.parse(pointed->view()) : std::nullopt;
}

/// A product where both factors are numbers, else what the worse of them is.
Number value_of(const Layout::Cell& cell, const Fields& fields, bool decimal_comma) {
  Number value = number_in(fields[cell.first], decimal_comma);
  if (value.kind == NumberKind::kNumber && cell.second) {
    const Number second = number_in(fields[*cell.second], decimal_comma);
    value = {value.value * second.value, second.kind};
  }
  value.value *= cell.scale;
  if (!std::isfinite(value.value)) value.kind = NumberKind::kNoData;  // A shunt of nearly no ohms.
  return value;
}

Reject reason_of(const Number& number, std::string_view field) {
  if (number.kind == NumberKind::kEmpty) return Reject::kEmpty;
  if (number.kind == NumberKind::kNoData) return Reject::kNoData;
  return trim_blanks(field) == "OFF" ? Reject::kSensorOff : Reject::kNotANumber;
}

class TableParser : public LineParser {
 public:
  TableParser(LogTraits traits, Layout layout, TimeRule rule, std::vector<record::Channel> channels)
      : LineParser(std::move(traits)),
        layout_(std::move(layout)),
        rule_(std::move(rule)),
        channels_(std::move(channels)) {
    plan_quick_rows();
  }

  void parse(std::string_view line, Batch& batch) const override {
    if (line.front() == '#') return batch.remark(line);
    if (read_quickly(line, batch)) return;
    Fields fields;
    if (!fields.split(line, layout_.separator)) return batch.reject(Reject::kNoise);
    // An empty last field may be a column without a value, or nothing at all.
    if (fields.columns() != layout_.columns && fields.size() != layout_.columns &&
        fields.size() != layout_.fields)
      return batch.reject(fields.size() == 1 ? Reject::kNoise : Reject::kFieldCount);
    const auto time_ns = time_in(rule_, fields[layout_.time], layout_.decimal_comma);
    if (!time_ns) return batch.reject(Reject::kBadTime);
    for (std::uint32_t i = 0; i < layout_.cells.size(); ++i) {
      const Layout::Cell& cell = layout_.cells[i];
      const Number value = value_of(cell, fields, layout_.decimal_comma);
      if (value.kind == NumberKind::kNumber)
        batch.add(i, *time_ns, value.value);
      else
        batch.reject(i, reason_of(value, fields[cell.first]));
    }
  }

  record::Channel describe(std::string_view key) const override {
    const auto found = std::find(traits_.channels.begin(), traits_.channels.end(), key);
    return channels_[static_cast<std::size_t>(found - traits_.channels.begin())];
  }

  void finish(std::vector<record::Series>& series) const override {
    const auto is_power = [](const record::Series& s) { return s.channel.quantity == "power"; };
    const auto total = std::find_if(series.begin(), series.end(), [&](const record::Series& s) {
      return is_power(s) && s.channel.facts.contains("total of");
    });
    if (total == series.end()) return;
    for (const record::Series& part : series)
      if (&part != &*total && is_power(part)) total->channel.contains.push_back(part.channel.id);
  }

 private:
  /// What a column is to a quick row.
  enum Part : unsigned char { kTime, kFirst, kSecond, kNothing };

  void plan_quick_rows() {
    if (layout_.decimal_comma || !rule_.counts() || layout_.cells.size() != 1) return;
    parts_.assign(layout_.columns, kNothing);
    const Layout::Cell& cell = layout_.cells[0];
    const std::pair<std::size_t, Part> wanted[] = {
        {layout_.time, kTime}, {cell.first, kFirst}, {cell.second.value_or(cell.first), kSecond}};
    for (const auto& [column, part] : wanted) {
      if (part == kSecond && !cell.second) continue;
      if (parts_[column] != kNothing) return parts_.clear();  // One column for two things: not quickly.
      parts_[column] = part;
    }
  }

  /// Most rows of most tables: one power, plain numbers, no quotes; in one pass. False: the row is anything
  /// else, and nothing has been done.
  bool read_quickly(std::string_view line, Batch& batch) const {
    const char* at = line.data();
    const char* const end = at + line.size();
    Decimal numbers[3];
    for (std::size_t column = 0; column < parts_.size(); ++column) {
      if (column > 0 && *at++ != layout_.separator) return false;
      if (parts_[column] == kNothing) {
        if (at != end && *at == '"') return false;
        at = find_byte(at, end, layout_.separator);
      } else if (!take_decimal(at, end, numbers[parts_[column]])) {
        return false;
      }
      if (at == end && column + 1 < parts_.size()) return false;
    }
    if (at != end && *at == layout_.separator) ++at;  // Behind the last field.
    std::int64_t time_ns = 0;
    double value = 0, second = 1;
    if (parts_.empty() || at != end || !to_nanoseconds(numbers[kTime], rule_.digits(), time_ns)) return false;
    const Layout::Cell& cell = layout_.cells[0];
    if (!to_double(numbers[kFirst], value) || (cell.second && !to_double(numbers[kSecond], second)))
      return false;
    value = value * second * cell.scale;
    if (!std::isfinite(value)) return false;
    batch.add(0, time_ns, value);
    return true;
  }

  Layout layout_;
  TimeRule rule_;
  std::vector<record::Channel> channels_;
  std::vector<Part> parts_;  ///< Of each column; empty: no row is read quickly.
};

/// Every field that the request names, time first.
std::vector<const Field*> wanted(const TableRequest& request) {
  std::vector<const Field*> fields = {&request.time.field};
  for (const TableChannel& channel : request.channels) {
    fields.push_back(&channel.first);
    if (channel.second) fields.push_back(&*channel.second);
  }
  return fields;
}

std::vector<std::string_view> names_of(const Fields& fields) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < fields.size(); ++i) names.push_back(trim_blanks(fields[i]));
  return names;
}

struct Header {
  char separator = ',';
  std::string_view line;
  std::size_t bytes_before = 0, bytes_through = 0;  ///< Of `head`, up to the line and past it.
  std::int64_t number = 1;                          ///< Of the line.
};

/// Calls `found(header)` for every line and separator until it says yes.
template <typename Accept>
std::optional<Header> find_line(std::string_view head, char separator, const Accept& accept) {
  std::string_view rest = head, line;
  for (Header header;; ++header.number) {
    header.bytes_before = head.size() - rest.size();
    if (!take_line(rest, line)) return std::nullopt;
    header.bytes_through = head.size() - rest.size();
    header.line = line;
    for (const char candidate : separator != 0 ? std::string_view(&separator, 1) : kSeparators) {
      header.separator = candidate;
      if (accept(header)) return header;
    }
  }
}

/// For the message: the header that has most of the names, or the line with most fields.
std::string describe_columns(std::string_view head, char separator, const std::vector<const Field*>& fields) {
  std::size_t best = 0;
  Header likeliest;
  find_line(head, separator, [&](const Header& header) {
    Fields split;
    if (!split.split(header.line, header.separator)) return false;
    const auto names = names_of(split);
    std::size_t score = std::min<std::size_t>(split.size(), 99);
    for (const Field* field : fields)
      if (std::find(names.begin(), names.end(), field->name) != names.end()) score += 100;
    if (score > best) {
      best = score;
      likeliest = header;
    }
    return false;
  });
  Fields split;
  if (best == 0 || !split.split(likeliest.line, likeliest.separator)) return "no line has columns";
  const auto names = names_of(split);
  std::string text = "line " + std::to_string(likeliest.number) + " has";
  constexpr std::size_t kMostShown = 20;
  for (std::size_t i = 0; i < std::min(names.size(), kMostShown); ++i)
    text += (i == 0 ? " '" : ", '") + std::string(names[i].substr(0, 40)) + "'";
  for (const Field* field : fields) {
    if (field->name.empty() || std::find(names.begin(), names.end(), field->name) != names.end()) continue;
    const std::string near = nearest_word(field->name, names);
    text +=
        "; " + field->describe() + " is not there" + (near.empty() ? "" : ", did you mean '" + near + "'?");
  }
  return text;
}

/// The number (from 0) of a column in a header.
Result<std::size_t> column_of(const Field& field, const std::vector<std::string_view>& names) {
  if (field.number != 0) {
    const auto number = static_cast<std::size_t>(field.number);
    if (number <= names.size()) return number - 1;
    return fail(Code::kInvalidInput, "there is no column " + std::to_string(number) + ": the table has " +
                                         std::to_string(names.size()));
  }
  const auto found = std::find(names.begin(), names.end(), field.name);
  if (found == names.end()) return fail(Code::kInvalidInput, "no column is named " + field.describe());
  if (std::find(found + 1, names.end(), field.name) != names.end())
    return fail(Code::kInvalidInput,
                "two columns are named " + field.describe() + ": say which by its number");
  return static_cast<std::size_t>(found - names.begin());
}

Result<Layout> layout_of(const TableRequest& request, const Header& header) {
  Fields fields;
  fields.split(header.line, header.separator);
  auto names = names_of(fields);
  names.resize(fields.columns());
  Layout layout;
  layout.separator = header.separator;
  layout.decimal_comma = request.decimal_comma;
  layout.columns = fields.columns();
  layout.fields = fields.size();
  ASSAY_TRY(layout.time, column_of(request.time.field, names));
  for (const TableChannel& channel : request.channels) {
    Layout::Cell cell;
    cell.scale = channel.scale;
    ASSAY_TRY(cell.first, column_of(channel.first, names));
    if (channel.second) {
      ASSAY_TRY(cell.second, column_of(*channel.second, names));
    }
    layout.cells.push_back(cell);
  }
  return layout;
}

/// A row that has a time (in some zone) and at least one value in the right columns.
bool is_row(const Layout& layout, const TimeRule& rule, std::string_view line) {
  Fields fields;
  if (!fields.split(line, layout.separator) || fields.columns() == 0) return false;
  std::size_t last = layout.time;
  for (const Layout::Cell& cell : layout.cells) last = std::max({last, cell.first, cell.second.value_or(0)});
  if (last >= fields.size()) return false;
  const bool timed = time_in(rule, fields[layout.time], layout.decimal_comma).has_value() ||
                     (rule.lacks_zone() && parse_iso8601(fields[layout.time]).has_value());
  return timed && std::any_of(layout.cells.begin(), layout.cells.end(), [&](const Layout::Cell& cell) {
           return value_of(cell, fields, layout.decimal_comma).kind == NumberKind::kNumber;
         });
}

Result<Header> find_header(std::string_view head, const TableRequest& request, const TimeRule& rule,
                           bool by_name) {
  const auto fields = wanted(request);
  const auto header = find_line(head, request.separator, [&](const Header& candidate) {
    Fields split;
    if (!split.split(candidate.line, candidate.separator)) return false;
    if (by_name) {
      const auto names = names_of(split);
      return std::all_of(fields.begin(), fields.end(), [&](const Field* field) {
        return field->name.empty() || std::find(names.begin(), names.end(), field->name) != names.end();
      });
    }
    const auto layout = layout_of(request, candidate);
    return layout.has_value() && is_row(*layout, rule, candidate.line);
  });
  if (header) return *header;
  if (by_name)
    return fail(Code::kInvalidInput, "no line in the first kilobytes has all the columns that were named: " +
                                         describe_columns(head, request.separator, fields));
  return fail(Code::kInvalidInput, "no line in the first kilobytes has a time in " + fields[0]->describe() +
                                       " and a number in " + fields[1]->describe() + ": " +
                                       describe_columns(head, request.separator, fields));
}

/// Looks at the first row: a stamp without a zone, where none was said, is an error of the user's and not of
/// a row.
Result<void> check_first_row(std::string_view head, std::size_t from, const Layout& layout,
                             const TimeRule& rule) {
  std::string_view rest = head.substr(from), line;
  while (take_line(rest, line)) {
    if (!is_row(layout, rule, line)) continue;
    Fields fields;
    fields.split(line, layout.separator);
    if (rule.lacks_zone() && !parse_iso8601(fields[layout.time])->has_zone)
      return fail(zone_is_missing("this log"));
    return {};
  }
  return {};  // Rows may come later; that there were none at all is said at the end.
}

}  // namespace

bool Fields::split(std::string_view line, char separator) {
  size_ = 0;
  const char* at = line.data();
  const char* const end = at + line.size();
  for (;;) {
    if (size_ == kMost) return false;
    const char* begin = at;
    if (at != end && *at == '"') {
      begin = ++at;
      while (at != end && (*at != '"' || (at + 1 != end && at[1] == '"'))) at += *at == '"' ? 2 : 1;
      if (at == end) return false;
      pieces_[size_++] = {begin, static_cast<std::size_t>(at - begin)};
      ++at;
      if (at != end && *at != separator) return false;
    } else {
      at = find_byte(at, end, separator);
      pieces_[size_++] = {begin, static_cast<std::size_t>(at - begin)};
    }
    if (at == end) return true;
    ++at;
  }
}

Result<std::unique_ptr<LineParser>> open_table(std::string_view head, TableRequest request,
                                               const std::optional<Zone>& zone) {
  ASSAY_TRY(TimeRule rule, TimeRule::create(request.time, zone));
  if (request.decimal_comma && request.separator == ',')
    return fail(Code::kInvalidInput, "a decimal comma and columns separated by commas cannot be told apart");
  const auto fields = wanted(request);
  const bool by_name =
      std::any_of(fields.begin(), fields.end(), [](const Field* field) { return !field->name.empty(); });
  ASSAY_TRY(const Header header, find_header(head, request, rule, by_name));
  if (request.decimal_comma && header.separator == ',')
    return fail(Code::kInvalidInput, "a decimal comma and columns separated by commas cannot be told apart");
  ASSAY_TRY(Layout layout, layout_of(request, header));
  const std::size_t first_byte = by_name ? header.bytes_through : header.bytes_before;
  ASSAY_OK(check_first_row(head, first_byte, layout, rule));

  LogTraits traits = std::move(request.traits);
  traits.clock = rule.utc() ? LogClock::kUtc : LogClock::kRelative;
  traits.timing = Timing::kStamped;
  traits.first_byte = static_cast<std::int64_t>(first_byte);
  traits.first_line = header.number + (by_name ? 1 : 0);
  std::vector<record::Channel> channels;
  for (TableChannel& channel : request.channels) {
    traits.channels.push_back(std::move(channel.key));
    channels.push_back(std::move(channel.channel));
  }
  return std::make_unique<TableParser>(std::move(traits), std::move(layout), std::move(rule),
                                       std::move(channels));
}

namespace {

bool is_csv(std::string_view) { return false; }  // Only a mapping says what a table means.

Result<std::unique_ptr<LineParser>> open_csv(std::string_view head, const LogOptions& options) {
  if (!options.mapping)
    return fail(Code::kInvalidInput,
                "a CSV was expected to come with a mapping: which column is the time, in which unit, and "
                "which is the "
                "power, or the voltage and current");
  const Mapping& mapping = *options.mapping;
  ASSAY_TRY(PowerFormula formula, power_formula(mapping));
  if (!options.boundary)
    return fail(Code::kInvalidInput,
                "a CSV does not say what was measured: say dc_input, ac_input, board or rail");
  TableRequest request;
  request.time = mapping.time;
  request.separator = mapping.separator;
  request.decimal_comma = mapping.decimal_comma;
  request.traits.position = options.position.value_or(*mapping.position);
  request.traits.interval_ns = mapping.interval_ns ? mapping.interval_ns : options.interval_ns;
  TableChannel power;
  power.channel = channel_of_key("power", request.traits.position);
  power.channel.boundary = *options.boundary;
  power.channel.accuracy = combined_accuracy(formula, options.accuracy);
  power.channel.facts["power from"] = formula.basis;
  power.key = safe_name(mapping.id.empty() ? "power" : mapping.id);
  power.first = std::move(formula.first);
  power.second = std::move(formula.second);
  power.scale = formula.scale;
  request.channels.push_back(std::move(power));
  return open_table(head, std::move(request), options.zone);
}

}  // namespace

const Format kCsv = {"csv", "any table in text, by a mapping that says what its columns are", is_csv,
                     open_csv};

}  // namespace assay::powerlog
