#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "base/file.h"
#include "spec/explain.h"
#include "spec/parse.h"
#include "spec/validate.h"

namespace assay::spec {
namespace {

using namespace std::chrono_literals;
using ::testing::Test;

constexpr std::string_view kMinimal = R"(assay: 1
name: minimal
model: {path: net.onnx}
data: {root: data}
rows: [{backend: openvino}]
)";

Experiment minimal() { return parse_experiment(kMinimal, "/specs/a.yaml").value(); }

/// The message for `kMinimal` with one more line, or with `from` replaced by `to`.
std::string message(std::string_view from, std::string_view to = "") {
  std::string text(kMinimal);
  if (to.empty())
    text += from;
  else
    text.replace(text.find(from), from.size(), to);
  auto result = parse_experiment(text, "a.yaml");
  if (result) return "accepted";
  EXPECT_EQ(result.error().code, Code::kInvalidInput);
  return result.error().message;
}

#define EXPECT_CONTAINS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST(Parse, DefaultsAndRelativePaths) {
  const Experiment x = minimal();
  EXPECT_EQ(x.model.path, "/specs/net.onnx");
  EXPECT_EQ(x.data.root, "/specs/data");
  EXPECT_EQ(x.model.name, "net");
  ASSERT_EQ(x.rows.size(), 1u);
  EXPECT_EQ(x.rows[0].id, "openvino-cpu-fp32");
  EXPECT_EQ(x.protocol, [] {
    Protocol p;
    return p;
  }());
}

TEST(Parse, TheLogitsLayoutFollowsTheInputsUnlessItIsSaid) {
  const auto io = [](const std::string& model) {
    std::string text(kMinimal);
    text.replace(text.find("{path: net.onnx}"), 16, "{path: net.onnx, " + model + "}");
    return parse_experiment(text, "a.yaml").value().model.io;
  };
  EXPECT_EQ(class_axis(io("input: {order: BGR}")), 1);
  EXPECT_EQ(class_axis(io("input: {layout: NHWC}")), 3);
  EXPECT_EQ(class_axis(io("input: {layout: NHWC}, output: {layout: NCHW}")), 1);
}

TEST(Parse, EveryKeyOfTheDocumentIsOne) {
  const std::string page = read_file(ASSAY_SOURCE_DIR "/docs/spec.md").value();
  const std::size_t begin = page.find("```yaml\n") + 8;
  std::string text;
  std::istringstream lines(page.substr(begin, page.find("```", begin) - begin));
  // Keys that exclude one another stand side by side there.
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("  path:") && !line.starts_with("  root:") && !line.starts_with("  class_names:"))
      text += line + "\n";
  const auto parsed = parse_experiment(text, "spec.md");
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->rows.size(), 6u);
  EXPECT_EQ(parsed->peaks.size(), 1u);
}

TEST(Parse, ProtocolsThatShip) {
  auto quick = load_experiment(ASSAY_SOURCE_DIR "/protocols/quickstart.yaml");
  ASSERT_TRUE(quick) << quick.error().message;
  EXPECT_EQ(quick->rows.size(), 4u);
  EXPECT_GE(quick->protocol.timed_iterations, 1000);
  EXPECT_GE(quick->protocol.warmup_iterations, 100);
  auto guide = load_experiment(ASSAY_SOURCE_DIR "/protocols/ddrnet23-slim.yaml");
  ASSERT_TRUE(guide) << guide.error().message;
  EXPECT_TRUE(guide->data.calibration_same_as_validation);
  EXPECT_EQ(guide->data.calibration.count, 500);
  EXPECT_EQ(guide->protocol.repeats, 5);
  auto targets = load_experiment(ASSAY_SOURCE_DIR "/protocols/guide.yaml");
  ASSERT_TRUE(targets) << targets.error().message;
  EXPECT_EQ(targets->rows.size(), 5u);
  EXPECT_EQ(targets->data.validation.count, 500);
  EXPECT_TRUE(targets->data.calibration_same_as_validation);
  // The guide's release on every row, and a mode wherever the board has several.
  for (const RowSpec& row : targets->rows) {
    EXPECT_EQ(row.pins.at("os"), "Ubuntu 20.04") << row.id;
    EXPECT_EQ(row.power_mode, row.device == "orin-nx" ? "15W" : "") << row.id;
  }
}

