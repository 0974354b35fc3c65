// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/capture_events.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace spillway::ui {

namespace {

using observe::CapturedKind;
using observe::CapturedPart;
using observe::Direction;
using observe::Event;
using observe::EventKind;
using observe::Hop;

std::string fieldOf(const CapturedPart& part, std::string_view name) {
  if (!part.fields) return {};
  const auto found = std::ranges::find(*part.fields, name, &std::pair<std::string, std::string>::first);
  return found == part.fields->end() ? std::string() : found->second;
}

/// The events tell of a thing once: where it comes in, or where it goes on to the target.
std::optional<EventKind> kindOf(const CapturedPart& part) {
  const bool isRequest = part.direction == Direction::Request;
  const bool cameIn = part.hop == (isRequest ? Hop::Client : Hop::Target);
  switch (part.kind) {
    case CapturedKind::Attempt:
      return EventKind::TargetChosen;
    case CapturedKind::Head:
      if (part.hop != Hop::Target) return std::nullopt;
      return isRequest ? EventKind::RequestHead : EventKind::ResponseHead;
    case CapturedKind::Message:
      return cameIn ? std::optional(EventKind::Message) : std::nullopt;
    case CapturedKind::Trailers:
      return cameIn && !isRequest ? std::optional(EventKind::Trailers) : std::nullopt;
    case CapturedKind::End:
      return cameIn && isRequest ? std::optional(EventKind::HalfClose) : std::nullopt;
    case CapturedKind::Reset:
      return cameIn ? std::optional(EventKind::Reset) : std::nullopt;
    default:
      return std::nullopt;
  }
}

Event eventOf(const CapturedPart& part, EventKind kind, StreamId stream) {
  Event event{.kind = kind, .direction = part.direction, .compressed = part.compressed};
  event.number = part.number;
  event.stream = stream;
  event.time = part.time;
  event.size = part.size;
  if (kind == EventKind::TargetChosen)
    event.text = std::make_shared<const std::string>(fieldOf(part, "target"));
  if (kind == EventKind::Trailers) {
    const std::string status = fieldOf(part, "grpc-status");
    std::from_chars(status.data(), status.data() + status.size(), event.number);
  }
  return event;
}

}  // namespace

std::vector<Event> eventsOf(const exporting::RecordedStream& stream) {
  const auto& head = stream.record->head;
  std::vector<Event> events;
  Event& opened = events.emplace_back(Event{.kind = EventKind::StreamOpened, .stream = head->id});
  opened.time = head->started;
  opened.head = head;
  for (const auto& batch : stream.capture.batches) {
    for (const CapturedPart& part : batch->parts) {
      if (const auto kind = kindOf(part)) events.push_back(eventOf(part, *kind, head->id));
    }
  }
  Event& ended = events.emplace_back(Event{.kind = EventKind::StreamEnded, .stream = head->id});
  ended.time = stream.record->ended;
  ended.record = stream.record;
  return events;
}

}  // namespace spillway::ui
