// Power that a lab's management server tells over HTTP, as a meter: JSON, read by the same mapping as a log.
#pragma once

#include <memory>

#include "instrument/meter.h"

namespace assay::instrument {

/// One channel, "<name>.power". The server is asked every `period`. Where its answers carry a time, an answer
/// with another time is an update, which came between the request that did not see it and the one that did;
/// the times of all updates together narrow that down, as for PTDaemon. Without a time the moment of the
/// answer stands, and how old its value was, nothing tells. Answers that cannot be read and failed requests
/// are gaps. Options: docs/instruments.md. Errors: kInvalidInput (address, options, mapping).
Result<std::unique_ptr<Meter>> make_http_meter(const MeterSettings& settings);

}  // namespace assay::instrument
