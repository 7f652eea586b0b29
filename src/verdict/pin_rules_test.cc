// Rules of pinned versions: pin_rules.cc.
#include <gtest/gtest.h>

#include "verdict/test_subject.h"

namespace assay::verdict {
namespace {

using testing::Fires;
using testing::good;
using testing::Subject;

void pin(Subject& s, const std::string& what, const std::string& version) {
  spec::RowSpec row;
  row.id = s.row.key.id;
  row.pins[what] = version;
  s.experiment.rows = {row};
}

const Fires kPins[] = {
    {"pinned-version", record::Severity::kWarn, "pins runtime 8.5.2, 2026.4.1 was found",
     [](Subject& s) { pin(s, "runtime", "8.5.2"); }},
    {"pinned-version", record::Severity::kWarn, "pins runtime 2027+, 2026.4.1 was found",
     [](Subject& s) { pin(s, "runtime", "2027+"); }},
    {"pinned-version", record::Severity::kWarn, "pins os Ubuntu 20.04, Ubuntu 22.04.4 LTS was found",
     [](Subject& s) { pin(s, "os", "Ubuntu 20.04"), s.evidence.environment.os = "Ubuntu 22.04.4 LTS"; }},
    {"pinned-version", record::Severity::kWarn, "Debian GNU/Linux 12 (bookworm) was found",
     [](Subject& s) {
       pin(s, "os", "Ubuntu 20.04"), s.evidence.environment.os = "Debian GNU/Linux 12 (bookworm)";
     }},
    {"pinned-version", record::Severity::kWarn, "pins l4t 35.3.1, 36.4.0 was found",
     [](Subject& s) { pin(s, "l4t", "35.3.1"), s.evidence.environment.facts["l4t"] = "36.4.0"; }},
    {"pinned-version", record::Severity::kWarn, "pins kernel 5.1, 5.10.104-tegra was found",
     [](Subject& s) { pin(s, "kernel", "5.1"), s.evidence.environment.kernel = "5.10.104-tegra"; }},
    {"pinned-version", record::Severity::kUnmeasured, "pins l4t 35.3.1, and nothing told",
     [](Subject& s) { pin(s, "l4t", "35.3.1"); }},
};

TEST(Pins, EachCaseFires) { testing::expect_each_fires(kPins, good); }

TEST(Pins, WhatFitsIsNotTold) {
  const auto quiet = [](const std::string& what, const std::string& version, void (*set)(Subject&)) {
    Subject s = good();
    pin(s, what, version);
    set(s);
    for (const auto& finding : s.judge()) EXPECT_NE(finding.rule, "pinned-version") << finding.evidence;
  };
  quiet("runtime", "2026.4", [](Subject&) {});
  quiet("runtime", "2023.3+", [](Subject&) {});
  quiet("runtime", "8.5.2", [](Subject& s) {
    for (auto& run : s.evidence.timed) run.session.runtime_version = "TensorRT 8.5.2.2";
  });
  quiet("os", "Ubuntu 20.04", [](Subject& s) { s.evidence.environment.os = "Ubuntu 20.04.6 LTS"; });
  quiet("os", "ubuntu", [](Subject& s) { s.evidence.environment.os = "Ubuntu 20.04.6 LTS"; });
  quiet("l4t", "35.3.1", [](Subject& s) { s.evidence.environment.facts["l4t"] = "35.3.1"; });
  quiet("kernel", "5.10+", [](Subject& s) { s.evidence.environment.kernel = "6.1.0-13-amd64"; });
  // Pins of another row are none of this one's business.
  Subject s = good();
  pin(s, "runtime", "1.0");
  s.experiment.rows[0].id = "another";
  for (const auto& finding : s.judge()) EXPECT_NE(finding.rule, "pinned-version");
}

}  // namespace

std::span<const Fires> testing::pin_cases() { return kPins; }

}  // namespace assay::verdict
