// SPDX-License-Identifier: GPL-3.0-or-later
// An exchange's side towards the target: the choice, the stream there, its answer, another try.
#include <algorithm>

#include "engine/balance/anomaly.h"
#include "engine/balance/decide.h"
#include "engine/http/grpc_status.h"
#include "engine/proxy/exchange.h"
#include "engine/proxy/head_rewrite.h"
#include "engine/proxy/outcome.h"
#include "engine/proxy/websocket.h"

namespace spillway::proxy {

using http::End;
using http::ResetCode;
using observe::Direction;
using observe::EventKind;
using observe::Hop;
using observe::Outcome;

namespace {

/// Request bytes kept for another try.
constexpr std::size_t kReplayLimit = 64 * 1024;

/// What the error's own words add to the outcome's; nothing where they would only repeat it.
std::string moreWords(const Error& error) {
  switch (error.code) {
    case ErrorCode::TlsHandshake:
    case ErrorCode::AlpnMismatch:
    case ErrorCode::Protocol:
    case ErrorCode::BodyShort:
    case ErrorCode::Unreachable:
    case ErrorCode::System:
    case ErrorCode::Drained:
      return error.detail;
    default:
      return {};
  }
}

/// RFC 9110 §9.2.2.
bool isIdempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" || method == "DELETE";
}

}  // namespace

/// What an HTTP/2 client asks for with an extended CONNECT (RFC 8441 §5), an HTTP/1.1 target is asked for
/// with an Upgrade (RFC 6455 §4.1).
void Exchange::prepareUpgrade() {
  if (request_.protocol.empty() || request_.method != "CONNECT") return;
  request_.method = "GET";
  request_.fields.set("sec-websocket-key", newWebSocketKey());
}

/// ALB's table of requests and groups (alb-behaviour §3.2).
bool Exchange::fits(const balance::GroupSnapshot& group) const {
  const bool isHttp2 = request_.version == http::Version::Http2;
  switch (group.settings.protocolVersion) {
    case config::ProtocolVersion::Http1:
      return !head_->isGrpc;
    case config::ProtocolVersion::Http2:
      return isHttp2 && request_.protocol.empty();
    case config::ProtocolVersion::Grpc:
      return isHttp2 && request_.method == "POST";
  }
  return false;
}

void Exchange::chooseTarget(const balance::TargetRuntime* exclude) {
  const balance::TargetRuntime* passOver[] = {exclude};
  balance::PickRequest wanted;
  if (exclude) wanted.passOver = passOver;
  wanted.sticky = exclude ? nullptr : session_.target;
  wanted.now = host_.loop.now();
  const balance::Pick pick = host_.selector.pick(*group_, wanted);
  if (decision_) decision_->choices.push_back(balance::describe(*group_, wanted, pick));
  if (!pick.target)
    return answer(Outcome::NoTarget,
                  group_->targets.empty() ? "" : "Every target of the group is taken out.");
  if (!exclude) balance::countSession(counts_, session_, *group_, pick);
  chosen_ = pick.target;
  failOpen_ = pick.failOpen;
  slots_.target = chosen_->runtime->slot;
  tried_.push_back({chosen_->text, 0});
  if (tap_) tap_->attempt(static_cast<std::uint32_t>(tried_.size()), chosen_->text);
  holdsTarget_ = true;
  chosen_->runtime->outstanding.fetch_add(1, std::memory_order_relaxed);
  host_.metrics.targetChosen(slots_.target);
  facts_->streams->began(slots_.target, chosen_->text);
  if (observed_) {
    observe::Event event{.kind = EventKind::TargetChosen, .stream = head_->id, .time = wallNow()};
    event.number = static_cast<std::uint32_t>(tried_.size());
    event.text = std::make_shared<const std::string>(chosen_->text);
    host_.sink.emit(std::move(event));
  }
  waiting_ = true;
  host_.pool.acquire(*group_, *chosen_, *this);
}

