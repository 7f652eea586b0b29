#include "target/catalogue.h"

#include <algorithm>
#include <cctype>

#include "base/file.h"
#include "base/resources.h"
#include "base/text.h"
#include "target/parse.h"

namespace assay::target {
namespace {

namespace fs = std::filesystem;

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

bool same(std::string_view a, std::string_view b) { return lower(a) == lower(b); }

/// nvpmodel's names as they are meant: its status adds the number, older releases begin with MODE_.
std::string bare_mode(std::string_view name) {
  std::string text = lower(trim(name.substr(0, name.find(" ("))));
  return text.starts_with("mode_") ? text.substr(5) : text;
}

/// Runs of letters and digits, in lower case.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool within = false;
  for (const char c : text) {
    const bool part = std::isalnum(static_cast<unsigned char>(c)) != 0;
    if (part && !within) words.emplace_back();
    if (part) words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    within = part;
  }
  return words;
}

bool recognises(const Target& target, const record::MachineFacts& machine) {
  return target.kind != "card" && std::ranges::any_of(machine, [&](const auto& fact) {
           return fact.first != "power_mode" && says(fact.second, target.recognised_by);
         });
}

std::optional<record::Cited> cited(const Target& target, const std::optional<Quantity>& quantity) {
  if (!quantity) return std::nullopt;
  return record::Cited{quantity->value, in_words(target, quantity->cite)};
}

}  // namespace

Result<fs::path> targets_folder() {
  const fs::path home = home_directory();
  if (home.empty())
    return fail(Code::kUnavailable,
                "no folder with models/, tools/ and targets/ above the program: set ASSAY_HOME");
  return home / "targets";
}

Result<Catalogue> Catalogue::open(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    if (it->path().extension() == ".yaml") files.push_back(it->path());
  if (error)
    return fail(Code::kNotFound, folder.string() + ": expected the target catalogue: " + error.message());
  std::ranges::sort(files);
  Catalogue catalogue;
  for (const fs::path& file : files) {
    ASSAY_TRY(const std::string text, read_file(file));
    ASSAY_TRY(Target target, parse_target(text, file));
    catalogue.targets_.push_back(std::move(target));
  }
  return catalogue;
}

Result<const Target*> Catalogue::find(std::string_view id) const {
  const auto found = std::ranges::find(targets_, id, &Target::id);
  if (found != targets_.end()) return &*found;
  std::vector<std::string_view> ids;
  for (const Target& target : targets_) ids.push_back(target.id);
  const std::string nearest = nearest_word(id, ids);
  return fail(Code::kInvalidInput,
              "no target is called '" + std::string(id) + "'" +
                  (nearest.empty() ? "; `assay targets` lists them" : ": did you mean '" + nearest + "'?"));
}

const Target* Catalogue::recognise(const record::MachineFacts& machine) const {
  const Target* only = nullptr;
  for (const Target& target : targets_) {
    if (!recognises(target, machine)) continue;
    if (only) return nullptr;
    only = &target;
  }
  return only;
}

Result<const Unit*> unit_of(const Target& target, std::string_view accelerator) {
  std::string units;
  for (const Unit& unit : target.units) {
    if (same(unit.name, accelerator)) return &unit;
    for (const std::string& name : unit.accelerators)
      if (same(name, accelerator)) return &unit;
    units += (units.empty() ? "" : ", ") + unit.name;
  }
  return fail(Code::kInvalidInput,
              "target " + target.id + " has no unit '" + std::string(accelerator) + "': it has " + units);
}

bool same_power_mode(std::string_view a, std::string_view b) { return bare_mode(a) == bare_mode(b); }

bool says(std::string_view text, const std::vector<std::string>& phrases) {
  const std::vector<std::string> told = words_of(text);
  return std::ranges::any_of(phrases, [&](std::string_view phrase) {
    const bool to_the_end = phrase.ends_with('$');
    const std::vector<std::string> words = words_of(phrase);
    if (words.empty() || words.size() > told.size()) return false;
    if (to_the_end)
      return std::equal(words.begin(), words.end(), told.end() - static_cast<std::ptrdiff_t>(words.size()));
    return !std::ranges::search(told, words).empty();
  });
}

record::MachineFacts machine_facts(const record::Environment& environment) {
  record::MachineFacts machine{{"cpu", environment.cpu_model}};
  for (const char* key : {"board", "compatible", "power_mode"})
    if (const auto fact = environment.facts.find(key); fact != environment.facts.end())
      machine[key] = fact->second;
  return machine;
}

bool is_board(const std::vector<std::string>& board_says, const record::MachineFacts& machine) {
  if (board_says.empty()) return true;
  const auto board = machine.find("board");
  return board != machine.end() && says(board->second, board_says);
}

const PowerMode* find_mode(const Target& target, std::string_view name) {
  if (name.empty()) return nullptr;
  for (const PowerMode& mode : target.power_modes) {
    if (same_power_mode(mode.name, name)) return &mode;
    for (const std::string& alias : mode.aliases)
      if (same_power_mode(alias, name)) return &mode;
  }
  return nullptr;
}

