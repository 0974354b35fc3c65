// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/config/model.h"
#include "engine/observe/metrics_reading.h"

/// The counters under the names, dimensions and units of ALB's CloudWatch metrics, namespace
/// AWS/ApplicationELB (User Guide "CloudWatch metrics", alb-behaviour §8).
namespace spillway::observe {

/// A dimension set; what is empty is not in it.
struct CloudWatchDimensions {
  std::string loadBalancer;      ///< "app/<name>/<id>"
  std::string targetGroup;       ///< "targetgroup/<name>/<id>"
  std::string availabilityZone;  ///< of the balancer, and with a target group that of the targets
  auto operator<=>(const CloudWatchDimensions&) const = default;
};

enum class CloudWatchUnit : std::uint8_t { Count, Bytes, Seconds };
/// "Count", "Bytes", "Seconds"
const char* toString(CloudWatchUnit);

enum class CloudWatchStatistic : std::uint8_t { Sum, Average, Minimum, Maximum, P50, P90, P99, P999 };
/// "Sum", "Average", …, "p99.9"
const char* toString(CloudWatchStatistic);

struct CloudWatchMetric {
  const char* name = "";  ///< "RequestCount"
  CloudWatchDimensions dimensions;
  CloudWatchUnit unit = CloudWatchUnit::Count;
  CloudWatchStatistic statistic = CloudWatchStatistic::Sum;
  double value = 0;
};

/// All metrics that ALB would publish for the load balancers of the document and their target groups.
/// `period` is the difference of two readings (MetricsReading::since), or one reading for everything since
/// the start; host counts come from its `hosts`. Zero is told only where ALB tells it. Left out is what one
/// machine does not have: capacity units, DNS, zonal shift, Lambda, IP pools, reputation, target optimizer,
/// OIDC. Pure.
std::vector<CloudWatchMetric> cloudWatchMetrics(const MetricsReading& period, const config::Document&);

}  // namespace spillway::observe
