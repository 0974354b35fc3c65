// SPDX-License-Identifier: GPL-3.0-or-later
// What an exchange tells about itself: its head, its details while it runs, its record at the end.
#include <algorithm>
#include <utility>

#include "engine/http/grpc_status.h"
#include "engine/proxy/exchange.h"
#include "engine/proxy/outcome.h"
#include "engine/proxy/record_parts.h"

namespace spillway::proxy {

using observe::Direction;
using observe::EventKind;

namespace {

std::int64_t microsBetween(TimePoint from, TimePoint to) {
  return std::chrono::duration_cast<std::chrono::microseconds>(to - from).count();
}

/// Bytes of a field's value that the log keeps.
constexpr std::size_t kKeptBytes = 1024;

/// Those fields that the recording names (in lower case), as the client sent them.
observe::KeptFields keptFields(const http::Headers& fields, const std::vector<std::string>& names) {
  observe::KeptFields kept;
  for (const std::string& name : names) {
    std::string value;
    for (std::size_t i = 0; i < fields.count() && value.size() < kKeptBytes; ++i) {
      if (fields.at(i).name != name) continue;
      if (!value.empty()) value += ", ";
      value += fields.at(i).value;
    }
    value.resize(std::min(value.size(), kKeptBytes));
    if (!value.empty()) kept.emplace_back(name, std::move(value));
  }
  return kept;
}

observe::LogType logType(const http::MessageHead& request, bool hasTls, bool isGrpc) {
  using observe::LogType;
  if (request.protocol == "websocket") return hasTls ? LogType::Wss : LogType::Ws;
  if (request.version != http::Version::Http2) return hasTls ? LogType::Https : LogType::Http;
  if (hasTls) return isGrpc ? observe::LogType::Grpcs : observe::LogType::H2;
  return isGrpc ? observe::LogType::Grpc : observe::LogType::H2c;
}

}  // namespace

/// Somebody looks into streams: what comes from here on is kept, on both sides.
void Exchange::beginCapture() {
  tap_ = std::make_unique<CaptureTap>(host_.loop, host_.sink, listener_->capture, host_.captureBudget);
  client_->observe(tap_->frames(observe::Hop::Client));
  tap_->wire(observe::Hop::Client, facts_->id, client_->wireId());
  tap_->head(observe::Hop::Client, Direction::Request, request_);
  if (requestEnded_) tap_->end(observe::Hop::Client, Direction::Request);
}

void Exchange::open() {
  opened_ = true;
  auto head = std::make_shared<observe::StreamHead>();
  head->id = host_.nextStreamId();
  head->started = host_.loop.wallNow();
  head->isGrpc = request_.version == http::Version::Http2 &&
                 http::isGrpcContentType(request_.fields.find("content-type").value_or(""));
  head->type = logType(request_, facts_->hasTls, head->isGrpc);
  head->loadBalancer = listener_->id.loadBalancer;
  head->listener = listener_->id.listener;
  if (group_) head->targetGroup = group_->settings.name;
  head->client = facts_->client;
  head->method = request_.method;
  head->scheme = request_.scheme;
  head->authority = request_.authority;
  head->path = request_.path;
  head->userAgent = request_.fields.find("user-agent").value_or("");
  head->keptFields = keptFields(request_.fields, listener_->capture.loggedHeaders);
  head_ = std::move(head);
  if (tap_) tap_->name(head_->id);
  slots_.listener = listener_->runtime->slot;
  if (group_) slots_.group = group_->runtime->slot;
  host_.metrics.streamStarted(slots_);
  observed_ = host_.sink.wantsDetails(received_);
  if (!observed_) return;
  observe::Event event{.kind = EventKind::StreamOpened, .stream = head_->id, .time = head_->started};
  event.size = request_.fields.bytes();
  event.head = head_;
  host_.sink.emit(std::move(event));
}

void Exchange::tell(EventKind kind, Direction direction, std::uint32_t number, std::uint64_t size) {
  if (!observed_) return;
  observe::Event event{.kind = kind, .direction = direction, .number = number, .stream = head_->id};
  event.time = wallNow();
  event.size = size;
  host_.sink.emit(std::move(event));
}

void Exchange::tellMessage(Direction direction, const http::GrpcFraming::Message& message) {
  const bool isRequest = direction == Direction::Request;
  if (tap_) tap_->message(isRequest ? observe::Hop::Client : observe::Hop::Target, direction, message);
  if (!observed_) return;
  observe::Event event{.kind = EventKind::Message, .direction = direction, .compressed = message.compressed};
  event.number = static_cast<std::uint32_t>(message.number);
  event.stream = head_->id;
  event.time = wallNow();
  event.size = message.size;
  host_.sink.emit(std::move(event));
}

observe::CallKind Exchange::observedKind() const {
  if (!head_->isGrpc) return observe::CallKind::NotGrpc;
  const bool manyUp = requestFraming_.messages() > 1;
  const bool manyDown = responseFraming_.messages() > 1;
  if ((manyUp && manyDown) || answeredBeforeHalfClose_) return observe::CallKind::Bidirectional;
  if (manyUp) return observe::CallKind::ClientStreaming;
  return manyDown ? observe::CallKind::ServerStreaming : observe::CallKind::Unary;
}

/// Takes what only the record needs from now on: once, at the end.
std::shared_ptr<observe::StreamRecord> Exchange::makeRecord() {
  auto record = std::make_shared<observe::StreamRecord>();
  // The loop's clock stands still within a turn, in which the balancer may have made the whole answer.
  const TimePoint now = fromBalancer_ ? SteadyClock::now() : host_.loop.now();
  record->head = head_;
  // No earlier than what was told or recorded of it in this turn.
  record->ended = observed_ || tap_ ? wallNow() : host_.loop.wallNow();
  record->durationMicros = microsBetween(received_, now);
  if (chosen_) {
    record->target = chosen_->text;
    record->availabilityZone = chosen_->zone;
  }
  if (group_) record->targetGroup = group_->settings.name;
  if (dispatched_ != TimePoint{}) {
    record->requestProcessingMicros = microsBetween(received_, dispatched_);
    if (answered_ != TimePoint{}) {
      record->targetProcessingMicros = microsBetween(dispatched_, answered_);
      record->responseProcessingMicros = 0;  // a head is passed on in the turn in which it came
    }
  }
  record->receivedBytes = client_->receivedBytes();
  record->sentBytes = client_->sentBytes();
  record->requestMessages = requestFraming_.messages();
  record->responseMessages = responseFraming_.messages();
  record->kind = observedKind();
  record->httpVersion = httpVersionText(request_.version);
  record->compliance = complianceOf(request_.compliance);
  record->complianceReason = http::toString(request_.complianceReason);
  record->attempts = static_cast<std::uint32_t>(tried_.size());
  record->targets = std::move(tried_);
  record->failOpen = failOpen_;
  fillConnection(*record, *facts_);
  record->traceId = std::move(traceId_);
  record->counts = counts_;
  record->decision = std::move(decision_);
  if (rule_) record->rulePriority = std::to_string(rule_->priority);
  if (!rule_) record->rulePriority = "-";
  record->actions = std::move(actions_);
  record->redirectUrl = std::move(redirectUrl_);
  record->errorReason = std::move(errorReason_);
  record->transformedHost = std::move(transformedHost_);
  record->transformedUri = std::move(transformedUri_);
  record->transformStatus = std::move(transformStatus_);
  fillStatuses(*record);
  return record;
}

void Exchange::fillStatuses(observe::StreamRecord& record) {
  record.outcome = outcome_;
  record.endedBy = factsOf(outcome_).endedBy;
  record.endedBecause = std::move(endedBecause_);
  record.fromBalancer = fromBalancer_;
  record.elbStatus = status_;
  record.targetStatus = targetStatus_;
  record.grpcStatus = grpcStatus_;
  record.grpcMessage = std::move(grpcMessage_);
  if (status_ == 0) {
    // Nobody received an answer (ALB logs 460 when the client left first).
    record.elbStatus = factsOf(outcome_).status;
    record.fromBalancer = true;
  }
  if (observe::isGood(outcome_)) return;
  record.cause = factsOf(outcome_).words;
  if (!detail_.empty()) record.cause += " " + detail_;
}

}  // namespace spillway::proxy
