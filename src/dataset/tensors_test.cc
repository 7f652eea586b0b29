#include <gtest/gtest.h>

#include <cstring>

#include "base/digest.h"
#include "dataset/calibration.h"
#include "dataset/dataset.h"
#include "dataset/preprocess.h"
#include "dataset/test_images.h"

namespace assay::dataset {
namespace {

namespace fs = std::filesystem;

std::string bytes_of(const std::vector<float>& values) {
  std::string bytes(values.size() * 4, '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// As numpy writes it (NEP 1, version 1.0).
std::string npy(const std::string& dtype, const std::string& shape, const std::string& body) {
  std::string header = "{'descr': '" + dtype + "', 'fortran_order': False, 'shape': (" + shape + "), }";
  header.resize(117, ' ');
  header += '\n';
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + body;
}

class TensorsTest : public testing::Test {
 protected:
  TensorsTest() {
    fs::create_directories(root_);
    data_.kind = "tensors";
    data_.root = root_;
  }
  void put(const std::string& name, const std::string& content) {
    ASSERT_TRUE(write_file(root_ / name, content));
  }
  Result<std::vector<float>> load(std::size_t index, const std::string& dtype = "f32") {
    ASSAY_TRY(const auto dataset, open_dataset(data_, {"val", 0, 1}));
    spec::ModelIo io;
    io.dtype = dtype;
    std::vector<float> out(3);
    ASSAY_OK(dataset->load_input(index, io, {1, 1}, out));
    return out;
  }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-test").value();
  fs::path root_ = dir_.path() / "tensors";
  spec::Data data_;
};

TEST_F(TensorsTest, ReadsRawAndNpyAsTheyLie) {
  put("a.raw", bytes_of({1, 2.5F, -3}));
  put("b.npy", npy("<f4", "1, 3, 1, 1", bytes_of({4, 5, 6})));
  put("c.txt", "not a tensor");
  EXPECT_EQ(load(0).value(), (std::vector<float>{1, 2.5F, -3}));
  EXPECT_EQ(load(1).value(), (std::vector<float>{4, 5, 6}));
  const auto dataset = open_dataset(data_, {"val", 0, 1}).value();
  EXPECT_EQ(dataset->size(), 2U);
  EXPECT_EQ(dataset->id(1), "b.npy");
  EXPECT_FALSE(dataset->has_labels());
  EXPECT_EQ(dataset->load_label(0).error().code, Code::kInvalidInput);
}

TEST_F(TensorsTest, ReadsBytes) {
  put("a.bin", std::string("\x00\x7f\xff", 3));
  EXPECT_EQ(load(0, "u8").value(), (std::vector<float>{0, 127, 255}));
  put("a.npy", npy("|u1", "3,", std::string("\x01\x02\x03", 3)));
  EXPECT_EQ(load(1, "u8").value(), (std::vector<float>{1, 2, 3}));
}

TEST_F(TensorsTest, NamesWrongSizesAndTypes) {
  put("a.raw", bytes_of({1, 2}));
  auto error = load(0).error();
  EXPECT_EQ(error.code, Code::kInvalidInput);
  EXPECT_NE(error.message.find("expected 3 elements of f32 (12 bytes), found 8 bytes"), std::string::npos)
      << error.message;
  put("a.raw", "");
  EXPECT_EQ(load(0).error().code, Code::kInvalidInput);
  fs::remove(root_ / "a.raw");
  put("a.npy", npy("<f8", "3,", std::string(24, 'x')));
  EXPECT_NE(load(0).error().message.find("'<f8'"), std::string::npos);
  put("a.npy", npy("|u1", "3,", "abc"));
  EXPECT_NE(load(0).error().message.find("model's input is f32"), std::string::npos);
  const std::string whole = npy("<f4", "3,", bytes_of({1, 2, 3}));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    put("a.npy", whole.substr(0, size));
    EXPECT_FALSE(load(0)) << size;
  }
}

TEST_F(TensorsTest, ListsSplitsAndErrors) {
  EXPECT_EQ(open_dataset(data_, {}).error().code, Code::kInvalidInput);
  fs::create_directories(root_ / "val");
  put("val/x.raw", bytes_of({1, 2, 3}));
  EXPECT_EQ(open_dataset(data_, {"val", 0, 1}).value()->id(0), "x.raw");
  EXPECT_EQ(open_dataset(data_, {"val", 2, 1}).error().code, Code::kInvalidInput);
  put("list.txt", "# chosen by hand\nval/x.raw\n\n");
  data_.root = root_ / "list.txt";
  EXPECT_EQ(open_dataset(data_, {"val", 0, 1}).value()->size(), 1U);
  put("list.txt", "val/x.raw\nval/y.raw\n");
  EXPECT_NE(open_dataset(data_, {}).error().message.find("line 2: 'val/y.raw'"), std::string::npos);
  data_.root = root_ / "none";
  EXPECT_EQ(open_dataset(data_, {}).error().code, Code::kNotFound);
}

class CalibrationTest : public testing::Test {
 protected:
  CalibrationTest() {
    for (int i = 0; i < 5; ++i) add_frame(root_, "train", "city", "frame_" + std::to_string(i), 10 * i);
    data_.root = root_;
    dataset_ = open_dataset(data_, {"train", 0, 1}).value();
  }
  Result<CalibrationSet> write(spec::Size size = {4, 6}) {
    return write_calibration(*dataset_, indices_, {}, size, out_,
                             [&](std::size_t done, std::size_t) { done_ = done; });
  }
  TemporaryDirectory dir_ = TemporaryDirectory::create("assay-test").value();
  fs::path root_ = dir_.path() / "data", out_ = dir_.path() / "calibration";
  spec::Data data_;
  std::unique_ptr<Dataset> dataset_;
  std::vector<std::size_t> indices_{3, 0, 4};
  std::size_t done_ = 0;
};

TEST_F(CalibrationTest, FilesAreTheCanonicalTensors) {
  const auto set = write().value();
  EXPECT_FALSE(set.reused);
  EXPECT_EQ(done_, 3U);
  EXPECT_EQ(set.ids, (std::vector<std::string>{"city/frame_3", "city/frame_0", "city/frame_4"}));
  std::vector<float> tensor(tensor_elements({4, 6}));
  ASSERT_TRUE(dataset_->load_input(0, {}, {4, 6}, tensor));
  EXPECT_EQ(set.digests[1], tensor_digest(tensor));
  EXPECT_TRUE(read_file(out_ / "000001.raw").value() == bytes_of(tensor));
  const std::string index = read_file(set.index).value();
  EXPECT_NE(index.find(set.digest), std::string::npos);
  EXPECT_NE(index.find(set.digests[2]), std::string::npos);
}

TEST_F(CalibrationTest, ReusedWhenIntactAndMendedWhenNot) {
  const auto first = write().value();
  const auto again = write().value();
  EXPECT_TRUE(again.reused);
  EXPECT_EQ(again.digest, first.digest);
  ASSERT_TRUE(write_file(out_ / "000001.raw", "damaged"));
  fs::remove(out_ / "000002.raw");
  const auto mended = write().value();
  EXPECT_FALSE(mended.reused);
  EXPECT_EQ(mended.digest, first.digest);
  EXPECT_EQ(sha256_file(out_ / "000001.raw").value(), first.digests[1]);
  EXPECT_EQ(sha256_file(out_ / "000002.raw").value(), first.digests[2]);
}

TEST_F(CalibrationTest, OtherTensorsAreAConflict) {
  const auto first = write().value();
  EXPECT_EQ(write({8, 12}).error().code, Code::kConflict);
  // An image that was replaced since: the tensors on disk are no longer what the data set gives.
  add_frame(root_, "train", "city", "frame_3", 77);
  fs::remove(out_ / "000000.raw");
  EXPECT_EQ(write().error().code, Code::kConflict);
  indices_ = {0, 3, 4};
  EXPECT_EQ(write().error().code, Code::kConflict);
  fs::remove_all(out_);
  EXPECT_NE(write().value().digest, first.digest);
  indices_ = {5};
  EXPECT_EQ(write().error().code, Code::kInvalidInput);
}

TEST_F(CalibrationTest, ADamagedImageIsNamed) {
  ASSERT_TRUE(write_file(root_ / "leftImg8bit/train/city/frame_4_leftImg8bit.png", "\x89PNG\r\n\x1a\n"));
  const auto failed = write();
  EXPECT_EQ(failed.error().code, Code::kCorrupt);
  EXPECT_NE(failed.error().message.find("frame_4_leftImg8bit.png"), std::string::npos);
  EXPECT_FALSE(fs::exists(out_ / "index.json"));
}

}  // namespace
}  // namespace assay::dataset
