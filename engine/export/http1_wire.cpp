// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>

#include "engine/base/text.h"
#include "engine/export/hop_wire.h"
#include "engine/export/text.h"

namespace spillway::exporting {
namespace {

using observe::FieldList;

constexpr std::uint32_t kSwitchingProtocols = 101;

std::string fieldLines(const FieldList* fields) {
  std::string lines;
  if (!fields) return lines;
  for (const auto& [name, value] : *fields) {
    if (!name.starts_with(':')) lines.append(name).append(": ").append(value).append("\r\n");
  }
  return lines;
}

std::string startLine(const HopEvent& head) {
  const FieldList* fields = head.fields.get();
  if (head.number != 0) return fmt::format("HTTP/1.1 {} \r\n", head.number);
  std::string line = fmt::format("{} {} HTTP/1.1\r\n", valueOf(fields, ":method"), valueOf(fields, ":path"));
  const bool needsHost = valueOf(fields, "host").empty() && !valueOf(fields, ":authority").empty();
  if (needsHost) line += fmt::format("host: {}\r\n", valueOf(fields, ":authority"));
  return line;
}

class Http1Wire {
 public:
  Http1Wire(const HopStory& story, const observe::CaptureView& view, const SendBytes& send)
      : story_(story), view_(view), send_(send) {}

  void write(const HopEvent& event) {
    bool& isChunked = isChunked_[static_cast<std::size_t>(event.direction)];
    switch (event.kind) {
      case HopEvent::Kind::Head:
        isSwitched_ = isSwitched_ || event.number == kSwitchingProtocols;
        isChunked = needsChunks(event);
        writeHead(event, isChunked);
        break;
      case HopEvent::Kind::Data:
        writeContent(event, isChunked);
        break;
      case HopEvent::Kind::Trailers:
        if (isChunked) put(event, "0\r\n" + fieldLines(event.fields.get()) + "\r\n");
        return;
      case HopEvent::Kind::Reset:
        return;
    }
    if (isChunked && event.endsDirection) put(event, "0\r\n\r\n");
  }

 private:
  void put(const HopEvent& event, std::string_view bytes) {
    send_(event.time, event.direction, bytes, bytes.size());
  }

  bool hasMore(const HopEvent& head) const {
    for (const HopEvent& event : story_.events) {
      if (event.direction == head.direction && event.kind != HopEvent::Kind::Head &&
          event.kind != HopEvent::Kind::Reset)
        return true;
    }
    return false;
  }

  bool needsChunks(const HopEvent& head) const {
    const FieldList* fields = head.fields.get();
    const bool isInterim = head.number >= 100 && head.number < 200;
    return !isInterim && !isSwitched_ && hasMore(head) && valueOf(fields, "content-length").empty() &&
           valueOf(fields, "upgrade").empty();
  }

  void writeHead(const HopEvent& event, bool isChunked) {
    std::string text = startLine(event) + fieldLines(event.fields.get());
    const bool isTold = !valueOf(event.fields.get(), "transfer-encoding").empty();
    if (isChunked && !isTold) text += "transfer-encoding: chunked\r\n";
    put(event, text + "\r\n");
  }

  void writeContent(const HopEvent& event, bool isChunked) {
    if (event.size == 0) return;
    std::string bytes = isChunked ? fmt::format("{:x}\r\n", event.size) : std::string();
    const std::uint64_t whole = bytes.size() + event.size;
    bytes += view_.content(event.direction, event.at, event.size);
    send_(event.time, event.direction, bytes, whole);
    if (isChunked) put(event, "\r\n");
  }

  const HopStory& story_;
  const observe::CaptureView& view_;
  const SendBytes& send_;
  bool isChunked_[2] = {false, false};
  bool isSwitched_ = false;
};

}  // namespace

void writeHttp1(const HopStory& story, const observe::CaptureView& view, const SendBytes& send) {
  Http1Wire wire(story, view, send);
  for (const HopEvent& event : story.events)
    wire.write(event);
}

}  // namespace spillway::exporting
