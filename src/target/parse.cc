#include "target/parse.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "base/text.h"
#include "yaml/document.h"
#include "yaml/reader.h"

namespace assay::target {
namespace {

using yaml::MapReader;
using yaml::Problems;
using yaml::read_list;

constexpr double kMost = 1e9;
/// Sources print three or four digits: a product may differ by what that rounds away.
constexpr double kRounding = 0.006;

bool agree(double a, double b) { return std::abs(a - b) <= kRounding * std::max(std::abs(a), std::abs(b)); }

/// A year, a month of it, or a day.
bool is_date(std::string_view text) {
  static constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() != 4 && text.size() != 7 && text.size() != 10) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (kShape[i] == '-' ? text[i] != '-' : text[i] < '0' || text[i] > '9') return false;
  return true;
}

class Parser {
 public:
  explicit Parser(Problems& problems) : problems_(problems) {}

  Target read(const YAML::Node& document) {
    MapReader root(document, "", problems_);
    if (!root.is_map()) return {};
    int version = 0;
    root.integer("assay_target", version, 1, 1);
    need(root, "assay_target", "1, the version of this format");
    for (auto [key, field] :
         {std::pair{"id", &t_.id}, {"name", &t_.name}, {"vendor", &t_.vendor}, {"soc", &t_.soc}})
      text(root, key, *field);
    root.choice("kind", t_.kind, {"module", "board", "card", "server"});
    need(root, "kind", "module, board, card or server");
    read_sources(root);
    root.strings("recognised_by", t_.recognised_by);
    root.strings("board_says", t_.board_says);
    read_modes(root);
    read_list(root, "units", problems_, [&](MapReader item) { read_unit(item); });
    if (auto map = root.map("memory")) read_memory(*map);
    read_list(root, "io", problems_, [&](MapReader item) { t_.io.push_back(words(item)); });
    quantity(root, "tdp", "W", t_.tdp_w);
    quantity(root, "temperature_limit", "degC", t_.temperature_limit_c);
    quantity(root, "supply_limit", "W", t_.supply_limit_w);
    quantity(root, "die_area", "mm2", t_.die_area_mm2);
    for (auto [key, field] : {std::pair{"supply", &t_.supply},
                              {"cooling", &t_.cooling},
                              {"technology", &t_.technology},
                              {"integration", &t_.integration},
                              {"availability", &t_.availability}})
      if (auto map = root.map(key)) *field = words(*map);
    read_list(root, "prices", problems_, [&](MapReader item) { read_price(item); });
    read_list(root, "sensors", problems_, [&](MapReader item) { read_sensor(item); });
    read_list(root, "contradictions", problems_, [&](MapReader item) { read_contradiction(item); });
    root.done();
    if (t_.units.empty()) problems_.add(root.mark(), "units", "expected at least one unit, found none");
    return std::move(t_);
  }

 private:
  void need(MapReader& root, std::string_view key, const std::string& what) {
    if (!root.has(key)) root.complain(key, "expected " + what + "; it is missing");
  }

  void text(MapReader& root, std::string_view key, std::string& out) {
    root.text(key, out);
    if (out.empty()) root.complain(key, "expected a text; it is missing or empty");
  }

  void date(MapReader& root, std::string& out) {
    text(root, "date", out);
    if (!out.empty() && !is_date(out) && out != kUndated)
      root.complain("date", "expected YYYY, YYYY-MM or YYYY-MM-DD, or undated, found '" + out + "'");
  }

  void read_sources(MapReader& root) {
    need(root, "sources", "the documents that the values come from");
    const YAML::Node node = root.node("sources");
    if (!root.has("sources")) return;
    if (!node.IsMap() || node.size() == 0)
      return root.complain("sources",
                           "expected a map (short name: {title, date}), found " + yaml::describe(node));
    for (const auto& entry : node) {
      const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
      MapReader item(entry.second, "sources." + key, problems_);
      Source& source = t_.sources[key];
      text(item, "title", source.title);
      date(item, source.date);
      item.done();
    }
  }

