// Sections of the page, one function each, and what they share. Private to report/.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/html_text.h"
#include "report/page.h"
#include "report/summary.h"

namespace assay::report {

// Names in data may be anything: ids are made of positions.
std::string directory_id(std::size_t directory);             ///< "d0"
std::string row_id(std::size_t directory, std::size_t row);  ///< "d0-r3"
std::string note_id(std::size_t directory, int note);        ///< "d0-note-1"
std::string definition_id(std::string_view metric);          ///< "figure-throughput"
std::string_view status_class(record::FigureStatus status);  ///< "ok", "warn", ...
std::string_view severity_class(record::Severity severity);  ///< the same
std::string_view verdict_class(std::string_view verdict);    ///< "OK" -> "ok"

/// A place that the script draws into; `words` say what is to be seen there.
void add_plot(HtmlWriter& html, std::string_view kind, std::string_view words);
void add_row_plot(HtmlWriter& html, std::string_view kind, std::size_t directory, const std::string& row,
                  std::string_view words);

/// "WARN" in its colour; "simulated" and the like.
void add_verdict(HtmlWriter& html, const std::string& verdict);
void add_tag(HtmlWriter& html, const std::string& tag);

/// A number as the tables show it: struck and "invalid" behind it where it is not to be believed.
void add_number(HtmlWriter& html, const std::string& text, bool invalid);
/// A cell of the summary as `td`.
void add_cell(HtmlWriter& html, const Cell& cell, std::size_t directory);
void add_notes(HtmlWriter& html, const std::vector<int>& notes, std::size_t directory);

/// A table that scrolls by itself, by keyboard too, where it is wider than the page.
class Table {
 public:
  Table(HtmlWriter& html, std::string_view kind, const std::string& caption);
  /// Headings; `count` of them from `first` on stand over numbers.
  void head(const std::vector<std::string>& columns, std::size_t first, std::size_t count = 1000);
  HtmlWriter::Element row(Attributes attributes = {});

 private:
  HtmlWriter& html_;
  HtmlWriter::Element scroll_, table_;
};
/// A cell of text, the row's heading (th scope=row), or a right-aligned number.
void text_cell(HtmlWriter& html, std::string_view text);
void heading_cell(HtmlWriter& html, std::string_view text);
void number_cell(HtmlWriter& html, std::string_view text);

/// Two columns of names and texts; nothing where there is none.
void add_pairs(HtmlWriter& html, std::string_view kind, const std::string& caption,
               const std::vector<std::pair<std::string, std::string>>& pairs);

/// The words of the rule with that id; "" for one that this version does not know.
std::string rule_words(std::string_view rule);
/// Findings with what their rules ask for, the evidence, and the figures that they concern.
void add_findings(HtmlWriter& html, const std::vector<record::Finding>& findings);

void add_summary(HtmlWriter& html, const PageDirectory& directory, std::size_t index);
void add_rows(HtmlWriter& html, const PageDirectory& directory, std::size_t index);
void add_samples(HtmlWriter& html, const PageDirectory& directory, std::size_t index);
void add_conditions(HtmlWriter& html, const PageDirectory& directory, std::size_t index);

/// The name of a row on the page, as the summary has it.
std::string row_name(const PageDirectory& directory, const Summary& summary, std::size_t row);

}  // namespace assay::report
