#include "json.h"

#include <cstdint>
#include <cstdlib>

#include "support/vendor_plugin.h"

namespace assay::tensorrt {

namespace {

constexpr int kDeepest = 64;

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Json document() {
    Json value = read(0);
    skip_space();
    if (at_ != text_.size()) expect("the end");
    return value;
  }

 private:
  [[noreturn]] void expect(const std::string& what) const {
    throw plugin::Failure(ASSAY_ERROR_VENDOR,
                          "JSON of TensorRT: " + what + " was expected at byte " + std::to_string(at_));
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_space() {
    while (at_ < text_.size() &&
           (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
      ++at_;
  }

  bool take(char wanted) {
    skip_space();
    if (peek() != wanted || at_ >= text_.size()) return false;
    ++at_;
    return true;
  }

  void word(std::string_view wanted) {
    if (text_.substr(at_, wanted.size()) != wanted) expect("a value");
    at_ += wanted.size();
  }

  Json read(int depth) {
    if (depth > kDeepest) expect("nesting of at most " + std::to_string(kDeepest));
    skip_space();
    Json value;
    switch (peek()) {
      case '{':
        read_object(value, depth);
        break;
      case '[':
        read_array(value, depth);
        break;
      case '"':
        value.kind = Json::Kind::kString;
        value.string = read_string();
        break;
      case 't':
        word("true");
        value.kind = Json::Kind::kBool;
        value.boolean = true;
        break;
      case 'f':
        word("false");
        value.kind = Json::Kind::kBool;
        break;
      case 'n':
        word("null");
        break;
      default:
        value.kind = Json::Kind::kNumber;
        value.number = read_number();
    }
    return value;
  }

  void read_object(Json& value, int depth) {
    value.kind = Json::Kind::kObject;
    ++at_;
    if (take('}')) return;
    do {
      skip_space();
      if (peek() != '"') expect("a name in quotes");
      std::string name = read_string();
      if (!take(':')) expect("':'");
      value.members.emplace_back(std::move(name), read(depth + 1));
    } while (take(','));
    if (!take('}')) expect("',' or '}'");
  }

  void read_array(Json& value, int depth) {
    value.kind = Json::Kind::kArray;
    ++at_;
    if (take(']')) return;
    do {
      value.items.push_back(read(depth + 1));
    } while (take(','));
    if (!take(']')) expect("',' or ']'");
  }

  double read_number() {
    const std::size_t begin = at_;
    if (peek() == '-') ++at_;
    if (peek() == '0')
      ++at_;
    else
      digits();
    if (peek() == '.') {
      ++at_;
      digits();
    }
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      if (peek() == '+' || peek() == '-') ++at_;
      digits();
    }
    return std::strtod(std::string(text_.substr(begin, at_ - begin)).c_str(), nullptr);
  }

  void digits() {
    if (peek() < '0' || peek() > '9') expect("a value");
    while (peek() >= '0' && peek() <= '9') ++at_;
  }

  std::string read_string() {
    std::string result;
    ++at_;
    while (true) {
      if (at_ >= text_.size()) expect("the end of a string");
      const char c = text_[at_++];
      if (c == '"') return result;
      if (c != '\\')
        result += c;
      else
        read_escape(result);
    }
  }

  void read_escape(std::string& result) {
    static constexpr std::string_view kEscapes = "\"\\/bfnrt", kMeanings = "\"\\/\b\f\n\r\t";
    const char c = peek();
    ++at_;
    if (const auto index = kEscapes.find(c); c != '\0' && index != std::string_view::npos) {
      result += kMeanings[index];
      return;
    }
    if (c != 'u') expect("an escape");
    std::uint32_t code = hex4();
    if (code >= 0xD800 && code < 0xDC00) {  // The first half of a pair.
      if (text_.substr(at_, 2) != "\\u") expect("the second half of a character");
      at_ += 2;
      const std::uint32_t low = hex4();
      if (low < 0xDC00 || low > 0xDFFF) expect("the second half of a character");
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
      expect("the first half of a character");
    }
    add_utf8(code, result);
  }

  std::uint32_t hex4() {
    std::uint32_t code = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = peek();
      const int digit = c >= '0' && c <= '9'   ? c - '0'
                        : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                               : -1;
      if (digit < 0) expect("four hexadecimal digits");
      code = code * 16 + static_cast<std::uint32_t>(digit);
      ++at_;
    }
    return code;
  }

  static void add_utf8(std::uint32_t code, std::string& result) {
    const auto add = [&result](std::uint32_t byte) { result += static_cast<char>(byte); };
    if (code < 0x80) {
      add(code);
    } else if (code < 0x800) {
      add(0xC0 | (code >> 6)), add(0x80 | (code & 0x3F));
    } else if (code < 0x10000) {
      add(0xE0 | (code >> 12)), add(0x80 | ((code >> 6) & 0x3F)), add(0x80 | (code & 0x3F));
    } else {
      add(0xF0 | (code >> 18)), add(0x80 | ((code >> 12) & 0x3F)), add(0x80 | ((code >> 6) & 0x3F)),
          add(0x80 | (code & 0x3F));
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

const Json* Json::find(std::string_view name) const {
  for (const auto& [key, value] : members)
    if (key == name) return &value;
  return nullptr;
}

std::string Json::text(std::string_view name) const {
  const Json* value = find(name);
  return value != nullptr && value->kind == Kind::kString ? value->string : "";
}

Json parse_json(std::string_view text) { return Reader(text).document(); }

}  // namespace assay::tensorrt
