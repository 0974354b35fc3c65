// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace grpc {
class Channel;
}

namespace spillway::grpc {

enum class ChannelTls : std::uint8_t {
  Off,        ///< HTTP/2 without TLS
  Unchecked,  ///< TLS that takes any certificate, as an ALB does with its targets
  Checked,    ///< TLS; the certificate must be of a CA in `trustedPem` and of the address's host
};

/// Where a client of our own goes.
struct ChannelTarget {
  std::string address;  ///< "127.0.0.1:50061", "[::1]:50061", "localhost:50051"
  ChannelTls tls = ChannelTls::Off;
  std::string trustedPem;              ///< CA certificates; empty for those of the system
  std::string userAgent = "spillway";  ///< what user-agent begins with
  std::string serverName;  ///< :authority, and the name that a certificate must have; empty: the address's
};

/// Of a larger message that comes nothing is taken.
inline constexpr std::size_t kLargestReceived = std::size_t{100} << 20;

/// A channel whose connection nothing else uses, past all proxies. Connects with its first call. Any thread.
std::shared_ptr<::grpc::Channel> openChannel(const ChannelTarget& target,
                                             std::size_t largestReceived = kLargestReceived);

}  // namespace spillway::grpc
