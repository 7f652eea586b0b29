// One suite for every backend: does a plugin keep the promises of assay/backend_abi.h?
//
//   conformance --plugin X.so --artifact MODEL [--accelerator CPU] [--precision fp32] [--option
//   NAME=VALUE]...
#include <dlfcn.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>

#include "backend/plugin_loader.h"
#include "subject.h"

namespace assay::conformance {

Subject& subject() {
  static Subject instance;
  return instance;
}

namespace {

using backend::element;
using Outputs = std::vector<std::vector<char>>;

#define ASSERT_OPEN(session)                                     \
  ASSERT_EQ((session).code, ASSAY_OK) << (session).error.text(); \
  ASSERT_EQ((session).info_code, ASSAY_OK) << (session).error.text()

/// How far two lists of T are apart, and the largest magnitude in the second.
template <typename T>
std::pair<double, double> gap_of(const std::vector<char>& a, const std::vector<char>& b) {
  double gap = 0, largest = 0;
  for (std::size_t i = 0; i + sizeof(T) <= a.size(); i += sizeof(T)) {
    T x = 0, y = 0;
    std::memcpy(&x, &a[i], sizeof x);
    std::memcpy(&y, &b[i], sizeof y);
    if (std::isnan(x) && std::isnan(y)) continue;
    const double apart = std::isnan(x) || std::isnan(y) ? INFINITY : std::abs(static_cast<double>(x - y));
    gap = std::max(gap, apart);
    largest = std::max(largest, static_cast<double>(std::abs(y)));
  }
  return {gap, largest};
}

/// Elements of `size` bytes that differ.
std::size_t different(const std::vector<char>& a, const std::vector<char>& b, std::size_t size) {
  std::size_t count = 0;
  for (std::size_t i = 0; i + size <= a.size(); i += size) count += std::memcmp(&a[i], &b[i], size) != 0;
  return count;
}

/// Equal bit by bit from a backend that declares itself deterministic; else floats to 1e-3 of the largest,
/// and integers but for one of a hundred, since rounding may tip a label.
testing::AssertionResult same(const Open& session, const Outputs& a, const Outputs& b) {
  for (std::uint32_t t = 0; t < session.info->output_count; ++t) {
    if (a[t] == b[t]) continue;
    if (session.info->determinism == ASSAY_DETERMINISTIC)
      return testing::AssertionFailure() << "output " << t << " differs, though the backend is deterministic";
    const assay_tensor& tensor = session.output(t);
    if (tensor.dtype == ASSAY_F32 || tensor.dtype == ASSAY_F64) {
      const auto [gap, largest] =
          tensor.dtype == ASSAY_F32 ? gap_of<float>(a[t], b[t]) : gap_of<double>(a[t], b[t]);
      if (gap > 1e-3 * largest)
        return testing::AssertionFailure() << "output " << t << " differs by " << gap << " of " << largest;
    } else if (tensor.dtype != ASSAY_F16 && tensor.dtype != ASSAY_BF16) {
      std::uint64_t elements = 1;
      for (std::uint32_t d = 0; d < tensor.rank; ++d) elements *= static_cast<std::uint64_t>(tensor.dims[d]);
      const std::size_t count = different(a[t], b[t], tensor.byte_size / elements);
      if (count > (elements + 99) / 100)
        return testing::AssertionFailure() << "output " << t << " differs in " << count << " of " << elements;
    }
  }
  return testing::AssertionSuccess();
}

bool takes_any_artifact() {
  Error error;
  const assay_description* description = nullptr;
  if (subject().backend->describe(&description, error) != ASSAY_OK) return false;
  return description->artifact_format_count == 1 && std::string(description->artifact_formats[0]) == "any";
}

TEST(Conformance, DescribesItselfWithoutHardware) {
  Error error;
  const assay_description* description = nullptr;
  ASSERT_EQ(subject().backend->describe(&description, error), ASSAY_OK) << error.text();
  ASSERT_NE(description, nullptr);
  EXPECT_GE(description->struct_size, offsetof(assay_description, stack));
  for (const char* text : {description->name, description->plugin_version, description->runtime_version,
                           description->runtime_problem})
    ASSERT_NE(text, nullptr);
  EXPECT_STRNE(description->name, "");
  EXPECT_STRNE(description->plugin_version, "");
  EXPECT_NE(*description->runtime_version == '\0', *description->runtime_problem == '\0')
      << "either a version, or the reason why there is none";
  ASSERT_GT(description->accelerator_count, 0u);
  for (std::uint32_t i = 0; i < description->accelerator_count; ++i) {
    const assay_accelerator& accelerator = element(description->accelerators, i);
    EXPECT_GE(accelerator.struct_size, sizeof(assay_accelerator));
    EXPECT_STRNE(accelerator.name, "");
    ASSERT_NE(accelerator.full_name, nullptr);
    ASSERT_NE(accelerator.reason, nullptr);
    EXPECT_NE(accelerator.available != 0, *accelerator.reason != '\0')
        << accelerator.name << ": available, or a reason";
  }
  for (std::uint32_t i = 0; i < description->version_count; ++i) {
    ASSERT_NE(description->versions[i].name, nullptr);
    ASSERT_NE(description->versions[i].value, nullptr);
  }
  EXPECT_GT(description->artifact_format_count, 0u);
  const assay_description* again = nullptr;
  ASSERT_EQ(subject().backend->describe(&again, error), ASSAY_OK);
  EXPECT_STREQ(again->name, description->name);
}

TEST(Conformance, RefusesAnotherAbiVersion) {
  void* handle = ::dlopen(subject().plugin.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(handle, nullptr);
  const auto entry = reinterpret_cast<assay_backend_fn>(::dlsym(handle, ASSAY_BACKEND_SYMBOL));
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry(0), nullptr);
  EXPECT_EQ(entry(ASSAY_ABI_VERSION + 1000), nullptr);
  EXPECT_EQ(entry(ASSAY_ABI_VERSION), subject().backend);
}

TEST(Conformance, OpenSaysWhatIsWrong) {
  {
    const Open open({.artifact = "/no/such/folder/model.onnx"});
    EXPECT_EQ(open.code, ASSAY_ERROR_NOT_FOUND);
    EXPECT_NE(open.error.text().find("/no/such/folder/model.onnx"), std::string::npos) << open.error.text();
  }
  {
    const Open open({.accelerator = "NO_SUCH_ACCELERATOR"});
    EXPECT_EQ(open.code, ASSAY_ERROR_UNAVAILABLE);
    EXPECT_NE(open.error.text().find("NO_SUCH_ACCELERATOR"), std::string::npos) << open.error.text();
  }
  {
    const Open open({.more_options = {{"no-such-option", "1"}}});
    EXPECT_EQ(open.code, ASSAY_ERROR_INVALID);
    EXPECT_NE(open.error.text().find("no-such-option"), std::string::npos) << open.error.text();
  }
}

TEST(Conformance, OpenRefusesFilesThatAreNoModel) {
  if (takes_any_artifact()) GTEST_SKIP() << "takes any artifact";
  std::ifstream model(subject().artifact, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(model)), std::istreambuf_iterator<char>());
  const auto dot = subject().artifact.rfind('.');
  const std::string extension = dot == std::string::npos ? "" : subject().artifact.substr(dot);
  const std::string path = testing::TempDir() + "conformance_" + std::to_string(::getpid()) + extension;
  for (const std::string& bad :
       {std::string("this is a text\n"), std::string(), content.substr(0, content.size() / 2)}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bad;
    const Open open({.artifact = path});
    EXPECT_NE(open.code, ASSAY_OK) << bad.size() << " bytes";
    EXPECT_NE(open.error.text(), "") << bad.size() << " bytes";
  }
  ::unlink(path.c_str());
}

TEST(Conformance, SessionTellsItsTensors) {
  const Open session;
  ASSERT_OPEN(session);
  ASSERT_NE(session.info, nullptr);
  EXPECT_GE(session.info->struct_size, offsetof(assay_session_info, accelerator_name));
  ASSERT_NE(session.info->executed_precision, nullptr);
  EXPECT_STRNE(session.info->executed_precision, "");
  EXPECT_GE(session.info->max_in_flight, 1u);
  ASSERT_GT(session.info->input_count, 0u);
  ASSERT_GT(session.info->output_count, 0u);
  const auto check = [](const assay_tensor& tensor) {
    EXPECT_GE(tensor.struct_size, sizeof(assay_tensor));
    EXPECT_NE(tensor.dtype, ASSAY_DTYPE_UNKNOWN);
    ASSERT_NE(tensor.name, nullptr);
    EXPECT_STRNE(tensor.name, "");
    ASSERT_LE(tensor.rank, static_cast<std::uint32_t>(ASSAY_MAX_RANK));
    std::uint64_t last = 0;
    for (std::uint32_t d = 0; d < tensor.rank; ++d) {
      EXPECT_GT(tensor.dims[d], 0);
      EXPECT_GT(tensor.strides[d], 0);
      last += static_cast<std::uint64_t>((tensor.dims[d] - 1) * tensor.strides[d]);
    }
    EXPECT_GT(tensor.byte_size, last) << "the last element lies outside of the buffer";
    EXPECT_GE(tensor.quantisation.struct_size, sizeof(assay_quantisation));
    if (tensor.quantisation.count > 0) {
      EXPECT_NE(tensor.quantisation.scales, nullptr);
      EXPECT_NE(tensor.quantisation.zero_points, nullptr);
    }
  };
  for (std::uint32_t i = 0; i < session.info->input_count; ++i) check(session.input(i));
  for (std::uint32_t i = 0; i < session.info->output_count; ++i) check(session.output(i));
  for (std::uint32_t i = 0; i < session.info->property_count; ++i) {
    ASSERT_NE(session.info->properties[i].name, nullptr);
    ASSERT_NE(session.info->properties[i].value, nullptr);
  }
}

TEST(Conformance, BindRefusesWhatDoesNotFit) {
  Open session;
  ASSERT_OPEN(session);
  EXPECT_EQ(session.bind(2), ASSAY_ERROR_INVALID) << "slots 0 and 1 were opened";
  session.slots.clear();
  ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
  std::vector<assay_buffer> in, out;
  for (const Memory& m : session.slots[0].inputs) in.push_back(m.buffer());
  for (const Memory& m : session.slots[0].outputs) out.push_back(m.buffer());
  const auto bind = [&](std::size_t ins, std::size_t outs) {
    return subject().backend->bind(session.session, 1, in.data(), static_cast<std::uint32_t>(ins), out.data(),
                                   static_cast<std::uint32_t>(outs), session.error);
  };
  EXPECT_EQ(bind(in.size() - 1, out.size()), ASSAY_ERROR_INVALID);
  EXPECT_EQ(bind(in.size(), out.size() - 1), ASSAY_ERROR_INVALID);
  in[0].size -= 1;
  EXPECT_EQ(bind(in.size(), out.size()), ASSAY_ERROR_INVALID);
  EXPECT_NE(session.error.text(), "");
  in[0].size += 1;
  out[0].size -= 1;
  EXPECT_EQ(bind(in.size(), out.size()), ASSAY_ERROR_INVALID);
}

TEST(Conformance, InferNeedsABoundSlot) {
  Open session;
  ASSERT_OPEN(session);
  EXPECT_EQ(session.infer(0), ASSAY_ERROR_INVALID);
  ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
  EXPECT_EQ(session.infer(1), ASSAY_ERROR_INVALID);
  EXPECT_EQ(session.infer(1000), ASSAY_ERROR_INVALID);
  EXPECT_EQ(subject().backend->submit(session.session, 1, session.error), ASSAY_ERROR_INVALID);
  session.set_input(0, 1);
  EXPECT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
}

TEST(Conformance, SameInputSameOutputFullyWritten) {
  Open session;
  ASSERT_OPEN(session);
  ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
  session.set_input(0, 1);
  // What either filling leaves behind would differ between the two.
  session.fill_outputs(0, 0x5A);
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  const Outputs first = session.outputs(0);
  session.fill_outputs(0, 0xA5);
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  EXPECT_TRUE(same(session, first, session.outputs(0)));
}

TEST(Conformance, SlotsAreIndependent) {
  Open session;
  ASSERT_OPEN(session);
  ASSERT_EQ(session.bind(1), ASSAY_OK) << session.error.text();
  ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
  session.set_input(0, 1);
  session.set_input(1, 2);
  ASSERT_EQ(session.infer(1), ASSAY_OK) << session.error.text();
  const Outputs first = session.outputs(0);
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  EXPECT_EQ(session.outputs(0), first) << "an inference on one slot touched another's outputs";
  EXPECT_NE(session.outputs(1), first) << "another input, the same output";
  session.set_input(1, 1);
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  EXPECT_TRUE(same(session, first, session.outputs(1))) << "the same input in another slot";
}

TEST(Conformance, InputsAreReadAtEachInference) {
  Open session;
  ASSERT_OPEN(session);
  ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
  Outputs results[3];
  for (int i = 0; i < 3; ++i) {
    session.set_input(0, i == 1 ? 2 : 1);
    ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
    results[i] = session.outputs(0);
  }
  EXPECT_NE(results[0], results[1]);
  EXPECT_TRUE(same(session, results[0], results[2]));
}

TEST(Conformance, SharedMemoryIsAsGoodAsHostMemory) {
  Open session;
  ASSERT_OPEN(session);
  ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
  ASSERT_EQ(session.bind(1, true), ASSAY_OK) << session.error.text();
  session.set_input(0, 1);
  session.set_input(1, 1);
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  ASSERT_EQ(session.infer(1), ASSAY_OK) << session.error.text();
  EXPECT_TRUE(same(session, session.outputs(0), session.outputs(1)));
}

TEST(Conformance, SubmitAndWaitAreInferInTwoSteps) {
  const assay_backend_v1& backend = *subject().backend;
  Open session;
  ASSERT_OPEN(session);
  ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
  session.set_input(0, 1);
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  const Outputs expected = session.outputs(0);
  session.fill_outputs(0, 0xA5);
  std::uint32_t slot = 77;
  EXPECT_NE(backend.wait(session.session, 0, &slot, session.error), ASSAY_OK) << "nothing was submitted";
  ASSERT_EQ(backend.submit(session.session, 0, session.error), ASSAY_OK) << session.error.text();
  EXPECT_NE(backend.submit(session.session, 0, session.error), ASSAY_OK) << "the slot is in flight";
  ASSERT_EQ(backend.wait(session.session, -1, &slot, session.error), ASSAY_OK) << session.error.text();
  EXPECT_EQ(slot, 0u);
  EXPECT_TRUE(same(session, expected, session.outputs(0)));
}

TEST(Conformance, AsManyInFlightAsItSays) {
  const assay_backend_v1& backend = *subject().backend;
  std::uint32_t most = 0;
  {
    const Open session;
    ASSERT_OPEN(session);
    most = std::min(session.info->max_in_flight, 16u);
  }
  Open session({.slots = most + 1});
  ASSERT_OPEN(session);
  for (std::uint32_t slot = 0; slot <= most; ++slot) {
    ASSERT_EQ(session.bind(slot), ASSAY_OK) << session.error.text();
    session.set_input(slot, 1 + slot % 2);
  }
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  const Outputs first = session.outputs(0);
  for (std::uint32_t slot = 0; slot < most; ++slot)
    ASSERT_EQ(backend.submit(session.session, slot, session.error), ASSAY_OK) << session.error.text();
  if (most == session.info->max_in_flight) {
    EXPECT_NE(backend.submit(session.session, most, session.error), ASSAY_OK)
        << "one more than max_in_flight";
  }
  std::vector<bool> finished(most, false);
  for (std::uint32_t i = 0; i < most; ++i) {
    std::uint32_t slot = 77;
    ASSERT_EQ(backend.wait(session.session, -1, &slot, session.error), ASSAY_OK) << session.error.text();
    ASSERT_LT(slot, most);
    EXPECT_FALSE(finished[slot]) << "slot " << slot << " finished twice";
    finished[slot] = true;
    if (slot % 2 == 0) {
      EXPECT_TRUE(same(session, first, session.outputs(slot)));
    }
  }
  EXPECT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
}

TEST(Conformance, ProfilesOnlyWhenOpenedForIt) {
  const assay_backend_v1& backend = *subject().backend;
  if (!backend.profile) GTEST_SKIP() << "tells no layers";
  const assay_profile* profile = nullptr;
  {
    Open session;
    ASSERT_OPEN(session);
    EXPECT_NE(backend.profile(session.session, &profile, session.error), ASSAY_OK);
    EXPECT_NE(session.error.text(), "");
  }
  Open session({.profiling = true});
  ASSERT_OPEN(session);
  ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
  session.set_input(0, 1);
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  ASSERT_EQ(backend.profile(session.session, &profile, session.error), ASSAY_OK) << session.error.text();
  ASSERT_NE(profile, nullptr);
  EXPECT_GE(profile->struct_size, sizeof(assay_profile));
  ASSERT_GT(profile->layer_count, 0u);
  for (std::uint32_t i = 0; i < profile->layer_count; ++i) {
    const assay_layer& layer = element(profile->layers, i);
    EXPECT_GE(layer.struct_size, sizeof(assay_layer));
    for (const char* text : {layer.name, layer.type, layer.exec_type}) ASSERT_NE(text, nullptr);
    EXPECT_STRNE(layer.name, "");
    EXPECT_GE(layer.time_ns, -1);
    EXPECT_GE(layer.operations, -1);
    EXPECT_LE(static_cast<int>(layer.placement), static_cast<int>(ASSAY_PLACED_ELSEWHERE));
  }
}

TEST(Conformance, SessionsFollowEachOther) {
  Outputs first;
  for (int round = 0; round < 2; ++round) {
    Open session;
    ASSERT_OPEN(session);
    ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
    session.set_input(0, 2);
    ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
    if (round == 0) first = session.outputs(0);
    EXPECT_TRUE(same(session, first, session.outputs(0)));
  }
}

TEST(Conformance, ToldFactsAreSane) {
  const assay_backend_v1& backend = *subject().backend;
  Open session;
  ASSERT_OPEN(session);
  ASSERT_EQ(session.bind(0), ASSAY_OK) << session.error.text();
  session.set_input(0, 1);
  ASSERT_EQ(session.infer(0), ASSAY_OK) << session.error.text();
  std::uint64_t bytes = 0;
  if (backend.device_memory && backend.device_memory(session.session, &bytes, session.error) == ASSAY_OK) {
    EXPECT_LT(bytes, std::uint64_t{1} << 42);
  }
  std::int64_t time_ns = -1;
  if (backend.device_time && backend.device_time(session.session, 0, &time_ns, session.error) == ASSAY_OK) {
    EXPECT_GT(time_ns, 0);
    EXPECT_LT(time_ns, std::int64_t{60'000'000'000});
  }
}

bool parse_arguments(int argc, char** argv) {
  Subject& s = subject();
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    const auto equals = value.find('=');
    if (name == "--plugin")
      s.plugin = value;
    else if (name == "--artifact")
      s.artifact = value;
    else if (name == "--accelerator")
      s.accelerator = value;
    else if (name == "--precision")
      s.precision = value;
    else if (name == "--option" && equals != std::string::npos)
      s.options.emplace_back(value.substr(0, equals), value.substr(equals + 1));
    else
      return false;
  }
  return argc % 2 == 1 && !s.plugin.empty();
}

}  // namespace
}  // namespace assay::conformance

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  using assay::conformance::subject;
  if (!assay::conformance::parse_arguments(argc, argv)) {
    std::fprintf(stderr,
                 "usage: conformance --plugin X.so [--artifact MODEL] [--accelerator CPU] [--precision fp32] "
                 "[--option NAME=VALUE]...\n");
    return 2;
  }
  assay::backend::PluginError problem;
  subject().backend = assay::backend::load_plugin(subject().plugin, problem);
  if (!subject().backend) {
    std::fprintf(stderr, "conformance: %s\n", problem.text.c_str());
    return 1;
  }
  return RUN_ALL_TESTS();
}
