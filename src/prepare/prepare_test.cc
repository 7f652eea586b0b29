// The cache and the runner, with shell scripts in the place of the Python ones: whatever a toolchain does
// wrong has to end in one clear message and leave the cache clean.
#include "prepare/prepare.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "base/digest.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "model/test_models.h"
#include "prepare/script.h"

namespace assay::prepare {
namespace {

namespace fs = std::filesystem;

// $2 is the model, $6 the folder for the artifact: script --model M --calibration C --output O.
constexpr const char* kGoodScript = R"(
echo run >> "$COUNT"
echo '{"phase": "working", "progress": 1, "total": 2}'
printf xml > "$6/model.xml"
printf weights > "$6/model.bin"
echo '{"done": {"artifact": "model.xml", "samples": 3, "versions": {"fake": "1.2"}, "settings": {"preset": "mixed"}}}'
)";

class PrepareTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto folder = TemporaryDirectory::create("assay-prepare");
    ASSERT_TRUE(folder);
    folder_.emplace(std::move(*folder));
    // A Python environment whose interpreter is the shell.
    fs::create_directories(root() / "venv/bin");
    fs::create_symlink("/bin/sh", root() / "venv/bin/python");
    write(root() / "venv/.stamp", "versions 1");
    write(root() / "model.onnx", "a model");
    ::setenv("COUNT", (root() / "count").c_str(), 1);

    request_.toolchain = &kNncf;
    request_.model = root() / "model.onnx";
    request_.facts.sha256 = sha256_hex(std::string_view("a model"));
    request_.facts.opsets["ai.onnx"] = 17;
    request_.facts.inputs.push_back({"image", "f32", true, {}});
    request_.precision = "int8";
    request_.calibration_folder = root();
    request_.calibration =
        engine::CalibrationTensors{.digest = "tensors", .files = {"0.raw", "1.raw", "2.raw"}};
    request_.cache = root() / "cache";
    request_.timeout = std::chrono::seconds(30);
    request_.python = root() / "venv/bin/python";
    request_.scripts = root() / "scripts";
    fs::create_directories(request_.scripts);
    script(kGoodScript);
    listener_.notice = [this](std::string_view text) { notices_.emplace_back(text); };
  }

  fs::path root() const { return folder_->path(); }
  static void write(const fs::path& path, std::string_view content) {
    std::ofstream(path, std::ios::binary) << content;
  }
  void script(std::string_view content) { write(request_.scripts / "quantize_openvino.py", content); }
  int runs() const {
    std::ifstream in(root() / "count");
    int count = 0;
    for (std::string line; std::getline(in, line);) ++count;
    return count;
  }
  Status failure() {
    const auto result = prepare(request_, listener_);
    EXPECT_FALSE(result);
    // Whatever went wrong, nothing may look like an artifact.
    if (fs::exists(request_.cache / "artifacts")) {
      for (const auto& item : fs::directory_iterator(request_.cache / "artifacts"))
        EXPECT_FALSE(fs::exists(item.path() / "artifact.json")) << item.path();
    }
    return result ? Status{} : result.error();
  }

  std::optional<TemporaryDirectory> folder_;
  PrepareRequest request_;
  Listener listener_;
  std::vector<std::string> notices_;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_F(PrepareTest, MakesOnceAndReuses) {
  std::vector<std::string> phases;
  listener_.progress = [&](std::string_view phase, std::int64_t done, std::int64_t total) {
    phases.push_back(std::string(phase) + " " + std::to_string(done) + "/" + std::to_string(total));
  };
  const auto first = prepare(request_, listener_);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_FALSE(first->from_cache);
  EXPECT_EQ(first->format, "openvino-ir");
  EXPECT_EQ(first->toolchain, "nncf");
  EXPECT_EQ(first->versions.at("fake"), "1.2");
  EXPECT_EQ(first->calibration_digest, "tensors");
  EXPECT_EQ(first->calibration_count, 3);
  EXPECT_EQ(*read_file(first->path), "xml");
  EXPECT_EQ(phases, std::vector<std::string>{"working 1/2"});

  const auto second = prepare(request_, listener_);
  ASSERT_TRUE(second) << second.error().message;
  EXPECT_TRUE(second->from_cache);
  EXPECT_EQ(second->path, first->path);
  EXPECT_EQ(second->digest, first->digest);
  EXPECT_EQ(second->versions, first->versions);
  EXPECT_EQ(runs(), 1);
  EXPECT_TRUE(notices_.empty());
}

