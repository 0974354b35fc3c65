// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/capture_view.h"

#include <algorithm>

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
  // What was kept of a message may have come with a later part than its end.
  for (auto message = messages_.rbegin(); message != messages_.rend(); ++message) {
    const std::uint64_t known = way(message->direction).kept;
    const std::uint64_t kept = known > message->at ? std::min(message->size, known - message->at) : 0;
    if (kept == message->kept && message->kept == message->size) break;
    message->kept = kept;
  }
}

void CaptureView::addBatch(const CapturedBatch& batch) {
  std::size_t from = 0;
  for (const CapturedPart& part : batch.parts) {
    if (part.kind == CapturedKind::Bytes) {
      addContent(batch, part, from);
      from += part.kept;
      continue;
    }
    parts_.push_back(&part);
    if (part.kind == CapturedKind::Message) addMessage(part);
    if (part.kind == CapturedKind::Frame) frames_.push_back(&part);
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

void CaptureView::addMessage(const CapturedPart& part) {
  Way& at = way(part.direction);
  if (part.hop == originOf(part.direction)) {
    at.messages.push_back(messages_.size());
    CapturedMessage message{part.direction, part.compressed, part.number, part.size};
    message.at = at.messagesEnd + kPrefix;
    at.messagesEnd += kPrefix + part.size;
    message.arrived = part.time;
    messages_.push_back(message);
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
  return content(message.direction, message.at, message.kept);
}

}  // namespace spillway::observe
