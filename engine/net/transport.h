// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include "engine/base/byte_queue.h"
#include "engine/base/result.h"
#include "engine/net/event_loop.h"
#include "engine/net/socket_address.h"
#include "engine/net/tls_context.h"
#include "engine/net/tls_facts.h"

struct ssl_st;

namespace spillway::net {

/// Who hears of a transport. After onClosed nothing more comes. It may retire the transport in any of these,
/// but not destroy it.
class TransportListener {
 public:
  virtual ~TransportListener() = default;
  virtual void onReady() = 0;  ///< connected, and TLS agreed where there is TLS
  virtual void onBytes(const ByteChunk&) = 0;
  virtual void onDrained() = 0;  ///< write() may go on
  /// The peer has sent its last byte. True keeps the transport for writing; false ends it: onClosed follows.
  virtual bool onPeerEnd() { return false; }
  virtual void onClosed(const Error&) = 0;  ///< code None: the peer ended it in order
};

struct ConnectTimeouts {
  Duration connect = std::chrono::seconds(10);       ///< ALB: 10 s
  Duration tlsHandshake = std::chrono::seconds(10);  ///< ALB: 10 s
};

/// A TCP connection, plain or TLS, on one loop. OpenSSL works on the socket itself.
class Transport : public Retirable {
 public:
  /// A connection that was accepted; owns `fd`.
  static std::unique_ptr<Transport> accepted(EventLoop&, int fd, std::shared_ptr<const TlsContext>);
  /// A connection that is to be made; failures come as onClosed.
  static std::unique_ptr<Transport> connecting(EventLoop&, const SocketAddress&,
                                               std::shared_ptr<const TlsContext>,
                                               const std::string& serverName, ConnectTimeouts);
  ~Transport() override;

  /// Begins the handshake and reading. Called again to hand the transport on to another listener.
  void start(TransportListener&);
  /// Writes what the kernel takes and drops it from the queue. False: wait for onDrained(), do not write
  /// before.
  bool write(ByteQueue&);
  /// Sends FIN: nothing is written after it. Reading goes on. Once is enough; again does nothing.
  void finishWriting();
  void pauseReading();
  /// From now on at most this many bytes come in one onBytes, while this thread holds much already; not 0.
  void limitReading(std::size_t bytes) { readLimit_ = bytes; }
  void resumeReading();
  enum class Close : bool { Now, AfterPeer };
  /// Ends the connection; no callback follows. AfterPeer: sends FIN and lets the peer read what is on its
  /// way.
  void close(Close);
  bool isOpen() const { return phase_ != Phase::Closed; }
  bool hasTls() const { return tls_ != nullptr; }
  /// From onReady() on, and in onClosed() also of a handshake that failed. Makes text: ask once.
  TlsFacts tlsFacts() const;
  /// Without what TLS adds.
  std::uint64_t receivedBytes() const { return receivedBytes_; }
  std::uint64_t sentBytes() const { return sentBytes_; }
  /// The kernel's smoothed round-trip time in microseconds; -1: unknown. A system call.
  std::int64_t rttMicros() const;

 private:
  enum class Phase : std::uint8_t { Idle, Connecting, Handshaking, Open, Closed };
  Transport(EventLoop&, int fd, std::shared_ptr<const TlsContext>);
  void expectPeerName(const std::string& name);
  void advance();
  void finishConnect();
  void handshake();
  void becomeOpen();
  void read();
  long readSome(std::uint8_t* data, std::size_t size);
  bool writePlain(ByteQueue&);
  bool writeTls(ByteQueue&);
  bool writeTlsRecords(ByteQueue&);
  void fail(const Error& error);
  Error handshakeError(unsigned long error) const;

  EventLoop& loop_;
  std::shared_ptr<const TlsContext> context_;
  ssl_st* tls_ = nullptr;
  TransportListener* listener_ = nullptr;
  std::unique_ptr<FdWatch> watch_;
  Timer deadline_;
  ConnectTimeouts timeouts_;
  TimePoint handshakeBegan_{};
  HandshakeResult handshakeResult_;
  Phase phase_ = Phase::Idle;
  bool isServer_ = true;
  std::size_t readLimit_ = SIZE_MAX;
  std::uint64_t receivedBytes_ = 0, sentBytes_ = 0;
  bool readFloods_ = false;  ///< the last read took all that there was room for
  bool readPaused_ = false;
  bool readPosted_ = false;
  bool readEnded_ = false;     ///< the peer has sent its last byte
  bool writingEnded_ = false;  ///< our FIN is out
  bool waitsForDrain_ = false;
  bool readWantsWrite_ = false;  ///< TLS: a read waits until the socket takes bytes
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace spillway::net
