// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"

/// A TCP connection as the packets that would have carried it.
namespace spillway::exporting {

/// An IP packet. Of bytes that were not kept only the length is known.
struct Packet {
  WallTime time{};
  std::uint32_t interface = 0;  ///< of the file
  std::string bytes;            ///< as far as they are known
  std::uint32_t length = 0;     ///< of the whole packet
  std::string comment;          ///< "" = none
};

struct Endpoint {
  std::array<std::uint8_t, 16> ip{};  ///< IPv4: the first four
  bool isIpv6 = false;
  std::uint16_t port = 0;

  /// Of "127.0.0.1:50051" or "[::1]:50051"; 0.0.0.0 for what is none.
  static Endpoint of(std::string_view address);
  /// The same as IPv6, ::ffff:127.0.0.1.
  Endpoint mapped() const;
};

/// Appends its packets to a list: handshake, data with running sequence numbers, end. Times never go back.
class TcpConnection {
 public:
  /// `number` tells connections apart whose addresses are the same.
  TcpConnection(Endpoint client, Endpoint server, std::uint32_t interface, std::uint32_t number,
                std::vector<Packet>& packets);

  void open(WallTime time, std::string comment);
  /// `bytes` are the first of `size` bytes.
  void send(WallTime time, bool isFromClient, std::string_view bytes, std::uint64_t size);
  void close(WallTime time);

 private:
  struct Side {
    Endpoint end;
    std::uint32_t next = 0;            ///< sequence number
    std::uint64_t unacknowledged = 0;  ///< bytes
  };
  struct Segment {
    std::uint8_t flags = 0;
    std::string_view bytes = {};
    std::uint32_t size = 0;
  };
  Side& side(bool isClient) { return isClient ? client_ : server_; }
  void add(WallTime time, bool isFromClient, const Segment& segment, std::string comment = {});

  Side client_, server_;
  std::uint32_t interface_;
  std::vector<Packet>& packets_;
  WallTime last_{};
};

}  // namespace spillway::exporting
