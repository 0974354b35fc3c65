// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/tcp_packets.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "engine/export/byte_order.h"

namespace spillway::exporting {
namespace {

constexpr std::uint8_t kFin = 0x01, kSyn = 0x02, kPush = 0x08, kAck = 0x10;  // RFC 9293 §3.1
constexpr std::uint8_t kTcp = 6;                                             // IP protocol number
constexpr std::size_t kIpv4Head = 20, kIpv6Head = 40, kTcpHead = 20;
/// IP's lengths have 16 bits.
constexpr std::uint64_t kMostData = 65'000;
/// The other side acknowledges after so many bytes, far below the window.
constexpr std::uint64_t kAcknowledgeAfter = 1024 * 1024;
/// Window scale 14 (RFC 7323), the largest: 1 GiB; no segment seems to wait for room.
constexpr std::string_view kSynOptions("\x03\x03\x0E\x01", 4);

std::string_view ipOf(const Endpoint& end) {
  return {reinterpret_cast<const char*>(end.ip.data()), end.isIpv6 ? 16U : 4U};
}

/// The sum of RFC 1071, not folded yet.
std::uint64_t sum(std::string_view bytes, std::uint64_t before = 0) {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const auto byte = static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i]));
    before += i % 2 == 0 ? byte << 8 : byte;
  }
  return before;
}

std::uint16_t checksum(std::uint64_t sum) {
  while (sum > 0xFFFF)
    sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

void place(std::string& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<char>(value >> 8);
  bytes[at + 1] = static_cast<char>(value & 0xFF);
}

std::string ipHead(const Endpoint& from, const Endpoint& to, std::uint16_t size) {
  std::string head;
  if (from.isIpv6) {
    putBigEndian(head, std::uint32_t{6} << 28);
    putBigEndian(head, size);
    head += {static_cast<char>(kTcp), 64};
  } else {
    head += {0x45, 0};  // version and length of the head in words
    putBigEndian(head, static_cast<std::uint16_t>(size + kIpv4Head));
    head += {0, 0, 0x40, 0, 64, static_cast<char>(kTcp), 0, 0};  // may not be fragmented; checksum follows
  }
  head += ipOf(from);
  head += ipOf(to);
  if (!from.isIpv6) place(head, 10, checksum(sum(head)));
  return head;
}

}  // namespace

Endpoint Endpoint::of(std::string_view address) {
  Endpoint end;
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos) return end;
  const std::string_view port = address.substr(colon + 1);
  std::from_chars(port.data(), port.data() + port.size(), end.port);
  std::string host(address.substr(0, colon));
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  end.isIpv6 = host.find(':') != std::string::npos;
  if (inet_pton(end.isIpv6 ? AF_INET6 : AF_INET, host.c_str(), end.ip.data()) != 1) {
    end.ip = {};
    end.isIpv6 = false;
  }
  return end;
}

Endpoint Endpoint::mapped() const {
  if (isIpv6) return *this;
  Endpoint end;
  end.isIpv6 = true;
  end.port = port;
  end.ip[10] = end.ip[11] = 0xFF;
  std::copy_n(ip.begin(), 4, end.ip.begin() + 12);
  return end;
}

TcpConnection::TcpConnection(Endpoint client, Endpoint server, std::uint32_t interface, std::uint32_t number,
                             std::vector<Packet>& packets)
    : interface_(interface), packets_(packets) {
  const bool isMixed = client.isIpv6 != server.isIpv6;
  client_.end = isMixed ? client.mapped() : client;
  server_.end = isMixed ? server.mapped() : server;
  client_.next = number * 0x10001U;
  server_.next = ~client_.next;
}

void TcpConnection::open(WallTime time, std::string comment) {
  add(time, true, {kSyn}, std::move(comment));
  add(time, false, {kSyn | kAck});
  add(time, true, {kAck});
}

void TcpConnection::send(WallTime time, bool isFromClient, std::string_view bytes, std::uint64_t size) {
  for (std::uint64_t at = 0; at < size; at += kMostData) {
    const auto known = at < bytes.size() ? bytes.substr(at, kMostData) : std::string_view();
    const auto length = static_cast<std::uint32_t>(std::min(kMostData, size - at));
    add(time, isFromClient, {kPush | kAck, known, length});
    if (side(isFromClient).unacknowledged > kAcknowledgeAfter) add(time, !isFromClient, {kAck});
  }
}

void TcpConnection::close(WallTime time) {
  add(time, true, {kFin | kAck});
  add(time, false, {kFin | kAck});
  add(time, true, {kAck});
}

void TcpConnection::add(WallTime time, bool isFromClient, const Segment& segment, std::string comment) {
  Side &from = side(isFromClient), &to = side(!isFromClient);
  const bool isSyn = (segment.flags & kSyn) != 0, isAck = (segment.flags & kAck) != 0;
  const std::string_view options = isSyn ? kSynOptions : std::string_view();
  std::string tcp;
  putBigEndian(tcp, from.end.port);
  putBigEndian(tcp, to.end.port);
  putBigEndian(tcp, from.next);
  putBigEndian(tcp, isAck ? to.next : 0U);
  tcp += static_cast<char>((kTcpHead + options.size()) / 4 << 4);
  tcp += static_cast<char>(segment.flags);
  putBigEndian(tcp, std::uint16_t{0xFFFF});
  tcp.append(4, '\0');  // checksum, urgent pointer
  tcp += options;
  const auto length = static_cast<std::uint16_t>(tcp.size() + segment.size);
  tcp += segment.bytes;
  std::string pseudo(ipOf(from.end));
  pseudo += ipOf(to.end);
  place(tcp, 16, checksum(sum(tcp, sum(pseudo) + kTcp + length)));
  last_ = std::max(last_, time);
  const auto head = from.end.isIpv6 ? kIpv6Head : kIpv4Head;
  packets_.push_back({last_, interface_, ipHead(from.end, to.end, length) + tcp,
                      static_cast<std::uint32_t>(head + length), std::move(comment)});
  from.next += segment.size + ((segment.flags & (kSyn | kFin)) != 0 ? 1 : 0);
  from.unacknowledged += segment.size;
  if (isAck) to.unacknowledged = 0;
}

}  // namespace spillway::exporting
