// What the prose beside a table claims of it: "achieves 71.6 FPS", "a peak of 22 TOPS for INT8".
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>

#include "audit/rules.h"
#include "audit/words.h"
#include "base/text.h"

namespace assay::audit {
namespace {

using D = Dimension;
using Q = Quantity;

struct Claim {
  Quantity quantity;
  Cell cell;  ///< The number, as the prose has it.
  std::optional<std::string> precision;
};

/// Sentences end at a point that a blank and a capital follow: not at "et al. achieve".
std::vector<std::string> sentences_of(std::string_view text) {
  std::vector<std::string> sentences;
  std::size_t begin = 0;
  for (std::size_t at = 0; at + 2 < text.size(); ++at) {
    if (text[at] != '.' || text[at + 1] != ' ' || std::isupper(static_cast<unsigned char>(text[at + 2])) == 0)
      continue;
    sentences.emplace_back(text.substr(begin, at - begin));
    begin = at + 2;
  }
  sentences.emplace_back(text.substr(begin));
  return sentences;
}

std::string_view without_punctuation(std::string_view word) {
  while (!word.empty() && std::string_view(".,;:)!?").find(word.back()) != std::string_view::npos)
    word.remove_suffix(1);
  while (!word.empty() && word.front() == '(') word.remove_prefix(1);
  return word;
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// Whether one of the words in [first, last) is among `wanted`.
bool any_word(const std::vector<std::string>& words, std::size_t first, std::size_t last,
              std::initializer_list<std::string_view> wanted) {
  for (std::size_t i = first; i < std::min(last, words.size()); ++i)
    if (is_one_of(lower(without_punctuation(words[i])), wanted)) return true;
  return false;
}

/// Which quantity a number of this dimension is, by the words of its sentence; absent: it may be several.
std::optional<Quantity> quantity_of(D dimension, const std::vector<std::string>& sentence) {
  const auto says = [&](std::string_view phrase) { return has_phrase(sentence, phrase); };
  switch (dimension) {
    case D::kRate:
      return Q::kRate;
    case D::kOpRate:
      return says("peak") || says("theoretical") ? Q::kPeak : Q::kGops;
    case D::kOpEfficiency:
      return Q::kGopsPerWatt;
    case D::kRateEfficiency:
      return Q::kRatePerWatt;
    case D::kEnergy:
      return says("energy") ? std::optional(Q::kEnergy) : std::nullopt;
    case D::kPower:
      if (says("idle")) return Q::kIdlePower;
      return says("power") ? std::optional(Q::kPower) : std::nullopt;
    case D::kTime:
      return says("inference time") ? std::optional(Q::kInferenceTime) : std::nullopt;
    default:
      return std::nullopt;
  }
}

/// The one precision that a sentence names; of several the one that follows the number before the next comma.
std::optional<std::string> precision_of(const std::vector<std::string>& words, std::size_t behind) {
  std::set<std::string> all;
  for (const std::string& word : words)
    if (const auto precision = precision_in(without_punctuation(word))) all.insert(*precision);
  if (all.size() == 1) return *all.begin();
  constexpr std::size_t kReach = 3;
  for (std::size_t i = behind; i < std::min(words.size(), behind + kReach); ++i) {
    if (const auto precision = precision_in(without_punctuation(words[i]))) return precision;
    if (words[i].ends_with(',') || words[i] == "and") break;
  }
  return std::nullopt;
}

/// The claims of one sentence. What is hedged, cited from elsewhere or said of no table's number is none.
std::vector<Claim> claims_of(const std::string& sentence, int line) {
  std::vector<Claim> claims;
  std::vector<std::string> words;
  for (std::string& word : split(sentence, ' '))
    if (!word.empty()) words.push_back(std::move(word));
  const std::vector<std::string> bare = words_of(sentence);
  const bool cited = has_phrase(bare, "et al") || std::ranges::any_of(words, [](const std::string& word) {
                       return word.starts_with('[') && word.size() > 2 &&
                              std::isdigit(static_cast<unsigned char>(word[1])) != 0;
                     });
  if (cited) return claims;
  const bool asserts =
      any_word(words, 0, words.size(),
               {"achieves", "achieved", "achieve", "reaches", "reached", "reach", "delivers", "delivered",
                "obtains", "obtained", "attains", "attained", "yields", "yielded", "runs", "ran"});
  for (std::size_t i = 0; i < words.size(); ++i) {
    const CellNumber read = read_cell(without_punctuation(words[i]), {});
    if (read.reading != Reading::kNumber) continue;
    std::string_view unit_text = read.unit;
    std::size_t behind = i + 1;
    if (unit_text.empty() && i + 1 < words.size()) unit_text = without_punctuation(words[behind++]);
    const Unit* unit = find_unit(unit_text);
    if (!unit && lower(unit_text) == "inferences" && any_word(words, behind, behind + 1, {"per"}))
      unit = find_unit("1/s");
    if (!unit && lower(unit_text) == "frames" && any_word(words, behind, behind + 1, {"per"}))
      unit = find_unit("1/s");
    const auto quantity = unit ? quantity_of(unit->dimension, bare) : std::nullopt;
    if (!quantity) continue;
    // "The 15 W power mode": set, not measured.
    constexpr std::size_t kNear = 2;
    if (any_word(words, behind, behind + kNear, {"mode", "supply", "budget", "limit", "profile", "tdp"}))
      continue;
    constexpr std::size_t kReach = 3;
    const std::size_t from = i > kReach ? i - kReach : 0;
    if (any_word(words, from, i,
                 {"about", "around", "approximately", "nearly", "almost", "roughly", "over", "under", "than",
                  "below", "above", "some", "circa", "ca", "between", "by"}))
      continue;
    // "up to 71.6 FPS", but not "compared to".
    const bool up_to = i >= 2 && lower(words[i - 1]) == "to" && lower(words[i - 2]) == "up";
    const bool extreme = up_to || any_word(words, from, i, {"maximum", "highest", "best"});
    if (!asserts && !extreme && *quantity != Q::kPeak) continue;
    claims.push_back({*quantity, Cell{read.number, unit->scale, std::string(unit_text), "the text", line, 0},
                      precision_of(words, behind)});
  }
  return claims;
}

struct Candidate {
  const Entry* entry;
  std::size_t table, number;
};

/// Bits of "INT16"; absent: no integer format.
std::optional<int> integer_bits(const std::optional<std::string>& precision) {
  if (!precision || !precision->starts_with("INT")) return std::nullopt;
  return std::stoi(precision->substr(3));
}

/// Whether the line says itself which tables it is of, or its sentence names one of these entries by `named`,
/// compares it with nothing and is "on" no device but theirs: else what it says may be of anything.
bool is_about(const Passage& passage, const std::string& sentence, const std::set<Label>& named) {
  static constexpr std::string_view kComparing[] = {"unlike",  "than",    "versus", "vs",      "compared",
                                                    "instead", "whereas", "while",  "contrast"};
  const std::vector<std::string> bare = words_of(sentence);
  const auto says = [&](std::string_view word) { return has_phrase(bare, word); };
  const bool elsewhere = says("on") && !named.contains(Label::kDevice);
  return passage.assigned || (!named.empty() && !elsewhere && std::ranges::none_of(kComparing, says));
}

/// Keeps the entries that a sentence names, where it names some of them. Returns by what it does.
std::set<Label> keep_named(std::vector<Candidate>& candidates, const std::string& sentence) {
  constexpr std::size_t kTelling = 4;
  const std::string bare = bare_name(sentence);
  std::set<Label> by;
  for (const Label label : {Label::kDevice, Label::kAccelerator, Label::kModel}) {
    const auto named = [&](const Candidate& candidate) {
      const std::string name = bare_name(candidate.entry->label(label));
      return name.size() >= kTelling && bare.find(name) != std::string::npos;
    };
    if (std::ranges::none_of(candidates, named)) continue;
    std::erase_if(candidates, [&](const Candidate& c) { return !named(c); });
    by.insert(label);
  }
  return by;
}

/// A peak claimed for a wider integer format than the table's is no more than the table's.
void check_wider_claim(const Document& document, const Passage& passage, const std::string& sentence,
                       const Claim& claim, std::vector<Finding>& findings) {
  const auto bits = integer_bits(claim.precision);
  if (claim.quantity != Q::kPeak || !bits) return;
  std::vector<Candidate> candidates;
  for (const std::size_t table : passage.tables)
    for (std::size_t e = 0; e < document.tables[table].entries.size(); ++e) {
      const Entry& entry = document.tables[table].entries[e];
      const auto narrower = integer_bits(precision_in(entry.label(Label::kPrecision)));
      if (entry.find(Q::kPeak) && narrower && *narrower < *bits) candidates.push_back({&entry, table, e});
    }
  if (!is_about(passage, sentence, keep_named(candidates, sentence))) return;
  for (const Candidate& candidate : candidates) {
    const Cell& peak = *candidate.entry->find(Q::kPeak);
    if (!below(peak.cut(), claim.cell.cut())) continue;
    findings.push_back(finding_at("text", Severity::kSuspicion, candidate.table, candidate.number,
                                  {reference(Q::kPeak, claim.cell), reference(Q::kPeak, peak)},
                                  "the text (line " + std::to_string(passage.line) + ") says " +
                                      with_unit(claim.cell) + ", peak for " + *claim.precision + "; table " +
                                      document.tables[candidate.table].id + " has " + with_unit(peak) +
                                      " for the narrower " + candidate.entry->label(Label::kPrecision)));
  }
}

void check_claim(const Document& document, const Passage& passage, const std::string& sentence,
                 const Claim& claim, std::vector<Finding>& findings) {
  std::vector<Candidate> candidates;
  for (const std::size_t table : passage.tables)
    for (std::size_t e = 0; e < document.tables[table].entries.size(); ++e) {
      const Entry& entry = document.tables[table].entries[e];
      if (entry.find(claim.quantity) &&
          (!claim.precision || precision_in(entry.label(Label::kPrecision)) == claim.precision))
        candidates.push_back({&entry, table, e});
    }
  const bool about = is_about(passage, sentence, keep_named(candidates, sentence));
  const Interval claimed = claim.cell.cut();
  const auto agrees = [&](const Candidate& c) { return meet(claimed, c.entry->find(claim.quantity)->cut()); };
  if (candidates.empty() || std::ranges::any_of(candidates, agrees)) return;
  std::set<double> values;
  for (const Candidate& candidate : candidates) values.insert(candidate.entry->find(claim.quantity)->value());
  const Cell& first = *candidates[0].entry->find(claim.quantity);
  Finding finding;
  finding.rule = "text";
  // Of several different values, or of another device, it may be none that the sentence means.
  finding.severity = about && values.size() == 1 ? Severity::kContradiction : Severity::kSuspicion;
  finding.table = candidates[0].table;
  for (const Candidate& candidate : candidates)
    finding.concerned.emplace_back(candidate.table, candidate.number);
  finding.cells = {reference(claim.quantity, claim.cell), reference(claim.quantity, first)};
  std::string where;
  std::set<std::string> tables;
  for (const Candidate& candidate : candidates)
    if (tables.insert(document.tables[candidate.table].id).second)
      where += (where.empty() ? "" : ", ") + document.tables[candidate.table].id;
  const std::string what =
      std::string(info_of(claim.quantity).name) + (claim.precision ? " for " + *claim.precision : "");
  const std::string unit(base_unit(info_of(claim.quantity).dimension));
  finding.evidence = "the text (line " + std::to_string(passage.line) + ") says " + with_unit(claim.cell) +
                     ", " + what + "; table " + where + " has ";
  if (values.size() == 1)
    finding.evidence +=
        with_unit(first) + ": the text's is " + percent_off(claim.cell.value(), first.value());
  else
    finding.evidence += number_text(*values.begin()) + " to " + number_text(*values.rbegin()) + " " + unit +
                        ", and nothing that rounds to it";
  findings.push_back(std::move(finding));
}

}  // namespace

void check_text(const Document& document, std::vector<Finding>& findings) {
  for (const Passage& passage : document.passages)
    for (const std::string& sentence : sentences_of(passage.text))
      for (const Claim& claim : claims_of(sentence, passage.line)) {
        check_claim(document, passage, sentence, claim, findings);
        check_wider_claim(document, passage, sentence, claim, findings);
      }
}

}  // namespace assay::audit
