// SPDX-License-Identifier: GPL-3.0-or-later
#include <fmt/core.h>

#include <utility>

#include "engine/http/http1_connection.h"
#include "engine/http/http1_fields.h"
#include "engine/http/http1_stream.h"

/// The reading half of Http1Connection.
namespace spillway::http {

void Http1Connection::onBytes(const ByteChunk& chunk) {
  if (ended_) return;
  if (role_ == Role::Connected && phase_ == Phase::Wait && !(stream_ && stream_->headSent_)) {
    return abort({ErrorCode::Protocol, Side::Target, "The target spoke without being asked."});
  }
  ByteChunk rest = chunk;
  while (!rest.empty() && !ended_ && phase_ != Phase::Wait && pending_.empty()) {
    rest.dropFront(parse(rest));
  }
  if (ended_) return;
  pending_.append(rest);
  updateReading();
}

void Http1Connection::readPending() {
  const ByteQueue bytes = std::exchange(pending_, {});
  bytes.forEach([this](const ByteChunk& chunk) { onBytes(chunk); });
}

bool Http1Connection::onPeerEnd() {
  // A client that leaves while its answer is being made is gone (ALB logs 460); one whose answer is made
  // still gets it. In a tunnel each direction has an end of its own.
  const bool isTunnel = stream_ && stream_->isTunnel_;
  const bool isAnswered = closing_ || !output_.empty() || (stream_ && stream_->endQueued_);
  if (!ended_ && !isTunnel && role_ == Role::Accepted && isAnswered) {
    closing_ = peerLeft_ = true;
    reusable_ = false;
    wantFlush();
    return true;
  }
  if (ended_ || !isTunnel) return false;
  if (!pending_.empty()) readPending();
  if (!stream_ || aborting_) return false;
  stream_->incomingEnded_ = true;
  wantFlush();
  stream_->giveData({}, End::Yes);
  return true;
}

void Http1Connection::onClosed(const Error& error) {
  if (ended_) return;
  const bool inOrder = error.code == ErrorCode::None;
  if (!stream_ || aborting_ || !inOrder) return end(aborting_ ? abortError_ : error);
  if (role_ == Role::Accepted) {
    return end({ErrorCode::Closed, Side::Client,
                stream_->incomingEnded_ ? "The client left before the answer was whole."
                                        : "The client left before its request was whole."});
  }
  if (phase_ == Phase::Body && body_.endsWithConnection()) {
    finishIncoming();
    stream_->giveData({}, End::Yes);
    if (stream_ && stream_->isComplete()) {
      reusable_ = false;
      finishStream();
    }
    return end(error);
  }
  if (phase_ == Phase::Body || phase_ == Phase::Trailers) {
    if (body_.isChunked() || phase_ == Phase::Trailers)
      return end({ErrorCode::Protocol, Side::Target, "The body ended before its last chunk."});
    return end({ErrorCode::BodyShort, Side::Target,
                fmt::format("The body ended {} bytes before its Content-Length.", body_.missing())});
  }
  end({ErrorCode::Closed, Side::Target, "The target closed the connection with the request open."});
}

std::size_t Http1Connection::parse(const ByteChunk& bytes) {
  switch (phase_) {
    case Phase::Head:
      return parseHead(bytes);
    case Phase::Body:
      return parseBody(bytes);
    case Phase::Trailers:
      return parseTrailers(bytes);
    case Phase::Tunnel:
      return parseTunnel(bytes);
    default:
      return bytes.size();
  }
}

void Http1Connection::expectHead() {
  const config::Limits& limits = settings_.limits;
  phase_ = Phase::Head;
  if (role_ == Role::Accepted) {
    head_.begin(Http1HeadReader::Kind::Request,
                {limits.requestLineBytes, limits.headerBytes, limits.headersBytes, limits.headerCount});
  } else {
    head_.begin(Http1HeadReader::Kind::Response, {limits.requestLineBytes, limits.responseHeadersBytes,
                                                  limits.responseHeadersBytes, limits.headerCount});
  }
}

std::size_t Http1Connection::parseHead(const ByteChunk& bytes) {
  using State = Http1HeadReader::State;
  if (head_.isEmpty()) headSince_ = loop_.now();
  const std::size_t taken = head_.take(bytes.span());
  if (stream_) {
    stream_->receivedBytes_ += taken;
    stream_->answerBegun_ = true;
  }
  if (head_.state() == State::Reading) return taken;
  headSince_ = {};
  if (head_.state() == State::Complete) {
    role_ == Role::Accepted ? onRequestHead() : onResponseHead();
    return taken;
  }
  if (role_ == Role::Connected) {
    if (head_.state() == State::Garbage) {
      fail("The answer does not begin with an HTTP/1 status line.");
    } else {
      abort({ErrorCode::HeadTooLarge, Side::Target, "The answer's head is over its limit."});
    }
  } else if (head_.state() == State::Garbage) {
    refuse(RefusalKind::BadRequest, "This is no HTTP request.", nullptr);
  } else if (head_.state() == State::LineTooLong) {
    refuse(RefusalKind::UriTooLong, "The request line is over its limit.", nullptr);
  } else {
    const Http1Request known = readRequestHead(head_.wholeLines() + "\r\n", settings_.desync,
                                               transport_->hasTls() ? "https" : "http");
    refuse(RefusalKind::LimitExceeded, "The request's header fields are over a limit.", &known);
  }
  return taken;
}

void Http1Connection::onRequestHead() {
  Http1Request request =
      readRequestHead(head_.text(), settings_.desync, transport_->hasTls() ? "https" : "http");
  if (request.isRefused) return refuse(request.refusal, request.detail, &request);
  ++exchanges_;
  reusable_ = request.keepAlive && !request.head.closeAfter;
  stream_ = std::make_unique<Http1Stream>(*this, nullptr);
  stream_->method_ = request.head.method;
  stream_->peerVersion_ = request.head.version;
  stream_->receivedBytes_ = head_.taken();
  stream_->upgradeOffered_ = !request.head.protocol.empty();
  phase_ = Phase::Wait;
  stream_->handler_ = owner_.onStream(*stream_);
  if (!stream_) return;
  if (!stream_->handler_) return abort({ErrorCode::None, Side::Balancer, "The request was not taken."});
  if (request.expectsContinue) {
    stream_->write("HTTP/1.1 100 Continue\r\n\r\n");
    wantFlush();
  }
  beginBody(request.body);
  const bool isWhole = stream_->incomingEnded_ && !stream_->upgradeOffered_;
  if (stream_->upgradeOffered_) stream_->incomingEnded_ = false;
  stream_->handler_->onHead(std::move(request.head), isWhole ? End::Yes : End::No);
}

void Http1Connection::onResponseHead() {
  Http1Response response = readResponseHead(head_.text(), stream_->method_);
  if (!response.fault.empty()) return fail(std::move(response.fault));
  MessageHead& head = response.head;
  StreamHandler* handler = stream_->handler_;
  if (head.status == 101) {
    if (!stream_->upgradeOffered_) return fail("The target switches protocols without being asked.");
    beginTunnel();
    if (handler) handler->onHead(std::move(head), End::No);
    return;
  }
  if (head.status < 200) {
    // All heads of an answer share one limit: a flood of interim ones ends.
    stream_->interimBytes_ += head_.taken();
    if (stream_->interimBytes_ > settings_.limits.responseHeadersBytes)
      return abort({ErrorCode::HeadTooLarge, Side::Target, "The interim answers are over their limit."});
    expectHead();
    // 100 answers an Expect that is never passed on.
    if (head.status != 100 && handler) handler->onHead(std::move(head), End::No);
    return;
  }
  if (stream_->upgradeOffered_) stream_->stayHttp();
  reusable_ = reusable_ && response.keepAlive;
  beginBody(response.body);
  const End end = stream_->incomingEnded_ ? End::Yes : End::No;
  if (handler) handler->onHead(std::move(head), end);
}

void Http1Connection::beginBody(BodyFraming framing) {
  if (framing.kind == BodyKind::None) return finishIncoming();
  phase_ = Phase::Body;
  body_.begin(framing);
}

void Http1Connection::finishIncoming() {
  stream_->incomingEnded_ = true;
  phase_ = Phase::Wait;
  wantFlush();
}

std::size_t Http1Connection::parseBody(const ByteChunk& bytes) {
  const std::size_t taken = body_.take(bytes.span());
  stream_->receivedBytes_ += taken;
  if (!body_.fault().empty()) {
    fail(body_.fault());
    return bytes.size();
  }
  const auto& pieces = body_.pieces();
  const bool endsHere = body_.hasEnded() && !body_.isChunked();
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const bool isLast = endsHere && i + 1 == pieces.size();
    if (isLast) finishIncoming();
    stream_->giveData(bytes.slice(pieces[i].offset, pieces[i].size), isLast ? End::Yes : End::No);
    if (!stream_ || aborting_) return bytes.size();
  }
  if (body_.hasEnded() && body_.isChunked()) {
    const config::Limits& limits = settings_.limits;
    phase_ = Phase::Trailers;
    head_.begin(Http1HeadReader::Kind::Trailers,
                {0, limits.headerBytes, limits.responseHeadersBytes, limits.headerCount});
  }
  return taken;
}

