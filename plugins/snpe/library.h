// libSNPE.so, found and opened at run time: one plugin serves every release of SNPE 2 and QAIRT.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "snpe_api.h"

namespace assay::snpe {

/// An opened library. Never closed: its DSP threads may outlive a session.
class Library {
 public:
  /// Opens ASSAY_SNPE_LIB, else lib/ of the SDK that SNPE_ROOT, QNN_SDK_ROOT or QAIRT_SDK_ROOT names, in the
  /// folders of this machine's architecture, else by the system's loader. Throws Failure (NOT_FOUND, with
  /// every place that was tried). One for the process: what describe() tells is what sessions run.
  static std::shared_ptr<Library> open();

  const Api& api() const { return api_; }
  const std::string& path() const { return path_; }        ///< As the loader resolved it.
  const std::string& version() const { return version_; }  ///< "2.22.6.240515184619_92920"
  /// What ADSP_LIBRARY_PATH is; "": unset.
  const std::string& adsp_path() const { return adsp_path_; }
  /// Who set it: this class does where it was unset and the SDK's own skel folders lie beside the library.
  const char* adsp_path_by() const {
    return adsp_path_.empty() ? "" : adsp_set_here_ ? "assay, from the SDK's folders" : "the environment";
  }
  /// The double of the tests, which exports the symbol assay_contract_library: nothing of it is a
  /// measurement.
  bool contract() const { return contract_; }

  /// "" when the runtime can be used here, else why not.
  std::string unavailable(int runtime, bool unsigned_pd) const;
  /// Throws Failure with SNPE's own code and text.
  [[noreturn]] void fail(const std::string& what) const;
  void check(ErrorCode code, const std::string& what) const;
  Handle need(Handle handle, const std::string& what) const;

 private:
  explicit Library(const std::string& path);

  Api api_;
  std::string path_, version_, adsp_path_;
  bool contract_ = false, adsp_set_here_ = false;
};

/// Owner of a handle, with the function that deletes it.
class Owned {
 public:
  Owned() = default;
  Owned(Handle handle, ErrorCode (*remove)(Handle)) : handle_(handle), remove_(remove) {}
  Owned(Owned&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)), remove_(other.remove_) {}
  Owned& operator=(Owned&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(remove_, other.remove_);
    return *this;
  }
  ~Owned() {
    if (handle_ != nullptr) remove_(handle_);
  }
  Handle get() const { return handle_; }

 private:
  Handle handle_ = nullptr;
  ErrorCode (*remove_)(Handle) = nullptr;
};

}  // namespace assay::snpe
