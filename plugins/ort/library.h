// libonnxruntime, found and opened at run time: one plugin serves every release from 1.17 on.
#pragma once

#include <onnxruntime_c_api.h>

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace assay::onnxruntime {

/// An opened library with its process-wide environment. Never closed: ONNX Runtime's threads may outlive a
/// session.
class Library {
 public:
  /// Opens ASSAY_ONNXRUNTIME_LIB, else what lies in the folder of this plugin or in the SDK folder that the
  /// build knows, else by the system's loader. Throws Failure (NOT_FOUND, with every place that was tried).
  /// One for the process: what describe() tells is what sessions run.
  static std::shared_ptr<Library> open();

  const OrtApi& api() const { return *api_; }
  OrtEnv* env() const { return env_; }
  const std::string& path() const { return path_; }        ///< As the loader resolved it.
  const std::string& version() const { return version_; }  ///< "1.31.1"
  uint32_t api_version() const { return api_version_; }
  std::vector<std::string> providers() const;  ///< "CPUExecutionProvider", ...

  /// What the library and its providers logged as errors since the last call, the last few, one a line. A
  /// status often says less. Everything that is logged goes to stderr as well.
  std::string take_errors();

  /// Throws Failure with ONNX Runtime's own text and code when status is an error, and releases it.
  void check(OrtStatus* status, const std::string& what) const;

 private:
  explicit Library(const std::string& path);
  static void ORT_API_CALL log(void* self, OrtLoggingLevel severity, const char* category, const char* id,
                               const char* where, const char* message);

  const OrtApi* api_ = nullptr;
  OrtEnv* env_ = nullptr;
  uint32_t api_version_ = 0;
  std::string path_;
  std::string version_;
  std::mutex errors_mutex_;
  std::deque<std::string> errors_;
};

/// Owner of an object of the C API: Handle<OrtSession> with the api's ReleaseSession.
template <typename T>
using Handle = std::unique_ptr<T, void (*)(T*)>;

}  // namespace assay::onnxruntime
