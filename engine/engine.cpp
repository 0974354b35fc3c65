// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <future>
#include <map>
#include <mutex>
#include <thread>

#include "engine/balance/compile.h"
#include "engine/config/validate.h"
#include "engine/health/health_monitor.h"
#include "engine/health/probe.h"
#include "engine/net/acceptor.h"
#include "engine/proxy/worker.h"

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

}  // namespace

struct Engine::Impl {
  struct Port {
    std::unique_ptr<net::Acceptor> acceptor;
    std::shared_ptr<const balance::ListenerSnapshot> listener;
  };

  explicit Impl(EngineOptions given);
  ~Impl();
  Result<std::map<std::string, net::ListeningSocket>, std::vector<Issue>> bindNew(
      const balance::Snapshot&) const;
  void install(const std::shared_ptr<const balance::Snapshot>&,
               std::map<std::string, net::ListeningSocket>& sockets);
  static bool admit(const balance::ListenerSnapshot&);
  void openPort(const std::string& key, net::ListeningSocket socket);
  void publishListeners(const balance::Snapshot&);
  void onControl(const std::function<void()>& work);
  void stop(std::chrono::milliseconds grace);

  EngineOptions options;
  observe::MetricsRegistry metrics;
  observe::EventBus bus;
  balance::RuntimeRegistry runtimes{metrics};
  observe::EventSink& controlSink;
  net::EventLoop control;
  health::HealthMonitor health;
  std::map<std::string, Port> ports;  ///< control thread
  std::vector<std::unique_ptr<proxy::Worker>> workers;
  std::thread controlThread;
  std::mutex applyMutex;
  bool stopped = false;  ///< under applyMutex
  mutable std::mutex statusMutex;
  std::vector<ListenerStatus> listeners;
};

Engine::Impl::Impl(EngineOptions given)
    : options(std::move(given)), controlSink(bus.addSink()), health(control, controlSink) {
  // OpenSSL writes to sockets without MSG_NOSIGNAL: a peer that has left is an error there, not the program's
  // end.
  std::signal(SIGPIPE, SIG_IGN);
  if (options.dataDirectory.empty()) options.dataDirectory = defaultDataDirectory();
  if (!options.accessLogFile.empty()) (void)bus.writeAccessLog(options.accessLogFile);
  for (std::size_t i = 0; i < workerCount(options.workers); ++i) {
    workers.push_back(std::make_unique<proxy::Worker>(i, bus.addSink(), metrics.addWorker()));
  }
  controlThread = std::thread([this] { control.run(); });
}

Engine::Impl::~Impl() {
  stop(std::chrono::milliseconds(0));
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
  publishListeners(*snapshot);
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

void Engine::Impl::publishListeners(const balance::Snapshot& snapshot) {
  std::vector<ListenerStatus> statuses;
  for (const auto& listener : snapshot.listeners) {
    ListenerStatus status{listener->id, listener->protocol, {}};
    for (const auto& address : listener->binds) {
      const auto at = ports.find(bindKey(*listener, address));
      if (at != ports.end()) status.addresses.push_back(at->second.acceptor->address().toString());
    }
    statuses.push_back(std::move(status));
  }
  const std::lock_guard lock(statusMutex);
  listeners = std::move(statuses);
}

void Engine::Impl::stop(std::chrono::milliseconds grace) {
  const std::lock_guard lock(applyMutex);
  if (std::exchange(stopped, true)) return;
  onControl([this] {
    ports.clear();
    health.stop();
  });
  for (auto& worker : workers)
    worker->stop(grace);
  for (auto& worker : workers)
    worker->join();
  control.stop();
  controlThread.join();
  bus.flush();
  const std::lock_guard status(statusMutex);
  listeners.clear();
}

Engine::Engine(EngineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Engine::~Engine() = default;

ApplyReport Engine::apply(const config::Document& document) {
  ApplyReport report;
  report.issues = config::validate(document);
  if (config::hasErrors(report.issues)) return report;
  const std::lock_guard lock(impl_->applyMutex);
  if (impl_->stopped) return report;
  auto snapshot = balance::compile(document, impl_->runtimes, impl_->options.dataDirectory);
  if (!snapshot) {
    report.issues.insert(report.issues.end(), snapshot.error().begin(), snapshot.error().end());
    return report;
  }
  // Ports change on the control thread only while this lock is held, so reading them here is safe.
  auto sockets = impl_->bindNew(**snapshot);
  if (!sockets) {
    report.issues.insert(report.issues.end(), sockets.error().begin(), sockets.error().end());
    return report;
  }
  impl_->onControl([&] { impl_->install(*snapshot, *sockets); });
  report.applied = true;
  return report;
}

void Engine::stop(std::chrono::milliseconds grace) {
  impl_->stop(grace);
}

std::vector<ListenerStatus> Engine::listeners() const {
  const std::lock_guard lock(impl_->statusMutex);
  return impl_->listeners;
}

std::vector<TargetStatus> Engine::targets() const {
  return impl_->health.statuses();
}

observe::MetricsReading Engine::readMetrics() const {
  auto reading = impl_->metrics.read();
  reading.droppedDetails = impl_->bus.droppedDetails();
  reading.grpcMethods = impl_->bus.grpcMethods();
  return reading;
}

std::unique_ptr<observe::Subscription> Engine::subscribe(const observe::SubscriptionOptions& options) {
  return impl_->bus.subscribe(options);
}

void Engine::checkNow(const TargetId& target) {
  impl_->control.post([impl = impl_.get(), target] { impl->health.checkNow(target); });
}

void Engine::flushEvents() {
  impl_->bus.flush();
}
const std::string& Engine::dataDirectory() const {
  return impl_->options.dataDirectory;
}
std::size_t Engine::workers() const {
  return impl_->workers.size();
}

ProbeAnswer probeTarget(const config::TargetGroup& group, const config::Target& target) {
  ProbeAnswer answer;
  const auto port = static_cast<std::uint16_t>(group.healthCheck.port.value_or(target.port));
  auto address = net::resolve(target.id, port);
  if (!address) {
    answer.words = address.error().detail;
    return answer;
  }
  health::ProbeTarget probed{*address, nullptr, target.id};
  if (group.healthCheck.protocol == config::Protocol::Https) {
    auto tls = net::TlsContext::client(net::TlsContext::Verify::No, {});
    if (tls) probed.tls = *tls;
  }
  net::EventLoop loop;
  const bool grpc = group.protocolVersion == config::ProtocolVersion::Grpc;
  auto probe = std::make_unique<health::Probe>(
      loop, group, probed, [&](const health::ProbeResult& result, Duration latency) {
        answer.passed = result.passed();
        answer.code = result.code;
        answer.latencyMicros = std::chrono::duration_cast<std::chrono::microseconds>(latency).count();
        const std::string name = grpc && result.code ? observe::grpcStatusName(*result.code) : "";
        answer.words = result.passed() ? fmt::format("{}{}{}", *result.code, name.empty() ? "" : " ", name)
                                       : result.detail;
        loop.stop();
      });
  loop.run();
  return answer;
}

std::string defaultDataDirectory() {
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data) return std::string(data) + "/spillway";
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : ".") + "/.local/share/spillway";
}

}  // namespace spillway
