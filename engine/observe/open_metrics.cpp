// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/open_metrics.h"

#include <arpa/inet.h>
#include <fmt/core.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <future>
#include <string>
#include <vector>

#include "engine/observe/open_metrics_families.h"

namespace spillway::observe {
namespace {

class Source final : public prometheus::Collectable {
 public:
  explicit Source(std::function<MetricsReading()> read) : read_(std::move(read)) {}
  std::vector<prometheus::MetricFamily> Collect() const override { return openMetricsFamilies(read_()); }

 private:
  std::function<MetricsReading()> read_;
};

/// The library's loop sees that it shall stop when somebody connects, or after 2 s: this makes it sooner.
void knock(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  // Whether it succeeds does not matter: refused means that the server is gone.
  static_cast<void>(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  ::close(fd);
}

}  // namespace

struct OpenMetricsServer::Impl {
  // A scraper that sends nothing gives its thread back after a while.
  Impl(std::uint16_t port, std::function<MetricsReading()> read)
      : source(std::make_shared<Source>(std::move(read))),
        exposer({"listening_ports", fmt::format("127.0.0.1:{}", port), "num_threads", "2",
                 "request_timeout_ms", "5000"}) {
    exposer.RegisterCollectable(source, "/metrics");
  }
  std::shared_ptr<Source> source;
  prometheus::Exposer exposer;
};

Result<std::unique_ptr<OpenMetricsServer>> OpenMetricsServer::serve(std::uint16_t port,
                                                                    std::function<MetricsReading()> read) {
  try {
    auto impl = std::make_unique<Impl>(port, std::move(read));
    return std::unique_ptr<OpenMetricsServer>(new OpenMetricsServer(std::move(impl)));
  } catch (const std::exception&) {
    // The library does not say why; on a loopback address it is the port.
    return failure(Error{ErrorCode::AddressInUse, Side::Balancer,
                         fmt::format("monitoring.openMetricsPort: port {} of 127.0.0.1 cannot be opened, "
                                     "another program uses it or it needs more rights.",
                                     port)});
  }
}

OpenMetricsServer::OpenMetricsServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

OpenMetricsServer::~OpenMetricsServer() {
  const std::uint16_t served = port();
  const auto stopped = std::async(std::launch::async, [this] { impl_.reset(); });
  while (stopped.wait_for(std::chrono::milliseconds(10)) != std::future_status::ready)
    knock(served);
}

std::uint16_t OpenMetricsServer::port() const {
  const std::vector<int> ports = impl_->exposer.GetListeningPorts();
  return ports.empty() ? 0 : static_cast<std::uint16_t>(ports.front());
}

}  // namespace spillway::observe
