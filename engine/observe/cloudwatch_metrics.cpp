// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/cloudwatch_metrics.h"

#include <algorithm>
#include <array>
#include <map>

#include "engine/observe/resource_names.h"

namespace spillway::observe {
namespace {

using Unit = CloudWatchUnit;
using Statistic = CloudWatchStatistic;

struct NamedCount {
  const char* name;
  Count count;
  Unit unit = Unit::Count;
};

/// Sums of a load balancer, told when they are not zero.
constexpr std::array kBalancerCounts{
    NamedCount{"RejectedConnectionCount", Count::RejectedConnections},
    NamedCount{"ClientTLSNegotiationErrorCount", Count::TlsNegotiationErrors},
    NamedCount{"IPv6RequestCount", Count::Ipv6Requests},
    NamedCount{"IPv6ProcessedBytes", Count::Ipv6Bytes, Unit::Bytes},
    NamedCount{"HTTP_Fixed_Response_Count", Count::FixedResponses},
    NamedCount{"HTTP_Redirect_Count", Count::Redirects},
    NamedCount{"HTTP_Redirect_Url_Limit_Exceeded_Count", Count::RedirectsTooLong},
    NamedCount{"DesyncMitigationMode_NonCompliant_Request_Count", Count::NonCompliant},
    NamedCount{"JWTValidationFailureCount", Count::JwtFailures},
};

/// Counts of what the balancer itself answered.
constexpr std::array kBalancerClasses{"HTTPCode_ELB_3XX_Count", "HTTPCode_ELB_4XX_Count",
                                      "HTTPCode_ELB_5XX_Count"};
struct NamedStatus {
  const char* name;
  int status;
};
constexpr std::array kBalancerStatuses{
    NamedStatus{"HTTPCode_ELB_500_Count", 500}, NamedStatus{"HTTPCode_ELB_502_Count", 502},
    NamedStatus{"HTTPCode_ELB_503_Count", 503}, NamedStatus{"HTTPCode_ELB_504_Count", 504}};
constexpr std::array kTargetClasses{"HTTPCode_Target_2XX_Count", "HTTPCode_Target_3XX_Count",
                                    "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count"};

template <class Key>
const PartReading& partOf(const std::map<Key, PartReading>& parts, const Key& key) {
  static const PartReading kNothing;
  const auto at = parts.find(key);
  return at == parts.end() ? kNothing : at->second;
}

const std::string& zoneOf(const config::Target& target) {
  static const std::string kHere = kLocalZone;
  return target.availabilityZone.empty() ? kHere : target.availabilityZone;
}

TargetId idOf(const config::TargetGroup& group, const config::Target& target) {
  return {group.name, target.id, static_cast<std::uint16_t>(target.port)};
}

/// The metrics as they gather.
class Listing {
 public:
  /// For the metrics that follow.
  void setDimensions(std::vector<CloudWatchDimensions> sets) { sets_ = std::move(sets); }
  void tell(const char* name, double value, Statistic statistic = Statistic::Sum, Unit unit = Unit::Count) {
    for (const auto& set : sets_)
      metrics_.push_back({name, set, unit, statistic, value});
  }
  void tellSum(const char* name, std::uint64_t value, Unit unit = Unit::Count) {
    if (value) tell(name, static_cast<double>(value), Statistic::Sum, unit);
  }
  void tellResponseTime(const HistogramReading& times) {
    if (times.count == 0) return;
    const auto seconds = [&](Statistic statistic, double micros) {
      tell("TargetResponseTime", micros / 1e6, statistic, Unit::Seconds);
    };
    seconds(Statistic::Average, times.average());
    seconds(Statistic::P50, times.percentile(0.5));
    seconds(Statistic::P90, times.percentile(0.9));
    seconds(Statistic::P99, times.percentile(0.99));
    seconds(Statistic::P999, times.percentile(0.999));
  }
  /// What targets answered; told even when zero, as long as there are targets.
  void tellTargetAnswers(const PartReading& part, bool hasTargets) {
    if (!hasTargets) return;
    tell("RequestCount", static_cast<double>(part.routed));
    for (std::size_t i = 0; i < kTargetClasses.size(); ++i)
      tell(kTargetClasses[i], static_cast<double>(part.statusClass(static_cast<int>(i) + 2, false)));
  }
  std::vector<CloudWatchMetric> take() { return std::move(metrics_); }

