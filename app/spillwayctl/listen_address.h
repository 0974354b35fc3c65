// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/result.h"
#include "engine/config/model.h"

namespace spillway::ctl {

/// Where the demo listens, in ALB's terms: a scheme and an address type rather than an address.
struct ListenAddress {
  std::string host;  ///< as written; "" for every interface
  std::uint32_t port = 0;
  config::Scheme scheme = config::Scheme::Internal;
  config::IpAddressType ipAddressType = config::IpAddressType::Ipv4;
};

/// Reads "127.0.0.1:50051", "localhost:0", "[::1]:50051", "0.0.0.0:50051", "[::]:50051", "192.0.2.7:50051".
Result<ListenAddress> parseListenAddress(const std::string& text);

}  // namespace spillway::ctl
