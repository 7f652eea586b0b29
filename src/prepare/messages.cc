#include "prepare/messages.h"

#include <nlohmann/json.hpp>

namespace assay::prepare {
namespace {

using nlohmann::json;
using Texts = std::map<std::string, std::string>;

/// The value of `key` when it is there and of that kind, else a default: a script is not trusted to be exact.
template <typename T>
T value_or(const json& object, const char* key, T otherwise) {
  const auto found = object.find(key);
  if (found == object.end()) return otherwise;
  try {
    return found->get<T>();
  } catch (const json::exception&) {
    return otherwise;
  }
}

}  // namespace

Message parse_message(std::string_view line) {
  Message message;
  const json object = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) return message;
  if (const auto done = object.find("done"); done != object.end() && done->is_object()) {
    message.kind = Message::Kind::kDone;
    message.artifact = value_or<std::string>(*done, "artifact", "");
    message.versions = value_or<Texts>(*done, "versions", {});
    message.settings = value_or<Texts>(*done, "settings", {});
  } else if (object.contains("error")) {
    message.kind = Message::Kind::kError;
    message.text = value_or<std::string>(object, "error", "(an error without a text)");
  } else if (object.contains("phase")) {
    message.kind = Message::Kind::kProgress;
    message.text = value_or<std::string>(object, "phase", "");
    message.done = value_or<std::int64_t>(object, "progress", 0);
    message.total = value_or<std::int64_t>(object, "total", 0);
  }
  return message;
}

std::string to_json(const StoredArtifact& stored) {
  const json object = {{"version", 1},
                       {"key", stored.key},
                       {"toolchain", stored.toolchain},
                       {"format", stored.format},
                       {"artifact", stored.artifact},
                       {"digest", stored.digest},
                       {"model_digest", stored.model_digest},
                       {"calibration_digest", stored.calibration_digest},
                       {"calibration_count", stored.calibration_count},
                       {"options", stored.options},
                       {"versions", stored.versions},
                       {"settings", stored.settings}};
  return object.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<StoredArtifact> parse_stored_artifact(std::string_view text) {
  try {
    const json object = json::parse(text);
    StoredArtifact stored;
    object.at("key").get_to(stored.key);
    object.at("toolchain").get_to(stored.toolchain);
    object.at("format").get_to(stored.format);
    object.at("artifact").get_to(stored.artifact);
    object.at("digest").get_to(stored.digest);
    object.at("model_digest").get_to(stored.model_digest);
    object.at("calibration_digest").get_to(stored.calibration_digest);
    object.at("calibration_count").get_to(stored.calibration_count);
    object.at("options").get_to(stored.options);
    object.at("versions").get_to(stored.versions);
    object.at("settings").get_to(stored.settings);
    return stored;
  } catch (const json::exception& error) {
    return fail(Code::kCorrupt, std::string("not the record of an artifact: ") + error.what());
  }
}

}  // namespace assay::prepare
