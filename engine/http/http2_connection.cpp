// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http2_connection.h"

#include <fmt/core.h>
#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>

#include "engine/http/http2_callbacks.h"
#include "engine/http/http2_stream.h"

namespace spillway::http {
namespace {

/// Output that waits in our own buffer while the socket takes no more; nghttp2 keeps the rest in frames of
/// its own.
constexpr std::size_t kOutputLimit = 64 * 1024;
/// Streams opened before the peer's SETTINGS told its limit.
constexpr std::uint32_t kStreamsBeforeSettings = 100;

}  // namespace

Http2Connection::Http2Connection(net::EventLoop& loop, std::unique_ptr<net::Transport> transport, Role role,
                                 const Http2Settings& settings, ConnectionOwner& owner)
    : loop_(loop),
      transport_(std::move(transport)),
      role_(role),
      settings_(settings),
      owner_(owner),
      idleSince_(loop.now()) {}

Http2Connection::~Http2Connection() {
  loop_.cancelTurnEnd(*this);
  nghttp2_session_del(session_);
}

void Http2Connection::start() {
  transport_->start(*this);
  if (role_ == Role::Accepted) createSession();
}

void Http2Connection::createSession() {
  nghttp2_option* option = nullptr;
  nghttp2_option_new(&option);
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_peer_max_concurrent_streams(option, kStreamsBeforeSettings);
  nghttp2_option_set_max_send_header_block_length(option, settings_.maxHeaderBytes + 4096);
  const auto& callbacks = http2Callbacks();
  if (role_ == Role::Accepted) {
    nghttp2_session_server_new2(&session_, callbacks.native(), this, option);
  } else {
    nghttp2_session_client_new2(&session_, callbacks.native(), this, option);
  }
  nghttp2_option_del(option);

  std::array<nghttp2_settings_entry, 4> entries{{
      {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, settings_.streamWindow},
      {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, static_cast<std::uint32_t>(settings_.maxHeaderBytes)},
      {NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
      {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 1},
  }};
  if (role_ == Role::Accepted)
    entries[2] = {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, settings_.maxConcurrentStreams};
  const bool offersConnect = role_ == Role::Accepted && settings_.extendedConnect;
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, entries.data(), offersConnect ? 4 : 3);
  nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0,
                                        static_cast<std::int32_t>(settings_.connectionWindow));
  ready_ = true;
  wantFlush();
}

void Http2Connection::onReady() {
  if (role_ == Role::Accepted) return;
  if (transport_->hasTls() && transport_->tlsFacts().alpn != "h2") {
    transport_->close(net::Transport::Close::Now);
    end({ErrorCode::AlpnMismatch, Side::Target, "The target does not agree on HTTP/2 over TLS (ALPN)."});
    return;
  }
  createSession();
  owner_.onReady(*this);
}

void Http2Connection::onBytes(const ByteChunk& chunk) {
  if (ended_ || hadEnough_ || !session_) return;
  // Requests that wait for the end of the turn come before what is read now: after a GOAWAY, which may well
  // mean to take them, nghttp2 would not send them any more.
  if (role_ == Role::Connected) collectOutput();
  if (ended_) return;
  // The turn of a client's connection comes before those of the targets' connections that its requests wake:
  // what is found malformed at the end of these bytes is known before any of it is passed on.
  if (role_ == Role::Accepted) wantFlush();
  input_ = &chunk;
  receiving_ = true;
  const auto taken = nghttp2_session_mem_recv(session_, chunk.data(), chunk.size());
  receiving_ = false;
  input_ = nullptr;
  if (ended_) return;
  if (taken < 0) {
    nghttp2_session_terminate_session(
        session_, taken == NGHTTP2_ERR_FLOODED ? NGHTTP2_ENHANCE_YOUR_CALM : NGHTTP2_PROTOCOL_ERROR);
    flush();
    if (ended_) return;
    transport_->close(net::Transport::Close::AfterPeer);
    end({ErrorCode::Protocol, role_ == Role::Accepted ? Side::Client : Side::Target,
         fmt::format("The peer broke HTTP/2: {}.", nghttp2_strerror(static_cast<int>(taken)))});
    return;
  }
  wantFlush();
}

void Http2Connection::onDrained() {
  flush();
}

void Http2Connection::onTurnEnd() {
  flush();
  if (resets_.empty() || ended_) return;
  for (const auto& [id, code] : std::exchange(resets_, {})) {
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, code);
  }
  flush();
}

void Http2Connection::collectOutput() {
  while (output_.size() < kOutputLimit) {
    const std::uint8_t* bytes = nullptr;
    const auto count = nghttp2_session_mem_send(session_, &bytes);
    if (count <= 0) break;
    output_.append(std::span(bytes, static_cast<std::size_t>(count)));
  }
}

void Http2Connection::flush() {
  if (ended_ || !session_) return;
  for (;;) {
    collectOutput();
    if (ended_) return;
    if (output_.empty()) break;
    if (!transport_->write(output_)) return;
  }
  if (!nghttp2_session_want_read(session_) && !nghttp2_session_want_write(session_)) {
    transport_->close(net::Transport::Close::AfterPeer);
    end(endOfUse());
  }
}

