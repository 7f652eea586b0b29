#include "yaml/document.h"

#include <yaml-cpp/eventhandler.h>

#include <cstdint>
#include <sstream>
#include <utility>

namespace assay::yaml {
namespace {

constexpr std::size_t kLongest = 1 << 20;

/// Line and column (from 1) of the first byte that is not UTF-8 or is a NUL; 0 when all is well. What is not
/// UTF-8 would come out of explain() changed.
std::pair<int, int> first_bad_byte(std::string_view text) {
  int line = 1, column = 1;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const int length = lead < 0x80                   ? 1
                       : lead >= 0xC2 && lead < 0xE0 ? 2
                       : (lead & 0xF0) == 0xE0       ? 3
                       : lead >= 0xF0 && lead < 0xF5 ? 4
                                                     : 0;
    std::uint32_t point = length <= 1 ? lead : lead & (0xFFu >> (length + 1));
    bool good = length > 0 && lead != 0 && i + static_cast<std::size_t>(length) <= text.size();
    for (int k = 1; good && k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + static_cast<std::size_t>(k)]);
      good = (next & 0xC0) == 0x80;
      point = point << 6 | (next & 0x3Fu);
    }
    if (length == 3) good = good && point >= 0x800 && (point < 0xD800 || point > 0xDFFF);
    if (length == 4) good = good && point >= 0x10000 && point <= 0x10FFFF;
    if (!good) return {line, column};
    if (lead == '\n') ++line, column = 0;
    ++column;
    i += static_cast<std::size_t>(length);
  }
  return {0, 0};
}

/// 0, 1, or 2 for more. YAML::LoadAll would tell, but never comes back from " ,0" (yaml-cpp 0.7).
int count_documents(const std::string& yaml) {
  struct Ignore : YAML::EventHandler {
    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
  } ignore;
  std::istringstream in(yaml);
  YAML::Parser parser(in);
  int count = 0;
  while (count < 2 && parser.HandleNextDocument(ignore)) ++count;
  return count;
}

}  // namespace

Result<void> read_yaml(std::string_view yaml, const std::filesystem::path& source, const std::string& what,
                       const std::function<void(const YAML::Node& document, Problems& problems)>& read) {
  const std::string file = source.string();
  if (yaml.size() > kLongest)
    return fail(Code::kInvalidInput, file + ": expected " + what + " of at most 1 MiB, found " +
                                         std::to_string(yaml.size()) + " bytes: is this the right file?");
  if (const auto [line, column] = first_bad_byte(yaml); line != 0)
    return fail(Code::kInvalidInput, file + ":" + std::to_string(line) + ":" + std::to_string(column) +
                                         ": expected UTF-8 text, found another byte: save the file as UTF-8");
  try {
    if (const int documents = count_documents(std::string(yaml)); documents != 1)
      return fail(Code::kInvalidInput,
                  file + ": expected one YAML document, found " + (documents == 0 ? "none" : "more"));
    const YAML::Node document = YAML::Load(std::string(yaml));
    Problems problems(file);
    read(document, problems);
    if (!problems.empty()) return fail(problems.status());
    return {};
  } catch (const YAML::Exception& error) {
    Problems problems(file);
    problems.add(error.mark, "", "not well-formed YAML: " + error.msg);
    return fail(problems.status());
  } catch (const std::exception& error) {
    return fail(Code::kInvalidInput, file + ": not readable as " + what + ": " + error.what());
  }
}

}  // namespace assay::yaml