TEST_F(PrepareTest, DigestCoversEveryFile) {
  const auto before = prepare(request_, listener_);
  ASSERT_TRUE(before);
  script(std::string(kGoodScript) + "printf other > \"$6/model.bin\"\n");
  const auto after = prepare(request_, listener_);
  ASSERT_TRUE(after);
  EXPECT_NE(before->digest, after->digest);  // model.xml is the same.
}

TEST_F(PrepareTest, EveryInputIsInTheKey) {
  std::set<std::string> keys;
  const auto add = [&] {
    const auto record = prepare(request_, listener_);
    ASSERT_TRUE(record) << record.error().message;
    EXPECT_FALSE(record->from_cache);
    keys.insert(record->key);
  };
  add();
  request_.options = {{"preset", "performance"}};
  add();
  request_.calibration->digest = "other tensors";
  add();
  request_.facts.sha256 = "other model";
  add();
  write(root() / "venv/.stamp", "versions 2");
  add();
  write(request_.scripts / "toolchain.py", "# A module that the script may import.");
  add();
  EXPECT_EQ(keys.size(), 6u);
}

TEST_F(PrepareTest, DamagedArtifactIsMadeAgain) {
  const auto first = prepare(request_, listener_);
  ASSERT_TRUE(first);
  const fs::path files = fs::path(first->path).parent_path();
  const std::vector<std::function<void()>> damages = {
      [&] { write(files / "model.bin", "tampered"); },
      [&] { fs::remove(files / "model.bin"); },
      [&] { write(files / "extra", "was not here"); },
      [&] { write(files.parent_path() / "artifact.json", "{\"digest\": 3"); },
      [&] { fs::remove(files.parent_path() / "artifact.json"); },
      [&] { fs::remove_all(files); },
  };
  for (std::size_t i = 0; i < damages.size(); ++i) {
    damages[i]();
    const auto again = prepare(request_, listener_);
    ASSERT_TRUE(again) << i << again.error().message;
    EXPECT_FALSE(again->from_cache) << i;
    EXPECT_EQ(again->digest, first->digest) << i;
    ASSERT_EQ(notices_.size(), i + 1);
    EXPECT_TRUE(has(notices_.back(), "made again")) << notices_.back();
  }
}

TEST_F(PrepareTest, CrashIsToldWithSignalLogAndCommand) {
  script("echo loading >&2\necho 'half a plan' >&2\nkill -SEGV $$\n");
  const Status status = failure();
  EXPECT_EQ(status.code, Code::kWorkerFailed);
  for (const char* part : {"toolchain nncf", "SIGSEGV", "half a plan", "to repeat it: ", ".log"})
    EXPECT_TRUE(has(status.message, part)) << part << " in " << status.message;
  // The very command of the message works again once its cause is gone: its folders were kept.
  script(kGoodScript);
  const std::string command = status.message.substr(status.message.find("to repeat it: ") + 14);
  EXPECT_EQ(std::system((command + " > /dev/null").c_str()), 0) << command;
  const auto record = prepare(request_, listener_);
  ASSERT_TRUE(record) << record.error().message;
}

TEST_F(PrepareTest, TheScriptsOwnWordsComeFirst) {
  script("echo '{\"error\": \"the images are too small\"}'\nexit 1\n");
  const Status status = failure();
  EXPECT_EQ(status.code, Code::kWorkerFailed);
  EXPECT_TRUE(status.message.starts_with("toolchain nncf: the images are too small")) << status.message;
}

TEST_F(PrepareTest, FullDiskIsAResource) {
  script("echo '{\"error\": \"OSError: [Errno 28] No space left on device\"}'\nexit 1\n");
  EXPECT_EQ(failure().code, Code::kResource);
}

TEST_F(PrepareTest, ProgressDoesNotHideTheReason) {
  script(
      "echo 'the reason' >&2\nfor i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do\n"
      "echo '{\"phase\": \"p\", \"progress\": 1, \"total\": 2}'; done\nexit 3\n");
  const Status status = failure();
  EXPECT_TRUE(has(status.message, "exit code 3")) << status.message;
  EXPECT_TRUE(has(status.message, "the reason")) << status.message;
}

