// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/spillwayctl/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace spillway::ctl {

namespace {

tl::unexpected<Error> refuse(const std::string& text) {
  return failure(
      Error{ErrorCode::Invalid, Side::Balancer,
            fmt::format("--listen: \"{}\" is not an IP address and a port, such as 127.0.0.1:50051 or "
                        "[::1]:50051.",
                        text)});
}

}  // namespace

Result<ListenAddress> parseListenAddress(const std::string& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string::npos) return refuse(text);
  ListenAddress address;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc{} || rest != end || address.port > 65535) return refuse(text);

  std::string host = text.substr(0, colon);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  unsigned char bytes[sizeof(in6_addr)];
  const bool isIpv4 = host == "localhost" || ::inet_pton(AF_INET, host.c_str(), bytes) == 1;
  const bool isIpv6 = bracketed && ::inet_pton(AF_INET6, host.c_str(), bytes) == 1;
  if (bracketed ? !isIpv6 : !isIpv4) return refuse(text);

  // The scheme internal binds 127.0.0.1, none of its neighbours.
  if (host.starts_with("127.") && host != "127.0.0.1") return refuse(text);
  if (isIpv6) address.ipAddressType = config::IpAddressType::Dualstack;
  const bool isLoopback = host == "localhost" || host == "127.0.0.1" || host == "::1";
  if (!isLoopback) address.scheme = config::Scheme::InternetFacing;
  if (host != "0.0.0.0" && host != "::") address.host = host;
  return address;
}

}  // namespace spillway::ctl
