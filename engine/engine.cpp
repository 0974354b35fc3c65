// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/engine.h"

#include <fmt/core.h>

#include <cstdlib>

#include "engine/balance/decide.h"
#include "engine/base/text.h"
#include "engine/engine_impl.h"
#include "engine/health/probe.h"

namespace spillway {

Engine::Engine(EngineOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Engine::~Engine() = default;

ApplyReport Engine::apply(const config::Document& document) {
  return impl_->apply(document);
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
  return impl_->readMetrics();
}

std::unique_ptr<observe::Subscription> Engine::subscribe(const observe::SubscriptionOptions& options) {
  return impl_->bus.subscribe(options);
}

const observe::MetricSeries& Engine::series() const {
  return impl_->series;
}

observe::ConnectionList Engine::connections() const {
  observe::ConnectionList all{.isTold = true};
  for (const auto& worker : impl_->workers) {
    const auto list = worker->connectionList();
    all.connections.insert(all.connections.end(), list->connections.begin(), list->connections.end());
    all.untold += list->untold;
    all.isTold = all.isTold && list->isTold;
  }
  return all;
}

void Engine::endConnection(observe::ConnectionId id, ConnectionEnd how) {
  const auto worker = static_cast<std::size_t>(id >> proxy::kWorkerShift);  // from 1 on
  if (worker == 0 || worker > impl_->workers.size()) return;
  impl_->workers[worker - 1]->endConnection(id, how == ConnectionEnd::Close);
}

std::vector<observe::LogStatus> Engine::logs() const {
  return impl_->bus.logStatuses();
}

Result<observe::Decision> Engine::explain(const ListenerId& id, const ImaginedRequest& imagined) const {
  const auto running = impl_->snapshot();
  const auto listener = running ? running->findListener(id) : nullptr;
  if (!listener) {
    return failure(Error{ErrorCode::Invalid, Side::Client,
                         fmt::format("No listener {} of {} runs.", id.listener, id.loadBalancer)});
  }
  const auto client = net::SocketAddress::parse(imagined.clientIp, 1);
  if (!client) return failure(client.error());
  http::MessageHead request;
  request.method = imagined.method;
  request.scheme = imagined.scheme;
  request.authority = imagined.authority;
  request.path = imagined.path;
  for (const auto& [name, value] : imagined.fields)
    request.fields.add(lowerCase(name), value);
  return balance::explain(*listener, request, *client, impl_->sealer, SteadyClock::now());
}

void Engine::checkNow(const TargetId& target) {
  impl_->control.post([impl = impl_.get(), target] { impl->health.checkNow(target); });
}

void Engine::takeOut(const TargetId& target, std::chrono::seconds time) {
  impl_->control.post([impl = impl_.get(), target, time] { impl->health.takeOut(target, time); });
}

void Engine::putBack(const TargetId& target) {
  impl_->control.post([impl = impl_.get(), target] { impl->health.putBack(target); });
}

history::StoreStatus Engine::history() const {
  if (!impl_->history) return {};
  history::StoreStatus status = impl_->history->status();
  status.skippedCaptures = impl_->bus.skippedCaptures();
  return status;
}

void Engine::limitHistory(const history::Bounds& bounds) {
  if (impl_->history) impl_->history->limit(bounds);
}

std::optional<observe::CapturedStream> Engine::captured(StreamId id, std::size_t from) const {
  return impl_->history ? impl_->history->captured(id, from) : std::nullopt;
}

void Engine::flushEvents() {
  impl_->bus.flush();
  if (impl_->history) impl_->history->flush();
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
    const bool http1 = group.protocolVersion == config::ProtocolVersion::Http1;
    auto tls = net::TlsContext::client(net::TlsContext::Verify::No, {},
                                       http1 ? net::TargetProtocols::None : net::TargetProtocols::Http2);
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
