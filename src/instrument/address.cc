#include "instrument/address.h"

#include <charconv>
#include <optional>

namespace assay::instrument {
namespace {

constexpr std::string_view kForms =
    "expected vxi11://HOST/inst0, vxi11://HOST:PORT/inst0, tcp://HOST:PORT or usbtmc:///dev/usbtmc0";

/// What follows `scheme` in `text`; nullopt when it does not begin so.
std::optional<std::string_view> after(std::string_view text, std::string_view scheme) {
  if (text.substr(0, scheme.size()) != scheme) return std::nullopt;
  return text.substr(scheme.size());
}

/// Splits HOST[:PORT]. A port that is written has to be 1..65535.
bool parse_host(std::string_view text, Address& address) {
  const auto colon = text.rfind(':');
  address.host = text.substr(0, colon);
  if (colon != std::string_view::npos) {
    const std::string_view digits = text.substr(colon + 1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
    if (error != std::errc() || end != digits.data() + digits.size()) return false;
    if (address.port < 1 || address.port > 65535) return false;
  }
  return !address.host.empty() && address.host.find_first_of(" /:") == std::string::npos;
}

}  // namespace

Result<Address> parse_address(std::string_view text) {
  const auto wrong = [&] {
    return fail(Code::kInvalidInput, "address '" + std::string(text) + "': " + std::string(kForms));
  };
  Address address;
  if (const auto rest = after(text, "vxi11://")) {
    address.wire = Address::Wire::kVxi11;
    const auto slash = rest->find('/');
    address.device = slash == std::string_view::npos ? "inst0" : std::string(rest->substr(slash + 1));
    if (!parse_host(rest->substr(0, slash), address) || address.device.empty()) return wrong();
    return address;
  }
  if (const auto rest = after(text, "tcp://")) {
    address.wire = Address::Wire::kTcp;
    if (!parse_host(*rest, address) || address.port == 0) return wrong();
    return address;
  }
  if (const auto rest = after(text, "usbtmc://")) {
    address.wire = Address::Wire::kUsbTmc;
    address.device = *rest;
    if (address.device.empty() || address.device[0] != '/') return wrong();
    return address;
  }
  return wrong();
}

}  // namespace assay::instrument
