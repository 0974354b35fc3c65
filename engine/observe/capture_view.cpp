// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/capture_view.h"

#include <algorithm>

#include "engine/base/text.h"

namespace spillway::observe {
namespace {

constexpr std::uint64_t kPrefix = 5;  ///< of a gRPC message, bytes

/// Where a direction's content comes in.
Hop originOf(Direction direction) {
  return direction == Direction::Request ? Hop::Client : Hop::Target;
}

}  // namespace

void CaptureView::add(const CapturedStream& more) {
  stream_ = more.stream;
  lostParts_ = more.lostParts;
  hasEnded_ = more.hasEnded;
  for (const auto& batch : more.batches) {
    batches_.push_back(batch);
    addBatch(*batch);
  }
  refreshKept();
}

/// What was kept of a message may come with a later part than its end; a body grows. Behind a cut nothing
/// comes any more.
void CaptureView::refreshKept() {
  const auto settle = [this](std::size_t place) {
    CapturedMessage& message = messages_[place];
    const Way& at = way(message.direction);
    message.kept = at.kept > message.at ? std::min(message.size, at.kept - message.at) : 0;
    return kind_ != ContentKind::Http && (message.kept == message.size || at.isCut);
  };
  std::erase_if(unsettled_, settle);
}

void CaptureView::addBatch(const CapturedBatch& batch) {
  std::size_t from = 0;
  for (const CapturedPart& part : batch.parts) {
    if (part.kind == CapturedKind::Bytes) {
      addContent(batch, part, from);
      from += part.kept;
      if (kind_ == ContentKind::Http) addBody(part);
      if (kind_ == ContentKind::WebSocket) addFrames(part);
      continue;
    }
    parts_.push_back(&part);
    if (part.kind == CapturedKind::Message) addMessage(part);
    if (part.kind == CapturedKind::Frame) frames_.push_back(&part);
    if (part.kind == CapturedKind::Head) noteKind(part);
    if (part.kind == CapturedKind::Head || part.kind == CapturedKind::Trailers)
      fields_.push_back({part.kind, part.hop, part.direction, part.time, part.fields});
  }
}

/// Content after a cut cannot be placed: only its beginning counts as kept.
void CaptureView::addContent(const CapturedBatch& batch, const CapturedPart& part, std::size_t from) {
  Way& at = way(part.direction);
  if (!at.isCut && part.kept > 0) {
    at.pieces.push_back({at.kept, &batch, from, part.kept});
    at.kept += part.kept;
  }
  at.size += part.size;
  if (part.kept < part.size) at.isCut = true;
}

void CaptureView::addPlace(const CapturedMessage& message) {
  way(message.direction).messages.push_back(messages_.size());
  unsettled_.push_back(messages_.size());
  messages_.push_back(message);
}

void CaptureView::addMessage(const CapturedPart& part) {
  Way& at = way(part.direction);
  if (part.hop == originOf(part.direction)) {
    CapturedMessage message{part.direction, part.compressed, part.number, part.size};
    message.at = at.messagesEnd + kPrefix;
    at.messagesEnd += kPrefix + part.size;
    message.arrived = part.time;
    addPlace(message);
    return;
  }
  // The newest ones are looked at first: messages leave soon after they came.
  for (auto place = at.messages.rbegin(); place != at.messages.rend(); ++place) {
    CapturedMessage& message = messages_[*place];
    if (message.number > part.number) continue;
    if (message.number == part.number) message.left = part.time;
    return;
  }
}

std::optional<std::size_t> CaptureView::messageAt(Direction direction, std::uint32_t number) const {
  const auto& places = way(direction).messages;
  // Without a loss the number is the place.
  if (number >= 1 && number <= places.size() && messages_[places[number - 1]].number == number)
    return places[number - 1];
  const auto found =
      std::ranges::find(places, number, [this](std::size_t at) { return messages_[at].number; });
  return found == places.end() ? std::nullopt : std::optional(*found);
}

std::string CaptureView::content(Direction direction, std::uint64_t from, std::uint64_t count) const {
  const Way& at = way(direction);
  std::string bytes;
  auto piece = std::ranges::upper_bound(at.pieces, from, {}, &Piece::at);
  if (piece != at.pieces.begin()) --piece;
  for (; piece != at.pieces.end() && bytes.size() < count; ++piece) {
    const std::uint64_t skip = from > piece->at ? from - piece->at : 0;
    if (skip >= piece->size) continue;
    const std::uint64_t take = std::min(piece->size - skip, count - bytes.size());
    bytes.append(piece->batch->bytes, piece->from + skip, take);
  }
  return bytes;
}

std::string CaptureView::payload(const CapturedMessage& message) const {
  std::string bytes = content(message.direction, message.at, message.kept);
  if (message.mask != std::array<std::uint8_t, 4>{}) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = static_cast<char>(static_cast<std::uint8_t>(bytes[i]) ^ message.mask[i % 4]);
  }
  return bytes;
}

