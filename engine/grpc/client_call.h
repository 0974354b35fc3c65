// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/grpc/channel.h"

/// A gRPC client for every kind of call, message by message; what a message is, others know.
namespace spillway::grpc {

/// Names in lower case; values of names that end in "-bin" are bytes.
using Metadata = std::vector<std::pair<std::string, std::string>>;

enum class CallCompression : std::uint8_t { None, Gzip, Deflate };

struct CallRequest {
  std::string path;  ///< "/routeguide.RouteGuide/GetFeature"
  Metadata metadata;
  std::optional<std::chrono::milliseconds> deadline;  ///< from the call's start on
  CallCompression compression = CallCompression::None;
};

/// Something that happened to a call.
struct CallEvent {
  enum class Kind : std::uint8_t {
    Sent,        ///< `message` is on its way
    HalfClosed,  ///< all that was to be sent is on its way
    Headers,     ///< `metadata` came before the first answer
    Received,    ///< `message` came
    Ended,       ///< with `status`; `metadata` are the trailers. Always the last one
  };
  Kind kind = Kind::Ended;
  TimePoint time{};
  std::string message;  ///< bytes, without gRPC's prefix
  Metadata metadata;
  int status = 0;          ///< gRPC's code; of a call that did not reach its server the client's own
  std::string statusText;  ///< grpc-message, or why the call failed
};

/// One call. Any thread; destroying it cancels it, and nothing is told of it any more.
class ClientCall {
 public:
  virtual ~ClientCall() = default;
  /// Goes out when all before it have; false: too much waits already, or the sending side is closed.
  virtual bool send(std::string message) = 0;
  /// As send() and halfClose(), in one: END_STREAM comes with the message, as a unary call has it.
  virtual bool sendLast(std::string message) = 0;
  /// Nothing more will be sent.
  virtual void halfClose() = 0;
  virtual void cancel() = 0;
  /// A slow reader: while held no further message is asked for, and flow control stops the server.
  virtual void holdReading(bool isHeld) = 0;
};

class RunningCalls;

/// One HTTP/2 connection to a server, for many calls. Any thread.
class ClientChannel {
 public:
  explicit ClientChannel(const ChannelTarget& target);
  /// Cancels the calls that run and waits for their ends, some milliseconds. Not from an observer.
  ~ClientChannel();
  ClientChannel(const ClientChannel&) = delete;
  ClientChannel& operator=(const ClientChannel&) = delete;
  /// Starts a call. The observer is called from threads of the library's, one event at a time; it must not
  /// wait. It may drop the call.
  std::shared_ptr<ClientCall> call(const CallRequest& request,
                                   std::function<void(const CallEvent&)> observer);

 private:
  std::shared_ptr<::grpc::Channel> channel_;
  std::shared_ptr<RunningCalls> running_;
};

}  // namespace spillway::grpc
