// SPDX-License-Identifier: GPL-3.0-or-later
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "engine/base/text.h"
#include "engine/export/byte_order.h"
#include "engine/export/hop_wire.h"

namespace spillway::exporting {
namespace {

using observe::Direction;
using observe::FieldList;

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// The largest payload that every peer takes (RFC 9113 §4.2).
constexpr std::uint64_t kMostPayload = 16'384;

std::string frameHead(std::uint64_t length, std::uint8_t type, std::uint8_t flags, std::uint32_t stream) {
  std::string head;
  putBigEndian(head, static_cast<std::uint32_t>(length << 8 | type));
  head += static_cast<char>(flags);
  putBigEndian(head, stream);
  return head;
}

/// Packs header fields of one direction.
class Packer {
 public:
  Packer() {
    nghttp2_hd_deflater* made = nullptr;
    nghttp2_hd_deflate_new(&made, 4096);
    deflater_.reset(made);
  }

  std::string pack(const FieldList& fields) {
    // Names are in lower case, whatever HTTP/1.1 on the other side had.
    std::vector<std::string> names;
    names.reserve(fields.size());
    std::vector<nghttp2_nv> pairs;
    for (const auto& [name, value] : fields) {
      names.push_back(lowerCase(name));
      pairs.push_back({bytesOf(names.back()), bytesOf(value), names.back().size(), value.size(), 0});
    }
    std::string block(nghttp2_hd_deflate_bound(deflater_.get(), pairs.data(), pairs.size()), '\0');
    const auto size =
        nghttp2_hd_deflate_hd(deflater_.get(), bytesOf(block), block.size(), pairs.data(), pairs.size());
    block.resize(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, size)));
    return block;
  }

 private:
  struct Free {
    void operator()(nghttp2_hd_deflater* deflater) const { nghttp2_hd_deflate_del(deflater); }
  };
  static std::uint8_t* bytesOf(const std::string& text) {
    return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
  }
  std::unique_ptr<nghttp2_hd_deflater, Free> deflater_;
};

class Http2Wire {
 public:
  Http2Wire(const HopStory& story, const observe::CaptureView& view, const SendBytes& send)
      : story_(story), view_(view), send_(send) {}

  void begin() {
    const WallTime time = story_.events.front().time;
    put(time, Direction::Request, std::string(kPreface) + frameHead(0, NGHTTP2_SETTINGS, 0, 0));
    put(time, Direction::Response, frameHead(0, NGHTTP2_SETTINGS, 0, 0));
    put(time, Direction::Request, frameHead(0, NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0));
    put(time, Direction::Response, frameHead(0, NGHTTP2_SETTINGS, NGHTTP2_FLAG_ACK, 0));
  }

  void write(const HopEvent& event) {
    switch (event.kind) {
      case HopEvent::Kind::Head:
      case HopEvent::Kind::Trailers:
        return writeFields(event);
      case HopEvent::Kind::Data:
        return writeData(event);
      case HopEvent::Kind::Reset:
        break;
    }
    std::string frame = frameHead(4, NGHTTP2_RST_STREAM, 0, story_.stream);
    putBigEndian(frame, event.number);
    put(event.time, event.direction, frame);
  }

 private:
  void put(WallTime time, Direction direction, std::string_view bytes) {
    send_(time, direction, bytes, bytes.size());
  }

  void writeFields(const HopEvent& event) {
    const std::string block =
        packers_[static_cast<std::size_t>(event.direction)].pack(event.fields ? *event.fields : FieldList());
    std::string frames;
    std::size_t at = 0;
    do {
      const std::size_t size = std::min<std::size_t>(kMostPayload, block.size() - at);
      const bool isLast = at + size == block.size();
      const auto flags = (isLast ? NGHTTP2_FLAG_END_HEADERS : NGHTTP2_FLAG_NONE) |
                         (at == 0 && event.endsDirection ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE);
      frames += frameHead(size, at == 0 ? NGHTTP2_HEADERS : NGHTTP2_CONTINUATION,
                          static_cast<std::uint8_t>(flags), story_.stream);
      frames.append(block, at, size);
      at += size;
    } while (at < block.size());
    put(event.time, event.direction, frames);
  }

  void writeData(const HopEvent& event) {
    std::uint64_t done = 0;
    do {
      const std::uint64_t size = std::min(kMostPayload, event.size - done);
      const bool isLast = done + size == event.size;
      const auto flags = isLast && event.endsDirection ? NGHTTP2_FLAG_END_STREAM : NGHTTP2_FLAG_NONE;
      std::string frame = frameHead(size, NGHTTP2_DATA, static_cast<std::uint8_t>(flags), story_.stream);
      const std::uint64_t whole = frame.size() + size;
      frame += view_.content(event.direction, event.at + done, size);
      send_(event.time, event.direction, frame, whole);
      done += size;
    } while (done < event.size);
  }

  const HopStory& story_;
  const observe::CaptureView& view_;
  const SendBytes& send_;
  Packer packers_[2];
};

}  // namespace

void writeHttp2(const HopStory& story, const observe::CaptureView& view, const SendBytes& send) {
  if (story.events.empty()) return;
  Http2Wire wire(story, view, send);
  wire.begin();
  for (const HopEvent& event : story.events)
    wire.write(event);
}

}  // namespace spillway::exporting
