#include "dataset/subset.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "dataset/cityscapes.h"
#include "dataset/test_images.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;

// From the definition in subset.h, written out in Python with its unbounded integers.
TEST(Choose, FollowsTheDefinition) {
  EXPECT_EQ(choose(500, 8, 42), (std::vector<std::size_t>{413, 122, 1, 180, 54, 47, 471, 238}));
  EXPECT_EQ(choose(10, 10, 7), (std::vector<std::size_t>{7, 0, 4, 6, 8, 5, 2, 1, 9, 3}));
  EXPECT_TRUE(choose(0, 0, 1).empty());
}

TEST(Choose, FewerIsAPrefixAndNothingComesTwice) {
  const auto all = choose(100, 100, 9), some = choose(100, 30, 9);
  EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin()));
  auto sorted = all;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::size_t> expected(100);
  std::iota(expected.begin(), expected.end(), std::size_t{0});
  EXPECT_EQ(sorted, expected);
}

class SubsetTest : public testing::Test {
 protected:
  SubsetTest() {
    for (int i = 0; i < 6; ++i) add_frame(root_, "val", i % 2 ? "a" : "b", "frame_" + std::to_string(i), i);
    request_ = {root_, "val", 4, 42, Transfer::kCopy};
  }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-test").value();
  fs::path root_ = dir_.path() / "data", out_ = dir_.path() / "subset";
  SubsetRequest request_;
};

TEST_F(SubsetTest, HasTheChosenImagesWithBothLabels) {
  for (const Transfer transfer : {Transfer::kCopy, Transfer::kHardLink, Transfer::kSymbolicLink}) {
    fs::remove_all(out_);
    request_.transfer = transfer;
    const auto written = write_subset(request_, out_);
    ASSERT_TRUE(written) << written.error().message;
    const auto all = list_cityscapes(root_, "val", LabelKind::kLabelIds).value();
    const auto ids = list_cityscapes(out_, "val", LabelKind::kLabelIds).value();
    EXPECT_TRUE(list_cityscapes(out_, "val", LabelKind::kTrainIds));
    std::vector<std::string> expected, found;
    for (const std::size_t i : choose(6, 4, 42)) expected.push_back(all[i].id);
    std::sort(expected.begin(), expected.end());
    for (const auto& item : ids) found.push_back(item.id);
    EXPECT_EQ(found, expected);
    EXPECT_EQ(fs::is_symlink(ids[0].image), transfer == Transfer::kSymbolicLink);
    EXPECT_EQ(fs::hard_link_count(ids[0].image) > 1, transfer == Transfer::kHardLink);
    EXPECT_FALSE(fs::exists(out_.string() + ".tmp"));
    const std::string manifest = read_file(out_ / "manifest.json").value();
    EXPECT_NE(manifest.find(kGenerator), std::string::npos);
    EXPECT_NE(manifest.find("\"seed\": 42"), std::string::npos);
  }
}

TEST_F(SubsetTest, TheSameAgainIsFineAndAnythingElseAConflict) {
  ASSERT_TRUE(write_subset(request_, out_));
  EXPECT_TRUE(write_subset(request_, out_));
  request_.seed = 43;
  EXPECT_EQ(write_subset(request_, out_).error().code, Code::kConflict);
  request_.seed = 42;
  const auto item = list_cityscapes(out_, "val", LabelKind::kLabelIds).value().front();
  ASSERT_TRUE(write_file(item.image, "changed"));
  EXPECT_EQ(write_subset(request_, out_).error().code, Code::kConflict);
}

TEST_F(SubsetTest, CountAboveTheSplitIsRefused) {
  request_.count = 7;
  const auto refused = write_subset(request_, out_);
  EXPECT_EQ(refused.error().code, Code::kInvalidInput);
  EXPECT_NE(refused.error().message.find("has 6"), std::string::npos);
  EXPECT_FALSE(fs::exists(out_));
}

}  // namespace
}  // namespace assay::dataset
