// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

#include "engine/config/cidr.h"
#include "engine/http/message.h"
#include "engine/net/socket_address.h"

namespace spillway::balance {

/// A request as rules look at it: made once, then shown to each rule. Borrows the head, which must outlive it
/// unchanged. Allocates only where a path is not in its normal form, or where there are control
/// characters.
class RequestView {
 public:
  /// `client` is the peer of the TCP connection: X-Forwarded-For does not count.
  RequestView(const http::MessageHead& head, const net::SocketAddress& client);
  RequestView(const RequestView&) = delete;
  RequestView& operator=(const RequestView&) = delete;

  const http::MessageHead& head() const { return head_; }
  const config::IpBytes& client() const { return client_; }
  std::string_view host() const { return host_; }    ///< without its port
  std::string_view path() const { return path_; }    ///< normalised, without the query
  std::string_view query() const { return query_; }  ///< as sent, without "?"

 private:
  const http::MessageHead& head_;
  config::IpBytes client_;
  std::string_view host_, path_, query_;
  std::string hostStorage_, targetStorage_, pathStorage_;
};

}  // namespace spillway::balance
