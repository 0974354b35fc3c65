// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/byte_chunk.h"
#include "engine/base/error.h"
#include "engine/http/frame_observer.h"
#include "engine/http/message.h"

namespace spillway::http {

/// Whether this is the last thing in its direction.
enum class End : bool { No, Yes };

/// Why a stream is broken off; the numbers are RFC 9113 §7's.
enum class ResetCode : std::uint32_t {
  NoError = 0,
  Protocol = 1,
  Internal = 2,
  FlowControl = 3,
  StreamClosed = 5,
  FrameSize = 6,
  Refused = 7,
  Cancel = 8,
  Compression = 9,
  Connect = 10,
  EnhanceYourCalm = 11,
  InadequateSecurity = 12,
  Http11Required = 13,
};

/// How a stream ended early.
struct StreamError {
  ResetCode code = ResetCode::NoError;  ///< as the peer sent it; Internal when the connection was lost
  bool connectionLost = false;
  bool unprocessed =
      false;    ///< the peer says that it never began this request (RFC 9113 §8.7): safe to send again
  Error error;  ///< set when the connection was lost
  /// HTTP/1: the connection had served requests before and ended without a byte of this one's answer: the
  /// target probably closed it as idle. Safe to send again only if the request is idempotent (RFC 9112
  /// §9.3.1).
  bool reusedAndSilent = false;
};

/// Whoever listens to a stream: each end of an exchange, a health check. Exactly one of onReset and onClosed
/// comes, as the last call; none comes after detach().
class StreamHandler {
 public:
  virtual ~StreamHandler() = default;
  /// The handler may take what it wants out of `head`.
  virtual void onHead(MessageHead&& head, End end) = 0;
  virtual void onData(const ByteChunk& chunk, End end) = 0;
  virtual void onTrailers(Headers&& trailers) = 0;  ///< the end of its direction
  /// This many bytes given to sendData() went into the connection's output.
  virtual void onSent(std::size_t bytes) = 0;
  virtual void onReset(const StreamError& error) = 0;
  virtual void onClosed() = 0;  ///< both directions ended in order, on the wire
};

/// One request and its response on a connection, from one side. Owned by its connection; lives until onReset,
/// onClosed or detach(). Worker thread only.
class HttpStream {
 public:
  virtual ~HttpStream() = default;
  virtual void sendHead(const MessageHead& head, End end) = 0;
  /// Takes a reference. How much waits here is bounded by the other stream's receive window: a byte received
  /// is consumed there only after onSent here.
  virtual void sendData(const ByteChunk& chunk, End end) = 0;
  virtual void sendTrailers(Headers trailers) = 0;
  /// Breaks the stream off. NoError after our end was sent means: the rest of the request is not needed
  /// (RFC 9113 §8.1), and waits until that end is on the wire. Detaches the handler otherwise.
  virtual void reset(ResetCode code) = 0;
  /// The handler is done with this many received bytes: opens the window.
  virtual void consume(std::size_t bytes) = 0;
  /// No more calls to the handler; the stream is not to be used after it.
  virtual void detach() = 0;
  /// Bytes on the wire of this stream so far, frame headers and header blocks included.
  virtual std::uint64_t receivedBytes() const = 0;
  virtual std::uint64_t sentBytes() const = 0;
  /// Tells of this stream's frames from now on, until detach() or reset(). HTTP/1 has none.
  virtual void observe(FrameObserver&) {}
  /// The HTTP/2 stream identifier; 0: HTTP/1, or no request was sent yet.
  virtual std::uint32_t wireId() const { return 0; }
};

}  // namespace spillway::http