TEST_F(PrepareTest, HangIsEnded) {
  request_.timeout = std::chrono::milliseconds(300);
  script("echo started >&2\nsleep 60 &\nsleep 60\n");
  const Status status = failure();
  EXPECT_EQ(status.code, Code::kTimeout);
  EXPECT_TRUE(has(status.message, "protocol.timeouts.prepare")) << status.message;
  EXPECT_TRUE(has(status.message, "started")) << status.message;
}

TEST_F(PrepareTest, GarbageIsNotBelieved) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"head -c 100000 /dev/urandom\n", "neither what it made"},
      {"echo '{\"done\": 7}'\n", "neither what it made"},
      {"echo '[]'; echo 'null'; echo '{\"phase\": 3, \"progress\": \"x\"}'\n", "neither what it made"},
      {"", "neither what it made"},
      {"echo '{\"done\": {\"artifact\": \"model.xml\"}}'\n", "no such file"},
      {"echo '{\"done\": {}}'\n", "no such file"},
      {": > \"$6/model.xml\"; echo '{\"done\": {\"artifact\": \"model.xml\"}}'\n", "it is empty"},
      {"printf x > \"$6/../outside\"; echo '{\"done\": {\"artifact\": \"../outside\"}}'\n", "no such file"},
      // What it said in the end does not count when it then crashed.
      {std::string(kGoodScript) + "kill -ABRT $$\n", "SIGABRT"},
  };
  for (const auto& [text, expected] : cases) {
    script(text);
    const Status status = failure();
    EXPECT_EQ(status.code, Code::kWorkerFailed) << text;
    EXPECT_TRUE(has(status.message, expected)) << text << "\n" << status.message;
  }
}

TEST_F(PrepareTest, WithoutAnEnvironmentSetupIsNamed) {
  fs::remove(root() / "venv/.stamp");  // An installation that was broken off.
  Status status = failure();
  EXPECT_EQ(status.code, Code::kUnavailable);
  EXPECT_TRUE(has(status.message, "run scripts/setup")) << status.message;
  EXPECT_FALSE(check_environment(request_.python));
  request_.python = "/nowhere/bin/python";
  status = failure();
  EXPECT_EQ(status.code, Code::kUnavailable);
}

TEST_F(PrepareTest, TwoAtOnceRunTheToolchainOnce) {
  script("sleep 0.5\n" + std::string(kGoodScript));
  std::vector<std::thread> threads;
  std::atomic<int> good = 0, cached = 0;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      const auto record = prepare(request_, {});
      if (record) ++good;
      if (record && record->from_cache) ++cached;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 3);
  EXPECT_EQ(cached, 2);
  EXPECT_EQ(runs(), 1);
}

TEST_F(PrepareTest, InterruptedByTheUser) {
  script("sleep 60\n");
  std::thread user([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    set_interrupted(true);
  });
  const Status status = failure();
  user.join();
  set_interrupted(false);
  EXPECT_EQ(status.code, Code::kInterrupted);
}

TEST_F(PrepareTest, LimitsAreCheckedBeforeAnythingStarts) {
  request_.facts.opsets["ai.onnx"] = 27;
  EXPECT_EQ(failure().code, Code::kInvalidInput);
  request_.facts.opsets["ai.onnx"] = 17;
  request_.calibration->files.clear();
  EXPECT_EQ(failure().code, Code::kInvalidInput);
  EXPECT_EQ(runs(), 0);
}

TEST_F(PrepareTest, DynamicShapesAreFixedForTheToolchain) {
  onnx::ModelProto model = model::empty_model();
  model.mutable_graph()->set_name("g");
  model::add_value(*model.mutable_graph()->mutable_input(), "image", {-1, 3, 8, 8});
  model::add_value(*model.mutable_graph()->mutable_output(), "y", {-1, 3, 8, 8});
  model::add_node(model, "Relu", {"image"}, "y");
  write(request_.model, model.SerializeAsString());
  auto facts = model::read_model(request_.model);
  ASSERT_TRUE(facts) << facts.error().message;
  request_.facts = *facts;
  request_.shapes = {{"image", {4, 3, 8, 8}}};
  script("cp \"$2\" \"$6/model.xml\"\necho '{\"done\": {\"artifact\": \"model.xml\"}}'\n");
  const auto record = prepare(request_, listener_);
  ASSERT_TRUE(record) << record.error().message;
  const auto given = model::read_model(record->path);
  ASSERT_TRUE(given) << given.error().message;
  EXPECT_EQ(given->inputs[0].shape(), "[4,3,8,8]");
}

