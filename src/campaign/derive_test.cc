#include "campaign/derive.h"

#include <gtest/gtest.h>

#include "base/file.h"
#include "store/records.h"

namespace assay::campaign {
namespace {

namespace fs = std::filesystem;

TEST(FailedRuns, ATimedRunWithoutAnAccuracyPassToCompareWithIsMadeAgainToo) {
  spec::Experiment experiment;
  for (const char* id : {"a", "b"}) {
    spec::RowSpec row;
    row.id = row.backend = id;
    experiment.rows.push_back(row);
  }
  experiment.protocol.repeats = 1;
  const auto dir = TemporaryDirectory::create("assay-derive").value();
  auto directory = store::RunDirectory::create(dir.path() / "run", "", {}).value();
  record::AccuracyRun failed, scored;
  failed.failure = {"killed by SIGKILL", "crash", 9};
  const record::TimedRun timed;
  const auto add = [&](const std::string& id, auto save, const auto& run) {
    ASSERT_TRUE(directory.add_run(id, [&](const fs::path& folder) { return save(folder, run); })) << id;
  };
  add("accuracy.a", store::save_accuracy_run, failed);
  add("accuracy.b", store::save_accuracy_run, scored);
  add("timed.a.r1", store::save_timed_run, timed);
  add("timed.b.r1", store::save_timed_run, timed);

  const auto found = failed_runs(experiment, directory);
  ASSERT_TRUE(found) << found.error().message;
  ASSERT_EQ(found->size(), 2u);
  EXPECT_EQ((*found)[0], std::pair(std::string("accuracy.a"), std::string("killed by SIGKILL")));
  EXPECT_EQ((*found)[1].first, "timed.a.r1");
}

}  // namespace
}  // namespace assay::campaign
