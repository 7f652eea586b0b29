#include "engine_file.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "support/vendor_plugin.h"

namespace assay::tensorrt {

using plugin::Failure;

namespace {

constexpr std::string_view kMagic = "assay-tensorrt-engine 1 ";

// One line a fact: "key text". A line break inside a text, which no tool writes, becomes a blank.
void add_line(std::string& header, std::string_view key, std::string_view text) {
  header.append(key).append(" ");
  for (const char c : text) header += c == '\n' ? ' ' : c;
  header += '\n';
}

// With 17 digits, so that it reads back equal.
std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.17g", value);
  return text;
}

// "assay-tensorrt-engine 1 00000000000000004096 00000000000012345678\n": of a fixed length, the plan's offset
// and size.
std::string first_line(std::size_t offset, std::size_t size) {
  char text[80];
  std::snprintf(text, sizeof text, "%s%020zu %020zu\n", kMagic.data(), offset, size);
  return text;
}

std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

std::string_view take_word(std::string_view& rest) {
  const std::size_t end = rest.find(' ');
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

std::size_t decimal(std::string_view word, const std::string& path) {
  std::size_t value = 0;
  for (const char c : word) {
    if (c < '0' || c > '9' || value > (std::size_t{1} << 50))
      throw Failure(ASSAY_ERROR_INVALID, path + ": the first line of an engine is damaged; prepare it again");
    value = value * 10 + static_cast<std::size_t>(c - '0');
  }
  return value;
}

void set_fact(EngineFacts& facts, std::string_view key, std::string_view rest) {
  const std::string text(rest);
  if (key == "tensorrt") facts.tensorrt = text;
  if (key == "gpu") facts.gpu = text;
  if (key == "compute-capability") facts.compute_capability = text;
  if (key == "accelerator") facts.accelerator = text;
  if (key == "precision") facts.precision = text;
  if (key == "model") facts.model_digest = text;
  if (key == "calibration") facts.calibration_digest = text;
  if (key == "option") {
    const std::string name(take_word(rest));
    facts.options.emplace_back(name, std::string(rest));
  }
  if (key == "layer") {
    const double operations = std::strtod(std::string(take_word(rest)).c_str(), nullptr);
    facts.layers.push_back({std::string(rest), operations});
  }
}

}  // namespace

std::string EngineFacts::option(std::string_view name) const {
  for (const auto& [key, value] : options)
    if (key == name) return value;
  return "";
}

std::string encode_engine(const EngineFacts& facts, std::string_view plan) {
  std::string header = first_line(0, plan.size());
  add_line(header, "tensorrt", facts.tensorrt);
  add_line(header, "gpu", facts.gpu);
  add_line(header, "compute-capability", facts.compute_capability);
  add_line(header, "accelerator", facts.accelerator);
  add_line(header, "precision", facts.precision);
  add_line(header, "model", facts.model_digest);
  add_line(header, "calibration", facts.calibration_digest);
  for (const auto& [name, value] : facts.options) add_line(header, "option", name + " " + value);
  for (const NetworkLayer& layer : facts.layers)
    add_line(header, "layer", number(layer.operations) + " " + layer.name);
  header += "end\n";
  const std::size_t offset = (header.size() + kPlanAlignment - 1) / kPlanAlignment * kPlanAlignment;
  header.resize(offset, '\n');
  const std::string first = first_line(offset, plan.size());
  header.replace(0, first.size(), first);
  return header.append(plan);
}

EngineFile decode_engine(std::string_view content, const std::string& path) {
  if (content.substr(0, kMagic.size()) != kMagic)
    throw Failure(
        ASSAY_ERROR_INVALID,
        path +
            ": not an engine that assay's plugin built (a bare plan of trtexec, or of another release "
            "of assay?): prepare it again on this machine");
  std::string_view rest = content;
  std::string_view first = take_line(rest).substr(kMagic.size());
  const std::size_t offset = decimal(take_word(first), path);
  const std::size_t size = decimal(take_word(first), path);
  if (offset > content.size() || content.size() - offset != size || size == 0)
    throw Failure(ASSAY_ERROR_INVALID, path + ": an engine of " + std::to_string(offset + size) +
                                           " bytes was expected, the file has " +
                                           std::to_string(content.size()) + ": prepare it again");
  EngineFile file;
  rest = content.substr(0, offset);
  take_line(rest);
  bool ended = false;
  while (!rest.empty() && !ended) {
    std::string_view line = take_line(rest);
    const std::string_view key = take_word(line);
    ended = key == "end";
    set_fact(file.facts, key, line);
  }
  if (!ended)
    throw Failure(ASSAY_ERROR_INVALID, path + ": the header of an engine is damaged; prepare it again");
  file.plan = content.substr(offset);
  return file;
}

std::string engine_mismatch(const EngineFacts& facts, const std::string& tensorrt, const std::string& gpu,
                            const std::string& compute_capability) {
  const std::string rebuild =
      ". An engine belongs to the version and the GPU that built it: prepare it again on "
      "this machine";
  if (facts.tensorrt != tensorrt && facts.option("version-compatible") != "on")
    return "the engine was built by TensorRT " + facts.tensorrt + ", here is " + tensorrt + rebuild;
  if (facts.gpu != gpu || facts.compute_capability != compute_capability)
    return "the engine was built on " + facts.gpu + " (compute capability " + facts.compute_capability +
           "), here is " + gpu + " (" + compute_capability + ")" + rebuild;
  return "";
}

std::string read_whole_file(const std::string& path) {
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  std::string content((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file)
    throw Failure(ASSAY_ERROR_NOT_FOUND,
                  path + ": " + (errno != 0 ? std::strerror(errno) : "cannot be read"));
  return content;
}

void write_whole_file(const std::string& path, std::string_view content) {
  const std::string temporary = path + "." + std::to_string(::getpid()) + ".part";
  errno = 0;
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.close();
    if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return;
  }
  const std::string reason = errno != 0 ? std::strerror(errno) : "cannot be written";
  std::remove(temporary.c_str());
  throw Failure(ASSAY_ERROR_INVALID, path + ": " + reason);
}

}  // namespace assay::tensorrt
