// Blobs unpacked, for tests.
#pragma once

#include <libdeflate.h>
#include <openssl/evp.h>

#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

#include "report/page.h"

namespace assay::report {

inline std::string from_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3 + 1, '\0');
  const int size =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                      reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) throw std::runtime_error("no base64: " + text.substr(0, 40));
  bytes.resize(static_cast<std::size_t>(size));
  // EVP counts the padding's bytes as zeros.
  for (std::size_t i = text.size(); i > 0 && text[i - 1] == '='; --i) bytes.pop_back();
  return bytes;
}

template <typename Number>
std::vector<Number> unpacked(const Blob& blob) {
  const std::string bytes = from_base64(blob.deflate);
  std::string raw(blob.length * sizeof(Number), '\0');
  libdeflate_decompressor* const decompressor = libdeflate_alloc_decompressor();
  std::size_t size = 0;
  const auto result =
      libdeflate_zlib_decompress(decompressor, bytes.data(), bytes.size(), raw.data(), raw.size(), &size);
  libdeflate_free_decompressor(decompressor);
  if (result != LIBDEFLATE_SUCCESS || size != raw.size()) throw std::runtime_error("not the length it says");
  std::vector<Number> values(blob.length);
  if (size > 0) std::memcpy(values.data(), raw.data(), size);
  return values;
}

}  // namespace assay::report
