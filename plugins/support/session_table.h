// The ABI functions of a session, for any Session whose methods throw Failure: each is one call behind
// guard(). A plugin names those that its Session has; the others are never made. A plugin whose vendor throws
// exceptions of its own gives a guard that tells them apart.
#pragma once

#include <memory>

#include "support/vendor_plugin.h"

namespace assay::plugin {

struct PlainGuard {
  template <typename Body>
  static int32_t run(assay_error* error, Body&& body) noexcept {
    return guard(error, body);
  }
};

template <typename Session, typename Guard = PlainGuard>
struct SessionTable {
  static Session& of(assay_session* session) { return *reinterpret_cast<Session*>(session); }

  static int32_t open(const assay_open_options* options, assay_session** session, assay_error* error) {
    return Guard::run(error, [&] {
      require_struct(options, "open: options");
      *session = reinterpret_cast<assay_session*>(std::make_unique<Session>(*options).release());
    });
  }
  static int32_t session_info(assay_session* session, const assay_session_info** info, assay_error* error) {
    return Guard::run(error, [&] { *info = of(session).info(); });
  }
  static int32_t bind(assay_session* session, uint32_t slot, const assay_buffer* inputs, uint32_t input_count,
                      const assay_buffer* outputs, uint32_t output_count, assay_error* error) {
    return Guard::run(error, [&] { of(session).bind(slot, inputs, input_count, outputs, output_count); });
  }
  static int32_t infer(assay_session* session, uint32_t slot, assay_error* error) {
    return Guard::run(error, [&] { of(session).infer(slot); });
  }
  static int32_t submit(assay_session* session, uint32_t slot, assay_error* error) {
    return Guard::run(error, [&] { of(session).submit(slot); });
  }
  static int32_t wait(assay_session* session, int64_t timeout_ns, uint32_t* slot, assay_error* error) {
    return Guard::run(error, [&] { *slot = of(session).wait(timeout_ns); });
  }
  static int32_t cancel(assay_session* session, assay_error* error) {
    return Guard::run(error, [&] { of(session).cancel(); });
  }
  static int32_t profile(assay_session* session, const assay_profile** profile, assay_error* error) {
    return Guard::run(error, [&] { *profile = of(session).profile(); });
  }
  static int32_t device_memory(assay_session* session, uint64_t* bytes, assay_error* error) {
    return Guard::run(error, [&] { *bytes = of(session).device_memory(); });
  }
  static int32_t device_time(assay_session* session, uint32_t slot, int64_t* time_ns, assay_error* error) {
    return Guard::run(error, [&] { *time_ns = of(session).device_time(slot); });
  }
  static int32_t transfer_times(assay_session* session, uint32_t slot, int64_t* in_ns, int64_t* out_ns,
                                assay_error* error) {
    return Guard::run(error, [&] { of(session).transfer_times(slot, *in_ns, *out_ns); });
  }
  static void close(assay_session* session) { delete &of(session); }
};

}  // namespace assay::plugin
