// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace spillway {

/// What went wrong below the level of HTTP statuses; `proxy/outcome.h` turns it into what the client sees.
enum class ErrorCode : std::uint8_t {
  None,
  Refused,          ///< the peer refused the TCP connection
  Unreachable,      ///< no route, or the name did not resolve
  ConnectTimeout,   ///< no TCP connection in time
  TlsHandshake,     ///< the TLS handshake failed
  TlsTimeout,       ///< the TLS handshake took too long
  AlpnMismatch,     ///< the peer did not agree on HTTP/2
  Closed,           ///< the peer closed the connection
  ConnectionReset,  ///< the peer reset the connection, or a read or write failed
  Protocol,         ///< the peer broke its protocol
  HeadTooLarge,     ///< the head of the peer's answer is over its limit
  BodyShort,        ///< the body of the peer's answer ended before its told length
  IdleTimeout,      ///< nothing moved for the idle timeout
  Drained,          ///< we ended it: listener or target removed, or the program stops
  AddressInUse,     ///< bind: somebody else holds the port
  AccessDenied,     ///< bind or open: a right is missing
  Invalid,          ///< an argument or a file's content makes no sense
  System,           ///< any other failure of the system
};

/// Whose fault an error is.
enum class Side : std::uint8_t { Client, Target, Balancer };

/// An error as a value. `detail` is one clear sentence for people.
struct Error {
  ErrorCode code = ErrorCode::None;
  Side side = Side::Balancer;
  std::string detail;
};

}  // namespace spillway
