// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/config/model.h"

namespace spillway::balance {

inline constexpr std::size_t kLongestLocation = 8 * 1024;  ///< bytes (alb-behaviour §2.7)

/// What the placeholders of a redirect stand for.
struct RedirectSource {
  config::Protocol protocol = config::Protocol::Https;  ///< the listener's
  std::string_view host;    ///< of the Host header or :authority, without port; where there is none, the
                            ///< listener's address
  std::uint16_t port = 0;   ///< the listener's, as bound
  std::string_view target;  ///< path and query as the client sent them, "/a?x=1"
};

/// The value of Location, "https://shop.test:443/a?x=1". The port is always there, as ALB writes it; an empty
/// query leaves no "?". An error means that it is longer than kLongestLocation: answer 507.
Result<std::string> redirectLocation(const config::Redirect&, const RedirectSource&);

}  // namespace spillway::balance
