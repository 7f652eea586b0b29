// Times decoding and normalising of one image on one thread, at the command of decode.py, which times Pillow
// and numpy on the same file in turn.
//   bench_decode scene FILE   writes a generated scene of 1024x2048 as PNG and ends
//   bench_decode FILE         answers each line "time N" on stdin with the milliseconds of the fastest of N
//   passes, and
//                             "tensor PATH" with the number of bytes of the tensor it wrote there
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>
#include <string>
#include <vector>

#include "dataset/preprocess.h"
#include "dataset/streets.h"

namespace {

using namespace assay::dataset;

constexpr assay::spec::Size kSize{1024, 2048};

int give_up(const assay::Status& status) {
  std::fprintf(stderr, "bench_decode: %s\n", status.message.c_str());
  return 1;
}

int write_scene(const std::string& path) {
  StreetScene scene = render_street(1, 1, kSize.height, kSize.width);
  const auto done = write_png(path, {scene.height, scene.width, 3, std::move(scene.rgb)});
  return done ? 0 : give_up(done.error());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "scene") return write_scene(argv[2]);
  if (argc != 2) {
    std::fprintf(stderr, "usage: bench_decode [scene] FILE\n");
    return 2;
  }
  assay::spec::ModelIo io;
  io.mean = {0.485, 0.456, 0.406};
  io.stddev = {0.229, 0.224, 0.225};
  const auto preprocessor = Preprocessor::create(io);
  if (!preprocessor) return give_up(preprocessor.error());
  std::vector<float> tensor(tensor_elements(kSize));

  std::string command, argument;
  while (std::cin >> command >> argument) {
    if (command == "tensor") {
      if (auto done = load_tensor(argv[1], *preprocessor, kSize, tensor); !done) return give_up(done.error());
      std::ofstream out(argument, std::ios::binary);
      out.write(reinterpret_cast<const char*>(tensor.data()),
                static_cast<std::streamsize>(tensor.size() * sizeof(float)));
      out.close();
      std::cout << (out ? tensor.size() * sizeof(float) : 0) << std::endl;
      continue;
    }
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < std::atoi(argument.c_str()); ++i) {
      const auto begin = std::chrono::steady_clock::now();
      if (auto done = load_tensor(argv[1], *preprocessor, kSize, tensor); !done) return give_up(done.error());
      best = std::min(
          best, std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count());
    }
    std::cout << best << std::endl;
  }
}