std::size_t Http1Connection::parseTrailers(const ByteChunk& bytes) {
  using State = Http1HeadReader::State;
  const std::size_t taken = head_.take(bytes.span());
  stream_->receivedBytes_ += taken;
  if (head_.state() == State::Reading) return taken;
  const FieldSection section = readFields(head_.text());
  if (head_.state() != State::Complete || section.fault != FieldFault::None) {
    fail(head_.state() == State::Complete ? toString(section.fault) : "The trailers are over a limit.");
    return bytes.size();
  }
  Headers trailers = trailerFields(section);
  finishIncoming();
  if (trailers.empty()) {
    stream_->giveData({}, End::Yes);
  } else if (stream_->handler_) {
    stream_->handler_->onTrailers(std::move(trailers));
  }
  return taken;
}

std::size_t Http1Connection::parseTunnel(const ByteChunk& bytes) {
  stream_->receivedBytes_ += bytes.size();
  stream_->giveData(bytes, End::No);
  return bytes.size();
}

void Http1Connection::refuseSlowHead() {
  const Http1Request known =
      readRequestHead(head_.wholeLines() + "\r\n", settings_.desync, transport_->hasTls() ? "https" : "http");
  headSince_ = {};
  refuse(RefusalKind::HeadTimeout, "Its head was not whole in time.", &known);
}

