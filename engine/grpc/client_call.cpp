// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/grpc/client_call.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/client_callback.h>

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>
#include <set>

namespace spillway::grpc {

/// The calls of a channel that run. The channel must not go before them: the library's own thread, in which
/// they end, cannot bring down what it runs on.
class RunningCalls {
 public:
  void add(ClientCall& call) {
    const std::lock_guard lock(mutex_);
    calls_.insert(&call);
    ++count_;
  }
  /// It has ended: nothing is to be cancelled any more.
  void forget(ClientCall& call) {
    const std::lock_guard lock(mutex_);
    calls_.erase(&call);
  }
  /// The library has let go of it.
  void remove() {
    const std::lock_guard lock(mutex_);
    --count_;
    changed_.notify_all();
  }
  void endAll() {
    std::unique_lock lock(mutex_);
    for (ClientCall* call : calls_)
      call->cancel();
    changed_.wait(lock, [this] { return count_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<ClientCall*> calls_;
  std::size_t count_ = 0;
};

namespace {

using ::grpc::ByteBuffer;
using Kind = CallEvent::Kind;

/// Bytes that may wait to be sent.
constexpr std::size_t kMostWaiting = std::size_t{64} << 20;

ByteBuffer bufferOf(const std::string& bytes) {
  const ::grpc::Slice slice(bytes);
  return {&slice, 1};
}

std::string bytesOf(const ByteBuffer& buffer) {
  std::vector<::grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const ::grpc::Slice& slice : slices)
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  return bytes;
}

Metadata metadataOf(const std::multimap<::grpc::string_ref, ::grpc::string_ref>& fields) {
  Metadata metadata;
  for (const auto& [name, value] : fields)
    metadata.emplace_back(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
  return metadata;
}

/// Tells one event at a time, until it is silenced.
class Teller {
 public:
  explicit Teller(std::function<void(const CallEvent&)> observer) : observer_(std::move(observer)) {}
  void tell(CallEvent event) {
    event.time = SteadyClock::now();
    const std::lock_guard lock(mutex_);
    if (observer_) observer_(event);
  }
  /// The observer may do this itself.
  void silence() {
    const std::lock_guard lock(mutex_);
    observer_ = nullptr;
  }

 private:
  std::recursive_mutex mutex_;
  std::function<void(const CallEvent&)> observer_;
};

/// The library's side of a call; lives until the library has done with it. What is started outside of its
/// reactions is covered by a hold, which goes when the server's side has ended.
class Reactor final : public ClientCall, private ::grpc::ClientBidiReactor<ByteBuffer, ByteBuffer> {
 public:
  Reactor(std::shared_ptr<RunningCalls> running, const CallRequest& request,
          std::function<void(const CallEvent&)> observer)
      : running_(std::move(running)), teller_(std::move(observer)) {
    for (const auto& [name, value] : request.metadata)
      context_.AddMetadata(name, value);
    if (request.deadline) context_.set_deadline(std::chrono::system_clock::now() + *request.deadline);
    if (request.compression == CallCompression::Gzip) context_.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    if (request.compression == CallCompression::Deflate)
      context_.set_compression_algorithm(GRPC_COMPRESS_DEFLATE);
  }

  void start(const std::shared_ptr<::grpc::Channel>& channel, const std::string& path,
             std::shared_ptr<Reactor> self) {
    self_ = std::move(self);
    running_->add(*this);
    ::grpc::GenericStub(channel).PrepareBidiStreamingCall(&context_, path, {}, this);
    AddHold();
    StartRead(&incoming_);
    StartCall();
  }

  bool send(std::string message) override {
    const std::lock_guard lock(mutex_);
    return enqueue(std::move(message), false);
  }

  bool sendLast(std::string message) override {
    const std::lock_guard lock(mutex_);
    return enqueue(std::move(message), true);
  }

  void halfClose() override {
    const std::lock_guard lock(mutex_);
    if (std::exchange(isClosing_, true)) return;
    writeNext();
  }

  void cancel() override {
    context_.TryCancel();
    holdReading(false);
  }

  void holdReading(bool isHeld) override {
    const std::lock_guard lock(mutex_);
    isHeld_ = isHeld;
    readNext();
  }

  void silence() { teller_.silence(); }

 private:
  void OnReadInitialMetadataDone(bool good) override {
    if (good)
      teller_.tell({.kind = Kind::Headers, .metadata = metadataOf(context_.GetServerInitialMetadata())});
  }

  void OnReadDone(bool good) override {
    if (good) {
      teller_.tell({.kind = Kind::Received, .message = bytesOf(incoming_)});
      const std::lock_guard lock(mutex_);
      isReading_ = false;
      return readNext();
    }
    {
      const std::lock_guard lock(mutex_);
      hasEnded_ = true;
    }
    RemoveHold();
  }

  void OnWriteDone(bool good) override {
    std::string sent;
    bool wasLast = false;
    {
      const std::lock_guard lock(mutex_);
      wasLast = hasClosed_;
      sent = std::move(waiting_.front());
      waiting_.pop_front();
      waitingBytes_ -= sent.size();
      isWriting_ = false;
      if (!good) waiting_.clear();
    }
    if (!good) return;
    teller_.tell({.kind = Kind::Sent, .message = std::move(sent)});
    if (wasLast) teller_.tell({.kind = Kind::HalfClosed});
    const std::lock_guard lock(mutex_);
    writeNext();
  }

  void OnWritesDoneDone(bool good) override {
    if (good) teller_.tell({.kind = Kind::HalfClosed});
  }

  void OnDone(const ::grpc::Status& status) override {
    CallEvent event{.kind = Kind::Ended};
    event.metadata = metadataOf(context_.GetServerTrailingMetadata());
    event.status = static_cast<int>(status.error_code());
    event.statusText = status.error_message();
    teller_.tell(std::move(event));
    const auto running = running_;
    running->forget(*this);
    self_.reset();  // this may be the end of it
    running->remove();
  }

  /// Under the mutex.
  bool enqueue(std::string message, bool isLast) {
    if (isClosing_ || hasEnded_ || waitingBytes_ + message.size() > kMostWaiting) return false;
    isClosing_ = isLast;
    waitingBytes_ += message.size();
    waiting_.push_back(std::move(message));
    writeNext();
    return true;
  }

  /// Under the mutex. Once the server's side has ended, nothing may be started any more.
  void writeNext() {
    if (isWriting_ || hasEnded_ || hasClosed_) return;
    if (!waiting_.empty()) {
      isWriting_ = true;
      outgoing_ = bufferOf(waiting_.front());
      hasClosed_ = isClosing_ && waiting_.size() == 1;
      if (hasClosed_) return StartWriteLast(&outgoing_, {});
      StartWrite(&outgoing_);
    } else if (isClosing_) {
      hasClosed_ = true;
      StartWritesDone();
    }
  }

  /// Under the mutex.
  void readNext() {
    if (isReading_ || isHeld_ || hasEnded_) return;
    isReading_ = true;
    StartRead(&incoming_);
  }

  const std::shared_ptr<RunningCalls> running_;
  ::grpc::ClientContext context_;
  Teller teller_;
  std::shared_ptr<Reactor> self_;  ///< until OnDone()
  ByteBuffer incoming_, outgoing_;
  std::mutex mutex_;  ///< what follows
  std::deque<std::string> waiting_;
  std::size_t waitingBytes_ = 0;
  bool isReading_ = true, isHeld_ = false, isWriting_ = false;
  bool isClosing_ = false, hasClosed_ = false, hasEnded_ = false;
};

/// What the caller holds: without it the call is of no use.
class HeldCall final : public ClientCall {
 public:
  explicit HeldCall(std::shared_ptr<Reactor> reactor) : reactor_(std::move(reactor)) {}
  ~HeldCall() override {
    reactor_->silence();
    reactor_->cancel();
  }
  bool send(std::string message) override { return reactor_->send(std::move(message)); }
  bool sendLast(std::string message) override { return reactor_->sendLast(std::move(message)); }
  void halfClose() override { reactor_->halfClose(); }
  void cancel() override { reactor_->cancel(); }
  void holdReading(bool isHeld) override { reactor_->holdReading(isHeld); }

 private:
  std::shared_ptr<Reactor> reactor_;
};

}  // namespace

ClientChannel::ClientChannel(const ChannelTarget& target)
    : channel_(openChannel(target)), running_(std::make_shared<RunningCalls>()) {}

ClientChannel::~ClientChannel() {
  running_->endAll();
}

std::shared_ptr<ClientCall> ClientChannel::call(const CallRequest& request,
                                                std::function<void(const CallEvent&)> observer) {
  auto reactor = std::make_shared<Reactor>(running_, request, std::move(observer));
  auto call = std::make_shared<HeldCall>(reactor);
  reactor->start(channel_, request.path, reactor);
  return call;
}

}  // namespace spillway::grpc
