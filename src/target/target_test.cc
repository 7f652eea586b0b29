#include <gtest/gtest.h>

#include "target/catalogue.h"
#include "target/describe.h"
#include "target/parse.h"

namespace assay::target {
namespace {

/// A small target with two power modes, to be spoilt line by line.
const std::string kGood = R"(assay_target: 1
id: box
name: The Box
vendor: Nobody
soc: N1
kind: board
sources:
  sheet: {title: "Data sheet", date: 2024-05}
recognised_by: [the box]
power_modes:
  - {name: 15W, aliases: [MODE_FIFTEEN], budget: 15 W, clocks: {GPU: 500 MHz}, source: sheet}
  - {name: MAXN, clocks: {GPU: 1000 MHz}, source: sheet}
units:
  - name: GPU
    kind: gpu
    accelerators: [GPU.0]
    description: {text: eight cores, source: sheet}
    peaks:
      - {precision: int8, mode: MAXN, dense: 1000 GOPS, sparse: 2000 GOPS, derived: "8 cores x 1 GHz x 125 op/clock", source: sheet}
      - {precision: int8, mode: 15W, dense: 500 GOPS, sparse: 1000 GOPS, source: sheet, where: table 2}
      - {precision: fp16, mode: MAXN, sparse: 800 GOPS, source: sheet}
  - name: DLA0
    kind: dla
    accelerators: [DLA]
    description: {text: fixed functions, source: sheet}
temperature_limit: {value: 90 degC, source: sheet}
die_area: {value: 100 mm2, source: sheet}
prices:
  - {amount: 200, currency: EUR, date: 2024, of: board, source: sheet}
  - {amount: 220, currency: USD, date: 2024-06, of: board, source: sheet}
sensors:
  - {channel: VDD_IN, tells: input, source: sheet}
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  if (at != std::string::npos) text.replace(at, from.size(), to);
  return text;
}

Target box(const std::string& text = kGood) {
  auto target = parse_target(text, "box.yaml");
  EXPECT_TRUE(target) << target.error().message;
  return target ? *target : Target{};
}

std::string problem(const std::string& text) {
  const auto target = parse_target(text, "box.yaml");
  return target ? "" : target.error().message;
}

TEST(TargetFile, IsReadWhole) {
  const Target target = box();
  ASSERT_EQ(target.units.size(), 2u);
  EXPECT_EQ(target.units[0].peaks[0].dense, 1000);
  EXPECT_EQ(target.units[0].peaks[0].sparse, 2000);
  EXPECT_EQ(target.units[0].peaks[1].cite.where, "table 2");
  EXPECT_EQ(target.power_modes[0].clock_mhz.at("GPU"), 500);
  EXPECT_EQ(target.power_modes[0].budget_w, 15);
  EXPECT_EQ(target.temperature_limit_c->value, 90);
  EXPECT_EQ(in_words(target, target.units[0].peaks[1].cite), "Data sheet (2024-05), table 2");
}

TEST(TargetFile, IsReadStrictly) {
  const struct {
    std::string from, to, words;
  } kCases[] = {
      {"kind: board", "kind: bord", "did you mean 'board'?"},
      {"vendor: Nobody", "vender: Nobody", "did you mean 'vendor'?"},
      {"assay_target: 1", "assay_target: 2", "assay_target"},
      {"id: box", "id: bax", "expected the file's name, 'box'"},
      {"{text: eight cores, source: sheet}", "{text: eight cores}", "a value without one is not kept"},
      {"{text: eight cores, source: sheet}", "{text: eight cores, source: shet}", "did you mean 'sheet'?"},
      {"{text: eight cores, source: sheet}", "eight cores", "expected a map"},
      {"date: 2024-05", "date: May", "expected YYYY"},
      {"x 125 op/clock", "x 12 op/clock", "is 96.0"},
      {"x 125 op/clock", "x op/clock", "each beginning with its number"},
      {"sparse: 2000 GOPS", "sparse: 900 GOPS", "is less than dense"},
      {"sparse: 2000 GOPS", "sparse: 3000 GOPS", "at twice its rate"},
      {"dense: 1000 GOPS", "dense: 1 TOPS", "GOPS"},
      {"dense: 1000 GOPS", "dense: 0 GOPS", "above zero"},
      {"mode: 15W,", "mode: 16W,", "is none of power_modes"},
      {"mode: 15W,", "mode: MAXN,", "two peaks of GPU are for int8 in MAXN"},
      {"precision: fp16", "precision: fp17", "did you mean 'fp16'?"},
      {"{GPU: 500 MHz}", "{GPU: 500}", "expected clocks such as"},
      {"name: MAXN,", "name: 15W,", "two power modes are called '15W'"},
      {"accelerators: [DLA]", "accelerators: [GPU.0]", "two units are called 'GPU.0'"},
      {"value: 90 degC", "value: 90 K", "degC"},
      {"value: 100 mm2", "value: 0 mm2", "above zero"},
      {"currency: EUR", "currency: GBP", "EUR"},
      {"date: 2024, of", "date: lately, of", "expected YYYY"},
      {"channel: VDD_IN", "chanel: VDD_IN", "did you mean 'channel'?"},
  };
  for (const auto& c : kCases) {
    const std::string found = problem(with(c.from, c.to));
    EXPECT_NE(found.find(c.words), std::string::npos) << c.from << " -> " << c.to << "\n" << found;
    EXPECT_EQ(found.rfind("box.yaml", 0), 0u) << found;
  }
}

TEST(TargetFile, OtherText) {
  EXPECT_NE(problem(""), "");
  EXPECT_NE(problem("[]"), "");
  EXPECT_NE(problem("sources: 3"), "");
  EXPECT_NE(problem("\xff"), "");
}

TEST(Derived, IsAProduct) {
  EXPECT_DOUBLE_EQ(product("8 SM x 0.765 GHz x 4096 op/clock").value(), 8 * 0.765 * 4096);
  EXPECT_DOUBLE_EQ(product("26").value(), 26);
  EXPECT_FALSE(product(""));
  EXPECT_FALSE(product("8 x "));
  EXPECT_FALSE(product("nan x 2"));
}

TEST(Units, ArePickedByTheAcceleratorsName) {
  const Target target = box();
  EXPECT_EQ((*unit_of(target, "gpu"))->name, "GPU");
  EXPECT_EQ((*unit_of(target, "GPU.0"))->name, "GPU");
  EXPECT_EQ((*unit_of(target, "DLA"))->name, "DLA0");
  const auto none = unit_of(target, "DLA1");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Code::kInvalidInput);
  EXPECT_NE(none.error().message.find("it has GPU, DLA0"), std::string::npos);
}

