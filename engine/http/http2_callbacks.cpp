// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http2_callbacks.h"

#include <nghttp2/nghttp2.h>

#include <charconv>
#include <string_view>

#include "engine/http/http2_stream.h"

namespace spillway::http {
namespace {

/// A header block that grows to this many times its limit is a bomb.
constexpr std::size_t kBomb = 4;
/// Of a path over its limit, this much is kept for the log, bytes.
constexpr std::size_t kShownPath = 1024;
/// Gaps in the stream identifiers that are remembered; clients hardly ever leave one.
constexpr std::size_t kPassedOver = 32;

}  // namespace

/// What nghttp2 tells, turned into calls of the streams' handlers. A struct, so that the connection and its
/// streams can name it as a friend.
struct Http2Callbacks {
  static Http2Connection& connectionOf(void* user) { return *static_cast<Http2Connection*>(user); }

  /// A stream mostly has several calls in a row: nghttp2's table is asked for the first of them.
  static Http2Stream* streamOf(Http2Connection& connection, std::int32_t id) {
    if (id == connection.recentId_) return connection.recent_;
    auto* found = static_cast<Http2Stream*>(nghttp2_session_get_stream_user_data(connection.session_, id));
    if (found) remember(connection, *found, id);
    return found;
  }

  static void remember(Http2Connection& connection, Http2Stream& stream, std::int32_t id) {
    connection.recent_ = &stream;
    connection.recentId_ = id;
  }

  /// nghttp2 lets HEADERS pass whose identifier is smaller than the newest and was never used.
  static int beginFrame(nghttp2_session* session, const nghttp2_frame_hd* header, void* user) {
    Http2Connection& connection = connectionOf(user);
    if (header->type != NGHTTP2_HEADERS || connection.role_ != Http2Connection::Role::Accepted) return 0;
    const std::int32_t id = header->stream_id;
    if (id > connection.newestStream_) {
      if (id > connection.newestStream_ + 2 && connection.passedOver_.size() < kPassedOver) {
        connection.passedOver_.emplace_back(connection.newestStream_ + 2, id - 2);
      }
      connection.newestStream_ = id;
      return 0;
    }
    for (const auto& [first, last] : connection.passedOver_) {
      if (first <= id && id <= last) nghttp2_session_terminate_session(session, NGHTTP2_PROTOCOL_ERROR);
    }
    return 0;
  }

  static int beginHeaders(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Http2Connection& connection = connectionOf(user);
    connection.headSince_ = connection.loop_.now();
    if (frame->hd.type != NGHTTP2_HEADERS || frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    Http2Stream& stream = connection.addStream(nullptr, frame->hd.stream_id);
    nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, &stream);
    remember(connection, stream, frame->hd.stream_id);
    stream.handler_ = connection.owner_.onStream(stream);
    if (!stream.handler_) stream.reset(ResetCode::Refused);
    return 0;
  }

  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t nameSize, const std::uint8_t* value, std::size_t valueSize, std::uint8_t,
                    void* user) {
    Http2Connection& connection = connectionOf(user);
    Http2Stream* stream = streamOf(connection, frame->hd.stream_id);
    if (!stream) return 0;
    const Http2Settings& limits = connection.settings_;
    const std::size_t size = nameSize + valueSize;
    stream->incomingBytes_ += size;
    // Beyond its limits a head is read on, so that it can be refused in HTTP's words, but not kept; a bomb is
    // cut.
    if (stream->incomingBytes_ > kBomb * limits.maxHeaderBytes) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    const std::string_view field(reinterpret_cast<const char*>(name), nameSize);
    MessageHead& head = stream->incoming_;
    if (field == ":path" && valueSize > limits.maxPathBytes) {
      head.problem = HeadProblem::RequestLineTooLong;
      valueSize = kShownPath;
    } else if (field != ":path" &&
               (size > limits.maxFieldBytes || stream->incomingBytes_ > limits.maxHeaderBytes ||
                head.fields.count() >= limits.maxHeaderFields)) {
      if (head.problem == HeadProblem::None) head.problem = HeadProblem::HeadersTooLarge;
      return 0;
    }
    addHeader(*stream, field, {reinterpret_cast<const char*>(value), valueSize});
    return 0;
  }

  static void addHeader(Http2Stream& stream, std::string_view name, std::string_view value) {
    MessageHead& head = stream.incoming_;
    if (!name.starts_with(':')) return head.fields.add(name, value);
    if (name == ":method") head.method = value;
    if (name == ":scheme") head.scheme = value;
    if (name == ":authority") head.authority = value;
    if (name == ":path") head.path = value;
    if (name == ":protocol") head.protocol = value;
    if (name == ":status") {
      std::from_chars(value.data(), value.data() + value.size(), head.status);
      stream.incomingHasStatus_ = true;
    }
  }

