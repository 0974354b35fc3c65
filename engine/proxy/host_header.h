// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/http/message.h"

namespace spillway::proxy {

/// routing.http.preserve_host_header.enabled
enum class HostHeader : bool { Adapt, Preserve };

struct HostRules {
  HostHeader mode = HostHeader::Adapt;
  std::uint16_t listenerPort = 0;
  std::string_view loadBalancer;  ///< stands in where a client of HTTP/1.0 names no host
};

/// Whom the target sees addressed, as Host or :authority (alb-behaviour §5.5): in lower case, on ports 80 and
/// 443 without a port, on others with one. Preserve keeps what the client wrote; where it wrote an absolute
/// target and a Host that differ, that is Host.
std::string hostForTarget(const http::MessageHead& request, const HostRules& rules);

}  // namespace spillway::proxy
