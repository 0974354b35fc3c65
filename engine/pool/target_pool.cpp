// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/pool/target_pool.h"

#include <algorithm>
#include <set>

#include "engine/http/http1_connection.h"
#include "engine/http/http2_connection.h"
#include "engine/net/transport.h"
#include "engine/pool/connection_counts.h"

namespace spillway::pool {
namespace {

/// Streams that an HTTP/2 connection is expected to take before the target has told its own limit.
constexpr std::size_t kStreamsPerNewHttp2Connection = 100;

/// Of a response whose client does not read, this much is held, not a whole window, bytes.
constexpr std::uint32_t kFirstWindow = 4000;
/// The same for HTTP/1, whose streams have a connection each besides; while memory is plenty, more is read.
constexpr std::uint32_t kFirstHttp1Window = 3000;

http::Http2Settings http2Settings(std::uint32_t responseHeadersBytes) {
  http::Http2Settings settings;
  settings.streamWindow = kFirstWindow;
  settings.maxHeaderBytes = responseHeadersBytes;
  return settings;
}

http::Http1Settings http1Settings(std::uint32_t responseHeadersBytes) {
  http::Http1Settings settings;
  settings.window = kFirstHttp1Window;
  settings.limits.responseHeadersBytes = responseHeadersBytes;
  return settings;
}

bool isTlsFailure(const Error& error) {
  return error.code == ErrorCode::TlsHandshake || error.code == ErrorCode::TlsTimeout ||
         error.code == ErrorCode::AlpnMismatch;
}

}  // namespace

/// A connection and its place in the pool.
class TargetPool::Member final : public net::Retirable, private http::ConnectionOwner {
 public:
  Member(TargetPool& pool, Peer& peer)
      : id(++pool.lastId_),
        slots(peer.slots),
        pool_(pool),
        peer_(peer),
        text_(peer.text),
        group_(peer.group),
        connection_(connect()) {}
  http::HttpConnection& connection() { return *connection_; }
  const http::HttpConnection& connection() const { return *connection_; }
  void drain(std::string why) {
    if (drainReason_.empty()) drainReason_ = std::move(why);
    connection_->beginDrain();
  }
  observe::ConnectionStatus status() const;
  observe::ConnectionStatus lastStatus(const Error& why) const;
  const observe::ConnectionId id;
  const observe::SlotSet slots;  ///< where it counts
  bool counted = false;          ///< in the metrics, as an open connection

 private:
  http::StreamHandler* onStream(http::HttpStream&) override { return nullptr; }
  void onReady(http::HttpConnection&) override {
    --peer_.connecting;
    counted = true;
    pool_.metrics_.targetConnectionOpened(slots);
    pool_.serve(peer_);
  }
  void onRoom(http::HttpConnection&) override { pool_.serve(peer_); }
  void onConnectionClosed(http::HttpConnection&, const Error& error) override {
    pool_.remove(peer_, *this, error);
  }

  std::unique_ptr<http::HttpConnection> connect() {
    auto transport = net::Transport::connecting(pool_.loop_, peer_.address, peer_.tls, peer_.serverName, {});
    if (peer_.http1)
      return http::Http1Connection::connected(pool_.loop_, std::move(transport),
                                              http1Settings(peer_.responseHeadersBytes), *this);
    return std::make_unique<http::Http2Connection>(
        pool_.loop_, std::move(transport), http::Http2Connection::Role::Connected,
        http2Settings(peer_.responseHeadersBytes), static_cast<http::ConnectionOwner&>(*this));
  }

