#include "powerlog/import.h"

#include <algorithm>
#include <array>
#include <new>
#include <utility>

#include "powerlog/byte_source.h"

namespace assay::powerlog {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

struct Signature {
  std::string_view bytes, meaning;
};
constexpr std::array<Signature, 8> kSignatures = {
    {{{"\x1f\x8b", 2}, "compressed by gzip: decompress it first"},
     {{"\x28\xb5\x2f\xfd", 4}, "compressed by zstd: decompress it first"},
     {{"\xfd\x37zXZ", 5}, "compressed by xz: decompress it first"},
     {{"BZh", 3}, "compressed by bzip2: decompress it first"},
     {{"PK\x03\x04", 4}, "a zip archive or a spreadsheet: save it as CSV"},
     {{"PAR1", 4}, "Parquet: save it as CSV"},
     {{"\xff\xfe", 2}, "UTF-16: convert it with iconv -f UTF-16 -t UTF-8"},
     {{"\xfe\xff", 2}, "UTF-16: convert it with iconv -f UTF-16 -t UTF-8"}}};

/// Errors: kCorrupt (empty, or not text, with what it is instead where that can be seen).
Result<void> check_text(std::string_view head) {
  if (head.empty()) return fail(Code::kCorrupt, "the log is empty: lines of text were expected");
  for (const Signature& signature : kSignatures)
    if (head.starts_with(signature.bytes))
      return fail(Code::kCorrupt,
                  "lines of text were expected, the file is " + std::string(signature.meaning));
  const auto odd = std::count_if(head.begin(), head.end(), [](unsigned char c) {
    return c < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b;
  });
  // A logger whose machine lost power leaves some zeros; a tenth of the file is another matter.
  if (odd * 10 > static_cast<std::ptrdiff_t>(head.size()))
    return fail(Code::kCorrupt, "lines of text were expected, the file is binary");
  return {};
}

/// The first kilobytes, cut behind the last whole line.
Result<std::string> read_head(const ByteSource& bytes, std::int64_t longest_line) {
  const std::int64_t wanted = std::max<std::int64_t>(64 << 10, longest_line + 1);
  std::string head(static_cast<std::size_t>(std::min(bytes.size(), wanted)), '\0');
  ASSAY_OK(bytes.read(0, head.data(), head.size()));
  ASSAY_OK(check_text(head));
  const auto newline = head.rfind('\n');
  if (newline == std::string::npos)
    return fail(Code::kCorrupt, "the log has no whole line" +
                                    std::string(bytes.size() > wanted ? " in its first kilobytes" : "") +
                                    ": lines that end were expected");
  head.resize(newline + 1);
  return head;
}

std::string first_line_shown(std::string_view head) {
  constexpr std::size_t kShown = 80;
  std::string line(head.substr(0, std::min(head.find('\n'), kShown)));
  std::replace_if(
      line.begin(), line.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, ' ');
  return line;
}

Result<const Format*> choose_format(std::string_view head, const ImportOptions& options) {
  const auto mapped = [](std::string_view name) { return name == kCsv.name || name == kJson.name; };
  if (options.log.mapping && !options.format.empty() && !mapped(options.format))
    return fail(Code::kInvalidInput, "a mapping goes with the formats csv and json, not with " +
                                         options.format + ", whose columns are known");
  if (options.log.mapping && options.format.empty())
    return options.log.mapping->time.field.name.starts_with('/') ? &kJson : &kCsv;
  if (!options.format.empty()) return format_named(options.format);
  if (const Format* format = recognise_format(head)) return format;
  std::string known;
  for (const Format* format : formats())
    if (!mapped(format->name)) known += (known.empty() ? "" : ", ") + std::string(format->name);
  return fail(Code::kInvalidInput,
              "the log is none of those that are known by their content (" + known +
                  "): say its format, or a mapping if it is a table. It begins: " + first_line_shown(head));
}

/// Why there was nothing, in numbers.
std::string summary_of(const Assembled& assembled) {
  std::string text = std::to_string(assembled.lines) + " lines";
  for (const record::Series& series : assembled.series)
    for (const auto& [why, count] : series.rejected)
      text += ", " + series.channel.id + ": " + std::to_string(count) + " " + why;
  for (const auto& [key, value] : assembled.facts)
    if (key.starts_with("first ")) text += ", " + key + " in " + value;
  constexpr std::size_t kShown = 600;
  return text.substr(0, kShown);
}

record::Source source_of(const Assembled& assembled, const Format& format, const ImportOptions& options,
                         const LineParser& parser, std::int64_t bytes) {
  record::Source source;
  source.id = options.source.empty() ? std::string(format.name) : options.source;
  const auto identity = assembled.facts.find("identity");
  source.description = std::string(format.description);
  if (identity != assembled.facts.end())
    source.description = identity->second + ", from a " + source.description;
  source.simulated = assembled.facts.contains("simulated");
  source.facts = assembled.facts;
  source.facts["format"] = format.name;
  source.facts["clock"] = to_string(parser.traits().clock);
  source.facts["bytes"] = std::to_string(bytes);
  if (options.log.zone) source.facts["zone said"] = to_string(*options.log.zone);
  source.reads = assembled.lines;
  source.failed_reads = assembled.bad_lines;
  return source;
}

struct OpenedLog {
  const Format* format = nullptr;
  std::unique_ptr<LineParser> parser;
  std::int64_t first_byte = 0;  ///< Of the lines that the parser is to be given.
};

Result<OpenedLog> open_log(const ByteSource& bytes, const ImportOptions& options) {
  if (options.log.interval_ns) ASSAY_OK(check_interval(*options.log.interval_ns));
  ASSAY_TRY(const std::string whole_head, read_head(bytes, options.tuning.longest_line));
  std::string_view head = whole_head;
  OpenedLog opened;
  if (head.starts_with(kByteOrderMark)) {
    opened.first_byte = static_cast<std::int64_t>(kByteOrderMark.size());
    head.remove_prefix(kByteOrderMark.size());
  }
  ASSAY_TRY(opened.format, choose_format(head, options));
  ASSAY_TRY(opened.parser, opened.format->open(head, options.log));
  opened.first_byte += opened.parser->traits().first_byte;
  return opened;
}

Result<ImportedLog> stream(const ByteSource& bytes, const ImportOptions& options, Sink& sink) {
  ASSAY_TRY(const OpenedLog opened, open_log(bytes, options));
  const Format* const format = opened.format;
  const auto& parser = opened.parser;
  Assembler assembler(*parser, options.source.empty() ? std::string(format->name) : options.source, sink);
  const auto deliver = [&](const Batch& batch, std::int64_t done) {
    auto added = assembler.add(batch);
    if (added && options.progress) options.progress(done, bytes.size());
    return added;
  };
  ASSAY_OK(read_lines(bytes, opened.first_byte, *parser, options.tuning, deliver));
  ASSAY_TRY(Assembled assembled, assembler.finish());
  if (assembled.readings == 0)
    return fail(Code::kCorrupt, "the log has no reading that can be used: " + summary_of(assembled));

  ImportedLog log;
  log.format = format->name;
  log.source = source_of(assembled, *format, options, *parser, bytes.size());
  log.clock = parser->traits().clock;
  log.span = {*assembled.first_ns, *assembled.last_ns};
  log.readings = assembled.readings;
  log.series = std::move(assembled.series);
  if (options.run && log.clock == LogClock::kUtc) {
    const bool said = options.log.mapping && options.log.mapping->time.zone;
    ASSAY_OK(check_overlap(log.span, *options.run, said ? options.log.mapping->time.zone : options.log.zone));
  }
  return log;
}

/// Nothing throws out of the folder.
template <typename Work>
Result<ImportedLog> guarded(const Work& work) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail(Code::kResource, "out of memory: keep less of the log, or stream it");
  }
}

