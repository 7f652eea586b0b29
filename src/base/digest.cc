#include "base/digest.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

namespace assay {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr);
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(const void* data, std::size_t size) {
  EVP_DigestUpdate(state_->context, data, size);
  return *this;
}

Sha256& Sha256::field(std::string_view text) {
  const std::uint64_t size = text.size();
  std::array<unsigned char, 8> prefix;
  for (int i = 0; i < 8; ++i) prefix[i] = static_cast<unsigned char>(size >> (8 * i));
  return update(prefix.data(), prefix.size()).update(text);
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> bytes{};
  unsigned size = 0;
  EVP_DigestFinal_ex(state_->context, bytes.data(), &size);
  std::string text;
  text.reserve(64);
  constexpr char kDigits[] = "0123456789abcdef";
  for (unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  return Sha256().update(bytes.data(), bytes.size()).hex();
}
std::string sha256_hex(std::string_view text) { return Sha256().update(text).hex(); }

Result<std::string> sha256_file(const std::filesystem::path& path) {
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) return fail(Code::kNotFound, path.string() + ": " + std::strerror(errno));
  Sha256 digest;
  std::vector<char> buffer(1 << 20);
  while (std::size_t got = std::fread(buffer.data(), 1, buffer.size(), file.get()))
    digest.update(buffer.data(), got);
  if (std::ferror(file.get())) return fail(Code::kCorrupt, path.string() + ": cannot be read");
  return digest.hex();
}

}  // namespace assay
