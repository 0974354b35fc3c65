// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>
#include <memory>

#include "engine/base/byte_chunk.h"
#include "engine/config/model.h"
#include "engine/http/frame_observer.h"
#include "engine/http/grpc_framing.h"
#include "engine/http/message.h"
#include "engine/net/event_loop.h"
#include "engine/observe/capture.h"
#include "engine/observe/event_bus.h"

namespace spillway::proxy {

/// Keeps what passes on one stream, on both sides, and tells it at the end of each turn. An exchange has one
/// only while somebody looks. Worker thread only.
class CaptureTap final : private net::TurnEnd {
 public:
  /// `settings` must live as long; `budget` is shared by all that is captured.
  CaptureTap(net::EventLoop& loop, observe::EventSink& sink, const config::Capture& settings,
             std::shared_ptr<observe::CaptureBudget> budget);
  ~CaptureTap() override;
  CaptureTap(const CaptureTap&) = delete;
  CaptureTap& operator=(const CaptureTap&) = delete;

  /// From here on it can tell: whose parts these are.
  void name(StreamId stream);
  void head(observe::Hop hop, observe::Direction direction, const http::MessageHead& head);
  void trailers(observe::Hop hop, observe::Direction direction, const http::Headers& fields);
  /// Content came in on this hop.
  void content(observe::Hop hop, observe::Direction direction, const ByteChunk& chunk);
  /// A gRPC message has come in whole with the content before; it is on its way to the other hop.
  void message(observe::Hop hop, observe::Direction direction, const http::GrpcFraming::Message& message);
  /// So much content has gone out on the other hop than it came in on.
  void sent(observe::Direction direction, std::size_t bytes);
  void end(observe::Hop hop, observe::Direction direction);
  void reset(observe::Hop hop, observe::Direction direction, std::uint32_t code);
  void attempt(std::uint32_t number, const std::string& target);
  void wire(observe::Hop hop, std::uint64_t connection, std::uint32_t stream);
  http::FrameObserver& frames(observe::Hop hop) {
    return hop == observe::Hop::Client ? clientFrames_ : targetFrames_;
  }
  /// Tells what it has, now.
  void flush();

 private:
  struct Frames final : http::FrameObserver {
    Frames(CaptureTap& t, observe::Hop h) : tap(t), hop(h) {}
    void onFrame(const http::FrameFacts& facts) override { tap.frame(hop, facts); }
    CaptureTap& tap;
    observe::Hop hop;
  };
  /// A message on its way through, and where it ends in its direction's content.
  struct Passing {
    std::uint64_t end;
    std::uint32_t number, size;
    bool compressed;
  };
  /// What one direction is at.
  struct Way {
    std::uint64_t messagesEnd = 0;  ///< of those that came whole
    std::uint64_t sent = 0;
    std::deque<Passing> passing;
  };

  void onTurnEnd() override { flush(); }
  void frame(observe::Hop hop, const http::FrameFacts& facts);
  observe::CapturedPart* add(observe::CapturedKind kind, observe::Hop hop, observe::Direction direction);
  void addFields(http::Headers const& from, observe::FieldList& to) const;
  std::string_view shown(std::string_view name, std::string_view value) const;
  Way& way(observe::Direction direction) {
    return direction == observe::Direction::Request ? request_ : response_;
  }

  net::EventLoop& loop_;
  observe::EventSink& sink_;
  const config::Capture& settings_;
  std::shared_ptr<observe::CaptureBudget> budget_;
  StreamId stream_ = 0;
  std::shared_ptr<observe::CapturedBatch> batch_;
  std::uint32_t parts_ = 0;  ///< told, and those of the batch
  std::size_t bytesLeft_;    ///< that may still be kept
  Way request_, response_;
  Frames clientFrames_{*this, observe::Hop::Client}, targetFrames_{*this, observe::Hop::Target};
};

}  // namespace spillway::proxy
