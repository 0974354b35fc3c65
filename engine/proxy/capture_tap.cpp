// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/capture_tap.h"

#include <algorithm>

#include "engine/base/text.h"

namespace spillway::proxy {
namespace {

using observe::CapturedKind;
using observe::CapturedPart;
using observe::Direction;
using observe::Hop;

/// Parts of one stream; what comes after is only counted. Room for 100,000 messages on both hops, with their
/// frames.
constexpr std::uint32_t kMostParts = 600'000;
/// What may wait for those who keep it, of all streams, bytes.
constexpr std::int64_t kMostWaiting = 64LL * 1024 * 1024;
/// A batch of a busy turn is told before it grows larger.
constexpr std::size_t kBatchParts = 512, kBatchBytes = 256 * 1024;
constexpr std::string_view kRedacted = "(redacted)";

Hop otherHop(Hop hop) {
  return hop == Hop::Client ? Hop::Target : Hop::Client;
}

/// Where a direction's content comes in.
Hop originOf(Direction direction) {
  return direction == Direction::Request ? Hop::Client : Hop::Target;
}

}  // namespace

CaptureTap::CaptureTap(net::EventLoop& loop, observe::EventSink& sink, const config::Capture& settings,
                       std::shared_ptr<observe::CaptureBudget> budget)
    : loop_(loop),
      sink_(sink),
      settings_(settings),
      budget_(std::move(budget)),
      bytesLeft_(settings.level == config::CaptureLevel::Full ? settings.bodyBytes : 0) {}

CaptureTap::~CaptureTap() {
  loop_.cancelTurnEnd(*this);
}

void CaptureTap::name(StreamId stream) {
  stream_ = stream;
  if (batch_) loop_.atTurnEnd(*this);
}

/// Null: there is no room for it; a number is left out for it, so that the loss shows.
CapturedPart* CaptureTap::add(CapturedKind kind, Hop hop, Direction direction) {
  if (batch_ && stream_ != 0 && (batch_->parts.size() >= kBatchParts || batch_->bytes.size() >= kBatchBytes))
    flush();
  const std::uint32_t number = parts_++;
  if (number >= kMostParts || budget_->load(std::memory_order_relaxed) > kMostWaiting) {
    flush();
    return nullptr;
  }
  if (!batch_) {
    batch_ = std::make_shared<observe::CapturedBatch>();
    batch_->first = number;
    if (stream_ != 0) loop_.atTurnEnd(*this);
  }
  CapturedPart& part = batch_->parts.emplace_back();
  part.kind = kind;
  part.hop = hop;
  part.direction = direction;
  part.time = wallNow();
  return &part;
}

void CaptureTap::flush() {
  if (!batch_ || stream_ == 0) return;
  batch_->stream = stream_;
  budget_->fetch_add(batch_->weight(), std::memory_order_relaxed);
  batch_->budget = budget_;
  observe::Event event{.kind = observe::EventKind::Captured, .stream = stream_};
  event.time = batch_->parts.back().time;
  event.captured = std::move(batch_);
  sink_.emit(std::move(event));
}

std::string_view CaptureTap::shown(std::string_view name, std::string_view value) const {
  const bool isSecret = std::ranges::any_of(
      settings_.redactedHeaders, [&](const std::string& secret) { return equalsIgnoringCase(secret, name); });
  return isSecret ? kRedacted : value;
}

void CaptureTap::addFields(const http::Headers& from, observe::FieldList& to) const {
  for (std::size_t i = 0; i < from.count(); ++i) {
    const auto field = from.at(i);
    to.emplace_back(field.name, shown(field.name, field.value));
  }
}

void CaptureTap::head(Hop hop, Direction direction, const http::MessageHead& head) {
  CapturedPart* part = add(CapturedKind::Head, hop, direction);
  if (!part) return;
  observe::FieldList fields;
  fields.reserve(head.fields.count() + 5);
  if (head.status == 0) {
    fields.emplace_back(":method", head.method);
    fields.emplace_back(":scheme", head.scheme);
    fields.emplace_back(":authority", head.authority);
    fields.emplace_back(":path", head.path);
    if (!head.protocol.empty()) fields.emplace_back(":protocol", head.protocol);
  } else {
    fields.emplace_back(":status", std::to_string(head.status));
  }
  addFields(head.fields, fields);
  part->number = static_cast<std::uint32_t>(head.status);
  part->size = head.fields.bytes();
  part->fields = std::make_shared<const observe::FieldList>(std::move(fields));
}

void CaptureTap::trailers(Hop hop, Direction direction, const http::Headers& from) {
  CapturedPart* part = add(CapturedKind::Trailers, hop, direction);
  if (!part) return;
  observe::FieldList fields;
  addFields(from, fields);
  part->size = from.bytes();
  part->fields = std::make_shared<const observe::FieldList>(std::move(fields));
}

void CaptureTap::content(Hop hop, Direction direction, const ByteChunk& chunk) {
  if (chunk.empty()) return;
  CapturedPart* part = add(CapturedKind::Bytes, hop, direction);
  if (!part) return;
  part->size = chunk.size();
  const std::size_t kept = std::min(bytesLeft_, chunk.size());
  part->kept = static_cast<std::uint32_t>(kept);
  bytesLeft_ -= kept;
  batch_->bytes.append(reinterpret_cast<const char*>(chunk.data()), kept);
}

void CaptureTap::message(Hop hop, Direction direction, const http::GrpcFraming::Message& message) {
  Way& at = way(direction);
  at.messagesEnd += http::GrpcFraming::kPrefix + message.size;
  const auto number = static_cast<std::uint32_t>(message.number);
  at.passing.push_back({at.messagesEnd, number, message.size, message.compressed});
  CapturedPart* part = add(CapturedKind::Message, hop, direction);
  if (!part) return;
  part->number = number;
  part->size = message.size;
  part->compressed = message.compressed;
}

void CaptureTap::sent(Direction direction, std::size_t bytes) {
  Way& at = way(direction);
  at.sent += bytes;
  while (!at.passing.empty() && at.passing.front().end <= at.sent) {
    const Passing passed = at.passing.front();
    at.passing.pop_front();
    CapturedPart* part = add(CapturedKind::Message, otherHop(originOf(direction)), direction);
    if (!part) continue;
    part->number = passed.number;
    part->size = passed.size;
    part->compressed = passed.compressed;
  }
}

void CaptureTap::end(Hop hop, Direction direction) {
  add(CapturedKind::End, hop, direction);
}

void CaptureTap::reset(Hop hop, Direction direction, std::uint32_t code) {
  if (CapturedPart* part = add(CapturedKind::Reset, hop, direction)) part->number = code;
}

void CaptureTap::attempt(std::uint32_t number, const std::string& target) {
  // What is sent again was told when it came in: it counts from the start for the next target.
  if (number > 1) request_.sent = 0;
  CapturedPart* part = add(CapturedKind::Attempt, Hop::Target, Direction::Request);
  if (!part) return;
  part->number = number;
  part->fields = std::make_shared<const observe::FieldList>(observe::FieldList{{"target", target}});
}

void CaptureTap::wire(Hop hop, std::uint64_t connection, std::uint32_t stream) {
  CapturedPart* part = add(CapturedKind::Wire, hop, Direction::Request);
  if (!part) return;
  part->size = connection;
  part->number = stream;
}

void CaptureTap::frame(Hop hop, const http::FrameFacts& facts) {
  const bool isToTarget = (hop == Hop::Client) != facts.sent;
  CapturedPart* part = add(CapturedKind::Frame, hop, isToTarget ? Direction::Request : Direction::Response);
  if (!part) return;
  part->frameType = facts.type;
  part->frameFlags = facts.flags;
  part->size = facts.length;
  part->streamWindow = facts.streamWindow;
  part->connectionWindow = facts.connectionWindow;
}

}  // namespace spillway::proxy
