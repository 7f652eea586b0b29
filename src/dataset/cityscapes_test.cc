#include "dataset/cityscapes.h"

#include <gtest/gtest.h>

#include <thread>

#include "dataset/classes.h"
#include "dataset/dataset.h"
#include "dataset/preprocess.h"
#include "dataset/subset.h"
#include "dataset/test_images.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;

class CityscapesTest : public testing::Test {
 protected:
  CityscapesTest() {
    data_.root = root_;
    // Made out of order: the listing has to sort.
    add_frame(root_, "val", "lindau", "lindau_000001", 3);
    add_frame(root_, "val", "frankfurt", "frankfurt_000002", 2);
    add_frame(root_, "val", "frankfurt", "frankfurt_000001", 1);
  }
  std::string message(const std::string& split = "val") {
    const auto items = list_cityscapes(root_, split, LabelKind::kLabelIds);
    return items ? "" : items.error().message;
  }
  fs::path label(const std::string& frame) const {
    return root_ / "gtFine/val/frankfurt" / (frame + "_gtFine_labelIds.png");
  }

  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-test").value();
  fs::path root_ = dir_.path() / "data";
  spec::Data data_;
};

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(CityscapesTest, ListsInOrder) {
  const auto items = list_cityscapes(root_, "val", LabelKind::kTrainIds).value();
  ASSERT_EQ(items.size(), 3U);
  EXPECT_EQ(items[0].id, "frankfurt/frankfurt_000001");
  EXPECT_EQ(items[2].id, "lindau/lindau_000001");
  EXPECT_EQ(items[0].label.filename(), "frankfurt_000001_gtFine_labelTrainIds.png");
}

TEST_F(CityscapesTest, SaysWhichFolderIsMissing) {
  EXPECT_EQ(list_cityscapes(dir_.path() / "none", "val", LabelKind::kLabelIds).error().code, Code::kNotFound);
  EXPECT_SAYS(message("test"), "holds val");
  EXPECT_SAYS(message("../val"), "a split is the name of a folder");
  fs::remove_all(root_ / "gtFine");
  EXPECT_SAYS(message(), "holds leftImg8bit");
  fs::create_directories(root_ / "leftImg8bit/empty/city");
  fs::create_directories(root_ / "gtFine/empty/city");
  EXPECT_SAYS(message("empty"), "is empty");
}

TEST_F(CityscapesTest, ImagesWithoutLabelsAndTheReverse) {
  fs::remove(label("frankfurt_000001"));
  EXPECT_SAYS(message(), "1 of 3 images have no label *_gtFine_labelIds.png (frankfurt/frankfurt_000001)");
  fs::remove(root_ / "leftImg8bit/val/lindau/lindau_000001_leftImg8bit.png");
  EXPECT_SAYS(message(), "1 of 2 labels have no image (lindau/lindau_000001)");
  fs::remove_all(root_ / "gtFine/val/lindau");
  fs::remove(label("frankfurt_000002"));
  EXPECT_SAYS(message(), "say labels: trainIds");
}

TEST_F(CityscapesTest, LoadsInputsAndMappedLabels) {
  Image image = flat(4, 6, 33);
  image.pixels[1] = 0;
  image.pixels[2] = 255;
  image.pixels[3] = 7;
  ASSERT_TRUE(write_png(label("frankfurt_000001"), image));
  const auto dataset = open_dataset(data_, {"val", 0, 1}).value();
  EXPECT_EQ(dataset->size(), 3U);
  EXPECT_TRUE(dataset->has_labels());
  const Label loaded = dataset->load_label(0).value();
  EXPECT_EQ(loaded.height, 4);
  EXPECT_EQ(loaded.width, 6);
  EXPECT_EQ(std::vector<int>(loaded.classes.begin(), loaded.classes.begin() + 5),
            (std::vector<int>{18, kIgnore, kIgnore, 0, 18}));
  std::vector<float> tensor(tensor_elements({4, 6}));
  spec::ModelIo io;
  io.dtype = "u8";
  ASSERT_TRUE(dataset->load_input(1, io, {4, 6}, tensor));
  EXPECT_EQ(tensor[1], pattern(4, 6, 3, 2).pixels[3]);
}

