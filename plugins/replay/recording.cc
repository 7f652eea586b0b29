#include "replay/recording.h"

#include <cstring>
#include <fstream>
#include <sstream>

namespace assay::replay {
namespace {

using plugin::TensorSpec;

constexpr const char* kMagic = "assay-recording 1";
constexpr std::int64_t kMostEntries = 10'000'000;

std::string spec_text(const TensorSpec& spec) {
  std::string text = assay_dtype_name(spec.dtype);
  for (std::size_t d = 0; d < spec.dims.size(); ++d)
    text += (d == 0 ? ":" : "x") + std::to_string(spec.dims[d]);
  return text;
}

std::uint64_t byte_size(const TensorSpec& spec) { return plugin::abi_tensor(spec).byte_size; }

/// The lines of the header, with the number of the line for messages.
class Header {
 public:
  Header(std::istream& in, std::string& problem) : in_(in), problem_(problem) {}
  bool refuse(const std::string& expected) {
    problem_ = "line " + std::to_string(number_) + ": expected " + expected + ", found \"" +
               line_.substr(0, 80) + "\"";
    return false;
  }
  /// The next line, split at its first space. Lines are short: a file of another kind may have none at all.
  bool next() {
    ++number_;
    line_.clear();
    for (char c = 0; line_.size() < 4096 && in_.get(c) && c != '\n';) line_ += c;
    const auto space = line_.find(' ');
    word = line_.substr(0, space);
    rest = space == std::string::npos ? "" : line_.substr(space + 1);
    return static_cast<bool>(in_);
  }
  bool text(const char* name, std::string& value) {
    if (!next() || word != name) return refuse("\"" + std::string(name) + " ...\"");
    value = rest;
    return true;
  }
  bool count(const char* name, std::int64_t& value) {
    std::string text_value;
    if (!text(name, text_value)) return false;
    std::istringstream stream(text_value);
    if (!(stream >> value) || !stream.eof() || value < 0 || value > kMostEntries)
      return refuse(std::string(name) + " and a count");
    return true;
  }
  std::string word, rest;

 private:
  std::istream& in_;
  std::string& problem_;
  std::string line_;
  int number_ = 0;
};

bool read_header(Header& header, Recording& recording, std::int64_t& answers, std::int64_t& delays) {
  if (!header.next() || header.word + " " + header.rest != kMagic)
    return header.refuse(std::string("\"") + kMagic + "\"");
  if (!header.text("backend", recording.backend) || !header.text("precision", recording.precision))
    return false;
  std::string count;
  for (;;) {
    if (!header.next()) return header.refuse("input, output or answers");
    if (header.word == "answers") break;
    if (header.word != "input" && header.word != "output") return header.refuse("input, output or answers");
    TensorSpec spec;
    std::istringstream words(header.rest);
    std::string shape;
    if (!(words >> spec.name >> shape) || !plugin::parse_tensor_spec(shape, spec))
      return header.refuse("a name and a tensor such as f32:1x3x64x64");
    (header.word == "input" ? recording.inputs : recording.outputs).push_back(spec);
  }
  std::istringstream number(header.rest);
  if (!(number >> answers) || answers < 1 || answers > kMostEntries)
    return header.refuse("answers and a count from 1");
  if (recording.inputs.empty() || recording.outputs.empty())
    return header.refuse("an input and an output before it");
  if (!header.count("delays", delays)) return false;
  if (!header.next() || header.word != "data") return header.refuse("\"data\"");
  return true;
}

}  // namespace

std::uint64_t key_of_inputs(const std::vector<std::pair<const void*, std::uint64_t>>& inputs) {
  std::uint64_t key = 0xcbf29ce484222325u;
  for (const auto& [data, size] : inputs) {
    for (std::uint64_t at = 0; at < size; at += 8) {
      std::uint64_t word = 0;
      std::memcpy(&word, static_cast<const char*>(data) + at, size - at < 8 ? size - at : 8);
      key = (key ^ word) * 0x100000001b3u;
    }
  }
  return key;
}

bool read_recording(const std::string& path, Recording& recording, std::string& problem) {
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    problem = "cannot be read";
    return false;
  }
  recording = {};
  std::int64_t answers = 0, delays = 0;
  Header header(in, problem);
  if (!read_header(header, recording, answers, delays)) return false;

  // Against the file's length before anything is allocated for what a broken header claims.
  double answer_bytes = sizeof(std::uint64_t);
  for (const TensorSpec& spec : recording.outputs) answer_bytes += static_cast<double>(byte_size(spec));
  const double expected = answer_bytes * static_cast<double>(answers) + 8.0 * static_cast<double>(delays);
  const auto begin = in.tellg();
  in.seekg(0, std::ios::end);
  const auto found = static_cast<double>(in.tellg() - begin);
  in.seekg(begin);
  if (found != expected) {
    std::ostringstream text;
    text << "expected " << std::fixed << expected << " bytes of data after the header, found " << found;
    problem = text.str();
    return false;
  }

  recording.answers.resize(static_cast<std::size_t>(answers));
  for (Answer& answer : recording.answers) {
    in.read(reinterpret_cast<char*>(&answer.key), sizeof answer.key);
    for (const TensorSpec& spec : recording.outputs) {
      answer.outputs.emplace_back(byte_size(spec));
      in.read(answer.outputs.back().data(), static_cast<std::streamsize>(answer.outputs.back().size()));
    }
  }
  recording.delays_ns.resize(static_cast<std::size_t>(delays));
  in.read(reinterpret_cast<char*>(recording.delays_ns.data()), static_cast<std::streamsize>(delays * 8));
  if (!in) problem = "cannot be read to its end";
  return static_cast<bool>(in);
}

bool write_recording(const std::string& path, const Recording& recording, std::string& problem) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out << kMagic << "\nbackend " << recording.backend << "\nprecision " << recording.precision << "\n";
  for (const TensorSpec& spec : recording.inputs)
    out << "input " << spec.name << " " << spec_text(spec) << "\n";
  for (const TensorSpec& spec : recording.outputs)
    out << "output " << spec.name << " " << spec_text(spec) << "\n";
  out << "answers " << recording.answers.size() << "\ndelays " << recording.delays_ns.size() << "\ndata\n";
  for (const Answer& answer : recording.answers) {
    out.write(reinterpret_cast<const char*>(&answer.key), sizeof answer.key);
    for (const auto& output : answer.outputs)
      out.write(output.data(), static_cast<std::streamsize>(output.size()));
  }
  out.write(reinterpret_cast<const char*>(recording.delays_ns.data()),
            static_cast<std::streamsize>(recording.delays_ns.size() * 8));
  out.close();
  if (!out) problem = path + ": cannot be written";
  return static_cast<bool>(out);
}

}  // namespace assay::replay
