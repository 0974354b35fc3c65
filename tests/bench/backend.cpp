// SPDX-License-Identifier: GPL-3.0-or-later
// The HTTP/2 server behind the balancers of the benchmarks: cleartext with prior knowledge, one thread, and
// as little work per request as nghttp2 allows, so that it is never what limits a run. The last word of the
// path says what comes:
//   Unary     one message of 20 bytes when the request has ended
//   Echo      every byte that comes, as it comes
//   Stream…   as many messages of 20 bytes as its digits say, a DATA frame each
//   Large     4 MiB
// All end with the trailer grpc-status: 0.
//   bench-backend PORT [ADDRESSES]   listens on so many addresses from 127.0.0.1 on: .1 to .250 of 127.0.0,
//   127.0.1, …
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <nghttp2/nghttp2.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace {

constexpr std::size_t kMessageSize = 25;  // gRPC's frame of 5 bytes, then 20
constexpr std::array<std::uint8_t, kMessageSize> kMessage{0, 0, 0, 0, 20};
constexpr std::uint64_t kLargeSize = 4 << 20;
constexpr std::uint32_t kWindow = 4 << 20;
constexpr int kAddressesPerNet = 250;

/// One request and what is left of its answer.
struct Stream {
  enum class Kind { Unary, Echo, Messages, Large };
  Kind kind = Kind::Unary;
  std::uint64_t left = kMessageSize;  ///< bytes to send; Echo: not used
  std::string echo;                   ///< Echo: what came and is not sent yet
  bool requestEnded = false;
  bool waits = false;  ///< Echo: nghttp2 was told to ask again later

  void choose(std::string_view path) {
    const std::string_view word = path.substr(path.rfind('/') + 1);
    if (word == "Echo") {
      kind = Kind::Echo;
    } else if (word == "Large") {
      kind = Kind::Large;
      left = kLargeSize;
    } else if (word.starts_with("Stream")) {
      kind = Kind::Messages;
      left = kMessageSize * std::strtoull(word.data() + 6, nullptr, 10);
    }
  }
};

/// One connection of a balancer.
class Connection {
 public:
  Connection(int epoll, int fd) : epoll_(epoll), fd_(fd) {
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, onBeginHeaders);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, onHeader);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, onData);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, onFrame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, onClose);
    nghttp2_session_server_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    const std::array settings{nghttp2_settings_entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, 1000},
                              nghttp2_settings_entry{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow}};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() {
    nghttp2_session_del(session_);
    ::close(fd_);
  }

  int fd() const { return fd_; }

  /// Reads what is there and answers it. False when the connection is over.
  bool serve() {
    static std::array<std::uint8_t, 65536> buffer;
    for (;;) {
      const ssize_t size = ::read(fd_, buffer.data(), buffer.size());
      if (size < 0) return (errno == EAGAIN || errno == EINTR) && flush();
      if (size == 0 || nghttp2_session_mem_recv(session_, buffer.data(), size) < 0) return false;
      if (static_cast<std::size_t>(size) < buffer.size()) return flush();
    }
  }

 private:
  /// Writes until there is nothing to write or no room.
  bool flush() {
    constexpr std::size_t kEnough = 64 * 1024;
    for (;;) {
      while (out_.size() < kEnough) {
        const std::uint8_t* data = nullptr;
        const ssize_t size = nghttp2_session_mem_send(session_, &data);
        if (size < 0) return false;
        if (size == 0) break;
        out_.append(reinterpret_cast<const char*>(data), size);
      }
      if (out_.empty()) return awaitRoom(false) && isAlive();
      const ssize_t written = ::send(fd_, out_.data(), out_.size(), MSG_NOSIGNAL);
      if (written < 0) return errno == EAGAIN && awaitRoom(true);
      out_.erase(0, written);
    }
  }

  bool isAlive() const { return nghttp2_session_want_read(session_) || nghttp2_session_want_write(session_); }

  bool awaitRoom(bool wanted) {
    if (wanted == awaitsRoom_) return true;
    awaitsRoom_ = wanted;
    epoll_event event{.events = wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, .data = {.ptr = this}};
    return ::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd_, &event) == 0;
  }

  static Stream* streamOf(nghttp2_session* session, std::int32_t id) {
    return static_cast<Stream*>(nghttp2_session_get_stream_user_data(session, id));
  }

  static int onBeginHeaders(nghttp2_session* session, const nghttp2_frame* frame, void* self) {
    if (frame->headers.cat != NGHTTP2_HCAT_REQUEST) return 0;
    auto& stream = static_cast<Connection*>(self)->streams_[frame->hd.stream_id];
    stream = std::make_unique<Stream>();
    return nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, stream.get());
  }

  static int onHeader(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                      std::size_t nameSize, const std::uint8_t* value, std::size_t valueSize, std::uint8_t,
                      void*) {
    if (std::string_view(reinterpret_cast<const char*>(name), nameSize) != ":path") return 0;
    streamOf(session, frame->hd.stream_id)
        ->choose(std::string_view(reinterpret_cast<const char*>(value), valueSize));
    return 0;
  }

  static int onData(nghttp2_session* session, std::uint8_t, std::int32_t id, const std::uint8_t* data,
                    std::size_t size, void*) {
    Stream* stream = streamOf(session, id);
    if (!stream || stream->kind != Stream::Kind::Echo) return 0;
    stream->echo.append(reinterpret_cast<const char*>(data), size);
    resume(session, id, *stream);
    return 0;
  }

  static int onFrame(nghttp2_session* session, const nghttp2_frame* frame, void*) {
    const bool isRequestPart = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    Stream* stream = isRequestPart ? streamOf(session, frame->hd.stream_id) : nullptr;
    if (!stream) return 0;
    stream->requestEnded = frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
    const bool begins = frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
    if (stream->kind == Stream::Kind::Echo ? begins : stream->requestEnded)
      answer(session, frame->hd.stream_id, *stream);
    else if (stream->kind == Stream::Kind::Echo && stream->requestEnded)
      resume(session, frame->hd.stream_id, *stream);
    return 0;
  }

  static int onClose(nghttp2_session*, std::int32_t id, std::uint32_t, void* self) {
    static_cast<Connection*>(self)->streams_.erase(id);
    return 0;
  }

  static void resume(nghttp2_session* session, std::int32_t id, Stream& stream) {
    if (std::exchange(stream.waits, false)) nghttp2_session_resume_data(session, id);
  }

  static nghttp2_nv field(std::string_view name, std::string_view value) {
    return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
            reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
            NGHTTP2_NV_FLAG_NO_COPY_NAME | NGHTTP2_NV_FLAG_NO_COPY_VALUE};
  }

  static void answer(nghttp2_session* session, std::int32_t id, Stream& stream) {
    const std::array head{field(":status", "200"), field("content-type", "application/grpc")};
    nghttp2_data_provider body{.source = {.ptr = &stream}, .read_callback = readBody};
    nghttp2_submit_response(session, id, head.data(), head.size(), &body);
  }

  static ssize_t readBody(nghttp2_session* session, std::int32_t id, std::uint8_t* out, std::size_t room,
                          std::uint32_t* flags, nghttp2_data_source* source, void*) {
    auto& stream = *static_cast<Stream*>(source->ptr);
    const std::size_t size =
        stream.kind == Stream::Kind::Echo ? takeEcho(stream, out, room) : take(stream, out, room);
    const bool done =
        stream.kind == Stream::Kind::Echo ? stream.requestEnded && stream.echo.empty() : stream.left == 0;
    if (done) {
      const std::array trailer{field("grpc-status", "0")};
      *flags |= NGHTTP2_DATA_FLAG_EOF | NGHTTP2_DATA_FLAG_NO_END_STREAM;
      nghttp2_submit_trailer(session, id, trailer.data(), trailer.size());
    } else if (size == 0) {
      stream.waits = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    return static_cast<ssize_t>(size);
  }

  static std::size_t takeEcho(Stream& stream, std::uint8_t* out, std::size_t room) {
    const std::size_t size = std::min(room, stream.echo.size());
    std::memcpy(out, stream.echo.data(), size);
    stream.echo.erase(0, size);
    return size;
  }

  static std::size_t take(Stream& stream, std::uint8_t* out, std::size_t room) {
    if (stream.kind == Stream::Kind::Large) {
      const std::size_t size = std::min<std::uint64_t>(room, stream.left);
      std::memset(out, 'x', size);
      stream.left -= size;
      return size;
    }
    // The place in the current message, for a window may end inside of one.
    const std::size_t place = (kMessageSize - stream.left % kMessageSize) % kMessageSize;
    const std::size_t size = std::min(room, kMessageSize - place);
    std::memcpy(out, kMessage.data() + place, size);
    stream.left -= size;
    return size;
  }

  int epoll_, fd_;
  nghttp2_session* session_ = nullptr;
  std::unordered_map<std::int32_t, std::unique_ptr<Stream>> streams_;
  std::string out_;
  bool awaitsRoom_ = false;
};

