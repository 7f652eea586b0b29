// The base: values, reasons, counts; and that reading allocates nothing.
#include "sensor/sensor.h"

#include <cerrno>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <new>

#include "sensor/test_tree.h"
#include "sensor/tree.h"
#include "sensor/value_file.h"

namespace {
thread_local long allocations = 0;
}

// The whole test program counts what it allocates. Not inlined, or gcc takes the pair for a mismatch.
__attribute__((noinline)) void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
__attribute__((noinline)) void operator delete(void* memory) noexcept { std::free(memory); }
__attribute__((noinline)) void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace assay::sensor {
namespace {

class Scripted final : public Sensor {
 public:
  explicit Scripted(std::size_t channels) : Sensor({{}, std::vector<record::Channel>(channels), {}}) {}
  std::vector<Value> next;

 private:
  void acquire(std::span<Value> values) override { std::copy(next.begin(), next.end(), values.begin()); }
};

TEST(SensorBase, CountsWhyThereWasNoValue) {
  Scripted sensor(3);
  std::vector<std::optional<double>> values(3);
  sensor.next = {1.5, tl::unexpected(NoValue::kBusy), std::numeric_limits<double>::quiet_NaN()};
  ASSERT_TRUE(sensor.read(values));
  EXPECT_EQ(values[0], 1.5);
  EXPECT_EQ(values[1], std::nullopt);
  EXPECT_EQ(values[2], std::nullopt) << "what is not finite is no value";
  sensor.next[0] = tl::unexpected(NoValue::kBusy);
  sensor.next[2] = std::numeric_limits<double>::infinity();
  ASSERT_TRUE(sensor.read(values)) << "busy passes: no error";
  EXPECT_EQ(values[0], std::nullopt) << "an old value does not stay";
  EXPECT_EQ(sensor.rejected(1), (std::map<std::string, std::int64_t>{{"busy", 2}}));
  EXPECT_EQ(sensor.rejected(2), (std::map<std::string, std::int64_t>{{"not a number", 2}}));
  EXPECT_TRUE(sensor.rejected(7).empty());
}

TEST(SensorBase, ASourceThatIsGoneIsAnError) {
  Scripted sensor(2);
  std::vector<std::optional<double>> values(2, 1.0);
  sensor.next = {tl::unexpected(NoValue::kGone), 2.0};
  EXPECT_TRUE(sensor.read(values)) << "half of it still answers";
  sensor.next[1] = tl::unexpected(NoValue::kIoError);
  const auto read = sensor.read(values);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Code::kUnavailable);
  EXPECT_EQ(values[0], std::nullopt);
  EXPECT_EQ(values[1], std::nullopt);
}

TEST(SensorBase, TheCallerHasToKnowHowManyChannels) {
  Scripted sensor(2);
  sensor.next = {1.0, 2.0};
  std::vector<std::optional<double>> values(1);
  EXPECT_EQ(sensor.read(values).error().code, Code::kInternal);
}

TEST(ParseInteger, TakesOneIntegerAndNothingElse) {
  EXPECT_EQ(parse_integer("42\n"), 42);
  EXPECT_EQ(parse_integer(" -256000 "), -256000);
  EXPECT_EQ(parse_integer(std::string_view("7\0", 2)), 7);
  EXPECT_EQ(parse_integer("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
  for (const char* bad :
       {"", " ", "\n", "1 2", "12.5", "1e3", "0x10", "+1", "9223372036854775808", "-", "<unknown>", "1\n2"})
    EXPECT_EQ(parse_integer(bad), std::nullopt) << bad;
  EXPECT_EQ(parse_integer("50005", 16), 0x50005);
  EXPECT_EQ(parse_integer("0x50005\n", 16), 0x50005);
  for (const char* bad : {"0x", "-1", "0x-1", "xyz", "0x0x1"})
    EXPECT_EQ(parse_integer(bad, 16), std::nullopt) << bad;
}

TEST(ParseInteger, ErrorsOfTheKernel) {
  EXPECT_EQ(no_value_of(EAGAIN), NoValue::kBusy);
  EXPECT_EQ(no_value_of(ENODATA), NoValue::kNoData);
  EXPECT_EQ(no_value_of(EACCES), NoValue::kDenied);
  EXPECT_EQ(no_value_of(EPERM), NoValue::kDenied);
  EXPECT_EQ(no_value_of(ENODEV), NoValue::kGone);
  EXPECT_EQ(no_value_of(EOPNOTSUPP), NoValue::kNotSupported);
  EXPECT_EQ(no_value_of(EIO), NoValue::kIoError);
}

TEST(ValueFileRead, ALongNumberIsNotCut) {
  TestTree tree;
  const auto file = tree.put("long", std::string(80, '0') + "1\n");
  EXPECT_EQ(ValueFile::open(file)->read().error(), NoValue::kNotANumber);
  EXPECT_EQ(ValueFile::open(tree.root() / "none").error(), ENOENT);
}

TEST(Tree, EntriesInNaturalOrder) {
  TestTree tree;
  for (const char* name : {"hwmon10", "hwmon2", "hwmon1", "other", "hwmon"})
    tree.put(std::string("d/") + name, "");
  std::vector<std::string> names;
  for (const auto& path : entries(tree.root() / "d", "hwmon")) names.push_back(path.filename().string());
  EXPECT_EQ(names, (std::vector<std::string>{"hwmon", "hwmon1", "hwmon2", "hwmon10"}));
  EXPECT_TRUE(entries(tree.root() / "none").empty());
  EXPECT_EQ(safe_id("VDD.SOC/x y"), "VDD_SOC_x_y");
}

TEST(Cost, ReadingAllocatesNothing) {
  const Found found = discover(Places::tree(board("n100")));
  const Found orin = discover(Places::tree(board("orin-nx-35")));
  std::vector<Sensor*> sensors;
  for (const Found* f : {&found, &orin})
    for (const auto& sensor : f->sensors)
      // Looking through all processes needs lists, and parsing meminfo lines: both are for once a second.
      if (sensor->source().id != "foreign-load" && sensor->source().id != "memory")
        sensors.push_back(sensor.get());
  ASSERT_GT(sensors.size(), 10u);
  for (Sensor* sensor : sensors) {
    std::vector<std::optional<double>> values(sensor->channels().size());
    const long before = allocations;
    for (int i = 0; i < 10; ++i) {
      const bool read = sensor->read(values).has_value();
      if (!read) break;
    }
    EXPECT_EQ(allocations - before, 0) << sensor->source().id;
  }
}

}  // namespace
}  // namespace assay::sensor