void Http1Connection::refuse(RefusalKind kind, std::string detail, const Http1Request* request) {
  phase_ = Phase::Discard;
  closing_ = true;
  Http1Refusal refusal;
  refusal.kind = kind;
  refusal.detail = std::move(detail);
  refusal.receivedBytes = head_.taken();
  if (request) {
    refusal.method = request->head.method;
    refusal.target = request->target;
    refusal.host = request->head.authority;
    refusal.userAgent = request->head.fields.find("user-agent").value_or("");
    refusal.version = request->head.version;
    refusal.compliance = request->head.compliance;
    refusal.complianceReason = request->head.complianceReason;
  }
  client_->onBadRequest(*this, refusal);
  wantFlush();
}

/// The peer broke HTTP in the middle of an exchange.
void Http1Connection::fail(std::string detail) {
  const Error error{ErrorCode::Protocol, peerSide(), std::move(detail)};
  if (role_ == Role::Connected || stream_->headSent_) return abort(error);
  phase_ = Phase::Discard;
  closing_ = true;
  Http1Refusal refusal;
  refusal.detail = error.detail;
  refusal.method = stream_->method_;
  refusal.version = stream_->peerVersion_;
  refusal.receivedBytes = stream_->receivedBytes_;
  refusal.wasStream = true;
  resetStream(error);
  if (!ended_) client_->onBadRequest(*this, refusal);
  wantFlush();
}

}  // namespace spillway::http