 private:
  std::vector<CloudWatchDimensions> sets_;
  std::vector<CloudWatchMetric> metrics_;
};

/// The target groups that a load balancer forwards to.
std::vector<const config::TargetGroup*> groupsOf(const config::LoadBalancer& balancer,
                                                 const config::Document& document) {
  std::vector<const config::TargetGroup*> groups;
  for (const auto& group : document.targetGroups) {
    if (std::ranges::any_of(balancer.listeners, [&](const auto& l) { return forwardsTo(l, group.name); }))
      groups.push_back(&group);
  }
  return groups;
}

void tellStickiness(Listing& listing, const PartReading& part,
                    const std::vector<const config::TargetGroup*>& groups) {
  const auto isSticky = [](const auto* group) { return group->attributes.stickiness.enabled; };
  const auto byAppCookie = [&](const auto* group) {
    return isSticky(group) && group->attributes.stickiness.type == config::Stickiness::Type::AppCookie;
  };
  if (std::ranges::any_of(groups, isSticky))
    listing.tell("NonStickyRequestCount", static_cast<double>(part.nonSticky));
  if (std::ranges::any_of(groups, byAppCookie))
    listing.tell("AppCookieNonStickinessCount", static_cast<double>(part.appCookieNonSticky));
}

void tellBalancerAnswers(Listing& listing, const PartReading& part) {
  for (std::size_t i = 0; i < kBalancerClasses.size(); ++i)
    listing.tellSum(kBalancerClasses[i], part.statusClass(static_cast<int>(i) + 3, true));
  for (const auto& [name, status] : kBalancerStatuses) {
    const auto at = part.httpStatus.find({status, true});
    if (at != part.httpStatus.end()) listing.tellSum(name, at->second);
  }
}

void tellBalancer(Listing& listing, const MetricsReading& period, const config::LoadBalancer& balancer,
                  const std::vector<const config::TargetGroup*>& groups) {
  const PartReading& part = partOf(period.loadBalancers, balancer.name);
  PartReading targetSide;
  bool hasTargets = false;
  for (const auto* group : groups) {
    targetSide += partOf(period.groups, group->name);
    hasTargets = hasTargets || !group->targets.empty();
  }
  const std::string resource = loadBalancerResource(balancer.name);
  listing.setDimensions({{resource, "", ""}, {resource, "", kLocalZone}});
  listing.tellTargetAnswers(part, hasTargets);
  listing.tellSum("ActiveConnectionCount",
                  static_cast<std::uint64_t>(part.activeConnections + targetSide.activeTargetConnections));
  listing.tellSum("NewConnectionCount", part.newConnections + targetSide.newTargetConnections);
  listing.tellSum("ProcessedBytes", part.receivedBytes + part.sentBytes, Unit::Bytes);
  for (const auto& [name, count, unit] : kBalancerCounts)
    listing.tellSum(name, countOf(part, count), unit);
  tellBalancerAnswers(listing, part);
  tellStickiness(listing, part, groups);
  listing.tellSum("TargetConnectionErrorCount", targetSide.targetConnectionErrors);
  listing.tellSum("TargetTLSNegotiationErrorCount", targetSide.targetTlsErrors);
  listing.tellResponseTime(part.targetResponse);
  listing.setDimensions({{resource, "", kLocalZone}});
  listing.tellSum("DroppedInvalidHeaderRequestCount", part.droppedInvalidHeader);
  listing.tell("ForwardedInvalidHeaderRequestCount", static_cast<double>(part.forwardedInvalidHeader));
  listing.setDimensions({{resource, "", ""}});
  listing.tellSum("RuleEvaluations", part.ruleEvaluations);
}

struct HostCounts {
  std::size_t registered = 0, healthy = 0, unhealthy = 0, anomalous = 0, mitigated = 0;
};

/// Of the group's targets in this zone; "" = in all.
HostCounts countHosts(const MetricsReading& period, const config::TargetGroup& group,
                      const std::string& zone) {
  HostCounts counts;
  for (const auto& target : group.targets) {
    if (!zone.empty() && zoneOf(target) != zone) continue;
    ++counts.registered;
    const auto host = period.hosts.find(idOf(group, target));
    if (host == period.hosts.end()) continue;
    if (host->second.state == TargetState::Healthy) ++counts.healthy;
    if (host->second.state == TargetState::Unhealthy) ++counts.unhealthy;
    if (host->second.anomalous) ++counts.anomalous;
    if (host->second.mitigated) ++counts.mitigated;
  }
  return counts;
}

/// Whether so many healthy targets keep routing to healthy ones only (alb-behaviour §3.9).
bool suffices(const config::MinimumHealthyTargets& least, const HostCounts& hosts) {
  if (least.count && hosts.healthy < *least.count) return false;
  return !least.percentage || hosts.healthy * 100 >= *least.percentage * hosts.registered;
}

void tellHosts(Listing& listing, const config::TargetGroup& group, const HostCounts& hosts) {
  listing.tell("AnomalousHostCount", static_cast<double>(hosts.anomalous), Statistic::Maximum);
  listing.tell("MitigatedHostCount", static_cast<double>(hosts.mitigated), Statistic::Average);
  if (hosts.registered == 0) return;
  listing.tell("HealthyHostCount", static_cast<double>(hosts.healthy), Statistic::Average);
  listing.tell("UnHealthyHostCount", static_cast<double>(hosts.unhealthy), Statistic::Average);
  // They count zones; one balancer is one zone, whatever the targets are labelled with.
  const bool isEnough = suffices(group.attributes.unhealthyStateRouting, hosts);
  listing.tell("HealthyStateRouting", isEnough ? 1 : 0, Statistic::Maximum);
  listing.tell("UnhealthyStateRouting", isEnough ? 0 : 1, Statistic::Minimum);
}

/// One target group, or its targets in one zone.
void tellGroup(Listing& listing, const PartReading& part, const config::TargetGroup& group,
               const HostCounts& hosts, const CloudWatchDimensions& dimensions) {
  listing.setDimensions({dimensions});
  listing.tellTargetAnswers(part, hosts.registered > 0);
  listing.tellSum("TargetConnectionErrorCount", part.targetConnectionErrors);
  listing.tellSum("TargetTLSNegotiationErrorCount", part.targetTlsErrors);
  listing.tellSum("UnhealthyRoutingRequestCount", part.failOpen);
  listing.tellResponseTime(part.targetResponse);
  tellHosts(listing, group, hosts);
  CloudWatchDimensions groupOnly = dimensions;
  groupOnly.loadBalancer.clear();
  listing.setDimensions({dimensions, groupOnly});
  listing.tellSum("GrpcRequestCount", part.grpcRequests);
  const std::size_t serving = std::max<std::size_t>(hosts.healthy ? hosts.healthy : hosts.registered, 1);
  listing.tell("RequestCountPerTarget", static_cast<double>(part.routed) / static_cast<double>(serving));
}

void tellGroupAndZones(Listing& listing, const MetricsReading& period, const std::string& balancer,
                       const config::TargetGroup& group) {
  CloudWatchDimensions dimensions{balancer, targetGroupResource(group.name), ""};
  tellGroup(listing, partOf(period.groups, group.name), group, countHosts(period, group, ""), dimensions);
  std::map<std::string, PartReading> zones;
  for (const auto& target : group.targets)
    zones[zoneOf(target)] += partOf(period.targets, idOf(group, target));
  for (const auto& [zone, part] : zones) {
    dimensions.availabilityZone = zone;
    tellGroup(listing, part, group, countHosts(period, group, zone), dimensions);
  }
}

}  // namespace

const char* toString(CloudWatchUnit unit) {
  switch (unit) {
    case CloudWatchUnit::Count:
      return "Count";
    case CloudWatchUnit::Bytes:
      return "Bytes";
    case CloudWatchUnit::Seconds:
      return "Seconds";
  }
  return "";
}

const char* toString(CloudWatchStatistic statistic) {
  switch (statistic) {
    case CloudWatchStatistic::Sum:
      return "Sum";
    case CloudWatchStatistic::Average:
      return "Average";
    case CloudWatchStatistic::Minimum:
      return "Minimum";
    case CloudWatchStatistic::Maximum:
      return "Maximum";
    case CloudWatchStatistic::P50:
      return "p50";
    case CloudWatchStatistic::P90:
      return "p90";
    case CloudWatchStatistic::P99:
      return "p99";
    case CloudWatchStatistic::P999:
      return "p99.9";
  }
  return "";
}

std::vector<CloudWatchMetric> cloudWatchMetrics(const MetricsReading& period,
                                                const config::Document& document) {
  Listing listing;
  for (const auto& balancer : document.loadBalancers) {
    const auto groups = groupsOf(balancer, document);
    tellBalancer(listing, period, balancer, groups);
    for (const auto* group : groups)
      tellGroupAndZones(listing, period, loadBalancerResource(balancer.name), *group);
  }
  return listing.take();
}

}  // namespace spillway::observe
