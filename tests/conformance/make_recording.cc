// Writes the recording that the conformance suite plays: answers for its two inputs, made of those inputs.
#include <cstdio>

#include "replay/recording.h"
#include "subject.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  assay::replay::Recording recording;
  recording.backend = "affine";
  recording.precision = "fp32";
  recording.inputs = {{"image", ASSAY_F32, {1, 3, 8, 8}}, {"scale", ASSAY_F32, {1, 4}}};
  recording.outputs = {{"logits", ASSAY_F32, {1, 19, 2, 2}}, {"labels", ASSAY_I64, {1, 2, 2}}};
  recording.delays_ns = {300'000, 100'000, 200'000};
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    const auto image = assay::conformance::make_input(abi_tensor(recording.inputs[0]), seed);
    const auto scale = assay::conformance::make_input(abi_tensor(recording.inputs[1]), seed + 1000);
    assay::replay::Answer answer;
    answer.key = assay::replay::key_of_inputs({{image.data(), image.size()}, {scale.data(), scale.size()}});
    answer.outputs = {{image.begin(), image.begin() + 19 * 4 * 4},
                      std::vector<char>(4 * 8, static_cast<char>(seed))};
    recording.answers.push_back(std::move(answer));
  }
  std::string problem;
  if (write_recording(argv[1], recording, problem)) return 0;
  std::fprintf(stderr, "make_recording: %s\n", problem.c_str());
  return 1;
}