TEST(Parse, MatrixMakesTheProduct) {
  auto x = parse_experiment(R"(assay: 1
name: m
model: {path: net.onnx}
data: {root: data}
rows:
  - {backends: [openvino, onnxruntime], precisions: [fp32, int8], batches: [1, 4]}
  - {backend: "null", id: harness, options: {threads: 2}}
)",
                            "a.yaml");
  ASSERT_TRUE(x) << x.error().message;
  ASSERT_EQ(x->rows.size(), 9u);
  EXPECT_EQ(x->rows[3].id, "openvino-cpu-int8-b4");
  EXPECT_EQ(x->rows[3].batch, 4);
  EXPECT_EQ(x->rows[8].id, "harness");
  EXPECT_EQ(x->rows[8].options.at("threads"), "2");
}

TEST(Parse, PinsAreOfThingsThatHaveVersions) {
  const auto with = [](const std::string& pins) {
    return parse_experiment(
        "assay: 1\nname: x\nmodel: {path: net.onnx}\ndata: {root: /d}\n"
        "rows: [{backend: openvino, pins: " +
            pins + "}]\n",
        "a.yaml");
  };
  const auto good = with("{runtime: 2023.3+, os: Ubuntu 20.04, l4t: 35.3.1, kernel: 5.10}");
  ASSERT_TRUE(good) << good.error().message;
  EXPECT_EQ(good->rows[0].pins.at("kernel"), "5.10");  // A text, not a number.
  EXPECT_EQ(good->rows[0].pins.at("os"), "Ubuntu 20.04");
  const auto same = parse_experiment(explain(*good), "b.yaml");
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_EQ(same->rows[0].pins, good->rows[0].pins);
  EXPECT_NE(with("{runtme: 1.0}").error().message.find("did you mean 'runtime'?"), std::string::npos);
  EXPECT_NE(with("{os: \"\"}").error().message.find("expected the version of os"), std::string::npos);
  EXPECT_FALSE(with("8.5.2"));
}

TEST(Parse, RowsOfOtherDevicesHaveIdsOfTheirOwn) {
  auto experiment = parse_experiment(
      "assay: 1\nname: x\nmodel: {path: net.onnx}\ndata: {root: /d}\n"
      "rows: [{backend: openvino}, {backend: openvino, device: radxa-x4}]\n",
      "a.yaml");
  ASSERT_TRUE(experiment) << experiment.error().message;
  EXPECT_EQ(experiment->rows[0].id, "openvino-cpu-fp32");
  EXPECT_EQ(experiment->rows[1].id, "radxa-x4-openvino-cpu-fp32");
}

TEST(Parse, ATargetHoldsForTheRowsThatNameNone) {
  std::string text(kMinimal);
  text.replace(text.find("rows:"), std::string::npos,
               "target: jetson-orin-nx-8gb\npower_mode: 15W\n"
               "rows:\n"
               "  - {backend: openvino}\n"
               "  - {backend: openvino, precision: int8, power_mode: 10W}\n"
               "  - {backend: onnxruntime, target: raspberry-pi-5}\n"
               "conditions: {case_temperature: 60 degC}\n");
  const Experiment x = parse_experiment(text, "a.yaml").value();
  EXPECT_EQ(x.rows[0].target + " " + x.rows[0].power_mode, "jetson-orin-nx-8gb 15W");
  EXPECT_EQ(x.rows[1].target + " " + x.rows[1].power_mode, "jetson-orin-nx-8gb 10W");
  EXPECT_EQ(x.rows[2].target + " " + x.rows[2].power_mode, "raspberry-pi-5 ")
      << "Another target has other modes.";
  EXPECT_EQ(x.conditions.case_temperature_c, 60);
  EXPECT_FALSE(x.conditions.temperature_limit_c) << "The target's, where it has one.";
  EXPECT_EQ(parse_experiment(explain(x), "a.yaml").value(), x);
  EXPECT_CONTAINS(message("power_mode: 15W\n"), "power_mode: expected a target beside it");
  EXPECT_CONTAINS(message("{backend: openvino}", "{backend: openvino, power_mode: 15W}"),
                  "rows[openvino-cpu-fp32].power_mode: expected a target");
}

TEST(Parse, UnknownKeyIsNamedWithItsPlaceAndTheNearest) {
  const std::string text = message("protocol: {repeets: 3}\n");
  EXPECT_CONTAINS(text, "a.yaml:6:12: protocol: unknown key 'repeets': did you mean 'repeats'?");
  EXPECT_CONTAINS(message("zzz: 1\n"), "unknown key 'zzz' (known here: accuracy, assay, conditions, data");
}