TEST(Modes, AreFoundAsNvpmodelNamesThem) {
  const Target target = box();
  for (const char* name : {"15W", "15w", "MODE_15W", "15W (mode 2)", "MODE_15W (mode 1)", "mode_fifteen"}) {
    ASSERT_NE(find_mode(target, name), nullptr) << name;
    EXPECT_EQ(find_mode(target, name)->name, "15W");
  }
  for (const char* name : {"", "5W", "mode 2", "15"}) EXPECT_EQ(find_mode(target, name), nullptr) << name;
}

std::vector<record::Peak> peaks(std::string_view stated, std::string_view found, bool sparse) {
  return peaks_of(box(), "GPU.0", stated, found, sparse).value();
}

TEST(Peaks, AreDenseAndOfTheMode) {
  const auto stated = peaks("15W", "MAXN (mode 0)", false);
  ASSERT_EQ(stated.size(), 1u);
  EXPECT_EQ(stated[0].gops, 500);
  EXPECT_EQ(stated[0].accelerator, "GPU.0");
  EXPECT_EQ(stated[0].precision, "int8");
  EXPECT_EQ(stated[0].source, "target box GPU, dense, 15W: Data sheet (2024-05), table 2");
  EXPECT_EQ(peaks("", "MODE_15W (mode 1)", false)[0].gops, 500);
}

