// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/open_metrics.h"

#include <fmt/core.h>
#include <prometheus/collectable.h>
#include <prometheus/exposer.h>
#include <prometheus/metric_family.h>

#include <exception>
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
OpenMetricsServer::~OpenMetricsServer() = default;

std::uint16_t OpenMetricsServer::port() const {
  const std::vector<int> ports = impl_->exposer.GetListeningPorts();
  return ports.empty() ? 0 : static_cast<std::uint16_t>(ports.front());
}

}  // namespace spillway::observe
