// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/net/transport.h"

#include <fmt/core.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace spillway::net {
namespace {

constexpr std::size_t kBytesPerTurn = 128 * 1024;
constexpr std::size_t kSmallestRoom = 4 * 1024;
constexpr std::size_t kTlsRecord = 16384;
/// While this thread holds less, reads are as long as their blocks: that is faster, and costs little.
constexpr std::size_t kPlenty = 1024 * 1024;
constexpr std::string_view kPlainRequestAnswer =
    "HTTP/1.1 400 Bad Request\r\nServer: awselb/2.0\r\nContent-Type: text/html\r\nConnection: close\r\n"
    "Content-Length: 58\r\n\r\nThe plain HTTP request was sent to the port for HTTPS.\r\n\r\n";

Error socketError(int error, Side side) {
  switch (error) {
    case ECONNREFUSED:
      return {ErrorCode::Refused, side, "Connection refused."};
    case ENETUNREACH:
    case EHOSTUNREACH:
      return {ErrorCode::Unreachable, side, "No route to the address."};
    case ETIMEDOUT:
      return {ErrorCode::ConnectTimeout, side, "No connection in time."};
    case EMFILE:
    case ENFILE:
      return {ErrorCode::System, Side::Balancer, "Too many files are open for another connection."};
    case ECONNRESET:
    case EPIPE:
      return {ErrorCode::ConnectionReset, side, "The peer reset the connection."};
    default:
      return {ErrorCode::ConnectionReset, side,
              fmt::format("The connection failed: {}.", std::strerror(error))};
  }
}

/// After our FIN: reads and forgets what still comes, so that the kernel does not answer it with a reset that
/// would take our last bytes from the peer. Ends at the peer's FIN or after two seconds.
class Lingering : public Retirable {
 public:
  Lingering(EventLoop& loop, int fd)
      : loop_(loop),
        watch_(
            loop, fd, [this] { discard(); }, nullptr) {
    limit_ = loop.after(std::chrono::seconds(2), [this] { loop_.dismiss(*this); });
    watch_.waitReadable();
  }

 private:
  void discard() {
    std::array<char, 4096> sink;
    for (std::size_t taken = 0; taken < kBytesPerTurn; taken += sink.size()) {
      const auto got = ::recv(watch_.fd(), sink.data(), sink.size(), 0);
      if (got > 0) continue;
      if (got < 0 && (errno == EAGAIN || errno == EINTR)) break;
      loop_.dismiss(*this);
      return;
    }
    watch_.waitReadable();
  }

  EventLoop& loop_;
  FdWatch watch_;
  Timer limit_;
};

}  // namespace

Transport::Transport(EventLoop& loop, int fd, std::shared_ptr<const TlsContext> context)
    : loop_(loop), context_(std::move(context)) {
  if (fd < 0) return;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch_ = std::make_unique<FdWatch>(
      loop, fd, [this] { advance(); },
      [this] {
        if (phase_ == Phase::Open && waitsForDrain_) {
          waitsForDrain_ = false;
          listener_->onDrained();
        }
        if (phase_ != Phase::Open || readWantsWrite_) advance();
      });
}

Transport::~Transport() {
  *alive_ = false;
  SSL_free(tls_);
}

std::unique_ptr<Transport> Transport::accepted(EventLoop& loop, int fd,
                                               std::shared_ptr<const TlsContext> context) {
  return std::unique_ptr<Transport>(new Transport(loop, fd, std::move(context)));
}

std::unique_ptr<Transport> Transport::connecting(EventLoop& loop, const SocketAddress& address,
                                                 std::shared_ptr<const TlsContext> context,
                                                 const std::string& serverName, ConnectTimeouts timeouts) {
  const int fd = ::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int made =
      fd < 0 ? -1 : ::connect(fd, static_cast<const sockaddr*>(address.native()), address.nativeSize());
  const int error = made < 0 ? errno : 0;
  std::unique_ptr<Transport> result(new Transport(loop, fd, std::move(context)));
  result->isServer_ = false;
  result->timeouts_ = timeouts;
  result->phase_ = Phase::Connecting;
  if (result->context_) {
    result->tls_ = SSL_new(result->context_->native());
    result->expectPeerName(serverName);
  }
  if (error != 0 && error != EINPROGRESS) {
    loop.post([raw = result.get(), alive = result->alive_, error] {
      if (*alive && raw->phase_ == Phase::Connecting) raw->fail(socketError(error, Side::Target));
    });
  } else {
    result->watch_->waitWritable();
  }
  return result;
}

