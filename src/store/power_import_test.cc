#include "store/power_import.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;

record::PowerImport import_of_two_boots() {
  record::PowerImport import;
  import.facts = {"lab",
                  "/logs/lab.csv",
                  1234,
                  std::string(64, 'a'),
                  "csv",
                  "2026-07-25T09:00:00.000Z",
                  {{ "zone",
                     "UTC" }},
                  "power: {column: W}\n",
                  "utc",
                  5,
                  10,
                  100,
                  3,
                  97,
                  2};
  for (const char* boot : {"one", "two"}) {
    record::ImportedPart part;
    part.boot_id = boot;
    record::Source source;
    source.id = "lab";
    source.clock = {7, -8, 1e-6, 9, "load pattern"};
    part.observation.sources = {source};
    record::Series series;
    series.channel.id = "lab.power";
    series.channel.source = "lab";
    series.readings = {{1, 1, 5.5}, {2, 2, 6.25}};
    series.rejected = {{"noise line", 3}};
    part.observation.series = {series};
    import.parts.push_back(part);
  }
  return import;
}

class PowerImports : public testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(save_power_import(dir_.path(), import_)); }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-power-import").value();
  const record::PowerImport import_ = import_of_two_boots();
};

TEST_F(PowerImports, ComeBackEqual) {
  const auto read = load_power_import(dir_.path());
  ASSERT_TRUE(read) << read.error().message;
  const auto &facts = read->facts, &were = import_.facts;
  EXPECT_EQ(facts.name, were.name);
  EXPECT_EQ(facts.file, were.file);
  EXPECT_EQ(facts.sha256, were.sha256);
  EXPECT_EQ(facts.format, "csv");
  EXPECT_EQ(facts.said, were.said);
  EXPECT_EQ(facts.mapping, were.mapping);
  EXPECT_EQ(facts.log_clock, "utc");
  EXPECT_EQ(std::tuple(facts.bytes, facts.begin_ns, facts.end_ns, facts.lines, facts.bad_lines,
                       facts.readings, facts.kept),
            std::tuple(1234, 5, 10, 100, 3, 97, 2));
  ASSERT_EQ(read->parts.size(), 2u);
  EXPECT_EQ(read->parts[1].boot_id, "two");
  EXPECT_EQ(read->parts[1].observation.sources.at(0).clock, import_.parts[1].observation.sources[0].clock);
  EXPECT_EQ(read->parts[0].observation.series.at(0).readings,
            import_.parts[0].observation.series[0].readings);
  EXPECT_EQ(load_import_facts(dir_.path())->kept, 2);
}

TEST_F(PowerImports, AChangedReadingIsFoundOut) {
  const fs::path file = dir_.path() / "part-2" / "readings.csv";
  std::string text = read_file(file).value();
  text[text.find("5.5")] = '4';
  ASSERT_TRUE(write_file(file, text));
  const auto read = load_power_import(dir_.path());
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kCorrupt);
  EXPECT_NE(read.error().message.find("readings.csv: was changed"), std::string::npos)
      << read.error().message;
}

TEST_F(PowerImports, AChangedImportJsonLeadsNowhereElse) {
  const fs::path file = dir_.path() / "import.json";
  std::string text = read_file(file).value();
  text.replace(text.find("part-1"), 6, "../../x");
  ASSERT_TRUE(write_file(file, text));
  EXPECT_EQ(load_power_import(dir_.path()).error().code, Code::kCorrupt);
  ASSERT_TRUE(write_file(file, "{"));
  EXPECT_EQ(load_power_import(dir_.path()).error().code, Code::kCorrupt);
  EXPECT_EQ(load_import_facts(dir_.path() / "absent").error().code, Code::kNotFound);
}

}  // namespace
}  // namespace assay::store