  /// The keys that say where a value comes from, in the map that holds the value.
  Cite cite(MapReader& root) {
    Cite cite;
    root.text("source", cite.source);
    root.text("where", cite.where);
    root.text("derived", cite.derived);
    root.text("note", cite.note);
    if (cite.source.empty())
      root.complain("source", "expected the short name of a source: a value without one is not kept");
    else if (!t_.sources.contains(cite.source)) {
      std::vector<std::string_view> known;
      for (const auto& [name, source] : t_.sources) known.push_back(name);
      const std::string nearest = nearest_word(cite.source, known);
      root.complain("source", "no source is called '" + cite.source + "'" +
                                  (nearest.empty() ? "" : ": did you mean '" + nearest + "'?"));
    }
    return cite;
  }

  Words words(MapReader root) {
    Words words;
    text(root, "text", words.text);
    words.cite = cite(root);
    root.done();
    return words;
  }

  void quantity(MapReader& root, std::string_view key, const char* unit, std::optional<Quantity>& out) {
    auto map = root.map(key);
    if (!map) return;
    Quantity read;
    read.unit = unit;
    need(*map, "value", "a number");
    map->number("value", read.value, 0, kMost, unit);
    read.cite = cite(*map);
    if (const std::string& derived = read.cite.derived; !derived.empty()) check(*map, derived, read.value);
    map->done();
    if (!(read.value > 0)) map->complain("value", "expected a number above zero");
    out = std::move(read);
  }

  /// What is derived is calculated again.
  void check(MapReader& root, const std::string& derived, double value) {
    const auto result = product(derived);
    if (!result)
      root.complain("derived", result.error().message);
    else if (!agree(*result, value))
      root.complain("derived",
                    "'" + derived + "' is " + std::to_string(*result) + ", not " + std::to_string(value));
  }

  void read_memory(MapReader root) {
    if (auto map = root.map("type")) t_.memory = words(*map);
    quantity(root, "size", "GB", t_.memory_gb);
    quantity(root, "bandwidth", "GB/s", t_.memory_gb_per_s);
    root.done();
  }

  void read_modes(MapReader& root) {
    read_list(root, "power_modes", problems_, [&](MapReader item) {
      PowerMode mode;
      text(item, "name", mode.name);
      item.strings("aliases", mode.aliases);
      if (item.has("budget")) item.number("budget", mode.budget_w.emplace(), 0, kMost, "W");
      std::map<std::string, std::string> clocks;
      item.string_map("clocks", clocks);
      for (const auto& [unit, clock] : clocks) {
        double mhz = 0;
        const auto [end, error] = std::from_chars(clock.data(), clock.data() + clock.size(), mhz);
        if (error != std::errc() || !(mhz > 0) || std::string_view(end) != " MHz")
          item.complain("clocks", "expected clocks such as {GPU: 612 MHz}, found '" + clock + "'");
        mode.clock_mhz[unit] = mhz;
      }
      item.string_map("active", mode.active);
      item.text("command", mode.command);
      item.boolean("default", mode.is_default);
      mode.cite = cite(item);
      item.done();
      if (std::ranges::count(t_.power_modes, mode.name, &PowerMode::name) > 0)
        item.complain("name", "two power modes are called '" + mode.name + "'");
      t_.power_modes.push_back(std::move(mode));
    });
  }

  void read_unit(MapReader root) {
    Unit unit;
    text(root, "name", unit.name);
    root.choice("kind", unit.kind, {"cpu", "gpu", "dla", "npu", "tpu", "vpu", "fpga"});
    need(root, "kind", "cpu, gpu, dla, npu, tpu, vpu or fpga");
    root.strings("accelerators", unit.accelerators);
    need(root, "description", "what the unit is");
    if (auto map = root.map("description")) unit.description = words(*map);
    if (auto map = root.map("formats")) unit.formats = words(*map);
    if (auto map = root.map("on_chip_memory")) unit.on_chip_memory = words(*map);
    read_list(root, "peaks", problems_, [&](MapReader item) { read_peak(item, unit); });
    root.done();
    for (const std::string& name : unit.accelerators)
      if (!names_.insert(name).second) root.complain("accelerators", "two units are called '" + name + "'");
    if (!names_.insert(unit.name).second) root.complain("name", "two units are called '" + unit.name + "'");
    t_.units.push_back(std::move(unit));
  }

