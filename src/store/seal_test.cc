#include "store/seal.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/digest.h"
#include "base/file.h"
#include "store/results_json.h"
#include "store/run_directory.h"
#include "store/top_seal.h"

namespace assay::store {
namespace {

namespace fs = std::filesystem;
using Names = std::vector<std::string>;

class Seal : public ::testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories((folder() / name).parent_path());
    std::ofstream(folder() / name) << text;
  }
  fs::path folder() const { return dir_.path(); }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-seal").value();
};

TEST_F(Seal, IsWhatSha256sumWrites) {
  write("latencies.csv", "abc");
  write("outputs/0.0.raw", "");
  ASSERT_TRUE(seal_folder(folder()));
  EXPECT_EQ(read_file(folder() / kSealFile).value(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  latencies.csv\n"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  outputs/0.0.raw\n");
  EXPECT_TRUE(check_run(folder()).value().intact());
}

TEST_F(Seal, WhatWasChangedTakenAwayOrAddedIsFoundOut) {
  write("run.json", "{}");
  write("latencies.csv", "abc");
  write("outputs/0.0.raw", "x");
  ASSERT_TRUE(seal_folder(folder()));
  write("latencies.csv", "abd");
  fs::remove(folder() / "outputs/0.0.raw");
  write("observation.json", "{}");
  write("worker.log", "what the worker said");
  write("why", "it was made again");
  const SealCheck check = check_run(folder()).value();
  EXPECT_TRUE(check.sealed);
  EXPECT_FALSE(check.intact());
  EXPECT_EQ(check.changed, Names{"latencies.csv"});
  EXPECT_EQ(check.missing, Names{"outputs/0.0.raw"});
  EXPECT_EQ(check.added, Names{"observation.json"}) << "a log beside a finished run is none of its data";
  EXPECT_EQ(check.in_words(), "latencies.csv changed; outputs/0.0.raw missing; observation.json added");
  EXPECT_TRUE(check_files(folder(), read_seal(folder()).value().value()).added.empty());
}

// A campaign may put others in its place while a report reads: what counts is what was read.
TEST_F(Seal, WhatWasReadAlreadyIsHeldAgainstItAsItWasRead) {
  write("results.json", "second");
  ASSERT_TRUE(seal_folder(folder()));
  const Digests seal = read_seal(folder()).value().value();
  EXPECT_TRUE(check_files(folder(), seal).intact());
  EXPECT_TRUE(check_files(folder(), seal, {{"results.json", Sha256().update("second").hex()}}).intact());
  const SealCheck stale = check_files(folder(), seal, {{"results.json", Sha256().update("first").hex()}});
  EXPECT_EQ(stale.changed, Names{"results.json"});
}

TEST_F(Seal, WhatCannotBeReadIsNotCalledChanged) {
  write("latencies.csv", "abc");
  ASSERT_TRUE(seal_folder(folder()));
  // A folder in its place: there, and no bytes to be had of it, whoever asks.
  fs::remove(folder() / "latencies.csv");
  fs::create_directories(folder() / "latencies.csv");
  const SealCheck check = check_run(folder()).value();
  EXPECT_EQ(check.unreadable, Names{"latencies.csv"});
  EXPECT_FALSE(check.edited());
  EXPECT_FALSE(check.intact());
  EXPECT_EQ(check.in_words(), "latencies.csv cannot be read");
}

TEST_F(Seal, AFolderWithoutOneIsUnsealed) {
  write("run.json", "{}");
  EXPECT_FALSE(check_run(folder()).value().sealed);
  EXPECT_FALSE(check_run(folder()).value().intact());
}

TEST_F(Seal, OneThatCannotBeReadIsAnErrorWithItsLine) {
  for (const char* bad : {"nonsense\n", "abc", "ba7816bf  x\n"}) {
    write(std::string(kSealFile), bad);
    const auto check = check_run(folder());
    ASSERT_FALSE(check) << bad;
    EXPECT_EQ(check.error().code, Code::kCorrupt);
    EXPECT_NE(check.error().message.find("line 1"), std::string::npos) << check.error().message;
  }
}

TEST(SealText, NothingLeavesTheFolder) {
  const std::string digest(64, 'a');
  for (const std::string name : {"../x", "/etc/passwd", "a/../../x", ".", "./x", ""})
    EXPECT_FALSE(seal_from_text(digest + "  " + name + "\n")) << name;
  EXPECT_FALSE(seal_from_text(digest + "  x\n" + digest + "  x\n")) << "twice";
  EXPECT_FALSE(seal_from_text(digest + "  x")) << "cut short";
  EXPECT_FALSE(seal_from_text(std::string(64, 'A') + "  x\n"));
  EXPECT_EQ(seal_from_text(digest + " *a/b c\n").value(), (Digests{{"a/b c", digest}}));
  EXPECT_TRUE(seal_from_text("").value().empty());
}

TEST(RunDirectorySeal, RunsAreSealedAndResultsOverThem) {
  const auto dir = TemporaryDirectory::create("assay-seal").value();
  auto directory = RunDirectory::create(dir.path() / "run", "assay: 1\n", {}).value();
  ASSERT_TRUE(directory.add_run(
      "timed.a.r1", [](const fs::path& folder) { return write_file(folder / "latencies.csv", "abc"); }));
  EXPECT_TRUE(check_run(directory.run_folder("timed.a.r1")).value().intact());
  record::Results results;
  results.name = "sealed";
  ASSERT_TRUE(save_results(directory, results));
  const Digests sealed = seal_from_text(read_file(directory.path() / kSealFile).value()).value();
  for (const char* name : {"campaign.json", "results.json", "spec.yaml", "runs/timed.a.r1/SHA256SUMS"})
    EXPECT_TRUE(sealed.contains(name)) << name;
  EXPECT_TRUE(check_top(directory, sealed).intact());
  fs::remove_all(directory.run_folder("timed.a.r1"));
  EXPECT_EQ(check_top(directory, sealed).check.missing, Names{"runs/timed.a.r1/SHA256SUMS"});
}

TEST(RunDirectorySeal, TheResultsSealGoesBeforeWhatItNames) {
  const auto dir = TemporaryDirectory::create("assay-seal").value();
  auto directory = RunDirectory::create(dir.path() / "run", "assay: 1\n", {}).value();
  const auto write = [](const fs::path& folder) { return write_file(folder / "latencies.csv", "abc"); };
  const fs::path seal = directory.path() / kSealFile;
  ASSERT_TRUE(directory.add_run("a", write));
  ASSERT_TRUE(save_results(directory, {}));
  ASSERT_TRUE(fs::exists(seal));
  ASSERT_TRUE(directory.supersede("a", "killed"));
  EXPECT_FALSE(fs::exists(seal)) << "results.json rests on a run that is gone";
  ASSERT_TRUE(directory.add_run("a", write));
  ASSERT_TRUE(save_results(directory, {}));
  EXPECT_TRUE(check_top(directory, read_seal(directory.path()).value().value()).intact());
  ASSERT_TRUE(directory.replace_runs({"a"}, "imported again", "a", write));
  EXPECT_FALSE(fs::exists(seal));
}

class GoneOn : public ::testing::Test {
 protected:
  /// Run `a` failed and was made again, and the results over that are sealed.
  void SetUp() override {
    RunDirectory directory = RunDirectory::create(path(), "assay: 1\n", {}).value();
    ASSERT_TRUE(directory.add_run("a", write));
    ASSERT_TRUE(directory.supersede("a", "killed"));
    ASSERT_TRUE(directory.add_run(
        "a", [](const fs::path& folder) { return write_file(folder / "latencies.csv", "def"); }));
    ASSERT_TRUE(save_results(directory, {}));
  }
  static Result<void> write(const fs::path& folder) { return write_file(folder / "latencies.csv", "abc"); }
  fs::path path() const { return dir_.path() / "run"; }
  TopSeal top() const {
    return check_top(RunDirectory::view(path()).value(), read_seal(path()).value().value());
  }
  std::string refusal() const {
    const auto opened = RunDirectory::open(path());
    if (opened) return "";
    EXPECT_EQ(opened.error().code, Code::kConflict);
    return opened.error().message;
  }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-seal").value();
};

TEST_F(GoneOn, WhatWasSupersededIsSealedTooAndNobodyGoesOnWithoutIt) {
  EXPECT_TRUE(top().intact()) << top().check.in_words();
  EXPECT_EQ(refusal(), "");
  fs::remove_all(path() / "superseded");
  const Names missing{"superseded/a.1/SHA256SUMS", "superseded/a.1/why"};
  EXPECT_EQ(top().check.missing, missing);
  EXPECT_NE(refusal().find("superseded/a.1/why missing"), std::string::npos) << refusal();
  EXPECT_TRUE(fs::exists(path() / kSealFile)) << "it stays, or nobody could tell any more";
  EXPECT_EQ(run_of_sealed("superseded/timed.x.r1.2/why"), "timed.x.r1");
  EXPECT_EQ(run_of_sealed("runs/timed.x.r1/SHA256SUMS"), "timed.x.r1");
  EXPECT_EQ(run_of_sealed("spec.yaml"), "");
}

TEST_F(GoneOn, NobodyGoesOnWithARunExchangedButResultsAreDerivedAgain) {
  std::ofstream(path() / "results.json") << "{}";
  EXPECT_EQ(refusal(), "");
  fs::remove(path() / "results.json");
  EXPECT_EQ(refusal(), "");
  fs::remove_all(path() / "runs" / "a");
  EXPECT_NE(refusal().find("runs/a/SHA256SUMS missing"), std::string::npos) << refusal();
}

TEST_F(GoneOn, WhatIsSupersededSinceIsOlderAndNoEdit) {
  const std::string seal = read_file(path() / kSealFile).value();
  {
    RunDirectory directory = RunDirectory::open(path()).value();
    ASSERT_TRUE(directory.supersede("a", "again"));
    ASSERT_TRUE(directory.add_run("b", write));
  }
  ASSERT_TRUE(write_file(path() / kSealFile, seal));  // As if it had been left there.
  EXPECT_EQ(top().superseded, Names{"a"});
  EXPECT_EQ(top().added, Names{"b"});
  EXPECT_TRUE(top().check.intact());
  EXPECT_FALSE(top().intact());
  EXPECT_EQ(refusal(), "");
  // Another seal by now: a campaign is writing, and what was read before is held against nothing.
  const Digests before = seal_from_text(seal).value();
  ASSERT_TRUE(write_file(path() / kSealFile, ""));
  EXPECT_FALSE(check_top(RunDirectory::view(path()).value(), before).check.sealed);
}

TEST(RunDirectorySeal, AWriterOfResultsThatIsStoppedLeavesNoOlderSealBesideThem) {
  const auto dir = TemporaryDirectory::create("assay-seal").value();
  auto directory = RunDirectory::create(dir.path() / "run", "assay: 1\n", {}).value();
  ASSERT_TRUE(save_results(directory, {}));
  // A folder in the way of results.json stops it halfway.
  fs::remove(directory.results_file());
  fs::create_directories(directory.results_file() / "in the way");
  ASSERT_FALSE(save_results(directory, {}));
  EXPECT_FALSE(fs::exists(directory.path() / kSealFile));
}

TEST(RunDirectoryView, ReadsWhatAnotherHoldsAndWritesNothing) {
  const auto dir = TemporaryDirectory::create("assay-view").value();
  auto held = RunDirectory::create(dir.path() / "run", "assay: 1\n", {}).value();
  ASSERT_TRUE(held.add_run("a", [](const fs::path&) { return Result<void>{}; }));
  fs::create_directories(dir.path() / "run" / "runs" / "b.tmp");
  auto view = RunDirectory::view(dir.path() / "run");
  ASSERT_TRUE(view) << view.error().message;
  EXPECT_EQ(view->runs(), Names{"a"});
  EXPECT_TRUE(fs::exists(dir.path() / "run" / "runs" / "b.tmp")) << "a run that is being written stays";
  const auto added = view->add_run("c", [](const fs::path&) { return Result<void>{}; });
  ASSERT_FALSE(added);
  EXPECT_EQ(added.error().code, Code::kConflict);
  EXPECT_FALSE(view->supersede("a", "no"));
  EXPECT_EQ(RunDirectory::view(dir.path()).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace assay::store