TEST(Peaks, OfNoKnownModeAreTheHighestAndSaySo) {
  const auto highest = peaks("", "", false);
  ASSERT_EQ(highest.size(), 1u);  // FP16 has a sparse one only.
  EXPECT_EQ(highest[0].gops, 1000);
  EXPECT_TRUE(highest[0].of_target);
  EXPECT_NE(highest[0].source.find("MAXN (the power mode is not known: the highest): 8 cores x 1 GHz"),
            std::string::npos)
      << highest[0].source;
}

TEST(Peaks, OfAModeThatWasFoundAndIsUnknownAreNone) {
  EXPECT_TRUE(peaks("", "MINE (mode 9)", false).empty());
  EXPECT_EQ(peaks("MAXN", "MINE (mode 9)", false).size(), 1u);  // Stated: the rule says that it is another.
}

TEST(Says, WholeWords) {
  EXPECT_TRUE(says("NVIDIA A100-PCIE-40GB", {"a100-pcie"}));
  EXPECT_FALSE(says("NVIDIA RTX A1000", {"A100"}));
  EXPECT_TRUE(says("nvidia,p3768-0000+p3767-0001", {"nothing", "p3767-0001"}));
  EXPECT_FALSE(says("nvidia,p3767-00011", {"p3767-0001"}));
  EXPECT_TRUE(says("NVIDIA GeForce GTX 1660", {"GTX 1660$"}));
  EXPECT_FALSE(says("NVIDIA GeForce GTX 1660 Ti", {"GTX 1660$"}));
  EXPECT_FALSE(says("GTX", {"GTX 1660$"}));
  EXPECT_FALSE(says("anything", {"", "-"}));
}

TEST(Peaks, AreSparseOnlyForASparseBuild) {
  const auto sparse = peaks("MAXN", "", true);
  ASSERT_EQ(sparse.size(), 2u);
  EXPECT_EQ(sparse[0].gops, 2000);
  EXPECT_EQ(sparse[1].gops, 800);
  EXPECT_NE(sparse[0].source.find("GPU, sparse, MAXN"), std::string::npos);
  EXPECT_TRUE(peaks_of(box(), "DLA0", "", "", false).value().empty());
}

TEST(Facts, OfARow) {
  const auto facts = facts_of(box(), "GPU.0", "MODE_15W").value();
  EXPECT_EQ(facts.unit, "GPU");
  EXPECT_EQ(facts.temperature_limit_c->value, 90);
  EXPECT_EQ(facts.die_area_mm2->source, "Data sheet (2024-05)");
  // The dollar price, although the other stands first.
  EXPECT_EQ(facts.price->value, 220);
  EXPECT_EQ(facts.price_currency, "USD");
  EXPECT_EQ(facts.price_date, "2024-06");
  EXPECT_EQ(facts.sensors, std::vector<std::string>{"VDD_IN"});
  EXPECT_FALSE(facts.supply_limit_w);
  EXPECT_FALSE(facts.card);
  const auto wrong = facts_of(box(), "GPU", "20W");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().message.find("the catalogue knows 15W, MAXN"), std::string::npos);
}

TEST(Facts, AnUndatedPriceIsNoneToDivideBy) {
  std::string text = with("date: 2024-06, of", "date: undated, of");
  EXPECT_EQ(facts_of(box(text), "GPU", "").value().price_currency, "EUR");  // The dated one.
  text.replace(text.find("date: 2024, of"), 14, "date: undated, of");
  const auto facts = facts_of(box(text), "GPU", "").value();
  EXPECT_FALSE(facts.price);
  EXPECT_NE(facts.price_absent.find("bears no date"), std::string::npos);
}

TEST(Table, JsonAndTextNameTheSources) {
  const std::vector<Target> all{box()};
  EXPECT_NE(targets_table(all).find("15W MAXN"), std::string::npos);
  EXPECT_NE(target_text(all[0]).find(
                "peak int8 in 15W: 500 GOPS dense, 1000 GOPS sparse  [Data sheet (2024-05), table 2]"),
            std::string::npos)
      << target_text(all[0]);
  const std::string json = targets_json(all).value();
  EXPECT_NE(json.find("\"dense_gops\": 500.0"), std::string::npos) << json;
  EXPECT_NE(json.find("\"date\": \"2024-05\""), std::string::npos);
}

}  // namespace
}  // namespace assay::target