TEST(Parse, WrongUnits) {
  EXPECT_CONTAINS(message("protocol: {rest: 10 W}\n"), "protocol.rest: expected a duration");
  EXPECT_CONTAINS(message("protocol: {rest: 10 W}\n"), "which is a power");
  EXPECT_CONTAINS(message("protocol: {rest: 10}\n"), "has no unit: write 10 s");
  EXPECT_CONTAINS(message("protocol: {rest: 10 seconds}\n"), "did you mean 's'?");
  EXPECT_CONTAINS(message("protocol: {rest: 10 m}\n"), "did you mean 'min'?");
  EXPECT_CONTAINS(message("protocol: {rest: -1 s}\n"), "cannot be negative");
  EXPECT_CONTAINS(message("protocol: {rest: 1000 h}\n"), "at most 30 days");
  EXPECT_CONTAINS(message("protocol: {rest: s}\n"), "expected a duration");
  EXPECT_CONTAINS(message("protocol: {timeouts: {stall: 0 s}}\n"), "above zero");
  EXPECT_CONTAINS(message("accuracy: {target: 60 W}\n"), "write it in %");
  auto x =
      parse_experiment(std::string(kMinimal) + "protocol: {rest: 1.5min, timed: {duration: 250 us}}\n", "a");
  ASSERT_TRUE(x) << x.error().message;
  EXPECT_EQ(x->protocol.rest, 90s);
  EXPECT_EQ(x->protocol.timed_duration, 250us);
}

TEST(Parse, Numbers) {
  EXPECT_CONTAINS(message("protocol: {repeats: -3}\n"), "protocol.repeats: expected a whole number from 1");
  EXPECT_CONTAINS(message("protocol: {repeats: 0}\n"), "found '0'");
  EXPECT_CONTAINS(message("protocol: {repeats: 1.5}\n"), "found '1.5'");
  EXPECT_CONTAINS(message("protocol: {repeats: 99999999999999999999}\n"), "protocol.repeats");
  EXPECT_CONTAINS(message("protocol: {repeats: [3]}\n"), "found a list of 1");
  EXPECT_CONTAINS(message("accuracy: {target: nan}\n"), "expected a number");
  EXPECT_CONTAINS(message("accuracy: {target: 101}\n"), "from 0 to 100");
  EXPECT_CONTAINS(message("accuracy: {enabled: yes}\n"), "expected true or false");
}

TEST(Parse, EnumsNameTheNearest) {
  EXPECT_CONTAINS(message("rows: [{backend: openvino}]", "rows: [{backend: openvino, precision: int9}]"),
                  "did you mean 'int8'?");
  EXPECT_CONTAINS(message("model: {path: net.onnx}", "model: {path: net.onnx, input: {order: RBG}}"),
                  "model.input.order: expected RGB or BGR, found 'RBG'");
  EXPECT_CONTAINS(message("protocol: {scenario: offline}\n"), "expected single_stream");
}

TEST(Parse, ProblemsAreAllTold) {
  const std::string text = message("protocol: {repeats: 0, rest: 1 V}\naccuracy: {x: 1}\n");
  EXPECT_CONTAINS(text, "a.yaml:6:21");
  EXPECT_CONTAINS(text, "a.yaml:6:30");
  EXPECT_CONTAINS(text, "a.yaml:7:12");
}