/// Neither side wants anything more of it: who said so.
Error Http2Connection::endOfUse() const {
  if (goawayCode_.value_or(NGHTTP2_NO_ERROR) != NGHTTP2_NO_ERROR) {
    return {ErrorCode::None, Side::Balancer,
            fmt::format("The peer was sent away with GOAWAY: {}.", nghttp2_http2_strerror(*goawayCode_))};
  }
  if (peerLeaves_) {
    return {ErrorCode::None, role_ == Role::Accepted ? Side::Client : Side::Target,
            "It sent GOAWAY, and its last stream has ended."};
  }
  return {ErrorCode::None, Side::Balancer, "Its last stream has ended after our GOAWAY."};
}

void Http2Connection::onClosed(const Error& error) {
  end(error);
}

void Http2Connection::end(const Error& error) {
  if (ended_) return;
  ended_ = true;
  drainTimer_.cancel();
  resetStreams(error);
  owner_.onConnectionClosed(*this, error);
}

void Http2Connection::resetStreams(const Error& error) {
  // A handler may end others' streams, but on other connections: this list is ours alone now.
  auto streams = std::exchange(streams_, {});
  for (auto& stream : streams) {
    if (StreamHandler* handler = std::exchange(stream->handler_, nullptr)) {
      const bool complete = role_ == Role::Accepted && stream->endSent_;
      if (complete) {
        handler->onClosed();
      } else {
        handler->onReset({ResetCode::Internal, true, false, error});
      }
    }
    loop_.retire(std::move(stream));
  }
}

void Http2Connection::close(const Error& why) {
  if (ended_) return;
  ended_ = true;
  drainTimer_.cancel();
  if (session_ && !receiving_) {
    nghttp2_session_terminate_session(session_, NGHTTP2_NO_ERROR);
    const std::uint8_t* bytes = nullptr;
    for (auto n = nghttp2_session_mem_send(session_, &bytes); n > 0;
         n = nghttp2_session_mem_send(session_, &bytes)) {
      output_.append(std::span(bytes, static_cast<std::size_t>(n)));
    }
    transport_->write(output_);
  }
  transport_->close(net::Transport::Close::AfterPeer);
  resetStreams(why);
}

HttpStream& Http2Connection::openStream(StreamHandler& handler) {
  return addStream(&handler, 0);
}

bool Http2Connection::canOpenStream() const {
  if (!ready_ || ended_ || draining_ || !nghttp2_session_check_request_allowed(session_)) return false;
  const std::uint32_t limit = peerSettingsSeen_ ? nghttp2_session_get_remote_settings(
                                                      session_, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS)
                                                : kStreamsBeforeSettings;
  return streams_.size() < limit;
}

void Http2Connection::beginDrain() {
  if (draining_ || ended_) return;
  draining_ = true;
  if (!ready_) {
    close({ErrorCode::Drained, Side::Balancer, "The connection was not needed any more."});
    owner_.onConnectionClosed(*this, {ErrorCode::Drained, Side::Balancer, {}});
    return;
  }
  if (role_ == Role::Connected) {
    if (streams_.empty()) finishDrain();
    return;
  }
  // RFC 9113 §6.8: first a notice, so that requests on their way still count; then the real last stream.
  nghttp2_submit_shutdown_notice(session_);
  nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr);
  drainTimer_ = loop_.after(std::chrono::seconds(1), [this] { finishDrain(); });
  wantFlush();
}

void Http2Connection::finishDrain() {
  if (finalGoawaySent_ || ended_) return;
  finalGoawaySent_ = true;
  drainTimer_.cancel();
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, nghttp2_session_get_last_proc_stream_id(session_),
                        NGHTTP2_NO_ERROR, nullptr, 0);
  wantFlush();
}

/// Whether the peer may do this once more; the connection ends when it may not.
bool Http2Connection::tolerates(RateLimit& limit) {
  if (limit.take(loop_.now())) return true;
  if (std::exchange(hadEnough_, true)) return false;
  nghttp2_session_terminate_session(session_, NGHTTP2_ENHANCE_YOUR_CALM);
  return false;
}

Http2Stream& Http2Connection::addStream(StreamHandler* handler, std::int32_t id) {
  ++streamsBegun_;
  auto stream = std::make_unique<Http2Stream>(*this, handler, id);
  stream->index_ = streams_.size();
  streams_.push_back(std::move(stream));
  return *streams_.back();
}

void Http2Connection::removeStream(Http2Stream& stream) {
  const std::size_t index = stream.index_;
  if (index >= streams_.size() || streams_[index].get() != &stream) return;
  loop_.retire(std::move(streams_[index]));
  if (index + 1 != streams_.size()) {
    streams_[index] = std::move(streams_.back());
    streams_[index]->index_ = index;
  }
  streams_.pop_back();
  if (streams_.empty()) {
    idleSince_ = loop_.now();
    if (draining_ && role_ == Role::Connected) finishDrain();
  }
}

ConnectionCounts Http2Connection::counts() const {
  return {.isHttp2 = true,
          .streams = streamsBegun_,
          .receivedBytes = transport_->receivedBytes(),
          .sentBytes = transport_->sentBytes(),
          .pings = pings_,
          .goawaySent = goawayCode_.has_value(),
          .goawayReceived = peerLeaves_,
          .rttMicros = transport_->rttMicros()};
}

net::TlsFacts Http2Connection::tlsFacts() const {
  return transport_->hasTls() ? transport_->tlsFacts() : net::TlsFacts();
}

}  // namespace spillway::http
