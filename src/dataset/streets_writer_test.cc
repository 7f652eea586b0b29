#include "dataset/streets_writer.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "base/subprocess.h"
#include "dataset/cityscapes.h"
#include "dataset/classes.h"
#include "dataset/dataset.h"
#include "dataset/image.h"
#include "dataset/streets.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;

class StreetsWriterTest : public testing::Test {
 protected:
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-test").value();
  fs::path out_ = dir_.path() / "streets";
  StreetsRequest request_{"val", 3, 11, {32, 64}};
};

TEST_F(StreetsWriterTest, FilesHoldTheScenesOfTheSeed) {
  std::size_t done = 0;
  const auto written = write_streets(request_, out_, [&](std::size_t n, std::size_t) { done = n; });
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(done, 3U);
  const auto items = list_cityscapes(out_, "val", LabelKind::kLabelIds).value();
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[2].id, "generated/generated_000002_000019");
  const StreetScene scene = render_street(11, 2, 32, 64);
  EXPECT_EQ(read_rgb(items[2].image)->pixels, scene.rgb);
  EXPECT_EQ(read_grey(items[2].label)->pixels, scene.label_ids);

  // Both kinds of label mean the same classes.
  spec::Data data;
  data.root = out_;
  const auto by_id = open_dataset(data, {"val", 0, 1}).value();
  data.labels = "trainIds";
  const auto by_train_id = open_dataset(data, {"val", 0, 1}).value();
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_EQ(by_id->load_label(i)->classes, by_train_id->load_label(i)->classes);
}

TEST_F(StreetsWriterTest, AgainIsNothingAndOthersAConflict) {
  ASSERT_TRUE(write_streets(request_, out_));
  EXPECT_TRUE(write_streets(request_, out_));
  auto other = request_;
  other.seed = 12;
  EXPECT_EQ(write_streets(other, out_).error().code, Code::kConflict);
  other.split = "train";  // Beside the first split is fine.
  EXPECT_TRUE(write_streets(other, out_));
  fs::remove(list_cityscapes(out_, "val", LabelKind::kLabelIds)->front().label);
  EXPECT_EQ(write_streets(request_, out_).error().code, Code::kConflict);
}

TEST_F(StreetsWriterTest, InterruptedLeavesNothingAndCanBeRepeated) {
  const auto stopped = write_streets(request_, out_, [](std::size_t, std::size_t) { set_interrupted(true); });
  set_interrupted(false);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Code::kInterrupted);
  EXPECT_FALSE(fs::exists(out_ / "leftImg8bit"));
  EXPECT_TRUE(write_streets(request_, out_));
}

TEST_F(StreetsWriterTest, RefusesNonsense) {
  for (const StreetsRequest& bad :
       {StreetsRequest{"val", 0, 1, {32, 64}}, StreetsRequest{"val", -4, 1, {32, 64}},
        StreetsRequest{"../val", 1, 1, {32, 64}}, StreetsRequest{"val", 1, 1, {0, 64}},
        StreetsRequest{"val", 1, 1, {32, 1 << 20}}}) {
    EXPECT_EQ(write_streets(bad, out_).error().code, Code::kInvalidInput);
  }
  EXPECT_FALSE(fs::exists(out_));
}

TEST_F(StreetsWriterTest, SplitsNeverShareAScene) {
  EXPECT_EQ(streets_split_seed(7, "val"), 7U);
  for (const std::uint64_t a : {0U, 1U, 7U}) {
    for (const std::uint64_t b : {0U, 1U, 7U}) {
      EXPECT_NE(streets_split_seed(a, "train"), streets_split_seed(b, "val"));
    }
  }
}

TEST_F(StreetsWriterTest, EnsureMakesBothSplitsOnce) {
  const spec::StreetsData streets{2, 1, 5, {32, 64}};
  const auto root = ensure_streets(streets, dir_.path()).value();
  EXPECT_EQ(list_cityscapes(root, "train", LabelKind::kLabelIds)->size(), 2U);
  const auto val = list_cityscapes(root, "val", LabelKind::kLabelIds).value();
  EXPECT_EQ(read_rgb(val.front().image)->pixels, render_street(5, 0, 32, 64).rgb);
  std::size_t made = 0;
  EXPECT_EQ(ensure_streets(streets, dir_.path(), [&](std::size_t, std::size_t) { ++made; }).value(), root);
  EXPECT_EQ(made, 0U);
  // What a killed call left behind is made again.
  fs::remove(root / "manifest-val.json");
  EXPECT_TRUE(ensure_streets(streets, dir_.path()));
  EXPECT_EQ(ensure_streets({0, 0, 5, {32, 64}}, dir_.path()).error().code, Code::kInvalidInput);
}

}  // namespace
}  // namespace assay::dataset