TEST(Parse, MalformedFiles) {
  EXPECT_CONTAINS(message("rows: [{backend: openvino}]", "rows: [{backend: openvino}"),
                  "not well-formed YAML");
  EXPECT_CONTAINS(message("name: minimal\n", "name: a\nname: b\n"), "twice");
  EXPECT_CONTAINS(message("name: minimal\n", "name: \xff\n"), "a.yaml:2:7: expected UTF-8");
  EXPECT_CONTAINS(message("---\na: 1\n"), "expected one YAML document");
  EXPECT_FALSE(parse_experiment("", "a"));
  EXPECT_FALSE(parse_experiment("just words", "a"));
  EXPECT_FALSE(parse_experiment("assay: 2\n", "a"));
  EXPECT_FALSE(parse_experiment(" ,0", "a"));  // yaml-cpp's LoadAll would never come back.
  EXPECT_FALSE(parse_experiment("&a [*a]", "a"));
  EXPECT_FALSE(parse_experiment(std::string(2 << 20, 'a'), "a"));
  EXPECT_FALSE(parse_experiment(std::string(100'000, '['), "a"));
}

TEST(Validate, Contradictions) {
  struct Contradiction {
    std::string_view path;
    void (*make)(Experiment&);
  };
  const Contradiction kAll[] = {
      {"name", [](Experiment& x) { x.name.clear(); }},
      {"model",
       [](Experiment& x) {
         x.model.builtin = "ddrnet23-slim", x.model.size = {{64, 64}};
       }},
      {"model", [](Experiment& x) { x.model.path.clear(); }},
      {"model.size", [](Experiment& x) { x.model.path.clear(), x.model.builtin = "ddrnet23-slim"; }},
      {"model.size",
       [](Experiment& x) {
         x.model.path.clear(), x.model.builtin = "ddrnet23-slim", x.model.size = {{100, 64}};
       }},
      {"model.input.mean",
       [](Experiment& x) { x.model.io.normalisation_in_graph = true, x.model.io.mean[1] = .5; }},
      {"model.input.std",
       [](Experiment& x) { x.model.io.normalisation_in_graph = true, x.model.io.stddev[1] = .5; }},
      {"model.input.std", [](Experiment& x) { x.model.io.stddev[0] = 0; }},
      {"model.input.range", [](Experiment& x) { x.model.io.range_hi = 0; }},
      {"model.input.range", [](Experiment& x) { x.model.io.dtype = "u8", x.model.io.range_hi = 255; }},
      {"data",
       [](Experiment& x) {
         x.data.streets = {2, 2};
       }},
      {"data", [](Experiment& x) { x.data.root.clear(); }},
      {"data.kind", [](Experiment& x) { x.data.kind = "tensors"; }},
      {"data.validation.count",
       [](Experiment& x) {
         x.data.root.clear(), x.data.streets = {2, 2}, x.data.validation.count = 3;
       }},
      {"data.calibration.split",
       [](Experiment& x) {
         x.data.root.clear(), x.data.streets = {0, 2}, x.rows[0].precision = "int8";
       }},
      {"data.validation.split", [](Experiment& x) { x.data.validation.split = "../val"; }},
      {"data.ignore", [](Experiment& x) { x.data.ignore = 3; }},
      {"data.class_map",
       [](Experiment& x) {
         x.data.class_map = {{7, 19}};
       }},
      {"data.class_names",
       [](Experiment& x) {
         x.data.class_names = {"a", "b"};
       }},
      {"data.calibration", [](Experiment& x) { x.data.calibration_same_as_validation = true; }},
      {"rows", [](Experiment& x) { x.rows.clear(); }},
      {"rows[openvino-cpu-fp32].id", [](Experiment& x) { x.rows.push_back(x.rows[0]); }},
      {"rows[../a].id", [](Experiment& x) { x.rows[0].id = "../a"; }},
      {"rows[openvino-cpu-fp32].batch", [](Experiment& x) { x.rows[0].batch = 0; }},
      {"rows[openvino-cpu-fp32].toolchain",
       [](Experiment& x) { x.rows[0].toolchain = "nncf", x.rows[0].artifact = "/a"; }},
      {"protocol.warmup.cap", [](Experiment& x) { x.protocol.warmup_cap = 1s; }},
      {"protocol.timed.cap", [](Experiment& x) { x.protocol.timed_cap = 10; }},
      {"protocol.timeouts.run", [](Experiment& x) { x.protocol.run_timeout = 1s; }},
      {"accuracy.degraded_drop", [](Experiment& x) { x.accuracy.degraded_drop = 1; }},
      {"power.meters[0].kind",
       [](Experiment& x) {
         x.power.meters = {MeterSpec{"", "tcp://a:1", "dc_input", 100ms, {}, {}}};
       }},
      {"power.meters[0].boundary",
       [](Experiment& x) {
         x.power.meters = {MeterSpec{"wt300e", "tcp://a:1", "", 100ms, {}, {}}};
       }},
      {"power.meters[0].address",
       [](Experiment& x) {
         x.power.meters = {MeterSpec{"wt300e", "", "dc_input", 100ms, {}, {}}};
       }},
      {"power.meters[0].simulator",
       [](Experiment& x) {
         x.power.meters = {MeterSpec{"wt300e", "tcp://a:1", "dc_input", 100ms, {}, {"--vxi11"}}};
       }},
      {"power.meters[0].simulator",
       [](Experiment& x) {
         x.power.meters = {MeterSpec{"http", "", "dc_input", 100ms, {}, {"--vxi11"}}};
       }},
      {"peaks[0].source",
       [](Experiment& x) {
         x.peaks = {{"CPU", "fp32", 100, ""}};
       }},
      {"peaks[0].device",
       [](Experiment& x) {
         x.rows.push_back(x.rows.front());
         x.rows.back().id = "elsewhere";
         x.rows.back().device = "orin-nx";
         x.peaks = {{"CPU", "fp32", 100, "sheet"}, {"CPU", "fp32", 100, "sheet", "orin-nx"}};
       }},
  };
  ASSERT_TRUE(validate(minimal()));
  for (const Contradiction& contradiction : kAll) {
    Experiment x = minimal();
    contradiction.make(x);
    const auto problems = find_problems(x);
    ASSERT_EQ(problems.size(), 1u) << contradiction.path;
    EXPECT_EQ(problems[0].path, contradiction.path) << problems[0].message;
    EXPECT_FALSE(validate(x));
  }
}

TEST(Validate, ProblemsStandAtTheirPlaceInTheFile) {
  EXPECT_CONTAINS(message("protocol:\n  warmup:\n    cap: 1 s\n"), "a.yaml:8:10: protocol.warmup.cap");
}

/// A random experiment that validates.
Experiment random_experiment(std::mt19937_64& random) {
  auto pick = [&](std::initializer_list<const char*> words) {
    return std::string(words.begin()[random() % words.size()]);
  };
  auto up_to = [&](int most) { return static_cast<int>(random() % static_cast<std::uint64_t>(most + 1)); };
  auto real = [&] { return std::uniform_real_distribution<double>(0.01, 1)(random); };
  auto words = [&] {
    return pick({"x", "1.20", "yes", "null", "a: b", "#no", " é ☃", "line\nbreak", "\"'\\", "~", "-", "[a",
                 "\x01\x7f"});
  };
  Experiment x = minimal();
  x.name = words();
  x.description = words();
  x.seed = random();
  x.model.name = words();
  if (up_to(1)) x.model.path.clear(), x.model.builtin = "ddrnet23-slim";
  if (up_to(1) || !x.model.builtin.empty()) x.model.size = {{64 * (1 + up_to(30)), 64 * (1 + up_to(30))}};
  x.model.io = {words(),
                pick({"RGB", "BGR"}),
                pick({"NCHW", "NHWC"}),
                "f32",
                -real(),
                real(),
                {real(), real(), real()},
                {real(), real(), real()},
                false,
                words(),
                pick({"logits", "labels"}),
                pick({"NCHW", "NHWC"})};
  if (up_to(1))
    x.data.root.clear(), x.data.streets = {10 + up_to(9), 10 + up_to(9), random(), {1 + up_to(999), 512}};
  x.data.labels = pick({"labelIds", "trainIds"});
  x.data.classes = 2;
  x.data.class_map = {{up_to(9), 0}, {up_to(99), 255}};
  if (up_to(1)) x.data.class_names = {words(), words()};
  x.data.validation = {"val", up_to(10), random()};
  x.data.calibration = {pick({"train", "val"}), up_to(10), random()};
  if (up_to(1)) x.data.calibration_same_as_validation = true, x.data.calibration = x.data.validation;
  x.rows.clear();
  for (int i = 0; i <= up_to(4); ++i) {
    RowSpec row;
    row.id = "row-" + std::to_string(i);
    row.backend = words();
    row.accelerator = words();
    row.precision = pick({"fp32", "fp16", "bf16", "int8"});
    row.batch = 1 + up_to(7);
    if (up_to(1)) row.options = {{words(), words()}, {"threads", "2"}};
    if (up_to(1))
      row.artifact = "/a b/" + std::to_string(up_to(9)) + ".onnx";
    else if (up_to(1))
      row.toolchain = words(), row.toolchain_options = {{"k", words()}};
    if (up_to(1)) row.plugin = "/p/x.so";
    if (up_to(1)) row.target = words(), row.power_mode = up_to(1) ? words() : "";
    x.rows.push_back(row);
  }
  x.protocol.repeats = 1 + up_to(9);
  x.protocol.warmup_iterations = up_to(9999);
  x.protocol.warmup_duration = std::chrono::nanoseconds(random() % 60'000'000'000);
  x.protocol.timed_iterations = 1 + up_to(9999);
  x.protocol.timed_duration = up_to(9) * 1s;
  x.protocol.timed_cap = up_to(1) ? 0 : 20000;
  x.protocol.rest = up_to(9) * 1min;
  x.protocol.order_seed = random();
  for (int i = 0; i < up_to(3); ++i) {
    MeterSpec meter{pick({"wt300e", "ptdaemon"}), "", pick({"dc_input", "ac_input"}), (1 + up_to(999)) * 1ms,
                    {{"element", words()}},       {}};
    if (up_to(1))
      meter.address = words();
    else
      meter.simulator = {"--load", words()};
    x.power.meters.push_back(meter);
  }
  x.power.sensors = up_to(1);
  x.power.sensor_period = (1 + up_to(99)) * 1ms;
  if (up_to(1)) x.power.sensor_periods = {{"ina3221", 4ms}, {words(), (1 + up_to(99)) * 1ms}};
  x.power.idle = up_to(99) * 1s;
  x.power.loaded_idle = up_to(9) * 1s;
  x.power.least_samples = 30 + up_to(99);
  if (up_to(1)) x.power.supply_limit_w = real();
  x.power.load_pattern = up_to(1);
  x.conditions.cooling = pick({"active", "passive", "unstated"});
  if (up_to(1)) x.conditions.temperature_limit_c = 100 * real();
  if (up_to(1)) x.conditions.case_temperature_c = 100 * real();
  x.conditions.quiet_load_percent = 100 * real();
  x.conditions.quiet_wait = up_to(99) * 1s;
  x.conditions.cool_band_k = real();
  x.accuracy.enabled = up_to(1);
  if (up_to(1)) x.accuracy.target = 100 * real();
  x.accuracy.warn_drop = real();
  if (up_to(1)) x.peaks = {{"CPU", "int8", 1000 * real(), words(), words()}};
  return x;
}

TEST(Explain, ParsesBackToTheSame) {
  std::mt19937_64 random(7);
  for (int i = 0; i < 500; ++i) {
    const Experiment x = random_experiment(random);
    const std::string text = explain(x);
    auto back = parse_experiment(text, "/elsewhere/spec.yaml");
    ASSERT_TRUE(back) << back.error().message << "\n" << text;
    ASSERT_TRUE(*back == x) << text << "\n" << explain(*back);
  }
}

TEST(Explain, DigestIsOfTheContentNotOfTheSpelling) {
  const auto reordered = parse_experiment(R"(# a comment
rows:
  - {precisions: [fp32], backends: [openvino], accelerator: CPU}
data: {root: ./data/../data}
model: {path: net.onnx, size: }
name: "minimal"
assay: 1
)",
                                          "/specs/b.yaml");
  EXPECT_FALSE(reordered);  // `size:` without a value is no default.
  const auto same = parse_experiment(R"(# a comment
rows:
  - {precisions: [fp32], backends: [openvino], accelerator: CPU}
data: {root: ./other/../data}
model: {path: net.onnx}
name: "minimal"
assay: 1
)",
                                     "/specs/b.yaml");
  ASSERT_TRUE(same) << same.error().message;
  EXPECT_EQ(spec_digest(*same), spec_digest(minimal()));
  Experiment other = minimal();
  other.protocol.repeats = 4;
  EXPECT_NE(spec_digest(other), spec_digest(minimal()));
}

TEST(Explain, Durations) {
  EXPECT_EQ(duration_text(0ns), "0 s");
  EXPECT_EQ(duration_text(90s), "90 s");
  EXPECT_EQ(duration_text(120s), "2 min");
  EXPECT_EQ(duration_text(1500ms), "1500 ms");
  EXPECT_EQ(duration_text(7ns), "7 ns");
}

TEST(Peaks, OfADeviceThatNoRowIsOfAreRefused) {
  Experiment x;
  x.rows.resize(2);
  x.rows[0].device = "orin-nx";
  x.rows[1].target = "radxa-x4-n100";
  x.peaks = {{"GPU", "int8", 100, "sheet", "orin-nx"}, {"GPU", "int8", 100, "sheet", "radxa-x4-n100"}};
  EXPECT_TRUE(check_peak_devices(x));
  x.peaks.push_back({"GPU", "int8", 100, "sheet", "orin-mx"});
  const auto refused = check_peak_devices(x);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("peaks[2].device"), std::string::npos);
  EXPECT_NE(refused.error().message.find("did you mean 'orin-nx'?"), std::string::npos)
      << refused.error().message;
}

}  // namespace
}  // namespace assay::spec
