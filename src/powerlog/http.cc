#include "powerlog/http.h"

#include <curl/curl.h>

#include <array>
#include <new>
#include <utility>

namespace assay::powerlog {

struct HttpGetter::State {
  State() = default;
  State(const State&) = delete;
  ~State() {
    if (curl) ::curl_easy_cleanup(curl);
  }
  CURL* curl = nullptr;
  std::string url;
  std::string body;
  std::size_t most_bytes = 0;
  std::array<char, CURL_ERROR_SIZE> message{};
};

namespace {

/// libcurl's callback: less than all of it taken ends the transfer. Nothing may be thrown through C.
std::size_t take(char* data, std::size_t, std::size_t count, void* user) {
  auto& state = *static_cast<std::pair<std::string*, std::size_t>*>(user);
  if (state.first->size() + count > state.second) return 0;
  try {
    state.first->append(data, count);
  } catch (const std::bad_alloc&) {
    return 0;
  }
  return count;
}

Code code_of_status(long status) {
  if (status == 404 || status == 410) return Code::kNotFound;
  if (status == 401 || status == 403 || status >= 500) return Code::kUnavailable;
  return Code::kCorrupt;
}

bool set_up() {
  // Not thread-safe in old versions, so once and before the first handle.
  static const bool kDone = ::curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  return kDone;
}

}  // namespace

HttpGetter::HttpGetter(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpGetter::HttpGetter(HttpGetter&&) noexcept = default;
HttpGetter& HttpGetter::operator=(HttpGetter&&) noexcept = default;
HttpGetter::~HttpGetter() = default;

Result<HttpGetter> HttpGetter::create(const std::string& url, std::chrono::milliseconds timeout,
                                      std::size_t most_bytes) {
  if (!url.starts_with("http://") && !url.starts_with("https://"))
    return fail(Code::kInvalidInput, "an address as http://host/path was expected, '" + url + "' was found");
  if (timeout.count() <= 0)
    return fail(Code::kInvalidInput, "a time limit of at least 1 ms was expected, " +
                                         std::to_string(timeout.count()) + " ms was found");
  auto state = std::make_unique<State>();
  if (set_up()) state->curl = ::curl_easy_init();
  if (!state->curl) return fail(Code::kResource, "libcurl could not be set up");
  state->url = url;
  state->most_bytes = most_bytes;
  CURL* const curl = state->curl;
  bool good = true;
  const auto set = [&](CURLoption option, auto value) {
    good = good && ::curl_easy_setopt(curl, option, value) == CURLE_OK;
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, 5L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_NOSIGNAL, 1L);  // Time-outs without SIGALRM: other threads are at work.
  set(CURLOPT_ACCEPT_ENCODING, "");
  set(CURLOPT_ERRORBUFFER, state->message.data());
  set(CURLOPT_WRITEFUNCTION, &take);
  if (!good) return fail(Code::kInvalidInput, "libcurl does not take the address '" + url + "'");
  return HttpGetter(std::move(state));
}

Result<std::string> HttpGetter::get() {
  State& state = *state_;
  state.body.clear();
  state.message[0] = '\0';
  std::pair<std::string*, std::size_t> into{&state.body, state.most_bytes};
  ::curl_easy_setopt(state.curl, CURLOPT_WRITEDATA, &into);
  const CURLcode result = ::curl_easy_perform(state.curl);
  if (result == CURLE_WRITE_ERROR)
    return fail(Code::kCorrupt,
                state.url + " answers with more than " + std::to_string(state.most_bytes) + " bytes");
  if (result != CURLE_OK) {
    const std::string why = state.message[0] != '\0' ? state.message.data() : ::curl_easy_strerror(result);
    return fail(result == CURLE_OPERATION_TIMEDOUT ? Code::kTimeout : Code::kUnavailable,
                state.url + ": " + why);
  }
  long status = 0;
  ::curl_easy_getinfo(state.curl, CURLINFO_RESPONSE_CODE, &status);
  if (status < 200 || status > 299)
    return fail(code_of_status(status), state.url + " answers with status " + std::to_string(status));
  return state.body;
}

}  // namespace assay::powerlog