class Collector : public Sink {
 public:
  explicit Collector(const std::optional<TimeSpan>& keep) : keep_(keep) {}
  Result<void> on_channel(std::size_t channel, const record::Channel&) override {
    if (channel >= readings_.size()) readings_.resize(channel + 1);
    return {};
  }
  Result<void> on_readings(std::size_t channel, std::span<const record::Reading> readings) override {
    auto& all = readings_[channel];
    if (!keep_) {
      all.insert(all.end(), readings.begin(), readings.end());
      return {};
    }
    for (const record::Reading& reading : readings) {
      if (reading.end_ns < keep_->begin_ns || reading.end_ns > keep_->end_ns)
        ++outside_;
      else
        all.push_back(reading);
    }
    return {};
  }
  void give_to(ImportedLog& log) {
    for (std::size_t i = 0; i < std::min(log.series.size(), readings_.size()); ++i)
      log.series[i].readings = std::move(readings_[i]);
    log.outside = outside_;
  }

 private:
  std::optional<TimeSpan> keep_;
  std::vector<std::vector<record::Reading>> readings_;
  std::int64_t outside_ = 0;
};

Result<ImportedLog> collect(const ByteSource& bytes, const ImportOptions& options) {
  Collector collector(options.keep);
  ASSAY_TRY(ImportedLog log, stream(bytes, options, collector));
  collector.give_to(log);
  return log;
}

}  // namespace

Result<LogKind> identify_log(const std::filesystem::path& path, const ImportOptions& options) {
  ASSAY_TRY(const auto bytes, open_file(path));
  auto opened = open_log(*bytes, options);
  if (!opened) return fail(opened.error().with_context(path.string()));
  return LogKind{std::string(opened->format->name), opened->parser->traits().clock};
}

Result<ImportedLog> stream_log(const std::filesystem::path& path, const ImportOptions& options, Sink& sink) {
  return guarded([&]() -> Result<ImportedLog> {
    ASSAY_TRY(const auto bytes, open_file(path));
    auto log = stream(*bytes, options, sink);
    if (!log) return fail(log.error().with_context(path.string()));
    return log;
  });
}

Result<ImportedLog> stream_text(std::string_view text, const ImportOptions& options, Sink& sink) {
  return guarded([&] { return stream(*bytes_of(text), options, sink); });
}

Result<ImportedLog> import_log(const std::filesystem::path& path, const ImportOptions& options) {
  return guarded([&]() -> Result<ImportedLog> {
    ASSAY_TRY(const auto bytes, open_file(path));
    auto log = collect(*bytes, options);
    if (!log) return fail(log.error().with_context(path.string()));
    return log;
  });
}

Result<ImportedLog> import_text(std::string_view text, const ImportOptions& options) {
  return guarded([&] { return collect(*bytes_of(text), options); });
}

}  // namespace assay::powerlog
