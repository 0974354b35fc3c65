// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::balance {

/// What a cookie is for; a value sealed for one use does not open for another.
enum class CookieUse : std::uint8_t { TargetSession = 1, ApplicationSession = 2, TargetGroup = 3 };

struct CookieKey {
  std::uint8_t id = 0;  ///< travels with the value
  std::array<unsigned char, 32> secret{};
};
/// A random one. Throws when the system has no random numbers to give.
CookieKey makeCookieKey(std::uint8_t id);

/// Encrypts and authenticates what the balancer's cookies say (AES-256-GCM), as text that is safe in a
/// cookie. Immutable; any thread.
class CookieSealer {
 public:
  /// Seals with the first key, opens with any; at least one.
  explicit CookieSealer(std::vector<CookieKey> keys) : keys_(std::move(keys)) {}
  /// With a key that is in no file: sessions end with the program.
  static CookieSealer withFreshKey();

  /// Empty when the system has no random numbers to give: then no cookie is to be set.
  std::string seal(CookieUse use, std::string_view plain) const;
  /// nullopt: made by somebody else, for another use, changed on its way, or its key is gone.
  std::optional<std::string> open(CookieUse use, std::string_view sealed) const;

 private:
  std::vector<CookieKey> keys_;
};

}  // namespace spillway::balance