/// The request says what it is; an answer may refuse to become a WebSocket.
void CaptureView::noteKind(const CapturedPart& head) {
  if (!head.fields) return;
  if (head.direction == Direction::Response) {
    if (kind_ == ContentKind::WebSocket && head.number != 101 && head.number != 200)
      kind_ = ContentKind::Http;
    return;
  }
  for (const auto& [name, value] : *head.fields) {
    if (name == "content-type" && value.starts_with("application/grpc")) kind_ = ContentKind::Grpc;
    const bool asks = name == ":protocol" || name == "upgrade";
    if (asks && equalsIgnoringCase(value, "websocket")) kind_ = ContentKind::WebSocket;
  }
}

/// One message per direction: it grows.
void CaptureView::addBody(const CapturedPart& part) {
  Way& at = way(part.direction);
  if (at.messages.empty()) {
    CapturedMessage body{part.direction, false, 1};
    body.arrived = part.time;
    addPlace(body);
  }
  messages_[at.messages.front()].size = at.size;
}

void CaptureView::addFrames(const CapturedPart& part) {
  while (addFrame(part.direction, part.time)) {
  }
}

/// The next frame of a WebSocket, once its head is here; false: not yet (RFC 6455 §5.2).
bool CaptureView::addFrame(Direction direction, WallTime time) {
  Way& at = way(direction);
  const std::string head = content(direction, at.messagesEnd, 14);
  const auto byte = [&head](std::size_t i) { return static_cast<std::uint8_t>(head[i]); };
  if (at.isBroken || head.size() < 2) return false;
  const std::uint8_t length = byte(1) & 0x7F;
  const std::size_t extra = length == 126 ? 2 : length == 127 ? 8 : 0;
  const bool isMasked = (byte(1) & 0x80) != 0;
  const std::size_t headSize = 2 + extra + (isMasked ? 4 : 0);
  if (head.size() < headSize) return false;
  CapturedMessage frame{direction, (byte(0) & 0x40) != 0, static_cast<std::uint32_t>(at.messages.size() + 1)};
  frame.size = extra == 0 ? length : 0;
  for (std::size_t i = 0; i < extra; ++i)
    frame.size = frame.size << 8 | byte(2 + i);
  // Its end must have come too; a length beyond all sense is no frame.
  at.isBroken = frame.size > (std::uint64_t{1} << 40);
  if (at.isBroken || at.messagesEnd + headSize + frame.size > at.size) return false;
  for (std::size_t i = 0; isMasked && i < 4; ++i)
    frame.mask[i] = byte(2 + extra + i);
  frame.opcode = byte(0) & 0x0F;
  frame.at = at.messagesEnd + headSize;
  frame.arrived = time;
  at.messagesEnd = frame.at + frame.size;
  addPlace(frame);
  return true;
}

}  // namespace spillway::observe
