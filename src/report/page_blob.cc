#include "report/page_blob.h"

#include <libdeflate.h>
#include <openssl/evp.h>

#include <algorithm>
#include <bit>
#include <memory>

namespace assay::report {
namespace {

static_assert(std::endian::native == std::endian::little, "blobs are little endian: swap the bytes here");

struct FreeCompressor {
  void operator()(libdeflate_compressor* c) const { libdeflate_free_compressor(c); }
};

template <typename Number>
Result<Blob> packed(const char* dtype, std::span<const Number> values) {
  constexpr int kLevel = 6;  // Latencies are noise in their last bits: more costs time and saves little.
  const std::unique_ptr<libdeflate_compressor, FreeCompressor> compressor(
      libdeflate_alloc_compressor(kLevel));
  if (!compressor) return fail(Code::kResource, "no memory to compress the samples");
  std::string bytes(libdeflate_zlib_compress_bound(compressor.get(), values.size_bytes()), '\0');
  // Never 0: the buffer is as large as the worst case needs.
  bytes.resize(libdeflate_zlib_compress(compressor.get(), values.data(), values.size_bytes(), bytes.data(),
                                        bytes.size()));
  return Blob{dtype, values.size(), base64(bytes)};
}

}  // namespace

std::string base64(std::string_view bytes) {
  // EVP_EncodeBlock counts in int: blocks of whole triples join without padding between them.
  constexpr std::size_t kBlock = std::size_t{3} << 24;
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4 + 1);
  while (!bytes.empty()) {
    const std::string_view block = bytes.substr(0, kBlock);
    const std::size_t at = out.size();
    out.resize(at + (block.size() + 2) / 3 * 4 + 1);  // It writes a final 0.
    const int written =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data() + at),
                        reinterpret_cast<const unsigned char*>(block.data()), static_cast<int>(block.size()));
    out.resize(at + static_cast<std::size_t>(written));
    bytes.remove_prefix(block.size());
  }
  return out;
}

Result<Blob> pack(std::span<const float> values) { return packed("f32", values); }
Result<Blob> pack(std::span<const std::int32_t> values) { return packed("i32", values); }

}  // namespace assay::report
