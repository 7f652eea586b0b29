#include "sensor/value_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <utility>

namespace assay::sensor {

std::optional<std::int64_t> parse_integer(std::string_view text, int base) {
  constexpr std::string_view kAround(" \t\r\n\0", 5);
  const auto first = text.find_first_not_of(kAround);
  if (first == std::string_view::npos) return std::nullopt;
  text = text.substr(first, text.find_last_not_of(kAround) - first + 1);
  if (base == 16 && (text.starts_with("0x") || text.starts_with("0X"))) text.remove_prefix(2);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  // from_chars takes a sign in any base; a hexadecimal word of bits has none.
  if (base == 16 && value < 0) return std::nullopt;
  return value;
}

NoValue no_value_of(int error_number) {
  switch (error_number) {
    case EACCES:
    case EPERM:
      return NoValue::kDenied;
    case ENODEV:
    case ENXIO:
    case ENOENT:
    case ESHUTDOWN:
      return NoValue::kGone;
    case EAGAIN:
    case EBUSY:
    case ETIMEDOUT:
      return NoValue::kBusy;
    case ENODATA:
      return NoValue::kNoData;
    case EOPNOTSUPP:
    case ENOSYS:
    case 524:  // The kernel's own ENOTSUPP, which libc has no name for but drivers let out.
      return NoValue::kNotSupported;
    default:
      return NoValue::kIoError;
  }
}

tl::expected<File, int> File::open(const std::filesystem::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return tl::unexpected(errno);
  return File(fd);
}

File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

tl::expected<std::string_view, NoValue> File::read(std::span<char> buffer) const {
  for (;;) {
    const ssize_t got = ::pread(fd_, buffer.data(), buffer.size(), 0);
    if (got >= 0) return std::string_view(buffer.data(), static_cast<std::size_t>(got));
    if (errno != EINTR) return tl::unexpected(no_value_of(errno));
  }
}

tl::expected<ValueFile, int> ValueFile::open(const std::filesystem::path& path, int base) {
  auto file = File::open(path);
  if (!file) return tl::unexpected(file.error());
  return ValueFile(std::move(*file), base);
}

tl::expected<std::int64_t, NoValue> ValueFile::read() const {
  char buffer[64];
  const auto text = file_.read(buffer);
  if (!text) return tl::unexpected(text.error());
  // A number that fills the buffer may have been cut.
  if (text->size() == sizeof buffer) return tl::unexpected(NoValue::kNotANumber);
  const auto value = parse_integer(*text, base_);
  if (!value) return tl::unexpected(NoValue::kNotANumber);
  return *value;
}

}  // namespace assay::sensor
