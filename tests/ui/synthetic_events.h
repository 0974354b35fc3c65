// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/observe/events.h"

/// Events as the engine would send them, for models and pages without an engine.
namespace spillway::ui::synthetic {

using observe::Direction;
using observe::Event;
using observe::EventKind;

inline WallTime at(std::int64_t micros) {
  return WallTime{} + std::chrono::hours(24 * 365 * 50) + std::chrono::microseconds(micros);
}

inline std::shared_ptr<const observe::StreamHead> head(StreamId id, const std::string& path) {
  auto made = std::make_shared<observe::StreamHead>();
  made->id = id;
  made->started = at(static_cast<std::int64_t>(id) * 1000);
  made->type = observe::LogType::Grpcs;
  made->isGrpc = true;
  made->loadBalancer = "route-guide";
  made->listener = "HTTPS:50051";
  made->targetGroup = "route-guide";
  made->client = "127.0.0.1:41822";
  made->method = "POST";
  made->scheme = "https";
  made->authority = "localhost:50051";
  made->path = path;
  return made;
}

inline std::shared_ptr<observe::StreamRecord> record(std::shared_ptr<const observe::StreamHead> streamHead,
                                                     std::uint32_t grpcStatus = 0) {
  auto made = std::make_shared<observe::StreamRecord>();
  made->head = std::move(streamHead);
  made->durationMicros = 1200;
  made->ended = made->head->started + std::chrono::microseconds(made->durationMicros);
  made->target = "127.0.0.1:50061";
  made->requestProcessingMicros = 100;
  made->targetProcessingMicros = 900;
  made->responseProcessingMicros = 200;
  made->elbStatus = 200;
  made->targetStatus = 200;
  made->grpcStatus = grpcStatus;
  made->receivedBytes = 114;
  made->sentBytes = 94;
  made->requestMessages = 1;
  made->responseMessages = 1;
  made->kind = observe::CallKind::Unary;
  return made;
}

/// What the balancer says itself when a target refuses.
inline std::shared_ptr<observe::StreamRecord> refusedRecord(
    std::shared_ptr<const observe::StreamHead> streamHead) {
  auto made = record(std::move(streamHead), 14);
  made->fromBalancer = true;
  made->elbStatus = 502;
  made->targetStatus = 0;
  made->targetProcessingMicros = made->responseProcessingMicros = -1;
  made->responseMessages = 0;
  made->outcome = observe::Outcome::TargetRefused;
  made->endedBy = observe::EndedBy::Target;
  made->cause = "the target refused the connection";
  return made;
}

inline Event happened(EventKind kind, StreamId id, std::int64_t afterMicros,
                      Direction direction = Direction::Request, std::uint32_t number = 0,
                      std::uint64_t size = 0) {
  Event made;
  made.kind = kind;
  made.stream = id;
  made.direction = direction;
  made.number = number;
  made.size = size;
  made.time = at(static_cast<std::int64_t>(id) * 1000 + afterMicros);
  return made;
}

inline Event opened(std::shared_ptr<const observe::StreamHead> streamHead) {
  Event made = happened(EventKind::StreamOpened, streamHead->id, 0);
  made.head = std::move(streamHead);
  return made;
}

inline Event ended(std::shared_ptr<const observe::StreamRecord> streamRecord) {
  Event made = happened(EventKind::StreamEnded, streamRecord->head->id, streamRecord->durationMicros);
  made.record = std::move(streamRecord);
  return made;
}

inline Event targetChosen(StreamId id, const std::string& target) {
  Event made = happened(EventKind::TargetChosen, id, 50);
  made.text = std::make_shared<const std::string>(target);
  return made;
}

/// A whole unary call that ended OK.
inline std::vector<Event> unaryCall(StreamId id,
                                    const std::string& path = "/routeguide.RouteGuide/GetFeature") {
  const auto streamHead = head(id, path);
  return {opened(streamHead),
          targetChosen(id, "127.0.0.1:50061"),
          happened(EventKind::RequestHead, id, 100, Direction::Request, 0, 120),
          happened(EventKind::Message, id, 150, Direction::Request, 1, 19),
          happened(EventKind::HalfClose, id, 160),
          happened(EventKind::ResponseHead, id, 900, Direction::Response, 200, 40),
          happened(EventKind::Message, id, 950, Direction::Response, 1, 55),
          happened(EventKind::Trailers, id, 1000, Direction::Response, 0),
          ended(record(streamHead))};
}

inline void append(std::vector<Event>& all, const std::vector<Event>& more) {
  all.insert(all.end(), more.begin(), more.end());
}

}  // namespace spillway::ui::synthetic
