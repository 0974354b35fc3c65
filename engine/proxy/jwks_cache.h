// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "engine/base/clock.h"
#include "engine/proxy/jwks.h"

namespace spillway::proxy {

/// When keys are fetched, and how long that may take.
struct JwksTimes {
  Duration timeout = std::chrono::seconds(5);       ///< ALB: 5 s
  Duration refresh = std::chrono::minutes(10);      ///< keys of this age are fetched again
  Duration unknownKey = std::chrono::seconds(30);   ///< … and sooner than that for no unknown key
  Duration afterFailure = std::chrono::seconds(1);  ///< no other try before
};

/// The keys of all JWKS endpoints (https://, and http:// or file:// of this machine), fetched on a thread of
/// its own, so that no worker waits. One for the engine; any thread may call.
class JwksCache {
 public:
  using Answer = Result<std::shared_ptr<const Jwks>, JwtRefusal>;
  using Callback = std::function<void(const Answer&)>;

  /// `trustedPem`: certificates that https endpoints may also be signed by (the local CA); "" = none.
  explicit JwksCache(std::string trustedPem = {}, JwksTimes times = {});
  /// Waits for the thread; callbacks that have not come by then do not come any more.
  ~JwksCache();

  /// At once: the keys fetched last; null while there are none. Keys that are due are fetched again
  /// meanwhile, and stay when that fails.
  std::shared_ptr<const Jwks> keysOf(const std::string& endpoint);
  /// Fetches the keys; the callback comes on the fetch thread. Calls for one endpoint share a fetch; one that
  /// comes too soon after the last (JwksTimes) is answered with that one's result.
  void fetch(const std::string& endpoint, Callback callback);

 private:
  class Fetcher;
  std::unique_ptr<Fetcher> fetcher_;
};

}  // namespace spillway::proxy