void Transport::expectPeerName(const std::string& name) {
  if (name.empty()) return;
  if (SocketAddress::parse(name, 0)) {
    // An address is no server name (RFC 6066 §3), but a certificate may name it.
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls_), name.c_str());
    return;
  }
  SSL_set_tlsext_host_name(tls_, name.c_str());
  SSL_set1_host(tls_, name.c_str());
}

void Transport::start(TransportListener& listener) {
  const bool first = listener_ == nullptr;
  listener_ = &listener;
  if (!first) return;
  if (!isServer_) {
    deadline_ = loop_.after(timeouts_.connect, [this] {
      fail({ErrorCode::ConnectTimeout, Side::Target, "No connection within the connect timeout."});
    });
    return;
  }
  if (context_) tls_ = SSL_new(context_->native());
  if (!tls_) {
    becomeOpen();
    return;
  }
  phase_ = Phase::Handshaking;
  handshakeBegan_ = SteadyClock::now();
  SSL_set_fd(tls_, watch_->fd());
  SSL_set_accept_state(tls_);
  deadline_ = loop_.after(timeouts_.tlsHandshake, [this] {
    fail({ErrorCode::TlsTimeout, Side::Client, "The TLS handshake took too long."});
  });
  watch_->waitReadable();
}

void Transport::advance() {
  switch (phase_) {
    case Phase::Connecting:
      return finishConnect();
    case Phase::Handshaking:
      return handshake();
    case Phase::Open:
      return read();
    default:
      return;
  }
}

void Transport::finishConnect() {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(watch_->fd(), SOL_SOCKET, SO_ERROR, &error, &size);
  if (error != 0) return fail(socketError(error, Side::Target));
  if (!tls_) return becomeOpen();
  phase_ = Phase::Handshaking;
  handshakeBegan_ = SteadyClock::now();
  SSL_set_fd(tls_, watch_->fd());
  SSL_set_connect_state(tls_);
  deadline_ = loop_.after(timeouts_.tlsHandshake, [this] {
    fail({ErrorCode::TlsTimeout, Side::Target, "The TLS handshake took too long."});
  });
  handshake();
}

void Transport::handshake() {
  ERR_clear_error();
  const int done = SSL_do_handshake(tls_);
  if (done == 1) {
    const auto spent = SteadyClock::now() - handshakeBegan_;
    handshakeResult_.micros = std::chrono::duration_cast<std::chrono::microseconds>(spent).count();
    return becomeOpen();
  }
  const int reason = SSL_get_error(tls_, done);
  if (reason == SSL_ERROR_WANT_READ) return watch_->waitReadable();
  if (reason == SSL_ERROR_WANT_WRITE) return watch_->waitWritable();
  const unsigned long error = handshakeResult_.failure = ERR_peek_error();
  if (isServer_ && ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST) {
    [[maybe_unused]] const auto sent =
        ::send(watch_->fd(), kPlainRequestAnswer.data(), kPlainRequestAnswer.size(), MSG_NOSIGNAL);
  }
  fail(handshakeError(error));
}

Error Transport::handshakeError(unsigned long error) const {
  const Side side = isServer_ ? Side::Client : Side::Target;
  // A verdict that nobody asked for is no reason.
  const bool verifies = SSL_get_verify_mode(tls_) != SSL_VERIFY_NONE;
  const long verdict = verifies ? SSL_get_verify_result(tls_) : X509_V_OK;
  if (verdict != X509_V_OK) {
    return {ErrorCode::TlsHandshake, side,
            fmt::format("The {}'s certificate was refused: {}.", isServer_ ? "client" : "target",
                        X509_verify_cert_error_string(verdict))};
  }
  const char* words = error ? ERR_reason_error_string(error) : nullptr;
  return {ErrorCode::TlsHandshake, side,
          fmt::format("The TLS handshake failed: {}.", words ? words : "the peer ended it")};
}

