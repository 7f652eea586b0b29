// DLCs with the graphs that SNPE prepared for a DSP: what the option init-cache keeps, so that the next
// session need not prepare them again.
#pragma once

#include <functional>
#include <string>

#include "library.h"

namespace assay::snpe {

/// One entry of the folder. Its name holds which file the artifact is (device, inode, size, times of its last
/// changes), SNPE's version and the runtimes: as far as these tell files apart, no other's is found. The
/// content is not read for it, because that would count as compile time; a copy of a DLC has an entry of its
/// own.
class InitCache {
 public:
  /// `folder` empty: off. Throws Failure when the folder cannot be made or the artifact cannot be read.
  InitCache(const std::string& folder, const std::string& artifact, const Library& library,
            const std::string& runtimes);

  bool on() const { return !path_.empty(); }
  /// The entry's file, or "" where it was not made yet.
  std::string cached() const;
  /// Has `save` write the entry, which appears whole.
  void keep(const std::function<void(const std::string& path)>& save) const;

 private:
  std::string path_;
};

}  // namespace assay::snpe