Result<record::TargetFacts> facts_of(const Target& target, std::string_view accelerator,
                                     std::string_view power_mode) {
  ASSAY_TRY(const Unit* unit, unit_of(target, accelerator));
  if (!power_mode.empty() && !find_mode(target, power_mode)) {
    std::string modes;
    for (const PowerMode& mode : target.power_modes) modes += (modes.empty() ? "" : ", ") + mode.name;
    return fail(Code::kInvalidInput,
                "target " + target.id + " has no power mode '" + std::string(power_mode) + "'" +
                    (modes.empty() ? ": the catalogue knows none; leave power_mode out"
                                   : ": the catalogue knows " + modes +
                                         "; of a mode of your own leave power_mode out, and "
                                         "declare its peaks under `peaks`"));
  }
  record::TargetFacts facts;
  facts.id = target.id;
  facts.name = target.name;
  facts.card = target.kind == "card";
  facts.unit = unit->name;
  facts.power_mode = power_mode;
  if (const PowerMode* mode = find_mode(target, power_mode)) {
    facts.power_mode_names = mode->aliases;
    facts.power_mode_names.push_back(mode->name);
  }
  for (const PowerMode& mode : target.power_modes) {
    facts.known_power_modes.push_back(mode.name);
    facts.known_power_modes.insert(facts.known_power_modes.end(), mode.aliases.begin(), mode.aliases.end());
  }
  facts.temperature_limit_c = cited(target, target.temperature_limit_c);
  facts.supply_limit_w = cited(target, target.supply_limit_w);
  facts.die_area_mm2 = cited(target, target.die_area_mm2);
  // Costs are compared in dollars; another currency stands in only where there is no dollar price at all.
  std::vector<const Price*> dated;
  for (const Price& price : target.prices)
    if (price.date != kUndated) dated.push_back(&price);
  const auto dollars = std::ranges::find(dated, "USD", &Price::currency);
  if (!dated.empty()) {
    const Price& price = dollars != dated.end() ? **dollars : *dated.front();
    facts.price = record::Cited{price.amount, in_words(target, price.cite)};
    facts.price_currency = price.currency;
    facts.price_date = price.date;
    facts.price_of = price.of;
  } else if (!target.prices.empty()) {
    const Price& price = target.prices.front();
    facts.price_absent = "the price that is known bears no date (" + price.currency + ", for " + price.of +
                         ": " + in_words(target, price.cite) + ")";
  }
  facts.recognised_by = target.recognised_by;
  facts.board_says = target.board_says;
  for (const SensorHint& hint : target.sensors) facts.sensors.push_back(hint.channel);
  return facts;
}

Result<std::vector<record::Peak>> peaks_of(const Target& target, const std::string& accelerator,
                                           std::string_view stated_mode, std::string_view found_mode,
                                           bool sparse) {
  ASSAY_TRY(const Unit* unit, unit_of(target, accelerator));
  const PowerMode* mode = find_mode(target, stated_mode.empty() ? found_mode : stated_mode);
  // A mode of the user's own, or of a release that the catalogue does not know, has clocks that nobody told.
  if (!mode && !bare_mode(found_mode).empty() && !target.power_modes.empty())
    return std::vector<record::Peak>{};
  const auto rate = [&](const Peak& peak) { return sparse && peak.sparse ? peak.sparse : peak.dense; };
  std::vector<const Peak*> best;  // One for each precision.
  for (const Peak& peak : unit->peaks) {
    // A peak without a mode holds for the highest clock: in another mode nobody knows it.
    if ((mode && peak.mode != mode->name) || !rate(peak)) continue;
    const auto other = std::ranges::find(best, peak.precision, &Peak::precision);
    if (other == best.end())
      best.push_back(&peak);
    else if (*rate(peak) > *rate(**other))
      *other = &peak;
  }
  std::vector<record::Peak> peaks;
  for (const Peak* peak : best) {
    std::string words =
        "target " + target.id + " " + unit->name + (sparse && peak->sparse ? ", sparse" : ", dense");
    if (!peak->mode.empty()) words += ", " + peak->mode;
    if (!mode && !target.power_modes.empty()) words += " (the power mode is not known: the highest)";
    record::Peak& known = peaks.emplace_back();
    known.precision = peak->precision;
    known.accelerator = accelerator;
    known.gops = *rate(*peak);
    known.source = words + ": " + in_words(target, peak->cite);
    known.of_target = true;
  }
  return peaks;
}

std::string in_words(const Target& target, const Cite& cite) {
  std::string words = cite.derived.empty() ? "" : cite.derived + "; ";
  if (const auto source = target.sources.find(cite.source); source != target.sources.end())
    words += source->second.title + " (" + source->second.date + ")";
  return words + (cite.where.empty() ? "" : ", " + cite.where);
}

}  // namespace assay::target