void Transport::becomeOpen() {
  deadline_.cancel();
  phase_ = Phase::Open;
  const auto alive = alive_;
  listener_->onReady();
  if (!*alive || phase_ != Phase::Open) return;
  // TLS may hold bytes that came with the end of the handshake.
  if (tls_) {
    read();
  } else {
    watch_->waitReadable();
  }
}

long Transport::readSome(std::uint8_t* data, std::size_t size) {
  if (!tls_) {
    const auto got = ::recv(watch_->fd(), data, size, 0);
    if (got > 0) return got;
    if (got == 0) return 0;
    if (errno == EAGAIN || errno == EINTR) return -1;
    fail(socketError(errno, isServer_ ? Side::Client : Side::Target));
    return -2;
  }
  ERR_clear_error();
  const int got = SSL_read(tls_, data, static_cast<int>(size));
  if (got > 0) return got;
  switch (SSL_get_error(tls_, got)) {
    case SSL_ERROR_WANT_READ:
      return -1;
    case SSL_ERROR_WANT_WRITE:
      readWantsWrite_ = true;
      watch_->waitWritable();
      return -1;
    case SSL_ERROR_ZERO_RETURN:
      return 0;
    case SSL_ERROR_SYSCALL:
      if (errno == 0) return 0;
      [[fallthrough]];
    default:
      fail({ErrorCode::ConnectionReset, isServer_ ? Side::Client : Side::Target,
            "The peer broke the connection."});
      return -2;
  }
}

void Transport::read() {
  readWantsWrite_ = false;
  const auto alive = alive_;
  for (std::size_t taken = 0; taken < kBytesPerTurn;) {
    if (readPaused_ || readEnded_) return;
    const bool isPlenty = ByteBlock::inUse() < kPlenty;
    ByteBlock* block = ByteBlock::forReading(isPlenty && readFloods_ ? ByteBlock::kHuge : kSmallestRoom);
    const std::uint32_t begin = block->used;
    const std::size_t limit = isPlenty ? SIZE_MAX : readLimit_;
    const std::size_t room = std::min<std::size_t>(block->capacity - begin, limit);
    const long got = readSome(block->data + begin, room);
    if (got == -2) return;
    if (got == -1) return watch_->waitForMore();
    if (got == 0) {
      readEnded_ = true;
      if (listener_->onPeerEnd() || !*alive || phase_ != Phase::Open) return;
      return fail({ErrorCode::None, isServer_ ? Side::Client : Side::Target, "The peer closed."});
    }
    taken += static_cast<std::size_t>(got);
    receivedBytes_ += static_cast<std::uint64_t>(got);
    block->used += static_cast<std::uint32_t>(got);
    ++block->references;
    listener_->onBytes(ByteChunk(block, begin, static_cast<std::uint32_t>(got)));
    if (!*alive || phase_ != Phase::Open) return;
    readFloods_ = !tls_ && static_cast<std::size_t>(got) == room;
    if (!tls_ && !readFloods_) return watch_->waitForMore();
  }
  if (readPosted_) return;
  // The budget is used up; bytes may sit inside the TLS object while the socket is silent, so ask again by
  // ourselves.
  readPosted_ = true;
  loop_.post([this, alive] {
    if (!*alive) return;
    readPosted_ = false;
    if (phase_ == Phase::Open) read();
  });
}

bool Transport::write(ByteQueue& bytes) {
  if (phase_ != Phase::Open || waitsForDrain_) return false;
  const bool drained = tls_ ? writeTls(bytes) : writePlain(bytes);
  if (!drained && phase_ == Phase::Open) {
    waitsForDrain_ = true;
    watch_->waitWritable();
  }
  return drained;
}

