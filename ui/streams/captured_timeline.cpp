// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/captured_timeline.h"

#include <charconv>

namespace spillway::ui {

using observe::CapturedKind;
using observe::CapturedPart;
using observe::Direction;
using observe::EventKind;
using observe::Hop;

namespace {

/// Where a direction comes in.
bool isAtOrigin(const CapturedPart& part) {
  return (part.hop == Hop::Client) == (part.direction == Direction::Request);
}

std::uint32_t grpcStatusOf(const CapturedPart& trailers) {
  std::uint32_t status = 0;
  for (const auto& [name, value] : *trailers.fields) {
    if (name == "grpc-status") std::from_chars(value.data(), value.data() + value.size(), status);
  }
  return status;
}

/// What a part is among the events of a stream; nullopt: its timeline has no such thing.
std::optional<EventKind> kindOf(const CapturedPart& part) {
  const bool isRequest = part.direction == Direction::Request;
  switch (part.kind) {
    case CapturedKind::Head:
      if (isRequest) return part.hop == Hop::Client ? EventKind::StreamOpened : EventKind::RequestHead;
      return part.hop == Hop::Target && part.number >= 200 ? std::optional(EventKind::ResponseHead)
                                                           : std::nullopt;
    case CapturedKind::Message:
      return isAtOrigin(part) ? std::optional(EventKind::Message) : std::nullopt;
    case CapturedKind::Trailers:
      return !isRequest && part.hop == Hop::Target ? std::optional(EventKind::Trailers) : std::nullopt;
    case CapturedKind::End:
      return isRequest ? std::optional(EventKind::HalfClose) : std::nullopt;
    case CapturedKind::Reset:
      return isAtOrigin(part) ? std::optional(EventKind::Reset) : std::nullopt;
    case CapturedKind::Attempt:
      return EventKind::TargetChosen;
    case CapturedKind::Bytes:
    case CapturedKind::Frame:
    case CapturedKind::Wire:
      break;
  }
  return std::nullopt;
}

}  // namespace

StreamEntry withTimeline(const StreamEntry& bare, const observe::CaptureView& view) {
  StreamEntry entry = bare;
  entry.timeline.clear();
  entry.targets.clear();
  for (const CapturedPart* part : view.parts()) {
    const auto kind = kindOf(*part);
    if (!kind) continue;
    TimelineEntry event{part->time, part->size, part->number, *kind, part->direction, part->compressed};
    if (*kind == EventKind::Trailers) event.number = grpcStatusOf(*part);
    if (*kind == EventKind::TargetChosen) {
      event.number = static_cast<std::uint32_t>(entry.targets.size());
      entry.targets.push_back(part->fields->front().second);
    }
    entry.timeline.push_back(event);
  }
  return entry;
}

}  // namespace spillway::ui
