#include "store/witness.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "base/file.h"

namespace assay::store {
namespace {

record::Witness sample() {
  record::Witness witness;
  witness.row = "openvino-cpu-int8";
  witness.tool = "benchmark_app";
  witness.statistic = "median";
  witness.verdict = "agrees";
  witness.ours = {2.6, 2.59, 2.61};
  witness.ratio = {1.001, 0.999, 1.003};
  witness.second_slower = record::Estimate{0.1, -0.2, 0.4};
  witness.runs = {{true, 2.6, 2.61, 700, 690, 2.63, 0.02}, {false, 2.59, 2.6, 701, 691, std::nullopt, -1}};
  witness.reasons = {{"settings", "all equal", false}};
  return witness;
}

TEST(WitnessFile, ComesBackEqual) {
  const auto dir = TemporaryDirectory::create("assay-witness");
  ASSERT_TRUE(write_file(dir->path() / "theirs-01.txt", "what it printed"));
  ASSERT_TRUE(save_witness(dir->path(), sample()));
  const auto loaded = load_witness(dir->path());
  ASSERT_TRUE(loaded) << loaded.error().message;
  EXPECT_EQ(loaded->row, "openvino-cpu-int8");
  EXPECT_DOUBLE_EQ(loaded->ratio.hi, 1.003);
  ASSERT_EQ(loaded->runs.size(), 2u);
  EXPECT_TRUE(loaded->runs[0].theirs_loop_ms);
  EXPECT_FALSE(loaded->runs[1].theirs_loop_ms);
  EXPECT_FALSE(loaded->later_slower);
  EXPECT_TRUE(loaded->files.contains("theirs-01.txt"));
}

TEST(WitnessFile, WhatWasChangedIsRefused) {
  const auto dir = TemporaryDirectory::create("assay-witness");
  ASSERT_TRUE(write_file(dir->path() / "theirs-01.txt", "what it printed"));
  ASSERT_TRUE(save_witness(dir->path(), sample()));
  const std::string good = read_file(dir->path() / "witness.json").value();

  ASSERT_TRUE(write_file(dir->path() / "theirs-01.txt", "something nicer"));
  EXPECT_EQ(load_witness(dir->path()).error().code, Code::kCorrupt);
  ASSERT_TRUE(write_file(dir->path() / "theirs-01.txt", "what it printed"));
  EXPECT_TRUE(load_witness(dir->path()));

  std::string better = good;
  better.replace(better.find("1.003"), 5, "1.002");
  ASSERT_TRUE(write_file(dir->path() / "witness.json", better));
  EXPECT_EQ(load_witness(dir->path()).error().code, Code::kCorrupt);
  ASSERT_TRUE(write_file(dir->path() / "witness.json", good.substr(0, good.size() / 2)));
  EXPECT_EQ(load_witness(dir->path()).error().code, Code::kCorrupt);
  std::filesystem::remove(dir->path() / "witness.json");
  EXPECT_EQ(load_witness(dir->path()).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace assay::store
