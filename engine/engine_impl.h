// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "engine/balance/anomaly.h"
#include "engine/balance/compile.h"
#include "engine/balance/cookie_keys.h"
#include "engine/balance/file_watch.h"
#include "engine/engine.h"
#include "engine/health/health_monitor.h"
#include "engine/net/acceptor.h"
#include "engine/net/resolver.h"
#include "engine/observe/metric_series.h"
#include "engine/observe/open_metrics.h"
#include "engine/proxy/worker.h"

/// Inside of the engine: its threads and what they own.
namespace spillway {

struct Engine::Impl {
  struct Port {
    std::unique_ptr<net::Acceptor> acceptor;
    std::shared_ptr<const balance::ListenerSnapshot> listener;
  };

  explicit Impl(EngineOptions given);
  ~Impl();
  Result<std::map<std::string, net::ListeningSocket>, std::vector<config::Issue>> bindNew(
      const balance::Snapshot&) const;
  void install(const std::shared_ptr<const balance::Snapshot>&,
               std::map<std::string, net::ListeningSocket>& sockets);
  static EngineOptions withDefaults(EngineOptions given);
  static std::string caPem(const EngineOptions& given);
  static balance::CookieSealer sealerFor(const EngineOptions& given);
  void everySecond();
  void sample(WallTime wall);
  bool admit(const balance::ListenerSnapshot&);
  observe::MetricsReading readMetrics() const;
  std::string serveMetrics(const config::Monitoring&);
  void openPort(const std::string& key, net::ListeningSocket socket);
  void publish(const std::shared_ptr<const balance::Snapshot>&);
  std::shared_ptr<const balance::Snapshot> snapshot() const;
  ApplyReport apply(const config::Document& document);
  void applyLocked(const config::Document& document, ApplyReport& report);
  void applyAgain();
  void onControl(const std::function<void()>& work);
  void stop(std::chrono::milliseconds grace);

  EngineOptions options;
  observe::MetricsRegistry metrics;
  observe::EventBus bus;
  std::unique_ptr<history::Store> history;  ///< null: none is kept
  balance::RuntimeRegistry runtimes{metrics};
  observe::EventSink& controlSink;
  observe::WorkerMetrics& controlMetrics{metrics.addWorker()};
  net::EventLoop control;
  health::HealthMonitor health;
  net::ResolvedNames names{control, [this] { watch.wake(); }};
  std::shared_ptr<const balance::Snapshot> live;  ///< under applyMutex; null before the first apply()
  const balance::CookieSealer sealer{sealerFor(options)};
  balance::AnomalyDetector anomalies;  ///< control thread
  observe::MetricSeries series;
  net::Timer secondTimer;                              ///< control thread
  std::shared_ptr<const balance::Snapshot> installed;  ///< control thread; null before the first apply()
  std::map<std::string, Port> ports;                   ///< control thread
  std::vector<std::unique_ptr<proxy::Worker>> workers;
  proxy::JwksCache keys{caPem(options)};  ///< goes before the workers: its thread posts to their loops
  std::thread controlThread;
  std::mutex applyMutex;
  bool stopped = false;  ///< under applyMutex
  mutable std::mutex statusMutex;
  std::vector<ListenerStatus> listeners;
  std::shared_ptr<const balance::Snapshot> published;  ///< what `listeners` tells of; for readers
  std::optional<std::uint32_t> metricsPort;            ///< under applyMutex
  std::unique_ptr<observe::OpenMetricsServer> metricsServer;
  balance::FileWatch watch{std::chrono::seconds(1), [this] { applyAgain(); }};
};

}  // namespace spillway
