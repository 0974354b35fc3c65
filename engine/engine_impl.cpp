// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine_impl.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <set>

#include "engine/balance/watched_files.h"
#include "engine/config/validate.h"
#include "engine/observe/log_files.h"
#include "engine/pki/local_ca.h"

namespace spillway {
namespace {

using config::Issue;

std::size_t workerCount(std::size_t wanted) {
  if (wanted > 0) return wanted;
  return std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 4);
}

/// Who a bound port is: a fixed port is the port itself, whatever the listener is called; a free one is its
/// listener's.
std::string bindKey(const balance::ListenerSnapshot& listener, const net::SocketAddress& address) {
  if (address.port() != 0) return address.toString();
  return fmt::format("{} {}/{}", address.toString(), listener.id.loadBalancer, listener.id.listener);
}

/// More than a second of 20,000 requests per second waits while the disk is busy.
constexpr observe::SubscriptionOptions kHistorySubscription{
    .details = false, .decisionsPerSecond = 0, .capacity = 32768};

/// What passes on streams; the ends of streams come with it. So many a second show what goes on; more would
/// take more of the processor than the traffic itself.
constexpr observe::SubscriptionOptions kCaptureSubscription{
    .details = false, .capturesPerSecond = 1'000, .decisionsPerSecond = 0, .capacity = 65536};

/// What of streams is stored; false: a filter makes no sense.
bool readCaptureRules(const config::Document& document, history::CaptureRules& rules,
                      std::vector<Issue>& issues) {
  for (std::size_t i = 0; i < document.loadBalancers.size(); ++i) {
    const config::LoadBalancer& balancer = document.loadBalancers[i];
    auto filter = history::Filter::parse(balancer.capture.filter, wallNow());
    if (!filter) {
      issues.push_back({fmt::format("loadBalancers[{}].capture.filter", i), balancer.capture.filter,
                        filter.error().message, Issue::Severity::Error});
    } else {
      rules.emplace(balancer.name, history::CaptureRule{std::move(*filter), balancer.capture.redactedFields});
    }
  }
  return !config::hasErrors(issues);
}

}  // namespace

EngineOptions Engine::Impl::withDefaults(EngineOptions given) {
  if (given.dataDirectory.empty()) given.dataDirectory = defaultDataDirectory();
  return given;
}

Engine::Impl::Impl(EngineOptions given)
    : options(withDefaults(std::move(given))), controlSink(bus.addSink()), health(control, controlSink) {
  // OpenSSL writes to sockets without MSG_NOSIGNAL: a peer that has left is an error there, not the program's
  // end.
  std::signal(SIGPIPE, SIG_IGN);
  // A file that may not grow is an error of its writer.
  std::signal(SIGXFSZ, SIG_IGN);
  if (!options.accessLogFile.empty()) (void)bus.writeAccessLog(options.accessLogFile);
  if (options.keepsHistory) {
    history::StoreOptions wanted{.file = history::fileIn(options.dataDirectory),
                                 .bounds = options.historyBounds,
                                 .scrubber = options.scrubber};
    history = std::make_unique<history::Store>(std::move(wanted), bus.subscribe(kHistorySubscription),
                                               bus.subscribe(kCaptureSubscription));
  }
  for (std::size_t i = 0; i < workerCount(options.workers); ++i) {
    workers.push_back(std::make_unique<proxy::Worker>(i, bus.addSink(), metrics.addWorker(), keys, sealer));
  }
  controlThread = std::thread([this] {
    everySecond();
    control.run();
  });
}

Engine::Impl::~Impl() {
  stop(std::chrono::milliseconds(0));
}

/// What https key endpoints of this machine may be signed by, besides what the system trusts.
std::string Engine::Impl::caPem(const EngineOptions& given) {
  const auto ca = pki::LocalCa::open(given.dataDirectory);
  return ca ? ca->certificatePem() : std::string();
}

/// The keys of sessions' cookies. Where they cannot be kept, sessions last as long as the program.
balance::CookieSealer Engine::Impl::sealerFor(const EngineOptions& given) {
  auto kept = balance::openCookieKeys(given.dataDirectory, wallNow());
  return kept ? std::move(*kept) : balance::CookieSealer::withFreshKey();
}

/// Control thread.
void Engine::Impl::everySecond() {
  if (installed) anomalies.tick(installed->groups, control.now());
  sample(wallNow());
  secondTimer = control.after(std::chrono::seconds(1), [this] { everySecond(); });
}

/// Control thread, or after its end.
void Engine::Impl::sample(WallTime wall) {
  if (series.add(readMetrics(), wall) && history) history->keep(series.newest());
}

/// Runs on the control thread and waits for it.
void Engine::Impl::onControl(const std::function<void()>& work) {
  std::promise<void> done;
  control.post([&] {
    work();
    done.set_value();
  });
  done.get_future().wait();
}

Result<std::map<std::string, net::ListeningSocket>, std::vector<Issue>> Engine::Impl::bindNew(
    const balance::Snapshot& snapshot) const {
  std::map<std::string, net::ListeningSocket> sockets;
  std::vector<Issue> issues;
  for (const auto& listener : snapshot.listeners) {
    for (const net::SocketAddress& address : listener->binds) {
      const std::string key = bindKey(*listener, address);
      if (ports.contains(key) || sockets.contains(key)) continue;
      auto socket = net::ListeningSocket::bind(address);
      if (socket) {
        sockets.emplace(key, std::move(*socket));
      } else {
        issues.push_back(
            {fmt::format("loadBalancers[{}].listeners[{}].port", listener->document, listener->index),
             std::to_string(listener->port), socket.error().detail, Issue::Severity::Error});
      }
    }
  }
  if (!issues.empty()) return failure(std::move(issues));
  return sockets;
}

void Engine::Impl::install(const std::shared_ptr<const balance::Snapshot>& snapshot,
                           std::map<std::string, net::ListeningSocket>& sockets) {
  for (auto& worker : workers)
    worker->apply(snapshot);
  health.apply(snapshot);
  installed = snapshot;
  std::set<std::string> hosts;
  for (const auto& group : snapshot->document.targetGroups) {
    for (const auto& target : group.targets)
      hosts.insert(target.id);
  }
  names.keep(hosts);
  for (auto& [key, socket] : sockets)
    openPort(key, std::move(socket));
  std::map<std::string, std::shared_ptr<const balance::ListenerSnapshot>> wanted;
  for (const auto& listener : snapshot->listeners) {
    for (const auto& address : listener->binds)
      wanted[bindKey(*listener, address)] = listener;
  }
  std::erase_if(ports, [&](const auto& item) { return !wanted.contains(item.first); });
  for (auto& [key, port] : ports)
    port.listener = wanted[key];
  publish(snapshot);
  observe::Event event{.kind = observe::EventKind::ConfigApplied, .time = wallNow()};
  event.text =
      std::make_shared<const std::string>(fmt::format("Configuration {} is live.", snapshot->version));
  controlSink.emitKept(std::move(event));
}

/// Counts one more connection of this listener, unless it has as many as it may.
bool Engine::Impl::admit(const balance::ListenerSnapshot& listener) {
  auto& connections = listener.runtime->connections;
  if (connections.fetch_add(1, std::memory_order_relaxed) < listener.limits.connections) return true;
  connections.fetch_sub(1, std::memory_order_relaxed);
  controlMetrics.clientConnectionRejected(listener.runtime->slot);
  return false;
}

void Engine::Impl::openPort(const std::string& key, net::ListeningSocket socket) {
  Port& port = ports[key];
  const net::SocketAddress local = socket.address();
  port.acceptor = std::make_unique<net::Acceptor>(
      control, std::move(socket), [this, &port, local](int fd, const net::SocketAddress& peer) {
        if (!port.listener || !admit(*port.listener)) return void(::close(fd));
        // The worker with the fewest connections: a desk has few and long ones.
        const auto least = std::min_element(workers.begin(), workers.end(), [](const auto& a, const auto& b) {
          return a->connections() < b->connections();
        });
        (*least)->adopt(fd, peer, local, port.listener->id, port.listener->runtime);
      });
}

void Engine::Impl::publish(const std::shared_ptr<const balance::Snapshot>& snapshot) {
  std::vector<ListenerStatus> statuses;
  for (const auto& listener : snapshot->listeners) {
    ListenerStatus status{listener->id, listener->protocol, {}};
    for (const auto& address : listener->binds) {
      const auto at = ports.find(bindKey(*listener, address));
      if (at != ports.end()) status.addresses.push_back(at->second.acceptor->address().toString());
    }
    statuses.push_back(std::move(status));
  }
  const std::lock_guard lock(statusMutex);
  listeners = std::move(statuses);
  published = snapshot;
}

/// What runs now; null before the first apply().
std::shared_ptr<const balance::Snapshot> Engine::Impl::snapshot() const {
  const std::lock_guard lock(statusMutex);
  return published;
}

ApplyReport Engine::Impl::apply(const config::Document& document) {
  ApplyReport report;
  report.issues = config::validate(document);
  if (config::hasErrors(report.issues)) return report;
  const std::lock_guard lock(applyMutex);
  if (!stopped) applyLocked(document, report);
  return report;
}

void Engine::Impl::applyLocked(const config::Document& document, ApplyReport& report) {
  history::CaptureRules captureRules;
  if (!readCaptureRules(document, captureRules, report.issues)) return;
  // Before the files are read, so that no change is missed.
  watch.follow(balance::watchedFiles(document));
  auto snapshot = balance::compile(document, runtimes, names, options.dataDirectory);
  if (!snapshot) {
    report.issues.insert(report.issues.end(), snapshot.error().begin(), snapshot.error().end());
    return;
  }
  // Ports change on the control thread only while the lock is held, so reading them here is safe.
  auto sockets = bindNew(**snapshot);
  if (!sockets) {
    report.issues.insert(report.issues.end(), sockets.error().begin(), sockets.error().end());
    return;
  }
  if (std::string problem = serveMetrics(document.monitoring); !problem.empty()) {
    report.issues.push_back({"monitoring.openMetricsPort",
                             std::to_string(*document.monitoring.openMetricsPort), std::move(problem),
                             Issue::Severity::Error});
    return;
  }
  bus.configureLogs(observe::logTargets(document, options.dataDirectory));
  if (history) history->setCaptureRules(std::move(captureRules));
  onControl([&] { install(*snapshot, *sockets); });
  live = *snapshot;
  report.applied = true;
}

/// Key files were replaced, or a target's name has another address: the same document is made ready again.
/// What is broken leaves what runs as it is.
void Engine::Impl::applyAgain() {
  const std::lock_guard lock(applyMutex);
  if (stopped || !live) return;
  ApplyReport report;
  const config::Document document = live->document;
  applyLocked(document, report);
  if (report.applied) return;
  observe::Event event{.kind = observe::EventKind::ConfigRefused, .time = wallNow()};
  event.text = std::make_shared<const std::string>(
      fmt::format("A changed file was not taken over. {}",
                  report.issues.empty() ? std::string() : config::describe(report.issues.back())));
  onControl([&] { controlSink.emitKept(std::move(event)); });
}

observe::MetricsReading Engine::Impl::readMetrics() const {
  auto reading = metrics.read();
  for (const auto& worker : workers)
    reading.workerCpuMicros += worker->cpuMicros();
  reading.droppedDetails = bus.droppedDetails();
  reading.summarizedStreams = bus.summarizedStreams();
  reading.grpcMethods = bus.grpcMethods();
  for (const TargetStatus& target : health.statuses()) {
    observe::HostReading& host = reading.hosts[target.id];
    host.state = target.state;
    host.reason = target.reason;
    host.description = target.description;
  }
  const auto running = snapshot();
  if (!running) return reading;
  for (const auto& group : running->groups) {
    for (const balance::TargetSnapshot& target : group->targets) {
      observe::HostReading& host = reading.hosts[target.runtime->id];
      host.availabilityZone = target.zone;
      host.anomalous = target.runtime->anomalous.load(std::memory_order_relaxed);
      host.mitigated = target.runtime->weight.load(std::memory_order_relaxed) < balance::kFullWeight;
    }
  }
  return reading;
}

/// Serves OpenMetrics where the document says; the empty text, or what is in the way.
std::string Engine::Impl::serveMetrics(const config::Monitoring& monitoring) {
  if (monitoring.openMetricsPort == metricsPort) return {};
  if (!monitoring.openMetricsPort) {
    metricsServer.reset();
    metricsPort.reset();
    return {};
  }
  auto server = observe::OpenMetricsServer::serve(static_cast<std::uint16_t>(*monitoring.openMetricsPort),
                                                  [this] { return readMetrics(); });
  if (!server) return server.error().detail;
  metricsServer = std::move(*server);
  metricsPort = monitoring.openMetricsPort;
  return {};
}

void Engine::Impl::stop(std::chrono::milliseconds grace) {
  watch.stop();
  const std::lock_guard lock(applyMutex);
  if (std::exchange(stopped, true)) return;
  metricsServer.reset();
  onControl([this] {
    ports.clear();
    names.stop();
    secondTimer.cancel();
    health.stop();
  });
  for (auto& worker : workers)
    worker->stop(grace);
  for (auto& worker : workers)
    worker->join();
  control.stop();
  controlThread.join();
  bus.finish();
  // What was counted since the last whole second belongs to the one that has begun.
  sample(wallNow() + std::chrono::seconds(1));
  if (history) history->flush();
  const std::lock_guard status(statusMutex);
  listeners.clear();
}

}  // namespace spillway