TEST_F(PrepareTest, NoneTakesTheSourceAsItIs) {
  request_.toolchain = &kNone;
  request_.precision = "fp32";
  request_.python = "/nowhere/bin/python";
  const auto record = prepare(request_, listener_);
  ASSERT_TRUE(record) << record.error().message;
  EXPECT_EQ(record->path, request_.model);
  EXPECT_EQ(record->digest, request_.facts.sha256);
  EXPECT_EQ(record->calibration_digest, "");
  EXPECT_EQ(record->calibration_count, 0);
  EXPECT_FALSE(fs::exists(request_.cache));
}

TEST_F(PrepareTest, AGivenArtifactIsDigestedWithWhatLiesBesideIt) {
  record::ArtifactRecord given;
  given.toolchain = "given";
  const auto digest = [&](const std::string& name) {
    given.path = (root() / name).string();
    const auto found = artifact_digest(given);
    EXPECT_TRUE(found) << found.error().message;
    return found.value_or("");
  };
  write(root() / "net.dlc", "layers");
  std::set<std::string> digests{digest("net.dlc")};
  EXPECT_EQ(*digests.begin(), sha256_hex(std::string_view("layers")));
  write(root() / "net.dlc.io", "input x 1 3 8 8");
  digests.insert(digest("net.dlc"));
  write(root() / "net.dlc.io", "input x 1 8 8 3");
  digests.insert(digest("net.dlc"));
  write(root() / "net.dlc.qnn.json", "{}");
  digests.insert(digest("net.dlc"));
  EXPECT_EQ(digests.size(), 4u);
  auto model = model::conv_model({1, 2, 8, 8});
  auto& weights = *model.mutable_graph()->mutable_initializer(0);
  weights.clear_raw_data();
  weights.set_data_location(onnx::TensorProto::EXTERNAL);
  auto& location = *weights.add_external_data();
  location.set_key("location");
  location.set_value("weights.bin");
  write(root() / "net.onnx", model.SerializeAsString());
  write(root() / "weights.bin", std::string(288, 'a'));
  const std::string before = digest("net.onnx");
  write(root() / "weights.bin", std::string(288, 'b'));
  EXPECT_NE(digest("net.onnx"), before) << "weights that lie beside the model are the model's";
  given.path = (root() / "net.xml").string();
  write(root() / "net.xml", "graph");
  EXPECT_FALSE(artifact_digest(given)) << "its weights are absent";
}

TEST_F(PrepareTest, AGivenArtifactTellsItsCalibration) {
  const fs::path dlc = root() / "net.dlc";
  const std::string digest = sha256_hex(std::string_view("tensors"));
  const auto told = [&](const std::string& notes) -> std::string {
    write(dlc.string() + ".io", notes);
    const auto found = calibration_told_beside(dlc);
    return found ? *found : std::string(to_string(found.error().code));
  };
  EXPECT_EQ(calibration_told_beside(dlc).value(), "") << "no notes";
  EXPECT_EQ(told("input x 1 3 8 8\nquantized activations 8 weights 8\n"), "");
  EXPECT_EQ(told("input x 1 3 8 8\ncalibration " + digest + "\n"), digest);
  const std::string corrupt(to_string(Code::kCorrupt));
  EXPECT_EQ(told("calibration " + digest.substr(1) + "\n"), corrupt);
  EXPECT_EQ(told("calibration G" + digest.substr(1) + "\n"), corrupt);
  EXPECT_EQ(told("calibration " + digest + "\ncalibration " + digest + "\n"), corrupt);
  write(dlc, "layers");
  const std::string dlcs = "dlc " + sha256_hex(std::string_view("layers")) + "\n";
  EXPECT_EQ(told("calibration " + digest + "\n" + dlcs), digest);
  EXPECT_EQ(told(dlcs), "");
  write(dlc, "others");
  EXPECT_EQ(told("calibration " + digest + "\n" + dlcs), corrupt) << "notes of another DLC";
}

TEST(ShellCommand, SurvivesTheShell) {
  const std::vector<std::string> words = {"printf", "%s|", "a b", "it's", "", "$HOME", "x;y", "a\\b", "*"};
  RunOptions options;
  options.argv = {"/bin/sh", "-c", shell_command(words)};
  std::string printed;
  options.on_line = [&](std::string_view line) { printed += line; };
  ASSERT_TRUE(run_process(options));
  EXPECT_EQ(printed, "a b|it's||$HOME|x;y|a\\b|*|");
}

}  // namespace
}  // namespace assay::prepare
