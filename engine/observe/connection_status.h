// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/observe/events.h"
#include "engine/observe/metrics.h"

/// Connections as people look at them.
namespace spillway::observe {

/// A connection, of a client or to a target; unique while the program runs.
using ConnectionId = std::uint64_t;

enum class ConnectionSide : std::uint8_t { Client, Target };

enum class ConnectionState : std::uint8_t {
  Opening,   ///< TCP or TLS is not done, or the client has said nothing yet
  Open,      ///< takes streams
  Draining,  ///< takes no new streams; ends with its last one
  Ended
};

/// The streams of a client's connection that one target got.
struct StreamCount {
  std::string target;  ///< "127.0.0.1:50061"
  std::uint64_t total = 0;
  std::uint32_t open = 0;
  bool operator==(const StreamCount&) const = default;
};

/// A connection at one moment; what has ended tells of its last one.
struct ConnectionStatus {
  ConnectionId id = 0;
  ConnectionSide side = ConnectionSide::Client;
  ConnectionState state = ConnectionState::Opening;
  std::string loadBalancer, listener;  ///< clients only
  std::string targetGroup;             ///< targets only: that made it
  std::string peer;                    ///< "127.0.0.1:54022"; of targets as in the log
  std::string protocol;                ///< "HTTP/2", "HTTP/1.1"; empty: not known yet
  bool hasTls = false;
  std::string tlsProtocol, tlsCipher, alpn, sni;
  WallTime opened{};
  std::optional<WallTime> ended;
  std::uint32_t openStreams = 0;
  std::uint64_t streams = 0;                       ///< requests, with those that are open
  std::uint64_t receivedBytes = 0, sentBytes = 0;  ///< without TLS's own
  std::uint64_t pings = 0;                         ///< of the peer; HTTP/2
  bool goawaySent = false, goawayReceived = false;
  std::int64_t rttMicros = -1;        ///< as the kernel measures it; -1: unknown
  EndedBy endedBy = EndedBy::Nobody;  ///< who closed it
  std::string endedBecause;           ///< in words
  std::vector<StreamCount> targets;   ///< clients only
};

/// Which targets got the streams of one client's connection; the slots name the targets. Of a connection that
/// outlives many targets the first ones are told apart, the rest counts together. One thread.
class StreamsByTarget {
 public:
  static constexpr std::size_t kMost = 128;
  void began(Slot target, const std::string& text) {
    const auto found = counts_.find(target);
    StreamCount& count = found != counts_.end() ? found->second : added(target, text);
    ++count.total;
    ++count.open;
  }
  void left(Slot target) {
    const auto found = counts_.find(target);
    --(found != counts_.end() ? found->second : others_).open;
  }
  /// One for each address, in their order; then "other targets", if there are any.
  std::vector<StreamCount> counts() const;

 private:
  StreamCount& added(Slot target, const std::string& text);

  std::unordered_map<Slot, StreamCount> counts_;
  StreamCount others_;
};

/// All connections at one moment, as far as they are told. The statuses do not change any more.
struct ConnectionList {
  std::vector<std::shared_ptr<const ConnectionStatus>>
      connections;         ///< open ones, then the newest that ended
  std::size_t untold = 0;  ///< open ones beyond the bound
  bool isTold = false;     ///< false: whoever knows has been asked, but has not answered yet
};

/// The last connections that ended. One thread.
class EndedConnections {
 public:
  static constexpr std::size_t kMost = 200;
  void add(ConnectionStatus status) {
    if (ended_.size() == kMost) ended_.pop_front();
    ended_.push_back(std::make_shared<const ConnectionStatus>(std::move(status)));
  }
  const std::deque<std::shared_ptr<const ConnectionStatus>>& all() const { return ended_; }

 private:
  std::deque<std::shared_ptr<const ConnectionStatus>> ended_;
};

}  // namespace spillway::observe
