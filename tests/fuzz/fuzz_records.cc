// A run folder with any bytes as run.json, observation.json or confusion.csv loads or fails with an error.
#include <cstdint>
#include <fstream>

#include "base/file.h"
#include "property.h"
#include "store/observation.h"
#include "store/records.h"
#include "store/run_directory.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay;
  static const TemporaryDirectory folder = TemporaryDirectory::create("assay-fuzz").value();
  const auto put = [&](const char* name, std::string_view text) {
    std::ofstream(folder.path() / name, std::ios::binary)
        .write(text.data(), static_cast<std::streamsize>(text.size()));
  };
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  for (const char* name : {"run.json", "artifact.json", "campaign.json"}) put(name, bytes);
  put("latencies.csv", "phase,iteration,input,latency_ns\n");
  put("confusion.csv", "image,truth,prediction,pixels\n0,0,0,5\n");
  const auto mind = [](const auto& record) {
    if (!record)
      require(record.error().code != Code::kInternal, "a bad file is no bug of ours", record.error().message);
  };
  mind(store::load_timed_run(folder.path()));
  mind(store::load_pipeline_run(folder.path()));
  mind(store::load_accuracy_run(folder.path()));
  mind(store::load_profiled_run(folder.path()));
  mind(store::load_idle_run(folder.path()));
  mind(store::load_pattern_run(folder.path()));
  mind(store::load_artifact(folder.path()));
  mind(store::read_campaign(folder.path()));
  record::AccuracyRun run;
  run.classes = 3;
  run.images = {"a", "b"};
  run.confusion.assign(2, std::vector<std::uint32_t>(9));
  static const bool saved =
      store::save_accuracy_run(
          (std::filesystem::create_directories(folder.path() / "a"), folder.path() / "a"), run)
          .has_value();
  require(saved, "a run can be saved");
  put("a/confusion.csv", bytes);
  mind(store::load_accuracy_run(folder.path() / "a"));
  std::filesystem::create_directories(folder.path() / "o");
  put("o/observation.json", bytes);
  put("o/readings.csv", "channel,begin_ns,end_ns,value\n0,1,2,8.5\n");
  mind(store::load_observation(folder.path() / "o"));
  return 0;
}