int listenOn(int index, std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr =
      htonl(INADDR_LOOPBACK + (index / kAddressesPerNet) * 256 + index % kAddressesPerNet);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || ::listen(fd, 4096) != 0)
    throw std::runtime_error(std::string("cannot listen: ") + std::strerror(errno));
  return fd;
}

/// Listeners have no connection: their descriptor is in the event, with the lowest bit set, where pointers
/// have none.
void watchListener(int epoll, int fd) {
  epoll_event event{.events = EPOLLIN, .data = {.u64 = static_cast<std::uint64_t>(fd) << 1 | 1}};
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

void acceptOne(int epoll, int listener) {
  const int fd = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd < 0) return;
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  epoll_event event{.events = EPOLLIN, .data = {.ptr = new Connection(epoll, fd)}};  // serve() ends it
  ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

[[noreturn]] void serveForever(int epoll) {
  std::array<epoll_event, 256> events;
  for (;;) {
    const int count = ::epoll_wait(epoll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      if (events[i].data.u64 & 1) {
        acceptOne(epoll, static_cast<int>(events[i].data.u64 >> 1));
      } else if (auto* connection = static_cast<Connection*>(events[i].data.ptr); !connection->serve()) {
        delete connection;  // closing its descriptor takes it out of epoll
      }
    }
  }
}

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::fprintf(stderr, "bench-backend PORT [ADDRESSES]\n");
    return 2;
  }
  const auto port = static_cast<std::uint16_t>(std::atoi(words[1]));
  const int addresses = count > 2 ? std::atoi(words[2]) : 1;
  try {
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    for (int index = 0; index < addresses; ++index)
      watchListener(epoll, listenOn(index, port));
    serveForever(epoll);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-backend: %s\n", error.what());
    return 1;
  }
}
