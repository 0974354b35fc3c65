// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/balance/request_view.h"

#include <netinet/in.h>

#include <cstring>

#include "engine/balance/uri.h"

namespace spillway::balance {
namespace {

config::IpBytes ipOf(const net::SocketAddress& address) {
  if (address.family() == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address.native(), sizeof v4);
    return config::IpBytes::of(&v4.sin_addr, sizeof v4.sin_addr);
  }
  if (address.family() != AF_INET6) return {};
  sockaddr_in6 v6{};
  std::memcpy(&v6, address.native(), sizeof v6);
  return config::IpBytes::of(&v6.sin6_addr, sizeof v6.sin6_addr);
}

}  // namespace

RequestView::RequestView(const http::MessageHead& head, const net::SocketAddress& client)
    : head_(head), client_(ipOf(client)) {
  // The first Host header counts where the connection did not make an authority of it.
  const std::string_view authority =
      head.authority.empty() ? head.fields.find("host").value_or("") : std::string_view(head.authority);
  host_ = splitAuthority(withoutControls(authority, hostStorage_)).host;
  const TargetParts parts = splitTarget(withoutControls(head.path, targetStorage_));
  path_ = normalisedPath(parts.path, pathStorage_);
  query_ = parts.query;
}

}  // namespace spillway::balance