  static bool isChatter(const nghttp2_frame& frame) {
    const bool isAck = frame.hd.flags & NGHTTP2_FLAG_ACK;
    switch (frame.hd.type) {
      case NGHTTP2_PING:
      case NGHTTP2_SETTINGS:
        return !isAck;
      case NGHTTP2_PRIORITY:
        return true;
      case NGHTTP2_DATA:
        return frame.hd.length == 0 && !(frame.hd.flags & NGHTTP2_FLAG_END_STREAM);
      default:
        return false;
    }
  }

  static int frameReceived(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    Http2Connection& connection = connectionOf(user);
    if (isChatter(*frame) && !connection.tolerates(connection.chatter_)) return 0;
    switch (frame->hd.type) {
      case NGHTTP2_SETTINGS:
        if (!(frame->hd.flags & NGHTTP2_FLAG_ACK)) {
          connection.peerSettingsSeen_ = true;
          connection.owner_.onRoom(connection);
        }
        return 0;
      case NGHTTP2_PING:
        if (!(frame->hd.flags & NGHTTP2_FLAG_ACK)) {
          ++connection.pings_;
        } else if (connection.draining_) {
          connection.finishDrain();
        }
        return 0;
      case NGHTTP2_RST_STREAM:
        if (connection.role_ == Http2Connection::Role::Accepted) connection.tolerates(connection.peerResets_);
        break;
      case NGHTTP2_GOAWAY:
        connection.draining_ = connection.peerLeaves_ = true;
        connection.owner_.onRoom(connection);
        return 0;
      default:
        break;
    }
    if (frame->hd.type == NGHTTP2_HEADERS) connection.headSince_ = {};
    Http2Stream* stream = streamOf(connection, frame->hd.stream_id);
    if (!stream) return 0;
    stream->receivedBytes_ += frame->hd.length + 9;
    const End end = frame->hd.flags & NGHTTP2_FLAG_END_STREAM ? End::Yes : End::No;
    // What a handler does may end the observing; a request's first frame comes before it begins.
    const bool wasObserved = stream->observer_ != nullptr;
    if (wasObserved) tellFrame(*stream, frame->hd, FrameWay::Received);
    if (frame->hd.type == NGHTTP2_HEADERS) headersReceived(*stream, end);
    if (!wasObserved && stream->observer_) tellFrame(*stream, frame->hd, FrameWay::Received);
    if (frame->hd.type == NGHTTP2_DATA && end == End::Yes) {
      stream->endReceived_ = true;
      if (stream->handler_) stream->handler_->onData({}, End::Yes);
    }
    return 0;
  }

  enum class FrameWay : bool { Received, Sent };

  static void tellFrame(Http2Stream& stream, const nghttp2_frame_hd& frame, FrameWay way) {
    nghttp2_session* session = stream.connection_.session_;
    const bool sent = way == FrameWay::Sent;
    FrameFacts facts{.sent = sent, .type = frame.type, .flags = frame.flags};
    facts.length = static_cast<std::uint32_t>(frame.length);
    // A WINDOW_UPDATE opens the way against its own.
    if (sent != (frame.type == NGHTTP2_WINDOW_UPDATE)) {
      facts.streamWindow = nghttp2_session_get_stream_remote_window_size(session, stream.id_);
      facts.connectionWindow = nghttp2_session_get_remote_window_size(session);
    } else {
      facts.streamWindow = nghttp2_session_get_stream_local_window_size(session, stream.id_);
      facts.connectionWindow = nghttp2_session_get_local_window_size(session);
    }
    stream.observer_->onFrame(facts);
  }

  /// 1xx are passed on (RFC 9110 §15.2), but not more of them than a head may have bytes.
  static void interimReceived(Http2Stream& stream, std::size_t bytes) {
    stream.interimBytes_ += bytes;
    if (stream.interimBytes_ > stream.connection_.settings_.maxHeaderBytes) return;
    if (stream.handler_) stream.handler_->onHead(std::move(stream.incoming_), End::No);
  }

  static void headersReceived(Http2Stream& stream, End end) {
    passHeaders(stream, end);
    if (end == End::Yes) return;
    // Another block may follow, which has a status or fields only.
    stream.incoming_.fields.clear();
    stream.incoming_.status = 0;
    stream.incoming_.problem = HeadProblem::None;
  }

  static void passHeaders(Http2Stream& stream, End end) {
    MessageHead& head = stream.incoming_;
    const bool isInterim = std::exchange(stream.incomingHasStatus_, false) && head.status < 200;
    const std::size_t bytes = std::exchange(stream.incomingBytes_, 0);
    if (isInterim) return interimReceived(stream, bytes);
    const bool isHead = !std::exchange(stream.headSeen_, true);
    if (end == End::Yes) stream.endReceived_ = true;
    if (!stream.handler_) return;
    if (isHead) {
      stream.handler_->onHead(std::move(head), end);
    } else {
      stream.handler_->onTrailers(std::move(head.fields));
    }
  }