bool Transport::writePlain(ByteQueue& bytes) {
  constexpr std::size_t kPieces = 16;
  while (!bytes.empty()) {
    std::array<std::span<const std::uint8_t>, kPieces> pieces;
    std::array<iovec, kPieces> vectors;
    const std::size_t count = bytes.pieces(pieces.data(), kPieces);
    for (std::size_t i = 0; i < count; ++i) {
      vectors[i] = {const_cast<std::uint8_t*>(pieces[i].data()), pieces[i].size()};
    }
    msghdr message{};
    message.msg_iov = vectors.data();
    message.msg_iovlen = count;
    const auto sent = ::sendmsg(watch_->fd(), &message, MSG_NOSIGNAL);
    if (sent < 0) {
      // Failures other than "full" are reported by the read side, in one place; the bytes are lost either
      // way.
      if (errno == EAGAIN || errno == EINTR) return false;
      bytes.clear();
      return true;
    }
    sentBytes_ += static_cast<std::uint64_t>(sent);
    bytes.dropFront(static_cast<std::size_t>(sent));
  }
  return true;
}

bool Transport::writeTls(ByteQueue& bytes) {
  if (bytes.size() <= kTlsRecord) return writeTlsRecords(bytes);
  // OpenSSL writes each record by itself: the kernel is to send them together.
  const auto cork = [this](int on) { setsockopt(watch_->fd(), IPPROTO_TCP, TCP_CORK, &on, sizeof on); };
  cork(1);
  const bool drained = writeTlsRecords(bytes);
  cork(0);
  return drained;
}

bool Transport::writeTlsRecords(ByteQueue& bytes) {
  std::array<std::uint8_t, kTlsRecord> record;
  while (!bytes.empty()) {
    // Small pieces are gathered into one record. After WANT_WRITE the same bytes are at the queue's front
    // still.
    std::span<const std::uint8_t> piece = bytes.front();
    if (piece.size() < bytes.size() && piece.size() < kTlsRecord) {
      piece = {record.data(), bytes.peek(record)};
    }
    ERR_clear_error();
    const int sent = SSL_write(tls_, piece.data(), static_cast<int>(piece.size()));
    if (sent > 0) {
      sentBytes_ += static_cast<std::uint64_t>(sent);
      bytes.dropFront(static_cast<std::size_t>(sent));
      continue;
    }
    const int reason = SSL_get_error(tls_, sent);
    if (reason == SSL_ERROR_WANT_WRITE || reason == SSL_ERROR_WANT_READ) return false;
    bytes.clear();
    return true;
  }
  return true;
}

std::int64_t Transport::rttMicros() const {
  tcp_info info{};
  socklen_t size = sizeof info;
  const bool isConnected = watch_ && (phase_ == Phase::Handshaking || phase_ == Phase::Open);
  if (!isConnected || getsockopt(watch_->fd(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return -1;
  return info.tcpi_rtt;
}

void Transport::finishWriting() {
  if (phase_ != Phase::Open || std::exchange(writingEnded_, true)) return;
  if (tls_) SSL_shutdown(tls_);
  ::shutdown(watch_->fd(), SHUT_WR);
}

void Transport::pauseReading() {
  readPaused_ = true;
}

void Transport::resumeReading() {
  if (!readPaused_) return;
  readPaused_ = false;
  if (phase_ != Phase::Open || readPosted_) return;
  readPosted_ = true;
  loop_.post([this, alive = alive_] {
    if (!*alive) return;
    readPosted_ = false;
    if (phase_ == Phase::Open) read();
  });
}

void Transport::fail(const Error& error) {
  if (phase_ == Phase::Closed) return;
  phase_ = Phase::Closed;
  deadline_.cancel();
  // Keep the descriptor until destruction: the reset or FIN follows then.
  listener_->onClosed(error);
}

void Transport::close(Close how) {
  if (phase_ == Phase::Closed) return;
  const bool wasOpen = phase_ == Phase::Open;
  phase_ = Phase::Closed;
  deadline_.cancel();
  if (!watch_) return;
  if (wasOpen && how == Close::AfterPeer) {
    if (!writingEnded_) {
      if (tls_) SSL_shutdown(tls_);
      ::shutdown(watch_->fd(), SHUT_WR);
    }
    if (const int copy = ::dup(watch_->fd()); copy >= 0)
      loop_.adopt(std::make_unique<Lingering>(loop_, copy));
  }
  watch_.reset();
}

TlsFacts Transport::tlsFacts() const {
  return tls_ ? readTlsFacts(tls_, *context_, handshakeResult_) : TlsFacts{};
}

}  // namespace spillway::net
