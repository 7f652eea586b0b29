// What a page shows beyond results.json: samples of the raw runs, sample predictions, and what is to be known
// of the files. Plain data; campaign/page_source.h reads it, report/html.h renders it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "record/results.h"

namespace assay::report {

/// Numbers packed for the page: little endian, a zlib stream, base64.
struct Blob {
  std::string dtype;  ///< "f32" or "i32"
  std::size_t length = 0;
  std::string deflate;
};

/// Inferences of one phase, in order. assay records how long each took, not when it began: these follow one
/// another, and what the timed window is longer than their sum is spread evenly between them.
struct PageSeries {
  double first_us = 0;  ///< When the first began, counted from the timed window's begin.
  Blob start_delta_us;  ///< i32: start of each less that of the one before; 0 for the first.
  Blob latency_ms;      ///< f32
};

struct PageReadings {
  std::string name;      ///< The channel: "wt300e.power".
  std::string quantity;  ///< "power", "temperature", "clock", "utilisation", "other"
  std::string unit;
  std::string source;    ///< Description of the instrument or sensor.
  std::string boundary;  ///< "dc_input", ...; "" of what is no power.
  bool simulated = false;
  Blob t_s, value;  ///< f32; seconds from the timed window's begin.
};

struct PageWindow {
  std::string name;  ///< "loaded-idle", "warm-up", "timed"
  double begin_s = 0, end_s = 0;
};

/// One timed run: what its plots draw, and what is said of it.
struct PageRun {
  int repeat = 0;
  std::vector<PageWindow> windows;
  PageSeries warmup, timed;
  std::vector<PageReadings> readings;
  std::int64_t warmup_count = 0, timed_count = 0;
  std::string warmup_end;  ///< "steady", "cap"
  double window_s = 0, quiet_wait_s = 0;
  double foreign_cpu_share = -1;  ///< -1: unknown.
  std::vector<std::string> disturbances;
  std::string failure;  ///< Why it did not end well.
};

/// A picture as a file's bytes in base64.
struct PagePicture {
  std::string media;  ///< "image/png", "image/jpeg"
  std::string base64;
  std::string words;  ///< What is to be seen, for those who do not see it.
  int width = 0, height = 0;
};

struct PagePrediction {
  std::size_t row = 0;  ///< Index among the results' rows.
  PagePicture picture;
  std::string said;  ///< "93.4 % of labelled pixels right"; "" where there is no label.
};
/// One validation image with its label and what rows made of it.
struct PageSample {
  std::string id;
  PagePicture image;
  std::optional<PagePicture> label;
  std::vector<PagePrediction> predictions;
};

struct PageClass {
  std::string name;
  std::array<std::uint8_t, 3> colour{};
};

struct PageRow {
  std::vector<PageRun> runs;
  /// [truth][prediction], pixels over all images; empty: the accuracy pass is not there.
  std::vector<std::vector<std::uint64_t>> confusion;
  std::vector<std::string> absent;  ///< Raw data that could not be read, and why.
};

/// A command that makes something of this again, and what that is.
struct PageCommand {
  std::string purpose, line;
};

struct PageDirectory {
  std::string name;  ///< As the user gave it.
  record::Results results;
  std::vector<PageRow> rows;  ///< As many as the results have.
  std::vector<PageClass> classes;
  std::vector<PageSample> samples;
  std::vector<std::string> sample_notes;                        ///< What was left out, and why.
  std::vector<std::string> files;                               ///< How the files stand to their seals.
  std::vector<std::pair<std::string, std::string>> superseded;  ///< Run, why it was made again.
  std::vector<PageCommand> commands;
};

struct Page {
  std::vector<PageDirectory> directories;
};

}  // namespace assay::report
