// Reads a driver's options from texts; the first thing that is wrong is told once, at the end.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"

namespace assay::instrument {

class OptionReader {
 public:
  OptionReader(std::string_view meter, const std::map<std::string, std::string>& options)
      : meter_(meter), options_(options) {}

  /// Numbers have to lie in lo..hi.
  double number(std::string_view name, double otherwise, double lo, double hi);
  std::optional<double> number_or_none(std::string_view name, double lo, double hi);
  std::chrono::nanoseconds milliseconds(std::string_view name, double otherwise, double lo, double hi);
  std::string text(std::string_view name, std::string_view otherwise);
  bool flag(std::string_view name, bool otherwise);  ///< "on" or "off"
  std::string word(std::string_view name, std::string_view otherwise,
                   const std::vector<std::string_view>& words);

  /// kInvalidInput for the first wrong value, or for an option that nobody asked for.
  Result<void> finish() const;

 private:
  const std::string* find(std::string_view name);
  void complain(std::string_view name, const std::string& expected, const std::string& found);

  std::string meter_;
  const std::map<std::string, std::string>& options_;
  std::vector<std::string> known_;
  std::string problem_;
};

}  // namespace assay::instrument
