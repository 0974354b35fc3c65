// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "engine/base/byte_queue.h"
#include "engine/http/http1_connection.h"
#include "engine/http/receive_window.h"
#include "engine/http/stream.h"

namespace spillway::http {

/// The exchange that an Http1Connection is at. Part of the connection's insides: only http1_*.cpp include
/// this.
class Http1Stream final : public HttpStream, public net::Retirable {
 public:
  Http1Stream(Http1Connection& connection, StreamHandler* handler)
      : connection_(connection),
        handler_(handler),
        window_(connection.settings_.window, connection.settings_.largestWindow) {}

  void sendHead(const MessageHead& head, End end) override;
  void sendData(const ByteChunk& chunk, End end) override;
  void sendTrailers(Headers trailers) override;
  void reset(ResetCode code) override;
  void consume(std::size_t bytes) override;
  void detach() override;
  std::uint64_t receivedBytes() const override { return receivedBytes_; }
  std::uint64_t sentBytes() const override { return sentBytes_; }

 private:
  friend class Http1Connection;
  void sendRequestHead(const MessageHead& head, End end);
  void sendResponseHead(const MessageHead& head, End end);
  BodyFraming responseFraming(const MessageHead& head, End end) const;
  void write(std::string_view text);
  /// Moves what is queued to the connection's output, framed, until that holds `limit` bytes.
  void fill(std::size_t limit);
  void fillPiece(std::size_t count);
  void finishOutput();
  void giveData(const ByteChunk& chunk, End end);
  /// The answer to an offered upgrade is an ordinary one: neither side sends anything but it.
  void stayHttp();
  bool isComplete() const { return outgoingEnded_ && (incomingEnded_ || isReleased_); }

  Http1Connection& connection_;
  StreamHandler* handler_;
  std::string method_;  ///< of the request
  Version peerVersion_ = Version::Http11;
  BodyFraming outgoing_;  ///< how our side's body is framed; `length` = what is still to come
  ByteQueue output_;
  std::optional<Headers> trailers_;
  ReceiveWindow window_;
  std::size_t unconsumed_ = 0;   ///< bytes given to the handler that it still holds
  bool upgradeOffered_ = false;  ///< the request asks for another protocol, which is not granted yet
  bool isTunnel_ = false;        ///< raw bytes both ways
  bool headSent_ = false;        ///< the final head is in the connection's output
  bool endQueued_ = false;       ///< nothing follows what is queued
  bool outgoingEnded_ = false;   ///< our end is in the connection's output
  bool incomingEnded_ = false;   ///< the peer's end has come
  bool isReleased_ = false;      ///< the rest of what the peer sends is not needed
  bool answerBegun_ = false;     ///< connected role: a byte of the answer has come
  std::uint64_t receivedBytes_ = 0, sentBytes_ = 0;

  std::uint64_t interimBytes_ = 0;  ///< connected role: of the heads before the final one
};

}  // namespace spillway::http