  static int dataReceived(nghttp2_session* session, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                          std::size_t size, void* user) {
    Http2Connection& connection = connectionOf(user);
    const ByteChunk& input = *connection.input_;
    nghttp2_session_consume_connection(session, size);
    Http2Stream* stream = streamOf(connection, id);
    if (!stream || !stream->handler_) return 0;
    stream->handler_->onData(input.slice(static_cast<std::size_t>(data - input.data()), size), End::No);
    return 0;
  }

  /// One DATA frame that fillFrame promised: its header, then the stream's bytes by reference.
  static int sendData(nghttp2_session*, nghttp2_frame*, const std::uint8_t* frameHeader, std::size_t length,
                      nghttp2_data_source* source, void* user) {
    Http2Connection& connection = connectionOf(user);
    auto& stream = *static_cast<Http2Stream*>(source->ptr);
    connection.output_.append(std::span(frameHeader, 9));
    stream.output_.moveTo(connection.output_, length);
    stream.sentBytes_ += length + 9;
    if (stream.handler_ && length > 0) stream.handler_->onSent(length);
    return 0;
  }

  /// RST_STREAM codes with which we answer what a peer did wrong.
  static bool isProvoked(const nghttp2_frame& frame) {
    if (frame.hd.type != NGHTTP2_RST_STREAM) return false;
    switch (frame.rst_stream.error_code) {
      case NGHTTP2_PROTOCOL_ERROR:
      case NGHTTP2_FLOW_CONTROL_ERROR:
      case NGHTTP2_STREAM_CLOSED:
      case NGHTTP2_FRAME_SIZE_ERROR:
        return true;
      default:
        return false;
    }
  }

  static int frameSent(nghttp2_session* session, const nghttp2_frame* frame, void* user) {
    Http2Connection& connection = connectionOf(user);
    if (isProvoked(*frame)) connection.tolerates(connection.provokedResets_);
    if (frame->hd.type == NGHTTP2_GOAWAY) connection.goawayCode_ = frame->goaway.error_code;
    const bool isMessage = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    if (!isMessage && !connection.isObserved_) return 0;
    Http2Stream* stream = streamOf(connection, frame->hd.stream_id);
    if (!stream) return 0;
    if (stream->observer_) tellFrame(*stream, frame->hd, FrameWay::Sent);
    if (!isMessage) return 0;
    if (frame->hd.type == NGHTTP2_HEADERS) stream->sentBytes_ += frame->hd.length + 9;
    if (!(frame->hd.flags & NGHTTP2_FLAG_END_STREAM)) return 0;
    stream->endSent_ = true;
    if (stream->resetAfterEnd_ && !stream->endReceived_) {
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, stream->id_, NGHTTP2_NO_ERROR);
    }
    return 0;
  }

  static int streamClosed(nghttp2_session* session, std::int32_t id, std::uint32_t code, void* user) {
    Http2Connection& connection = connectionOf(user);
    Http2Stream* stream = streamOf(connection, id);
    if (!stream) return 0;
    connection.recentId_ = 0;
    connection.recent_ = nullptr;
    nghttp2_session_set_stream_user_data(session, id, nullptr);
    if (StreamHandler* handler = std::exchange(stream->handler_, nullptr)) {
      // A client that has the whole answer may break off the rest of its request: that is an end in order.
      const bool accepted = connection.role_ == Http2Connection::Role::Accepted;
      if (stream->endSent_ && (stream->endReceived_ || accepted)) {
        handler->onClosed();
      } else {
        const bool neverSent = !accepted && stream->sentBytes_ == 0;
        handler->onReset(
            {static_cast<ResetCode>(code), false, code == NGHTTP2_REFUSED_STREAM || neverSent, {}});
      }
    }
    connection.removeStream(*stream);
    connection.owner_.onRoom(connection);
    return 0;
  }
};

Http2CallbackTable::Http2CallbackTable() {
  nghttp2_session_callbacks_new(&table_);
  nghttp2_session_callbacks_set_on_begin_frame_callback(table_, Http2Callbacks::beginFrame);
  nghttp2_session_callbacks_set_on_begin_headers_callback(table_, Http2Callbacks::beginHeaders);
  nghttp2_session_callbacks_set_on_header_callback(table_, Http2Callbacks::header);
  nghttp2_session_callbacks_set_on_frame_recv_callback(table_, Http2Callbacks::frameReceived);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(table_, Http2Callbacks::dataReceived);
  nghttp2_session_callbacks_set_send_data_callback(table_, Http2Callbacks::sendData);
  nghttp2_session_callbacks_set_on_frame_send_callback(table_, Http2Callbacks::frameSent);
  nghttp2_session_callbacks_set_on_stream_close_callback(table_, Http2Callbacks::streamClosed);
}

Http2CallbackTable::~Http2CallbackTable() {
  nghttp2_session_callbacks_del(table_);
}

const Http2CallbackTable& http2Callbacks() {
  static const Http2CallbackTable table;
  return table;
}

}  // namespace spillway::http
