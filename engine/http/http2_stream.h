// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "engine/base/byte_queue.h"
#include "engine/http/http2_connection.h"
#include "engine/http/receive_window.h"
#include "engine/http/stream.h"

namespace spillway::http {

/// One stream of an Http2Connection. Part of the connection's insides: only http2_*.cpp include this.
class Http2Stream final : public HttpStream, public net::Retirable {
 public:
  Http2Stream(Http2Connection& connection, StreamHandler* handler, std::int32_t id)
      : connection_(connection),
        handler_(handler),
        id_(id),
        window_(connection.settings_.streamWindow, connection.settings_.largestStreamWindow) {}

  void sendHead(const MessageHead& head, End end) override;
  void sendData(const ByteChunk& chunk, End end) override;
  void sendTrailers(Headers trailers) override;
  void reset(ResetCode code) override;
  void consume(std::size_t bytes) override;
  void detach() override;
  std::uint64_t receivedBytes() const override { return receivedBytes_; }
  std::uint64_t sentBytes() const override { return sentBytes_; }
  void observe(FrameObserver& observer) override;
  std::uint32_t wireId() const override { return id_ > 0 ? static_cast<std::uint32_t>(id_) : 0; }

  /// How many queued bytes go into the next DATA frame of at most `room`, with nghttp2's flags for it; the
  /// bytes themselves follow through the connection (NO_COPY). Negative: nghttp2's reason for none.
  long fillFrame(std::size_t room, std::uint32_t& flags);

 private:
  friend class Http2Connection;
  friend struct Http2Callbacks;
  void wakeOutput();
  void sendInterim(const MessageHead& head);

  Http2Connection& connection_;
  StreamHandler* handler_;
  FrameObserver* observer_ = nullptr;
  std::int32_t id_;                ///< 0 until the request is submitted
  std::size_t index_ = 0;          ///< place in the connection's list
  MessageHead incoming_;           ///< the header block being received
  std::size_t incomingBytes_ = 0;  ///< of that block, all names and values
  std::size_t interimBytes_ = 0;   ///< of all 1xx heads
  bool incomingHasStatus_ = false;
  bool headSeen_ = false;  ///< the final head has been handed on
  ByteQueue output_;
  std::optional<Headers> trailers_;
  bool endQueued_ = false;  ///< nothing follows what is queued
  bool endSent_ = false;    ///< END_STREAM is on the wire
  bool endReceived_ = false;
  bool deferred_ = false;  ///< nghttp2 waits for more data of this stream
  bool resetAfterEnd_ = false;
  ReceiveWindow window_;
  std::uint64_t receivedBytes_ = 0, sentBytes_ = 0;
};

}  // namespace spillway::http