  TargetPool& pool_;
  Peer& peer_;
  const std::string text_, group_;
  const WallTime opened_ = wallNow();
  std::string drainReason_;  ///< why we let it end
  std::unique_ptr<http::HttpConnection> connection_;
};

observe::ConnectionStatus TargetPool::Member::status() const {
  observe::ConnectionStatus status;
  status.id = id;
  status.side = observe::ConnectionSide::Target;
  status.targetGroup = group_;
  status.peer = text_;
  status.hasTls = peer_.tls != nullptr;
  if (status.hasTls && counted) fillTls(status, connection_->tlsFacts());
  status.opened = opened_;
  fillCounts(status, *connection_);
  return status;
}

observe::ConnectionStatus TargetPool::Member::lastStatus(const Error& why) const {
  observe::ConnectionStatus status = this->status();
  fillEnd(status, why, drainReason_);
  return status;
}

TargetPool::TargetPool(net::EventLoop& loop, observe::WorkerMetrics& metrics,
                       observe::EndedConnections& ended, observe::ConnectionId firstId)
    : loop_(loop), metrics_(metrics), ended_(ended), lastId_(firstId) {}
TargetPool::~TargetPool() = default;

void TargetPool::acquire(const balance::GroupSnapshot& group, const balance::TargetSnapshot& target,
                         StreamWaiter& waiter) {
  auto& peer = peers_[target.poolKey];
  if (!peer) peer = std::make_unique<Peer>();
  for (const auto& member : peer->members) {
    if (!member->connection().canOpenStream()) continue;
    waiter.onStream(member->connection().openStream(waiter.streamHandler()), member->id);
    return;
  }
  peer->waiting.push_back(&waiter);
  peer->address = target.address;
  peer->tls = group.tls;
  peer->serverName = target.serverName;
  peer->responseHeadersBytes = group.responseHeadersBytes;
  peer->slots = {.group = group.runtime->slot, .target = target.runtime->slot};
  peer->text = target.text;
  peer->group = group.settings.name;
  peer->http1 = group.settings.protocolVersion == config::ProtocolVersion::Http1;
  const std::size_t perConnection = peer->http1 ? 1 : kStreamsPerNewHttp2Connection;
  if (peer->waiting.size() > peer->connecting * perConnection) connect(*peer);
}

void TargetPool::connect(Peer& peer) {
  ++peer.connecting;
  peer.members.push_back(std::make_unique<Member>(*this, peer));
  peer.members.back()->connection().start();
}

void TargetPool::serve(Peer& peer) {
  while (!peer.waiting.empty()) {
    const auto free = std::find_if(peer.members.begin(), peer.members.end(),
                                   [](const auto& member) { return member->connection().canOpenStream(); });
    if (free == peer.members.end()) break;
    StreamWaiter* waiter = peer.waiting.front();
    peer.waiting.pop_front();
    waiter->onStream((*free)->connection().openStream(waiter->streamHandler()), (*free)->id);
  }
  const bool allDrain = std::all_of(peer.members.begin(), peer.members.end(),
                                    [](const auto& member) { return member->connection().isDraining(); });
  if (!peer.waiting.empty() && allDrain) connect(peer);
}

void TargetPool::remove(Peer& peer, Member& member, const Error& error) {
  const bool wasReady = member.counted;
  const observe::SlotSet slots = member.slots;
  const auto at = std::find_if(peer.members.begin(), peer.members.end(),
                               [&](const auto& item) { return item.get() == &member; });
  if (at != peer.members.end()) {
    ended_.add(member.lastStatus(error));
    loop_.retire(std::move(*at));
    peer.members.erase(at);
  }
  if (wasReady) {
    metrics_.targetConnectionClosed(slots);
  } else {
    --peer.connecting;
    countFailure(slots, error);
  }
  if (peer.waiting.empty()) return;
  if (wasReady) return serve(peer);
  const bool roomMayCome = std::any_of(peer.members.begin(), peer.members.end(),
                                       [](const auto& item) { return !item->connection().isDraining(); });
  if (roomMayCome) return;
  for (StreamWaiter* waiter : std::exchange(peer.waiting, {}))
    waiter->onNoStream(error);
}

void TargetPool::countFailure(const observe::SlotSet& slots, const Error& error) {
  if (error.code == ErrorCode::Drained) return;
  if (isTlsFailure(error)) return metrics_.targetTlsFailed(slots);
  metrics_.targetConnectionFailed(slots);
}

void TargetPool::cancel(StreamWaiter& waiter) {
  for (auto& [key, peer] : peers_)
    std::erase(peer->waiting, &waiter);
}

void TargetPool::retain(const balance::Snapshot& snapshot) {
  std::set<std::string_view> named;
  for (const auto& group : snapshot.groups) {
    for (const auto& target : group->targets)
      named.insert(target.poolKey);
  }
  for (auto& [key, peer] : peers_) {
    if (named.contains(key)) continue;
    for (std::size_t i = peer->members.size(); i-- > 0;)
      peer->members[i]->drain("The target is gone.");
  }
}

void TargetPool::closeIdle(TimePoint before) {
  for (auto& [key, peer] : peers_) {
    for (std::size_t i = peer->members.size(); i-- > 0;) {
      auto& connection = peer->members[i]->connection();
      if (connection.isReady() && connection.activeStreams() == 0 && connection.idleSince() < before) {
        peer->members[i]->drain("It was idle.");
      }
    }
  }
}

void TargetPool::tell(observe::ConnectionList& list, std::size_t most) const {
  std::size_t told = 0;
  for (const auto& [key, peer] : peers_) {
    for (const auto& member : peer->members) {
      if (told < most) {
        list.connections.push_back(std::make_shared<const observe::ConnectionStatus>(member->status()));
        ++told;
      } else {
        ++list.untold;
      }
    }
  }
}

void TargetPool::endConnection(observe::ConnectionId id, bool atOnce, const Error& why) {
  for (auto& [key, peer] : peers_) {
    const auto found = std::ranges::find(peer->members, id, [](const auto& member) { return member->id; });
    if (found == peer->members.end()) continue;
    Member& member = **found;
    if (!atOnce) {
      member.drain(why.detail);
      return serve(*peer);  // who waits for room on it needs another one
    }
    member.connection().close(why);
    return remove(*peer, member, why);
  }
}

void TargetPool::closeAll(const Error& why) {
  for (auto& [key, peer] : peers_) {
    for (auto& member : std::exchange(peer->members, {})) {
      if (member->counted) metrics_.targetConnectionClosed(member->slots);
      member->connection().close(why);
      loop_.retire(std::move(member));
    }
    peer->connecting = 0;
    for (StreamWaiter* waiter : std::exchange(peer->waiting, {}))
      waiter->onNoStream(why);
  }
}

}  // namespace spillway::pool
