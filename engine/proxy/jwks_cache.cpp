// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/jwks_cache.h"

#include <curl/curl.h>

#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/proxy/jwks_download.h"

namespace spillway::proxy {
namespace {

constexpr int kLongestWaitMs = 60'000;  // a call wakes the thread

/// libcurl must be set up before the first thread uses it.
void startCurl() {
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  static_cast<void>(kStarted);
}

}  // namespace

class JwksCache::Fetcher {
 public:
  Fetcher(std::string trustedPem, JwksTimes times)
      : trustedPem_(std::move(trustedPem)), times_(times), multi_(curl_multi_init()) {
    thread_ = std::thread([this] { run(); });
  }
  ~Fetcher() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    curl_multi_wakeup(multi_);
    thread_.join();
    curl_multi_cleanup(multi_);
  }
  Fetcher(const Fetcher&) = delete;
  Fetcher& operator=(const Fetcher&) = delete;

  std::shared_ptr<const Jwks> keysOf(const std::string& endpoint) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[endpoint];
    const Duration lasts = entry.failed ? times_.unknownKey : times_.refresh;
    if (entry.keys && !entry.wanted && SteadyClock::now() - entry.tried >= lasts) want(entry);
    return entry.keys;
  }

  void fetch(const std::string& endpoint, Callback callback) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[endpoint];
    entry.waiting.push_back(std::move(callback));
    want(entry);
  }

 private:
  /// What is known of an endpoint.
  struct Entry {
    std::shared_ptr<const Jwks> keys;
    JwtRefusal failure;   ///< of the last try
    bool failed = false;  ///< the last try did
    bool wanted = false;  ///< a fetch is asked for or under way
    TimePoint tried{};    ///< when the last try ended; {}: never
    std::vector<Callback> waiting;
    std::unique_ptr<JwksDownload> download;  ///< under way; the fetch thread's
  };

  void want(Entry& entry) {
    entry.wanted = true;
    curl_multi_wakeup(multi_);
  }

  void run() {
    while (begin()) {
      int running = 0, left = 0;
      curl_multi_perform(multi_, &running);
      while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
        if (message->msg == CURLMSG_DONE) end(message->easy_handle, message->data.result);
      }
      curl_multi_poll(multi_, nullptr, 0, kLongestWaitMs, nullptr);
    }
    for (auto& [endpoint, entry] : entries_) {
      if (entry.download) curl_multi_remove_handle(multi_, entry.download->handle());
    }
  }

  /// Begins what is wanted, or answers at once what comes too soon. False: it is time to stop.
  bool begin() {
    std::vector<std::pair<Answer, std::vector<Callback>>> answered;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return false;
      for (auto& [endpoint, entry] : entries_) {
        if (!entry.wanted || entry.download) continue;
        if (isTooSoon(entry)) {
          entry.wanted = false;
          answered.emplace_back(answerOf(entry), std::exchange(entry.waiting, {}));
          continue;
        }
        entry.download = std::make_unique<JwksDownload>(endpoint, trustedPem_, times_.timeout);
        curl_multi_add_handle(multi_, entry.download->handle());
      }
    }
    for (const auto& [answer, callbacks] : answered)
      tell(answer, callbacks);
    return true;
  }

  void end(CURL* handle, CURLcode code) {
    curl_multi_remove_handle(multi_, handle);
    JwksDownload* ended = nullptr;
    curl_easy_getinfo(handle, CURLINFO_PRIVATE, &ended);
    const Answer answer = ended->result(code);
    std::vector<Callback> callbacks;
    {
      const std::lock_guard lock(mutex_);
      for (auto& [endpoint, entry] : entries_) {
        if (entry.download.get() != ended) continue;
        entry.failed = !answer;
        if (answer) {
          entry.keys = *answer;
        } else {
          entry.failure = answer.error();
        }
        entry.tried = SteadyClock::now();
        entry.wanted = false;
        callbacks = std::exchange(entry.waiting, {});
        entry.download.reset();
      }
    }
    tell(answer, callbacks);
  }

  bool isTooSoon(const Entry& entry) const {
    if (entry.tried == TimePoint{}) return false;
    return SteadyClock::now() - entry.tried < (entry.failed ? times_.afterFailure : times_.unknownKey);
  }

  static Answer answerOf(const Entry& entry) {
    if (entry.failed) return failure(entry.failure);
    return entry.keys;
  }

  static void tell(const Answer& answer, const std::vector<Callback>& callbacks) {
    for (const Callback& callback : callbacks)
      callback(answer);
  }

  const std::string trustedPem_;
  const JwksTimes times_;
  CURLM* multi_;
  std::mutex mutex_;                      ///< guards what follows
  std::map<std::string, Entry> entries_;  ///< as many as the configurations of this run named
  bool stopping_ = false;
  std::thread thread_;
};

JwksCache::JwksCache(std::string trustedPem, JwksTimes times) {
  startCurl();
  fetcher_ = std::make_unique<Fetcher>(std::move(trustedPem), times);
}

JwksCache::~JwksCache() = default;

std::shared_ptr<const Jwks> JwksCache::keysOf(const std::string& endpoint) {
  return fetcher_->keysOf(endpoint);
}

void JwksCache::fetch(const std::string& endpoint, Callback callback) {
  fetcher_->fetch(endpoint, std::move(callback));
}

}  // namespace spillway::proxy