void Exchange::onStream(http::HttpStream& stream, observe::ConnectionId connection) {
  waiting_ = false;
  target_ = &stream;
  if (tap_) stream.observe(tap_->frames(Hop::Target));
  dispatched_ = host_.loop.now();
  const bool complete = requestEnded_ && unsent_.empty() && replay_.empty() && !requestTrailers_;
  tell(EventKind::RequestHead, Direction::Request, 0, request_.fields.bytes());
  target_->sendHead(request_, complete ? End::Yes : End::No);
  if (tap_ && target_) {
    tap_->wire(Hop::Target, connection, target_->wireId());
    tap_->head(Hop::Target, Direction::Request, request_);
  }
  if (complete) return;
  requestSent_ = 0;
  ByteQueue again = std::exchange(replay_, {});
  unsent_.moveTo(again, unsent_.size());
  again.forEach([&](const ByteChunk& chunk) {
    keepForReplay(chunk);
    target_->sendData(chunk, End::No);
  });
  if (!requestEnded_) return;
  if (tap_ && requestTrailers_) tap_->trailers(Hop::Target, Direction::Request, *requestTrailers_);
  target_->sendTrailers(requestTrailers_ ? *requestTrailers_ : http::Headers{});
}

void Exchange::onNoStream(const Error& error) {
  waiting_ = false;
  if (error.code != ErrorCode::Drained) balance::noteAnswer(*chosen_->runtime, balance::AnswerKind::Failed);
  noteFailure(outcomeOf(error), moreWords(error));
  const balance::TargetRuntime* failed = chosen_->runtime.get();
  leaveTarget(ResetCode::Cancel);
  if (error.code != ErrorCode::Drained && mayRetry()) return chooseTarget(failed);
  answer(outcomeOf(error), moreWords(error));
}

/// For the decision trace: why the target that was chosen last gave no answer.
void Exchange::noteFailure(Outcome outcome, const std::string& words) {
  if (!decision_) return;
  std::string& failed = decision_->choices.back().failed;
  failed = factsOf(outcome).words;
  if (!words.empty()) failed += " " + words;
}

void Exchange::keepForReplay(const ByteChunk& chunk) {
  if (!listener_->beyondAlb.retryUnprocessedRequests || replayLost_) return;
  if (replay_.size() + chunk.size() > kReplayLimit) {
    replayLost_ = true;
    replay_.clear();
    return;
  }
  replay_.append(chunk);
}

bool Exchange::mayRetry() const {
  return listener_->beyondAlb.retryUnprocessedRequests && tried_.size() < 2 && group_->targets.size() > 1 &&
         !replayLost_;
}

void Exchange::leaveTarget(ResetCode code) {
  if (waiting_) host_.pool.cancel(*this);
  waiting_ = false;
  if (http::HttpStream* stream = std::exchange(target_, nullptr)) {
    // A stream whose both ends are on their way closes by itself.
    if (responseEnded_ && requestEnded_) {
      stream->detach();
    } else {
      if (tap_) tap_->reset(Hop::Target, Direction::Request, static_cast<std::uint32_t>(code));
      stream->reset(code);
    }
  }
  if (!std::exchange(holdsTarget_, false)) return;
  chosen_->runtime->outstanding.fetch_sub(1, std::memory_order_relaxed);
  host_.metrics.targetLeft(slots_.target);
  facts_->streams->left(slots_.target);
}

void Exchange::onTargetReset(const http::StreamError& error) {
  target_ = nullptr;
  lastActivity_ = host_.loop.now();
  tell(EventKind::Reset, Direction::Response, static_cast<std::uint32_t>(error.code));
  if (tap_) tap_->reset(Hop::Target, Direction::Response, static_cast<std::uint32_t>(error.code));
  const balance::TargetRuntime* failed = chosen_->runtime.get();
  leaveTarget(ResetCode::Cancel);
  Outcome outcome = error.connectionLost ? outcomeOf(error.error) : Outcome::TargetReset;
  // HTTP/1 cannot express the request: the client's doing, not the target's.
  if (error.error.code == ErrorCode::Protocol && error.error.side == Side::Client)
    outcome = Outcome::BadRequest;
  noteFailure(outcome, moreWords(error.error));
  if (status_ != 0) {
    // The answer has begun: the client's stream is broken off with what the target said.
    return breakOff(outcome, error.connectionLost ? ResetCode::Internal : error.code, moreWords(error.error));
  }
  const bool isSafe = error.unprocessed || (error.reusedAndSilent && isIdempotent(request_.method));
  if (isSafe && mayRetry()) return chooseTarget(failed);
  answer(outcome, moreWords(error.error));
}

// ---- From the target
// -------------------------------------------------------------------------------------------