  void read_peak(MapReader root, Unit& unit) {
    Peak peak;
    root.choice("precision", peak.precision, {"fp32", "tf32", "fp16", "bf16", "int8", "int4"});
    need(root, "precision", "fp32, tf32, fp16, bf16, int8 or int4");
    root.text("mode", peak.mode);
    if (!peak.mode.empty() && std::ranges::count(t_.power_modes, peak.mode, &PowerMode::name) == 0)
      root.complain("mode", "'" + peak.mode + "' is none of power_modes");
    if (root.has("dense")) root.number("dense", peak.dense.emplace(), 0, kMost, "GOPS");
    if (root.has("sparse")) root.number("sparse", peak.sparse.emplace(), 0, kMost, "GOPS");
    peak.cite = cite(root);
    root.done();
    const bool good = (!peak.dense || *peak.dense > 0) && (!peak.sparse || *peak.sparse > 0);
    if (!good || (!peak.dense && !peak.sparse))
      return root.complain("dense", "expected dense, sparse or both, in GOPS above zero");
    if (peak.dense && peak.sparse && *peak.dense > *peak.sparse)
      root.complain("sparse", "is less than dense: was one taken for the other?");
    if (const std::string& derived = peak.cite.derived; !derived.empty()) {
      check(root, derived, peak.dense ? *peak.dense : *peak.sparse);
      if (peak.dense && peak.sparse && !agree(2 * *peak.dense, *peak.sparse))
        root.complain("sparse", "a derived dense peak has the sparse one at twice its rate");
    }
    for (const Peak& other : unit.peaks)
      if (other.precision == peak.precision && other.mode == peak.mode)
        root.complain("precision", "two peaks of " + unit.name + " are for " + peak.precision +
                                       (peak.mode.empty() ? "" : " in " + peak.mode));
    unit.peaks.push_back(std::move(peak));
  }

  void read_price(MapReader root) {
    Price price;
    need(root, "amount", "a number");
    root.number("amount", price.amount, 0, kMost);
    root.choice("currency", price.currency, {"USD", "EUR"});
    need(root, "currency", "USD or EUR");
    date(root, price.date);
    text(root, "of", price.of);
    price.cite = cite(root);
    root.done();
    if (!(price.amount > 0)) root.complain("amount", "expected a number above zero");
    t_.prices.push_back(std::move(price));
  }

  void read_sensor(MapReader root) {
    SensorHint hint;
    text(root, "channel", hint.channel);
    text(root, "tells", hint.tells);
    hint.cite = cite(root);
    root.done();
    t_.sensors.push_back(std::move(hint));
  }

  void read_contradiction(MapReader root) {
    Contradiction c;
    text(root, "about", c.about);
    text(root, "found", c.found);
    text(root, "chosen", c.chosen);
    root.done();
    t_.contradictions.push_back(std::move(c));
  }

  Problems& problems_;
  Target t_;
  std::set<std::string> names_;
};

}  // namespace

Result<double> product(std::string_view derived) {
  double result = 1;
  for (std::size_t at = 0;;) {
    const std::size_t end = std::min(derived.find(" x ", at), derived.size());
    const std::string_view factor = trim(derived.substr(at, end - at));
    double value = 0;
    if (std::from_chars(factor.data(), factor.data() + factor.size(), value).ec != std::errc() ||
        !std::isfinite(value))
      return fail(Code::kInvalidInput,
                  "expected factors such as '8 SM x 0.765 GHz', each beginning with its number, found '" +
                      std::string(factor) + "'");
    result *= value;
    if (end == derived.size()) return result;
    at = end + 3;
  }
}

Result<Target> parse_target(std::string_view text, const std::filesystem::path& source) {
  Target target;
  const auto read = [&](const YAML::Node& document, Problems& problems) {
    target = Parser(problems).read(document);
    if (problems.empty() && target.id != source.stem().string())
      problems.add(document.Mark(), "id",
                   "expected the file's name, '" + source.stem().string() + "', found '" + target.id + "'");
  };
  ASSAY_OK(yaml::read_yaml(text, source, "a target", read));
  return target;
}

}  // namespace assay::target
