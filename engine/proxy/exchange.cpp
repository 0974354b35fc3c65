// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/exchange.h"

#include <fmt/core.h>

#include <algorithm>

#include "engine/http/conversion_compliance.h"
#include "engine/http/grpc_status.h"
#include "engine/proxy/head_rewrite.h"
#include "engine/proxy/local_response.h"
#include "engine/proxy/outcome.h"

namespace spillway::proxy {

using http::End;
using http::ResetCode;
using observe::Direction;
using observe::EventKind;
using observe::Hop;
using observe::Outcome;

Exchange::Exchange(ExchangeHost& host, http::HttpStream& client, std::shared_ptr<const ConnectionFacts> facts,
                   std::shared_ptr<const balance::ListenerSnapshot> listener)
    : host_(host),
      client_(&client),
      facts_(std::move(facts)),
      listener_(std::move(listener)),
      received_(host.loop.now()),
      lastActivity_(received_) {}

Exchange::~Exchange() {
  if (alive_) *alive_ = false;
}

// ---- From the client
// -------------------------------------------------------------------------------------------

void Exchange::onRequestHead(http::MessageHead&& head, End end) {
  request_ = std::move(head);
  requestEnded_ = end == End::Yes;
  if (listener_->capture.level != config::CaptureLevel::Off && host_.sink.wantsCapture(received_))
    beginCapture();
  route();
  open();
  if (requestEnded_) tell(EventKind::HalfClose, Direction::Request);
  if (const auto reason = refusal()) return answer(*reason, {});
  act(0);
}

void Exchange::forward() {
  const bool isTransformed = transform();
  noteAction(config::ActionType::Forward);
  if (!group_) return answer(Outcome::NoTarget, {});
  if (!fits(*group_)) return answer(Outcome::ProtocolMismatch, {});
  if (!isTransformed) return answer(Outcome::TransformFailed, {});
  HeadRewrite rewrite = rewriteRequestHead(request_, *facts_, *listener_);
  traceId_ = std::move(rewrite.traceId);
  counts_.droppedInvalidHeader = rewrite.droppedInvalidHeader;
  counts_.forwardedInvalidHeader = rewrite.forwardedInvalidHeader;
  if (rewrite.refusal) return answer(*rewrite.refusal, {});
  if (!passesDesyncMitigation()) return answer(Outcome::DesyncBlocked, {});
  prepareUpgrade();
  chooseTarget(nullptr);
}

/// HTTP/1 requests were judged when they were read; an HTTP/2 request is when it is to become one.
bool Exchange::passesDesyncMitigation() {
  using config::DesyncMitigationMode;
  const bool becomesHttp1 = group_->settings.protocolVersion == config::ProtocolVersion::Http1;
  if (request_.version != http::Version::Http2 || !becomesHttp1 || !request_.protocol.empty()) return true;
  http::classifyAsHttp1(request_, requestEnded_ ? End::Yes : End::No);
  const auto mode = listener_->attributes.desyncMitigationMode;
  request_.closeAfter =
      mode == DesyncMitigationMode::Defensive && request_.compliance == http::Compliance::Ambiguous;
  if (mode == DesyncMitigationMode::Strictest) return request_.compliance == http::Compliance::Compliant;
  return mode == DesyncMitigationMode::Monitor || request_.compliance != http::Compliance::Severe;
}

void Exchange::onRequestData(const ByteChunk& chunk, End end) {
  lastActivity_ = host_.loop.now();
  if (tap_) tap_->content(Hop::Client, Direction::Request, chunk);
  if (head_->isGrpc) {
    requestFraming_.pass(chunk.span(),
                         [&](const auto& message) { tellMessage(Direction::Request, message); });
  }
  if (end == End::Yes) endOfRequest();
  requestBody_ += chunk.size();
  if (exceedsBodyLimit()) return refuseBody();
  if (fromBalancer_ || (responseEnded_ && !isTunnel_)) {
    client_->consume(chunk.size());
    return;
  }
  if (!target_) {
    unsent_.append(chunk);
    return;
  }
  keepForReplay(chunk);
  target_->sendData(chunk, end);
}

bool Exchange::exceedsBodyLimit() const {
  const std::uint64_t limit = listener_->limits.requestBodyBytes;
  return limit != 0 && requestBody_ > limit && !isTunnel_ && !fromBalancer_ && !responseEnded_;
}

void Exchange::refuseBody() {
  endedBecause_ = fmt::format("limits.requestBodyBytes = {}", listener_->limits.requestBodyBytes);
  leaveTarget(ResetCode::Cancel);
  if (status_ != 0) return breakOff(Outcome::BodyTooLarge, ResetCode::Internal, {});
  answer(Outcome::BodyTooLarge, {});
}

void Exchange::onRequestTrailers(http::Headers&& trailers) {
  lastActivity_ = host_.loop.now();
  if (tap_) tap_->trailers(Hop::Client, Direction::Request, trailers);
  endOfRequest();
  requestTrailers_ = std::move(trailers);
  if (!target_) return;
  if (tap_) tap_->trailers(Hop::Target, Direction::Request, *requestTrailers_);
  target_->sendTrailers(*requestTrailers_);
}

void Exchange::endOfRequest() {
  requestEnded_ = true;
  if (tap_) tap_->end(Hop::Client, Direction::Request);
  tell(EventKind::HalfClose, Direction::Request);
}

void Exchange::onRequestSent(std::size_t bytes) {
  lastActivity_ = host_.loop.now();
  requestSent_ += bytes;
  if (tap_) tap_->sent(Direction::Request, bytes);
  if (requestSent_ <= requestConsumed_ || (responseEnded_ && !isTunnel_)) return;
  // Bytes that a first target got already were consumed then.
  client_->consume(requestSent_ - requestConsumed_);
  requestConsumed_ = requestSent_;
}

void Exchange::onClientReset(const http::StreamError& error) {
  if (outcome_ == Outcome::Completed) {
    const bool isBroken = error.error.code == ErrorCode::Protocol;
    const bool isDrained = error.error.code == ErrorCode::Drained;
    // A client that cancels its stream, or waits no longer, is not one that breaks off its body.
    const bool isBodyShort = error.connectionLost && !requestEnded_ && !isTunnel_ && status_ == 0 &&
                             request_.version != http::Version::Http2;
    outcome_ = isDrained     ? Outcome::Drained
               : isBroken    ? Outcome::BadRequest
               : isBodyShort ? Outcome::ClientBodyShort
                             : Outcome::ClientClosed;
    if (isBroken || isDrained) detail_ = error.error.detail;
  }
  tell(EventKind::Reset, Direction::Request, static_cast<std::uint32_t>(error.code));
  if (tap_) tap_->reset(Hop::Client, Direction::Request, static_cast<std::uint32_t>(error.code));
  leaveTarget(ResetCode::Cancel);
  finish();
}

std::optional<Outcome> Exchange::refusal() const {
  if (request_.problem == http::HeadProblem::RequestLineTooLong) return Outcome::UriTooLong;
  if (request_.problem == http::HeadProblem::HeadersTooLarge) return Outcome::LimitExceeded;
  const bool isTunnel = !request_.protocol.empty();
  // Only HTTP/2 clients get here: an HTTP/1.1 offer of another protocol has been ignored (RFC 9110 §7.8).
  if (isTunnel && request_.protocol != "websocket") return Outcome::UpgradeRefused;
  if (request_.method == "TRACE" || (request_.method == "CONNECT" && !isTunnel))
    return Outcome::MethodNotAllowed;
  return std::nullopt;
}

// ---- Ends
// ------------------------------------------------------------------------------------------------------

void Exchange::answer(Outcome outcome, std::string detail) {
  detail_ = std::move(detail);
  const bool grpcForm = head_->isGrpc && group_ && group_->isGrpc();
  send(outcome, localResponse(outcome, grpcForm ? AnswerForm::Grpc : AnswerForm::Html,
                              listener_->listenerAttributes, listener_->limits));
}

/// The balancer's own answer.
void Exchange::send(Outcome outcome, const LocalResponse& response) {
  outcome_ = outcome;
  fromBalancer_ = true;
  replay_.clear();
  client_->consume(unsent_.size());
  unsent_.clear();
  status_ = response.head.status;
  if (const auto status = http::grpcStatusIn(response.head.fields)) {
    grpcStatus_ = status;
    grpcMessage_ = http::decodeGrpcMessage(response.head.fields.find("grpc-message").value_or(""));
  }
  const bool hasBody = !response.body.empty() && request_.method != "HEAD";
  http::MessageHead head = response.head;
  head.closeAfter = !requestEnded_;  // what is left of the request would be taken for the next one
  if (tap_) tap_->head(Hop::Client, Direction::Response, head);
  client_->sendHead(head, hasBody ? End::No : End::Yes);
  if (hasBody) {
    ByteQueue body;
    body.append({reinterpret_cast<const std::uint8_t*>(response.body.data()), response.body.size()});
    body.forEach([&](const ByteChunk& chunk) {
      if (tap_) tap_->content(Hop::Client, Direction::Response, chunk);
      client_->sendData(chunk, End::No);
    });
    client_->sendData({}, End::Yes);
  }
  if (!requestEnded_) client_->reset(ResetCode::NoError);
}

void Exchange::breakOff(Outcome outcome, ResetCode code, std::string detail) {
  if (outcome_ == Outcome::Completed) {
    outcome_ = outcome;
    detail_ = std::move(detail);
  }
  leaveTarget(ResetCode::Cancel);
  if (code == ResetCode::NoError) code = ResetCode::Internal;
  if (tap_) tap_->reset(Hop::Client, Direction::Response, static_cast<std::uint32_t>(code));
  client_->reset(code);
  finish();
}

void Exchange::checkDeadlines(TimePoint now) {
  if (finished_ || !opened_) return;
  if (holdsTarget_) {
    const auto deadline = chosen_->runtime->drainDeadline.load(std::memory_order_relaxed);
    if (deadline != 0 && now.time_since_epoch().count() >= deadline) {
      leaveTarget(ResetCode::Cancel);
      endedBecause_ = fmt::format("deregistration_delay.timeout_seconds = {}",
                                  group_->settings.attributes.deregistrationDelaySeconds);
      if (status_ != 0) return breakOff(Outcome::DeregistrationOver, ResetCode::Internal, {});
      return answer(Outcome::DeregistrationOver, {});
    }
  }
  if (now - lastActivity_ >= std::chrono::seconds(listener_->attributes.idleTimeoutSeconds))
    endByIdleTimeout();
}

void Exchange::endByIdleTimeout() {
  endedBecause_ = fmt::format("idle_timeout.timeout_seconds = {}", listener_->attributes.idleTimeoutSeconds);
  const bool isUnread = responseHeld_ > 0 || responseEnded_ || fromBalancer_;
  // A target that does not read holds the client up, and is not to be mistaken for a silent client.
  const bool isAwaited = !requestEnded_ && status_ == 0 && requestBody_ <= requestSent_;
  const Outcome outcome = isUnread || isAwaited ? Outcome::ClientTimeout : Outcome::TargetTimeout;
  if (status_ != 0) {
    return breakOff(outcome, ResetCode::Internal, isUnread ? "It did not read its answer." : "");
  }
  leaveTarget(ResetCode::Cancel);
  answer(outcome, {});
}

void Exchange::finish() {
  if (std::exchange(finished_, true)) return;
  leaveTarget(ResetCode::Cancel);
  if (opened_) {
    auto record = makeRecord();
    if (tap_) tap_->flush();  // before the end, which is never told first
    host_.metrics.streamEnded(*record, slots_);
    observe::Event event{.kind = EventKind::StreamEnded, .stream = head_->id, .time = record->ended};
    event.record = std::move(record);
    host_.sink.emitKept(std::move(event));
  }
  client_ = nullptr;
  host_.onExchangeEnded(*this);
}

}  // namespace spillway::proxy