TEST_F(CityscapesTest, RefusesWrongLabels) {
  auto load = [&] {
    const auto loaded = open_dataset(data_, {"val", 0, 1}).value()->load_label(0);
    return loaded ? Status{Code::kInternal, ""} : loaded.error();
  };
  ASSERT_TRUE(write_png(label("frankfurt_000001"), flat(4, 5, 7)));
  EXPECT_SAYS(load().message, "is 4x5, but its image is 4x6");
  Image image = flat(4, 6, 7);
  image.pixels[8] = 34;
  ASSERT_TRUE(write_png(label("frankfurt_000001"), image));
  EXPECT_SAYS(load().message, "label value 34 (first at row 1, column 2)");
  const std::string whole = read_file(label("frankfurt_000002")).value();
  ASSERT_TRUE(write_file(label("frankfurt_000001"), whole.substr(0, whole.size() / 2)));
  EXPECT_EQ(load().code, Code::kCorrupt);
}

TEST_F(CityscapesTest, CountsAboveTheSplitAreRefused) {
  EXPECT_SAYS(open_dataset(data_, {"val", 4, 1}).error().message, "has 3");
  EXPECT_EQ(open_dataset(data_, {"val", -1, 1}).error().code, Code::kInvalidInput);
  data_.kind = "voc";
  EXPECT_SAYS(open_dataset(data_, {}).error().message, "cityscapes or tensors");
}

TEST_F(CityscapesTest, SelectionIsTheSpecifiedChoice) {
  const auto all = open_dataset(data_, {"val", 0, 5}).value();
  const auto two = open_dataset(data_, {"val", 2, 5}).value();
  const auto chosen = choose(3, 2, 5);
  ASSERT_EQ(two->size(), 2U);
  EXPECT_EQ(two->id(0), all->id(chosen[0]));
  EXPECT_EQ(two->id(1), all->id(chosen[1]));
  EXPECT_NE(two->digest().value(), all->digest().value());
}

TEST_F(CityscapesTest, DigestSeesLabelsAndImages) {
  const auto before = open_dataset(data_, {"val", 0, 1}).value()->digest().value();
  EXPECT_EQ(open_dataset(data_, {"val", 0, 9}).value()->digest().value(), before);
  ASSERT_TRUE(write_png(label("frankfurt_000001"), flat(4, 6, 8)));
  EXPECT_NE(open_dataset(data_, {"val", 0, 1}).value()->digest().value(), before);
}

TEST_F(CityscapesTest, ManyThreadsReadTheSame) {
  const auto dataset = open_dataset(data_, {"val", 0, 1}).value();
  const auto load = [&](std::size_t index) {
    std::vector<float> tensor(tensor_elements({8, 12}));
    EXPECT_TRUE(dataset->load_input(index, {}, {8, 12}, tensor));
    EXPECT_TRUE(dataset->load_label(index));
    return tensor_digest(tensor);
  };
  const std::string expected[] = {load(0), load(1), load(2)};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(load(i % 3), expected[i % 3]);
    });
  }
  for (auto& thread : threads) thread.join();
}

TEST(Classes, TableAgreesWithThePublishedDefinitions) {
  const auto labels = cityscapes_labels();
  const auto classes = cityscapes_classes();
  ASSERT_EQ(labels.size(), 34U);
  ASSERT_EQ(classes.size(), 19U);
  for (std::size_t i = 0; i < labels.size(); ++i) EXPECT_EQ(labels[i].id, i);
  // The ids of the evaluated classes, as the benchmark lists them.
  const int ids[] = {7, 8, 11, 12, 13, 17, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 31, 32, 33};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    EXPECT_EQ(classes[i].id, ids[i]);
    EXPECT_EQ(classes[i].train_id, i);
  }
  EXPECT_EQ(classes[18].name, "bicycle");
}

TEST(Classes, MapsOfTheUsersOwn) {
  spec::Data data;
  data.classes = 2;
  EXPECT_EQ(label_map(data).error().code, Code::kInvalidInput);  // labelIds have 19
  data.class_map = {{3, 0}, {7, 1}, {9, 255}};
  const auto map = label_map(data).value();
  EXPECT_EQ(map.to_class[7], 1);
  EXPECT_EQ(map.to_class[9], kIgnore);
  EXPECT_TRUE(map.known[9]);
  EXPECT_TRUE(map.known[255]);
  EXPECT_FALSE(map.known[8]);
  data.class_map[5] = 2;
  EXPECT_EQ(label_map(data).error().code, Code::kInvalidInput);
  data.class_map.clear();
  data.labels = "trainIds";
  data.ignore = 0;  // Background that is not scored.
  EXPECT_EQ(label_map(data)->to_class[0], kIgnore);
  EXPECT_EQ(label_map(data)->to_class[1], 1);
  EXPECT_EQ(class_names(data).value(), (std::vector<std::string>{"0", "1"}));
  data.class_names = {"one"};
  EXPECT_FALSE(class_names(data));
  data.classes = 300;
  EXPECT_FALSE(label_map(data));
}

}  // namespace
}  // namespace assay::dataset
