// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "engine/base/result.h"
#include "engine/observe/metrics_reading.h"

namespace spillway::observe {

/// Serves the counters as Prometheus text on http://127.0.0.1:<port>/metrics, as long as it lives. Names
/// are spillway_listener_…, spillway_target_group_…, spillway_target_… and spillway_grpc_method_…: each
/// request is in each of these families once, so that sums over one family are right.
class OpenMetricsServer {
 public:
  /// Port 0 takes any free one. `read` is called at each scrape, on the server's own threads. Fails when the
  /// port is taken.
  static Result<std::unique_ptr<OpenMetricsServer>> serve(std::uint16_t port,
                                                          std::function<MetricsReading()> read);
  ~OpenMetricsServer();  ///< waits for running scrapes
  std::uint16_t port() const;

 private:
  struct Impl;
  explicit OpenMetricsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::observe