void Exchange::onResponseHead(http::MessageHead& head, End end) {
  lastActivity_ = host_.loop.now();
  if (tap_) tap_->head(Hop::Target, Direction::Response, head);
  if (head.status < 200 && head.status != 101) return passInterim(head);
  if (head.problem != http::HeadProblem::None) return refuseAnswer(Outcome::TargetHeadTooLarge);
  answered_ = lastActivity_;
  replay_.clear();
  replayLost_ = true;
  targetStatus_ = status_ = tried_.back().status = head.status;
  tell(EventKind::ResponseHead, Direction::Response, static_cast<std::uint32_t>(head.status),
       head.fields.bytes());
  rewriteResponseHead(head, listener_->listenerAttributes);
  addCookies(head.fields);
  balance::noteAnswer(*chosen_->runtime,
                      head.status >= 500 ? balance::AnswerKind::Failed : balance::AnswerKind::Good);
  if (end == End::Yes) {
    grpcStatus_ = http::grpcStatusIn(head.fields);
    grpcMessage_ = http::decodeGrpcMessage(head.fields.find("grpc-message").value_or(""));
    if (grpcStatus_) tell(EventKind::Trailers, Direction::Response, *grpcStatus_, 0);
  }
  if (head.status == 101) return beginTunnel(head);
  if (tap_) tap_->head(Hop::Client, Direction::Response, head);
  client_->sendHead(head, end);
  if (end == End::Yes) endOfResponse();
}

/// 1xx: the final head follows (RFC 9110 §15.2). A client of HTTP/1.0 knows no such thing.
void Exchange::passInterim(http::MessageHead& head) {
  if (request_.version == http::Version::Http10) return;
  rewriteResponseHead(head, listener_->listenerAttributes);
  if (tap_) tap_->head(Hop::Client, Direction::Response, head);
  client_->sendHead(head, End::No);
}

/// The target's answer cannot be passed on: the balancer makes its own.
void Exchange::refuseAnswer(Outcome outcome) {
  leaveTarget(ResetCode::Cancel);
  answer(outcome, {});
}

/// The target switched protocols: from here on bytes pass both ways as they are. An HTTP/2 client asked with
/// an extended CONNECT, to which 200 says yes (RFC 8441 §5.1).
void Exchange::beginTunnel(http::MessageHead& head) {
  isTunnel_ = true;
  if (request_.version == http::Version::Http2) {
    status_ = head.status = 200;
    head.fields.remove("sec-websocket-accept");
  }
  if (tap_) tap_->head(Hop::Client, Direction::Response, head);
  client_->sendHead(head, End::No);
}

void Exchange::onResponseData(const ByteChunk& chunk, End end) {
  lastActivity_ = host_.loop.now();
  if (tap_) tap_->content(Hop::Target, Direction::Response, chunk);
  if (head_->isGrpc) {
    responseFraming_.pass(chunk.span(),
                          [&](const auto& message) { tellMessage(Direction::Response, message); });
    if (!requestEnded_ && responseFraming_.messages() > 0) answeredBeforeHalfClose_ = true;
  }
  responseHeld_ += chunk.size();
  client_->sendData(chunk, end);
  if (end == End::Yes) endOfResponse();
}

void Exchange::onResponseTrailers(http::Headers&& trailers) {
  lastActivity_ = host_.loop.now();
  grpcStatus_ = http::grpcStatusIn(trailers);
  grpcMessage_ = http::decodeGrpcMessage(trailers.find("grpc-message").value_or(""));
  tell(EventKind::Trailers, Direction::Response, grpcStatus_.value_or(0), trailers.bytes());
  if (tap_) {
    tap_->trailers(Hop::Target, Direction::Response, trailers);
    tap_->trailers(Hop::Client, Direction::Response, trailers);
  }
  client_->sendTrailers(std::move(trailers));
  endOfResponse();
}

void Exchange::onResponseSent(std::size_t bytes) {
  lastActivity_ = host_.loop.now();
  responseHeld_ -= std::min<std::uint64_t>(bytes, responseHeld_);
  if (tap_) tap_->sent(Direction::Response, bytes);
  if (target_) target_->consume(bytes);
}

void Exchange::endOfResponse() {
  responseEnded_ = true;
  if (tap_) tap_->end(Hop::Target, Direction::Response);
  if (isTunnel_ && !requestEnded_) return;  // a half-close: the other direction goes on
  leaveTarget(ResetCode::NoError);
  // What the client has not sent yet is not needed any more (RFC 9113 §8.1).
  if (!requestEnded_) client_->reset(ResetCode::NoError);
}

}  // namespace spillway::proxy
