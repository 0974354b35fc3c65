// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/proxy/jwt_refusal.h"

struct evp_pkey_st;

namespace spillway::proxy {

/// ALB's limits on a JWKS.
inline constexpr std::size_t kLargestJwks = 150 * 1024;
inline constexpr std::size_t kMostJwks = 10;

/// The keys that sign tokens (JWKS, RFC 7517), as far as RS256 can use them. Immutable.
class Jwks {
 public:
  struct Key {
    std::string id;                    ///< kid
    std::shared_ptr<evp_pkey_st> key;  ///< RSA
    int bits = 0;                      ///< of its modulus; ALB takes 2048 only
  };

  /// Keys for anything else than RS256 signatures are left out. Failure: JwksUnavailable when there are too
  /// many, JwksInvalid for all else.
  static Result<std::shared_ptr<const Jwks>, JwtRefusal> parse(std::string_view json);
  /// Null when there is none.
  const Key* find(std::string_view id) const;
  std::size_t size() const { return keys_.size(); }

 private:
  std::vector<Key> keys_;
};

}  // namespace spillway::proxy
