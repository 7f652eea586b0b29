// Any bytes, as each text that the QNN plugin reads, give facts or a refusal; a graph that was read survives
// being written.
#include <cmath>
#include <cstdint>

#include "property.h"
#include "qnn/htp_graph.h"
#include "qnn/profile_csv.h"
#include "support/vendor_plugin.h"

namespace {

using assay::require;

template <typename Call>
void expect_refusal_or(Call&& call) {
  try {
    call();
  } catch (const assay::plugin::Failure& failure) {
    require(*failure.what() != '\0', "a refusal says why");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace assay::qnn;
  const std::string text(reinterpret_cast<const char*>(data), size);
  expect_refusal_or([&] {
    const HtpProfile profile = parse_profile_csv(text);
    require(profile.executions > 0, "a profile is of an inference");
    for (const ProfiledNode& node : profile.nodes)
      require(std::isfinite(node.cycles) && node.cycles >= 0, "cycles are a number", node.name);
  });
  expect_refusal_or([&] {
    const HtpGraph graph = parse_dumped_graph("g", text);
    require(parse_sidecar(write_sidecar({{graph}, {}})).graphs.size() == 1, "a graph survives being written",
            text);
  });
  expect_refusal_or([&] {
    const Sidecar sidecar = parse_sidecar(text);
    require(parse_sidecar(write_sidecar(sidecar)) == sidecar, "writing loses nothing", text);
  });
  expect_refusal_or([&] { parse_compilation_target(text); });
  expect_refusal_or(
      [&] { require(parse_compatibility(text).target.htp_arch >= 0, "an architecture", text); });
  return 0;
}
