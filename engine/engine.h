// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/config/model.h"
#include "engine/health/target_status.h"
#include "engine/history/store.h"
#include "engine/observe/capture.h"
#include "engine/observe/connection_status.h"
#include "engine/observe/decision.h"
#include "engine/observe/event_bus.h"
#include "engine/observe/events.h"
#include "engine/observe/log_file.h"
#include "engine/observe/metric_series.h"
#include "engine/observe/metrics_reading.h"

namespace spillway {

struct EngineOptions {
  std::size_t workers = 0;    ///< 0: min(4, cores)
  std::string dataDirectory;  ///< where the local CA lives; "" = the user's data folder
  std::string accessLogFile;  ///< "" = none
  bool keepsHistory = false;  ///< on disk, in the data folder
  history::Bounds historyBounds;
  /// Takes secrets out of captured gRPC messages before they are stored; null: headers' alone are taken out.
  std::shared_ptr<observe::MessageScrubber> scrubber;
};

/// A listener as it runs.
struct ListenerStatus {
  ListenerId id;
  config::Protocol protocol = config::Protocol::Https;
  std::vector<std::string> addresses;  ///< bound: "127.0.0.1:50051", "[::1]:50051"
};

/// A request as somebody imagines it, to ask what would become of it.
struct ImaginedRequest {
  std::string method = "GET", scheme = "https", authority, path = "/";
  std::vector<std::pair<std::string, std::string>> fields;  ///< names and values of header fields
  std::string clientIp = "127.0.0.1";
};

/// How a person ends a connection.
enum class ConnectionEnd : bool {
  Drain,  ///< no new streams (HTTP/2: GOAWAY); those that run may end
  Close   ///< at once
};

struct ApplyReport {
  bool applied = false;               ///< false: the last good configuration goes on running
  std::vector<config::Issue> issues;  ///< errors when not applied; warnings otherwise
};

/// The embedded balancer and the only door to it. Owns its threads. Every function may be called from any
/// thread and blocks no longer than a queue push, except apply(), stop() and probe(), which say so.
class Engine {
 public:
  explicit Engine(EngineOptions);
  ~Engine();  ///< as stop(0)
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Validates, compiles (reads key files, resolves names, binds new ports), then swaps the whole
  /// configuration. All or nothing: on any error nothing changes. What did not change keeps its connections.
  /// May take as long as files and names need: not for a UI thread.
  ApplyReport apply(const config::Document&);

  /// Stops accepting, lets running streams end, resets what is left after `grace`. Blocks until done.
  void stop(std::chrono::milliseconds grace);

  std::vector<ListenerStatus> listeners() const;
  std::vector<TargetStatus> targets() const;
  observe::MetricsReading readMetrics() const;
  std::unique_ptr<observe::Subscription> subscribe(const observe::SubscriptionOptions&);
  /// The metrics' last hour by the second and last day by the minute; lives as long as the engine.
  const observe::MetricSeries& series() const;
  /// The connections of clients and to targets, about a second old, and the last ones that ended. Asking
  /// makes the workers tell them: what comes first is not told yet.
  observe::ConnectionList connections() const;
  /// Ends a connection, as a person asks for it; nothing happens when it is gone. Returns at once.
  void endConnection(observe::ConnectionId, ConnectionEnd how);
  /// How ALB's log files fare.
  std::vector<observe::LogStatus> logs() const;
  /// How the history on disk fares; without a file's name where none is kept.
  history::StoreStatus history() const;
  /// New bounds of the history; what is too much goes soon, in small steps. Nothing without a history.
  void limitHistory(const history::Bounds&);
  /// What has passed on a stream that is open or ended lately, batches before `from` left out; nullopt:
  /// nothing is in memory; history::Reader finds what is stored. Only where a history is kept.
  std::optional<observe::CapturedStream> captured(StreamId, std::size_t from = 0) const;
  /// What the balancer would decide about this request now; an error names what makes no sense.
  Result<observe::Decision> explain(const ListenerId&, const ImaginedRequest&) const;
  /// Checks this target's health now (the schedule goes on from there). Returns at once.
  void checkNow(const TargetId&);
  /// Keeps new requests away from this target for a while, also when no other is healthy; what runs goes on.
  /// It is told as unhealthy, and afterwards is what its checks say. Once more: the new time holds. Returns
  /// at once.
  void takeOut(const TargetId&, std::chrono::seconds);
  /// Ends that early. Returns at once.
  void putBack(const TargetId&);
  /// Waits until all events emitted so far have reached the subscriptions, the access log and the history.
  /// For tests and stops.
  void flushEvents();

  const std::string& dataDirectory() const;
  std::size_t workers() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One health check of one address as the group would make it, before anything is created: the wizard's "try
/// it".
struct ProbeAnswer {
  bool passed = false;
  std::optional<std::uint32_t> code;
  std::int64_t latencyMicros = 0;
  std::string words;  ///< "12 UNIMPLEMENTED", "connection refused", …
};
/// Blocks for the check's timeout at the most. Any thread.
ProbeAnswer probeTarget(const config::TargetGroup&, const config::Target&);

/// The user's data folder: $XDG_DATA_HOME/spillway or ~/.local/share/spillway; not created by this.
std::string defaultDataDirectory();

}  // namespace spillway
