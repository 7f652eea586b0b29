// A deterministic mutation driver for targets in libFuzzer's form (LLVMFuzzerTestOneInput), for compilers
// without libFuzzer; with clang, link -fsanitize=fuzzer instead of this file.
//
//   fuzz_TARGET ITERATIONS SEED_FILE_OR_FOLDER...
//
// Runs every seed as it is and cut at every length up to 128 bytes, then ITERATIONS mutations; with
// ASSAY_FUZZ_SECONDS in the environment it goes on until then. The same inputs each time. The input under
// test is always in fuzz_TARGET.input in the current folder: after a crash that is the one to look at.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongest = 1 << 18;
constexpr unsigned kHangSeconds = 60;  // One input; sanitizers are slow, a hang is for ever.

// Pieces that the parsers under test care about.
const char* const kTokens[] = {"0",
                               "-1",
                               "1e999",
                               "NaN",
                               "null",
                               "true",
                               "18446744073709551616",
                               "9223372036854775808",
                               "{",
                               "}",
                               "[",
                               "]",
                               "\"",
                               ": ",
                               "- ",
                               ", ",
                               "\n",
                               "&a ",
                               "*a",
                               "#",
                               "|",
                               ">",
                               "'",
                               "\\u0000",
                               "\xc3\x28",
                               "\xff",
                               "%",
                               "!!int ",
                               "---\n",
                               "10 W",
                               "10 s",
                               "../",
                               "<<: ",
                               "? ",
                               "\\",
                               "timed,0,0,",
                               "IDAT",
                               "IHDR",
                               "PLTE"};

/// The input under test, in a file that outlives a crash.
class Witness {
 public:
  explicit Witness(const std::string& path) {
    fd_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd_ < 0 || ::ftruncate(fd_, kLongest) != 0) std::exit(2);
    bytes_ = static_cast<char*>(::mmap(nullptr, kLongest, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0));
    if (bytes_ == MAP_FAILED) std::exit(2);
  }
  void run(const std::string& input) {
    std::memcpy(bytes_, input.data(), input.size());
    std::memset(bytes_ + input.size(), 0, std::min<std::size_t>(16, kLongest - input.size()));
    ::alarm(kHangSeconds);
    // A copy of just that size, so that a read past the end is seen.
    const std::vector<std::uint8_t> exact(input.begin(), input.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
  }

 private:
  int fd_;
  char* bytes_;
};

class Mutator {
 public:
  explicit Mutator(std::vector<std::string> seeds) : seeds_(seeds.size()), pool_(std::move(seeds)) {}

  std::string next() {
    std::string text = pool_[below(pool_.size())];
    for (std::size_t edits = 1 + below(6); edits > 0; --edits) edit(text);
    if (text.size() > kLongest) text.resize(kLongest);
    // Some mutants are mutated again, so that changes pile up; the seeds stay, or cuts would leave nothing of
    // them.
    if (below(16) == 0) {
      if (pool_.size() < 3 * seeds_)
        pool_.push_back(text);
      else
        pool_[seeds_ + below(pool_.size() - seeds_)] = text;
    }
    return text;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : random_() % n; }

  void edit(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t length = below(std::min<std::size_t>(text.size() - at, 64) + 1);
    switch (below(8)) {
      case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 1:
        if (at < text.size()) text[at] = static_cast<char>(random_());
        break;
      case 2:
        text.erase(at, length);
        break;
      case 3:
        text.insert(at, text.substr(at, length));
        break;
      case 4:
        text.insert(at, kTokens[below(std::size(kTokens))]);
        break;
      case 5:
        text.resize(at);
        break;
      case 6:
        text.replace(at, length, kTokens[below(std::size(kTokens))]);
        break;
      default: {
        const std::string& other = pool_[below(pool_.size())];
        const std::size_t from = below(other.size() + 1);
        text.replace(at, length, other.substr(from, below(256)));
      }
    }
  }

  std::mt19937_64 random_{20260101};
  std::size_t seeds_;
  std::vector<std::string> pool_;
};

std::vector<std::string> read_seeds(int count, char** paths) {
  std::vector<fs::path> files;
  for (int i = 0; i < count; ++i) {
    if (!fs::is_directory(paths[i]))
      files.emplace_back(paths[i]);
    else
      for (const auto& entry : fs::directory_iterator(paths[i])) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<std::string> seeds{""};
  for (const fs::path& file : files) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
      std::fprintf(stderr, "cannot read %s\n", file.c_str());
      std::exit(2);
    }
    seeds.emplace_back(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    seeds.back().resize(std::min(seeds.back().size(), kLongest));
  }
  return seeds;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s ITERATIONS SEED...\n", argv[0]);
    return 2;
  }
  const long iterations = std::atol(argv[1]);
  const char* seconds = std::getenv("ASSAY_FUZZ_SECONDS");
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds ? std::atol(seconds) : 0);
  const std::vector<std::string> seeds = read_seeds(argc - 2, argv + 2);
  const fs::path program = argv[0];  // "fs::path(argv[0])" reads like a declaration to gcc's -Wpedantic.
  Witness witness(program.filename().string() + ".input");
  constexpr std::size_t kCuts = 128;
  for (const std::string& seed : seeds) {
    witness.run(seed);
    for (std::size_t size = 0; size < std::min(kCuts, seed.size()); ++size) witness.run(seed.substr(0, size));
  }
  Mutator mutator(seeds);
  long done = 0;
  for (; done < iterations || std::chrono::steady_clock::now() < end; ++done) witness.run(mutator.next());
  std::printf("%zu seeds, %ld mutations\n", seeds.size(), done);
  return 0;
}
