// SPDX-License-Identifier: GPL-3.0-or-later
// Packets made anew: what a reader of TCP puts together of them is what passed.
#include <gmock/gmock.h>

#include <map>

#include "engine/export/pcapng.h"
#include "tests/support/stream_maker.h"

namespace spillway::exporting {
namespace {

using observe::Direction;
using observe::Hop;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::uint32_t numberAt(const std::string& bytes, std::size_t at, int count) {
  std::uint32_t number = 0;
  for (int i = 0; i < count; ++i)
    number = number << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return number;
}

/// RFC 1071: over bytes with a right checksum it is 0.
std::uint16_t checksum(const std::string& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += static_cast<std::uint32_t>(static_cast<unsigned char>(bytes[i])) << (i % 2 == 0 ? 8 : 0);
  while (sum > 0xFFFF)
    sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

struct Flow {
  std::uint32_t next = 0;
  bool isOpen = false, isOver = false;
  std::string bytes;
};

/// Puts the flows of IPv4 packets together, by "source port>destination port"; checks all that TCP checks.
std::map<std::string, Flow> flowsOf(const std::vector<Packet>& packets) {
  std::map<std::string, Flow> flows;
  WallTime before{};
  for (const Packet& packet : packets) {
    const std::string& bytes = packet.bytes;
    EXPECT_GE(packet.time, before);
    before = packet.time;
    EXPECT_EQ(numberAt(bytes, 2, 2), packet.length);
    EXPECT_EQ(checksum(bytes.substr(0, 20)), 0);
    const std::string tcp = bytes.substr(20);
    const std::uint32_t size = packet.length - 20;
    if (packet.length == bytes.size()) {
      std::string pseudo = bytes.substr(12, 8) + std::string("\0\x06", 2);
      pseudo += {static_cast<char>(size >> 8), static_cast<char>(size & 0xFF)};
      EXPECT_EQ(checksum(pseudo + tcp), 0);
    }
    const auto from = std::to_string(numberAt(tcp, 0, 2)), to = std::to_string(numberAt(tcp, 2, 2));
    Flow& flow = flows[from + ">" + to];
    const Flow& other = flows[to + ">" + from];
    const std::uint32_t flags = numberAt(tcp, 13, 1), dataAt = numberAt(tcp, 12, 1) >> 4 << 2;
    if ((flags & 2) != 0) flow.next = numberAt(tcp, 4, 4);
    EXPECT_EQ(numberAt(tcp, 4, 4), flow.next) << "no gap";
    EXPECT_TRUE((flags & 16) == 0 || numberAt(tcp, 8, 4) == other.next) << "all is acknowledged";
    EXPECT_FALSE(flow.isOver && size > dataAt);
    flow.bytes += tcp.substr(dataAt);
    flow.next += size - dataAt + ((flags & 3) != 0 ? 1 : 0);
    flow.isOver = flow.isOver || (flags & 1) != 0;
  }
  return flows;
}

std::vector<Packet> packetsOf(const test::StreamMaker& maker) {
  std::uint32_t number = 1;
  return exporting::packetsOf(maker.made(), number);
}

TEST(ExportPackets, HttpIsItsText) {
  test::StreamMaker maker(false);
  maker.head(Hop::Client, Direction::Request,
             {{":method", "PUT"}, {":authority", "desk.test"}, {":path", "/a"}, {"content-length", "3"}});
  maker.bytes(Direction::Request, "abc");
  maker.end(Hop::Client, Direction::Request);
  maker.attempt("127.0.0.1:9000");
  maker.wire(Hop::Target, 4, 0);
  maker.head(Hop::Target, Direction::Request, {{":method", "PUT"}, {":path", "/a"}, {"content-length", "3"}});
  maker.head(Hop::Target, Direction::Response, {{":status", "200"}}, 200);
  maker.head(Hop::Client, Direction::Response, {{":status", "200"}}, 200);
  maker.bytes(Direction::Response, "hello ");
  maker.bytes(Direction::Response, "you");
  maker.end(Hop::Target, Direction::Response);
  maker.end(Hop::Client, Direction::Response);
  auto flows = flowsOf(packetsOf(maker));
  EXPECT_EQ(flows["54022>50051"].bytes, "PUT /a HTTP/1.1\r\nhost: desk.test\r\ncontent-length: 3\r\n\r\nabc");
  const std::string answer =
      "HTTP/1.1 200 \r\ntransfer-encoding: chunked\r\n\r\n6\r\nhello \r\n3\r\nyou\r\n0\r\n\r\n";
  EXPECT_EQ(flows["50051>54022"].bytes, answer);
  EXPECT_EQ(flows["32772>9000"].bytes, "PUT /a HTTP/1.1\r\ncontent-length: 3\r\n\r\nabc");
  EXPECT_EQ(flows["9000>32772"].bytes, answer);
  EXPECT_EQ(flows.size(), 4u);
}

TEST(ExportPackets, Http2HasItsFramesInOrder) {
  test::StreamMaker maker;
  maker.wire(Hop::Client, 1, 5);
  maker.head(Hop::Client, Direction::Request,
             {{":method", "POST"}, {":path", "/s/m"}, {"X-Big", std::string(40'000, 'x')}});
  maker.bytes(Direction::Request, std::string(20'000, 'y'));
  maker.end(Hop::Client, Direction::Request);
  maker.head(Hop::Client, Direction::Response, {{":status", "200"}}, 200);
  maker.trailers(Hop::Client, {{"grpc-status", "0"}});
  maker.bytes(Direction::Response, "late");  // told after the trailers, sent before them
  maker.end(Hop::Client, Direction::Response);
  const std::vector<Packet> packets = packetsOf(maker);
  EXPECT_THAT(packets.front().comment, HasSubstr("Stream 7: POST /routeguide.RouteGuide/RouteChat"));
  auto flows = flowsOf(packets);
  const auto framesOf = [](std::string_view bytes) {
    std::string words;
    while (bytes.size() >= 9) {
      const std::string head(bytes.substr(0, 9));
      const std::uint32_t size = numberAt(head, 0, 3);
      words += std::to_string(numberAt(head, 3, 1)) + ":" + std::to_string(numberAt(head, 4, 1)) + "@" +
               std::to_string(numberAt(head, 5, 4)) + " ";
      bytes.remove_prefix(9 + size);
    }
    EXPECT_TRUE(bytes.empty());
    return words;
  };
  const std::string request = flows["54022>50051"].bytes;
  EXPECT_THAT(request, StartsWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  EXPECT_THAT(framesOf(std::string_view(request).substr(24)),
              testing::MatchesRegex("4:0@0 4:1@0 1:0@5 (9:0@5 )*9:4@5 0:0@5 0:1@5 "));
  EXPECT_EQ(framesOf(flows["50051>54022"].bytes), "4:0@0 4:1@0 1:4@5 0:0@5 1:5@5 ");
}

TEST(ExportPackets, WhatWasNotKeptIsCutNotInvented) {
  test::StreamMaker maker;
  maker.wire(Hop::Client, 1, 1);
  maker.head(Hop::Client, Direction::Request, {{":method", "POST"}});
  maker.bytes(Direction::Request, std::string(200'000, 'y'), 1'000);
  maker.end(Hop::Client, Direction::Request);
  std::uint64_t known = 0, whole = 0;
  const auto packets = packetsOf(maker);
  flowsOf(packets);
  for (const Packet& packet : packets) {
    known += packet.bytes.size();
    whole += packet.length;
  }
  EXPECT_GT(whole, 200'000u);
  EXPECT_LT(known, 4'000u);
}

TEST(ExportPackets, IPv6HasItsOwnHeads) {
  test::StreamMaker maker(false);
  maker.streamHead().client = "[::1]:54022";
  maker.record().listenerAddress = "[::1]:8080";
  maker.head(Hop::Client, Direction::Request, {{":method", "GET"}, {":path", "/"}});
  maker.end(Hop::Client, Direction::Request);
  for (const Packet& packet : packetsOf(maker)) {
    const std::string& bytes = packet.bytes;
    EXPECT_EQ(numberAt(bytes, 0, 1), 0x60u);
    EXPECT_EQ(numberAt(bytes, 4, 2) + 40, packet.length);
    std::string pseudo = bytes.substr(8, 32) + std::string("\0\0\0\x06", 4) + bytes.substr(4, 2);
    EXPECT_EQ(checksum(pseudo + bytes.substr(40)), 0);
  }
}

TEST(ExportPackets, AStreamOfWhichNothingWasRecordedHasNone) {
  EXPECT_TRUE(packetsOf(test::StreamMaker()).empty());
}

}  // namespace
}  // namespace spillway::exporting
