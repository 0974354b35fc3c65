// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http1_connection.h"

#include <utility>

#include "engine/http/http1_stream.h"
#include "engine/http/http1_writer.h"

namespace spillway::http {
namespace {

/// Output that waits in our own buffer while the socket takes no more.
constexpr std::size_t kOutputLimit = 32 * 1024;
/// What a peer may send ahead of its turn before reading stops.
constexpr std::size_t kPendingLimit = 16 * 1024;
/// A window with less room than this counts as full: bytes are not read by the handful.
constexpr std::size_t kSmallestRead = 2 * 1024;

}  // namespace

std::unique_ptr<Http1Connection> Http1Connection::accepted(net::EventLoop& loop,
                                                           std::unique_ptr<net::Transport> transport,
                                                           const Http1Settings& settings, Http1Owner& owner) {
  return std::unique_ptr<Http1Connection>(
      new Http1Connection(loop, std::move(transport), Role::Accepted, settings, owner, &owner));
}

std::unique_ptr<Http1Connection> Http1Connection::connected(net::EventLoop& loop,
                                                            std::unique_ptr<net::Transport> transport,
                                                            const Http1Settings& settings,
                                                            ConnectionOwner& owner) {
  return std::unique_ptr<Http1Connection>(
      new Http1Connection(loop, std::move(transport), Role::Connected, settings, owner, nullptr));
}

Http1Connection::Http1Connection(net::EventLoop& loop, std::unique_ptr<net::Transport> transport, Role role,
                                 const Http1Settings& settings, ConnectionOwner& owner, Http1Owner* client)
    : loop_(loop),
      transport_(std::move(transport)),
      role_(role),
      settings_(settings),
      owner_(owner),
      client_(client),
      phase_(Phase::Wait),
      idleSince_(loop.now()) {}

Http1Connection::~Http1Connection() {
  loop_.cancelTurnEnd(*this);
}

void Http1Connection::start() {
  if (role_ == Role::Accepted) {
    ready_ = true;
    expectHead();
  }
  transport_->start(*this);
}

void Http1Connection::onReady() {
  if (role_ == Role::Accepted) return;
  if (transport_->hasTls() && transport_->tlsFacts().alpn == "h2") {
    transport_->close(net::Transport::Close::Now);
    return end(
        {ErrorCode::AlpnMismatch, Side::Target, "The target agreed on HTTP/2 over TLS (ALPN) unasked."});
  }
  ready_ = true;
  owner_.onReady(*this);
}

HttpStream& Http1Connection::openStream(StreamHandler& handler) {
  ++exchanges_;
  reusable_ = true;
  stream_ = std::make_unique<Http1Stream>(*this, &handler);
  return *stream_;
}

bool Http1Connection::canOpenStream() const {
  return ready_ && !ended_ && !draining_ && !closing_ && !aborting_ && !stream_;
}

void Http1Connection::write(std::string_view text) {
  output_.append({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::size_t Http1Connection::answer(const MessageHead& head, std::string_view body) {
  MessageHead complete = head;
  complete.fields.set("content-length", std::to_string(body.size()));
  const std::string text = responseHead(complete, BodyKind::Length, Reuse::No);
  write(text);
  write(body);
  wantFlush();
  return text.size() + body.size();
}

void Http1Connection::flush() {
  while (!ended_) {
    if (aborting_) {
      transport_->close(net::Transport::Close::Now);
      return end(abortError_);
    }
    if (stream_) stream_->fill(kOutputLimit);
    if (ended_ || aborting_) continue;
    if (!output_.empty()) {
      if (!transport_->write(output_)) return;
    } else if (!settle()) {
      return;
    }
  }
}

/// All output is written: what can end ends, what waited is read. Whether there may be more to write.
bool Http1Connection::settle() {
  if (stream_ && stream_->isComplete()) {
    finishStream();
    return true;
  }
  const bool isIdle = !stream_ && (role_ == Role::Connected || head_.isEmpty());
  if ((closing_ && !stream_) || (draining_ && isIdle)) {
    transport_->close(net::Transport::Close::AfterPeer);
    end(peerLeft_ ? Error{ErrorCode::None, peerSide(), "It closed the connection in order."}
                  : Error{ErrorCode::None, Side::Balancer, "It was not to be used after that exchange."});
    return false;
  }
  if (stream_ && stream_->isTunnel_ && stream_->outgoingEnded_) transport_->finishWriting();
  const bool reads = !pending_.empty() && phase_ != Phase::Wait;
  if (reads) readPending();
  updateReading();
  return reads;
}

void Http1Connection::finishStream() {
  std::unique_ptr<Http1Stream> stream = std::move(stream_);
  const bool isClean = stream->headSent_ ? stream->incomingEnded_ && !stream->isTunnel_ : true;
  const bool spokeAhead = role_ == Role::Connected && !pending_.empty();
  closing_ |= !isClean || !reusable_ || draining_ || spokeAhead;
  idleSince_ = loop_.now();
  if (closing_) {
    phase_ = Phase::Discard;
    pending_.clear();
  } else if (role_ == Role::Accepted) {
    expectHead();
  } else {
    phase_ = Phase::Wait;
  }
  StreamHandler* handler = std::exchange(stream->handler_, nullptr);
  loop_.retire(std::move(stream));
  if (handler) handler->onClosed();
  wantFlush();
  if (!ended_ && !closing_) owner_.onRoom(*this);
}

void Http1Connection::beginTunnel() {
  stream_->upgradeOffered_ = false;
  stream_->isTunnel_ = true;
  reusable_ = false;
  phase_ = Phase::Tunnel;
  wantFlush();
}

void Http1Connection::beginDrain() {
  if (draining_ || ended_) return;
  draining_ = true;
  if (!ready_) {
    const Error why{ErrorCode::Drained, Side::Balancer, "The connection was not needed any more."};
    close(why);
    return owner_.onConnectionClosed(*this, why);
  }
  wantFlush();
}

void Http1Connection::close(const Error& why) {
  if (ended_) return;
  ended_ = true;
  transport_->write(output_);
  transport_->close(net::Transport::Close::AfterPeer);
  resetStream(why);
}

/// Ends the connection at the end of the turn: whoever calls may be inside one of its callbacks.
void Http1Connection::abort(const Error& why) {
  if (aborting_ || ended_) return;
  aborting_ = true;
  abortError_ = why;
  phase_ = Phase::Discard;
  wantFlush();
}

void Http1Connection::end(const Error& error) {
  if (ended_) return;
  ended_ = true;
  resetStream(error);
  owner_.onConnectionClosed(*this, error);
}

void Http1Connection::resetStream(const Error& error) {
  std::unique_ptr<Http1Stream> stream = std::move(stream_);
  if (!stream) return;
  StreamHandler* handler = std::exchange(stream->handler_, nullptr);
  StreamError told;
  told.code = error.code == ErrorCode::Protocol ? ResetCode::Protocol : ResetCode::Internal;
  told.connectionLost = true;
  told.error = error;
  told.reusedAndSilent = role_ == Role::Connected && exchanges_ > 1 && !stream->answerBegun_ &&
                         (error.code == ErrorCode::Closed || error.code == ErrorCode::ConnectionReset);
  loop_.retire(std::move(stream));
  if (handler) handler->onReset(told);
}

void Http1Connection::updateReading() {
  if (ended_) return;
  const std::size_t waits = stream_ ? stream_->unconsumed_ : 0;
  const std::size_t window = stream_ ? stream_->window_.size() : settings_.window;
  if (pending_.size() >= kPendingLimit || waits + kSmallestRead > window) {
    transport_->pauseReading();
  } else {
    transport_->limitReading(window - waits);
    transport_->resumeReading();
  }
}

ConnectionCounts Http1Connection::counts() const {
  return {.streams = exchanges_,
          .receivedBytes = transport_->receivedBytes(),
          .sentBytes = transport_->sentBytes(),
          .rttMicros = transport_->rttMicros()};
}

net::TlsFacts Http1Connection::tlsFacts() const {
  return transport_->hasTls() ? transport_->tlsFacts() : net::TlsFacts();
}

}  // namespace spillway::http
