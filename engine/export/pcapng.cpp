// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/export/pcapng.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/export/byte_order.h"
#include "engine/export/hop_story.h"
#include "engine/export/hop_wire.h"
#include "engine/export/output_file.h"

namespace spillway::exporting {
namespace {

using observe::Direction;
using observe::Hop;

constexpr std::string_view kAbout =
    "Written by Spillway from what it saw in plaintext, after TLS: these packets were never on a wire like "
    "this. "
    "Each stream has a TCP connection of its own on each side, with the addresses that were used (Spillway's "
    "own "
    "port towards targets is made up). Header fields are packed anew; window updates, pings and the peers' "
    "settings are left out. Values that Spillway redacts are '(redacted)'. Content that was not kept is cut "
    "from "
    "its packets. Nothing is encrypted, so no secrets are needed. Where the ports are not HTTP's own, "
    "'Decode "
    "As' HTTP2 (or HTTP for HTTP/1.1) shows the calls.";

constexpr std::uint32_t kSectionBlock = 0x0A0D0D0A, kInterfaceBlock = 1, kPacketBlock = 6;
constexpr std::uint32_t kByteOrder = 0x1A2B3C4D;
constexpr std::uint16_t kRawIp = 101;  // LINKTYPE_RAW: IPv4 or IPv6
constexpr std::uint16_t kComment = 1, kName = 2, kDescription = 3, kProgram = 4, kTimeUnit = 9;
constexpr char kMicroseconds = 6;
/// Ports that Spillway might have towards targets.
constexpr std::uint64_t kFirstPort = 32'768, kPorts = 28'000;

void pad(std::string& bytes) {
  bytes.append((4 - bytes.size() % 4) % 4, '\0');
}

void putOption(std::string& to, std::uint16_t code, std::string_view value) {
  value = value.substr(0, UINT16_MAX);
  putLittleEndian(to, code);
  putLittleEndian(to, static_cast<std::uint16_t>(value.size()));
  to += value;
  pad(to);
}

void endOptions(std::string& to) {
  to.append(4, '\0');
}

std::string block(std::uint32_t type, const std::string& body) {
  std::string bytes;
  const auto length = static_cast<std::uint32_t>(body.size() + 12);
  putLittleEndian(bytes, type);
  putLittleEndian(bytes, length);
  bytes += body;
  putLittleEndian(bytes, length);
  return bytes;
}

std::string sectionBlock() {
  std::string body;
  putLittleEndian(body, kByteOrder);
  putLittleEndian(body, std::uint16_t{1});
  putLittleEndian(body, std::uint16_t{0});
  putLittleEndian(body, UINT64_MAX);  // the section's length is not known
  putOption(body, kComment, kAbout);
  putOption(body, kProgram, "Spillway " SPILLWAY_VERSION);
  endOptions(body);
  return block(kSectionBlock, body);
}

std::string interfaceBlock(std::string_view name, std::string_view description) {
  std::string body;
  putLittleEndian(body, kRawIp);
  putLittleEndian(body, std::uint16_t{0});
  putLittleEndian(body, std::uint32_t{0});  // packets are as long as they are
  putOption(body, kName, name);
  putOption(body, kDescription, description);
  putOption(body, kTimeUnit, std::string(1, kMicroseconds));
  endOptions(body);
  return block(kInterfaceBlock, body);
}

std::string packetBlock(const Packet& packet) {
  const auto time = static_cast<std::uint64_t>(packet.time.time_since_epoch().count());
  std::string body;
  putLittleEndian(body, packet.interface);
  putLittleEndian(body, static_cast<std::uint32_t>(time >> 32));
  putLittleEndian(body, static_cast<std::uint32_t>(time));
  putLittleEndian(body, static_cast<std::uint32_t>(packet.bytes.size()));
  putLittleEndian(body, packet.length);
  body += packet.bytes;
  pad(body);
  if (!packet.comment.empty()) {
    putOption(body, kComment, packet.comment);
    endOptions(body);
  }
  return block(kPacketBlock, body);
}

std::string commentOf(const observe::StreamHead& head, const HopStory& story) {
  return fmt::format(
      "Stream {}: {} {}, {}. {}", head.id, head.method, head.path,
      story.hop == Hop::Client ? "between client and Spillway" : "between Spillway and target",
      story.connection == 0 ? std::string() : fmt::format("It was on connection {}.", story.connection));
}

TcpConnection connectionOf(const RecordedStream& stream, const HopStory& story, std::uint32_t number,
                           std::vector<Packet>& packets) {
  if (story.hop == Hop::Client)
    return {Endpoint::of(stream.record->head->client), Endpoint::of(stream.record->listenerAddress), 0,
            number, packets};
  const Endpoint target = Endpoint::of(story.target.empty() ? stream.record->target : story.target);
  Endpoint spillway = Endpoint::of(target.isIpv6 ? "[::1]:0" : "127.0.0.1:0");
  spillway.port = static_cast<std::uint16_t>(kFirstPort + story.connection % kPorts);
  return {spillway, target, 1, number, packets};
}

class PcapngWriter final : public StreamWriter {
 public:
  explicit PcapngWriter(OutputFile out) : out_(std::move(out)) {}

  Result<void> begin() {
    return out_.write(sectionBlock() + interfaceBlock("client", "between clients and Spillway") +
                      interfaceBlock("target", "between Spillway and targets"));
  }
  Result<void> write(const RecordedStream& stream) override {
    for (const Packet& packet : packetsOf(stream, connections_)) {
      if (auto written = out_.write(packetBlock(packet)); !written) return written;
    }
    return {};
  }
  Result<void> finish() override { return out_.commit(); }

 private:
  OutputFile out_;
  std::uint32_t connections_ = 1;
};

}  // namespace

std::vector<Packet> packetsOf(const RecordedStream& stream, std::uint32_t& number) {
  observe::CaptureView view;
  view.add(stream.capture);
  std::vector<Packet> packets;
  for (const HopStory& story : hopStories(stream.capture)) {
    TcpConnection connection = connectionOf(stream, story, number++, packets);
    connection.open(story.events.front().time, commentOf(*stream.record->head, story));
    const auto send = [&](WallTime time, Direction direction, std::string_view bytes, std::uint64_t size) {
      connection.send(time, direction == Direction::Request, bytes, size);
    };
    (story.stream == 0 ? writeHttp1 : writeHttp2)(story, view, send);
    connection.close(story.events.back().time);
  }
  std::ranges::stable_sort(packets, {}, &Packet::time);
  return packets;
}

Result<std::unique_ptr<StreamWriter>> openPcapngWriter(const std::string& file) {
  auto out = OutputFile::open(file);
  if (!out) return failure(out.error());
  auto writer = std::make_unique<PcapngWriter>(std::move(*out));
  if (auto begun = writer->begin(); !begun) return failure(begun.error());
  return std::unique_ptr<StreamWriter>(std::move(writer));
}

}  // namespace spillway::exporting
