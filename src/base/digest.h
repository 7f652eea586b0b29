// SHA-256 (OpenSSL), written as lower-case hex everywhere.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/status.h"

namespace assay {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(const void* data, std::size_t size);
  Sha256& update(std::string_view text) { return update(text.data(), text.size()); }
  /// Length-prefixed, so that ("ab","c") and ("a","bc") differ: use it to digest lists of fields.
  Sha256& field(std::string_view text);
  /// 64 hex digits. Ends the digest: call it once.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::span<const std::byte> bytes);
std::string sha256_hex(std::string_view text);
/// Errors: kNotFound, kCorrupt (unreadable).
Result<std::string> sha256_file(const std::filesystem::path& path);

}  // namespace assay
