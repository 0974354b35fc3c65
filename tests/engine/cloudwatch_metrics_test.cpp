// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/cloudwatch_metrics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "engine/observe/metrics.h"
#include "engine/observe/resource_names.h"

namespace spillway::observe {
namespace {

const std::string kLb = loadBalancerResource("web");
const std::string kGroup = targetGroupResource("app");

/// A load balancer "web" with one listener that forwards to "app": two targets in one zone and one in
/// another.
class CloudWatchMetrics : public ::testing::Test {
 protected:
  CloudWatchMetrics() {
    config::Listener in;
    in.name = "in";
    in.defaultActions = {config::forwardTo("app")};
    document.loadBalancers.resize(1);
    document.loadBalancers[0].name = "web";
    document.loadBalancers[0].listeners = {in};
    document.targetGroups.resize(2);
    document.targetGroups[0].name = "app";
    document.targetGroups[0].targets = {
        {"127.0.0.1", 1, ""}, {"127.0.0.1", 2, "local-1a"}, {"127.0.0.1", 3, "local-1b"}};
    document.targetGroups[1].name = "unused";
  }

  void end(int port, int status, bool fromBalancer = false) {
    auto head = std::make_shared<StreamHead>();
    head->isGrpc = true;
    head->client = "127.0.0.1:9";
    StreamRecord record;
    record.head = std::move(head);
    record.elbStatus = status;
    record.fromBalancer = fromBalancer;
    record.grpcStatus = status == 200 ? 0 : 14;
    record.receivedBytes = 100;
    record.sentBytes = 50;
    record.counts.ruleEvaluations = 2;
    SlotSet slots{listener, group, kNoSlot};
    if (port) {
      record.target = "127.0.0.1:" + std::to_string(port);
      record.targetProcessingMicros = 2000;
      slots.target = registry.targetSlot({"app", "127.0.0.1", static_cast<std::uint16_t>(port)});
    }
    worker.streamStarted(slots);
    worker.streamEnded(record, slots);
  }

  void setHost(std::uint16_t port, TargetState state) { hosts[{"app", "127.0.0.1", port}].state = state; }

  void list() {
    auto reading = registry.read();
    reading.hosts = hosts;
    metrics = cloudWatchMetrics(reading, document);
  }

  std::optional<double> value(const std::string& name, const CloudWatchDimensions& dimensions,
                              CloudWatchStatistic statistic = CloudWatchStatistic::Sum) const {
    std::optional<double> found;
    for (const auto& metric : metrics) {
      if (metric.name != name || metric.dimensions != dimensions || metric.statistic != statistic) continue;
      EXPECT_FALSE(found) << name << " is there twice";
      found = metric.value;
    }
    return found;
  }

  bool has(const std::string& name) const {
    return std::ranges::any_of(metrics, [&](const auto& metric) { return metric.name == name; });
  }

  config::Document document;
  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
  Slot listener = registry.listenerSlot({"web", "in"});
  Slot group = registry.groupSlot("app");
  std::map<TargetId, HostReading> hosts;
  std::vector<CloudWatchMetric> metrics;
};

TEST_F(CloudWatchMetrics, RequestsCountInEachOfTheirDimensionSets) {
  end(1, 200);
  end(3, 200);
  end(3, 404);
  end(0, 503, true);
  list();
  EXPECT_EQ(value("RequestCount", {kLb, "", ""}), 3);
  EXPECT_EQ(value("RequestCount", {kLb, "", "local-1a"}), 3);
  EXPECT_EQ(value("RequestCount", {kLb, kGroup, ""}), 3);
  EXPECT_EQ(value("RequestCount", {kLb, kGroup, "local-1a"}), 1);
  EXPECT_EQ(value("RequestCount", {kLb, kGroup, "local-1b"}), 2);
  EXPECT_EQ(value("HTTPCode_Target_2XX_Count", {kLb, "", ""}), 2);
  EXPECT_EQ(value("HTTPCode_Target_4XX_Count", {kLb, kGroup, "local-1b"}), 1);
  EXPECT_EQ(value("HTTPCode_ELB_5XX_Count", {kLb, "", ""}), 1);
  EXPECT_EQ(value("HTTPCode_ELB_503_Count", {kLb, "", "local-1a"}), 1);
  EXPECT_EQ(value("ProcessedBytes", {kLb, "", ""}), 600);
  EXPECT_EQ(value("RuleEvaluations", {kLb, "", ""}), 8);
  EXPECT_EQ(value("RuleEvaluations", {kLb, "", "local-1a"}), std::nullopt);
}

TEST_F(CloudWatchMetrics, GrpcRequestsHaveATargetGroupInEverySet) {
  end(1, 200);
  list();
  EXPECT_EQ(value("GrpcRequestCount", {kLb, kGroup, ""}), 1);
  EXPECT_EQ(value("GrpcRequestCount", {"", kGroup, ""}), 1);
  EXPECT_EQ(value("GrpcRequestCount", {"", kGroup, "local-1a"}), 1);
  EXPECT_EQ(value("GrpcRequestCount", {kLb, "", ""}), std::nullopt);
}

TEST_F(CloudWatchMetrics, ZeroIsToldOnlyWhereAlbTellsIt) {
  list();
  EXPECT_EQ(value("RequestCount", {kLb, "", ""}), 0);
  EXPECT_EQ(value("HTTPCode_Target_5XX_Count", {kLb, kGroup, ""}), 0);
  EXPECT_EQ(value("RequestCountPerTarget", {"", kGroup, ""}), 0);
  EXPECT_EQ(value("ForwardedInvalidHeaderRequestCount", {kLb, "", "local-1a"}), 0);
  EXPECT_EQ(value("AnomalousHostCount", {kLb, kGroup, ""}, CloudWatchStatistic::Maximum), 0);
  for (const char* name :
       {"ProcessedBytes", "GrpcRequestCount", "HTTPCode_ELB_5XX_Count", "NewConnectionCount",
        "ActiveConnectionCount", "TargetResponseTime", "RuleEvaluations", "NonStickyRequestCount",
        "DroppedInvalidHeaderRequestCount", "TargetConnectionErrorCount", "IPv6RequestCount"})
    EXPECT_FALSE(has(name)) << name;
  document.targetGroups[0].targets.clear();
  list();
  EXPECT_FALSE(has("RequestCount"));
  EXPECT_FALSE(has("HealthyHostCount"));
}

TEST_F(CloudWatchMetrics, StickinessIsToldWhereItIsOn) {
  document.targetGroups[0].attributes.stickiness.enabled = true;
  list();
  EXPECT_EQ(value("NonStickyRequestCount", {kLb, "", ""}), 0);
  EXPECT_FALSE(has("AppCookieNonStickinessCount"));
  document.targetGroups[0].attributes.stickiness.type = config::Stickiness::Type::AppCookie;
  list();
  EXPECT_EQ(value("AppCookieNonStickinessCount", {kLb, "", "local-1a"}), 0);
}

TEST_F(CloudWatchMetrics, HostsCountPerGroupAndZone) {
  setHost(1, TargetState::Healthy);
  setHost(2, TargetState::Unhealthy);
  setHost(3, TargetState::Draining);
  hosts[{"app", "127.0.0.1", 2}].anomalous = true;
  end(1, 200);
  end(1, 200);
  list();
  using enum CloudWatchStatistic;
  EXPECT_EQ(value("HealthyHostCount", {kLb, kGroup, ""}, Average), 1);
  EXPECT_EQ(value("UnHealthyHostCount", {kLb, kGroup, ""}, Average), 1);
  EXPECT_EQ(value("HealthyHostCount", {kLb, kGroup, "local-1b"}, Average), 0);
  EXPECT_EQ(value("AnomalousHostCount", {kLb, kGroup, "local-1a"}, Maximum), 1);
  EXPECT_EQ(value("MitigatedHostCount", {kLb, kGroup, ""}, Average), 0);
  EXPECT_EQ(value("RequestCountPerTarget", {kLb, kGroup, ""}), 2);
  EXPECT_EQ(value("HealthyStateRouting", {kLb, kGroup, ""}, Maximum), 1);
  EXPECT_EQ(value("UnhealthyStateRouting", {kLb, kGroup, ""}, Minimum), 0);
  document.targetGroups[0].attributes.unhealthyStateRouting = {std::nullopt, 50};
  list();
  EXPECT_EQ(value("UnhealthyStateRouting", {kLb, kGroup, ""}, Minimum), 1);
}

TEST_F(CloudWatchMetrics, WithoutAHealthyTargetAllShareTheRequests) {
  for (int i = 0; i < 6; ++i)
    end(1, 200);
  list();
  EXPECT_EQ(value("RequestCountPerTarget", {kLb, kGroup, ""}), 2);
}

TEST_F(CloudWatchMetrics, ResponseTimeIsInSeconds) {
  end(1, 200);
  end(1, 200);
  list();
  using enum CloudWatchStatistic;
  EXPECT_DOUBLE_EQ(*value("TargetResponseTime", {kLb, kGroup, ""}, Average), 0.002);
  for (const auto statistic : {P50, P90, P99, P999})
    EXPECT_NEAR(*value("TargetResponseTime", {kLb, "", ""}, statistic), 0.002, 0.002 / 16)
        << toString(statistic);
  for (const auto& metric : metrics) {
    if (std::string(metric.name) == "TargetResponseTime") {
      EXPECT_STREQ(toString(metric.unit), "Seconds");
    }
  }
}

TEST_F(CloudWatchMetrics, ConnectionsOfBothSidesCountTogether) {
  const SlotSet peer{kNoSlot, group, kNoSlot};
  worker.clientConnectionOpened(listener);
  worker.targetConnectionOpened(peer);
  worker.targetConnectionFailed(peer);
  worker.targetTlsFailed(peer);
  worker.tlsNegotiationFailed(listener);
  worker.clientConnectionRejected(listener);
  list();
  EXPECT_EQ(value("NewConnectionCount", {kLb, "", ""}), 2);
  EXPECT_EQ(value("ActiveConnectionCount", {kLb, "", ""}), 2);
  EXPECT_EQ(value("TargetConnectionErrorCount", {kLb, "", ""}), 1);
  EXPECT_EQ(value("TargetConnectionErrorCount", {kLb, kGroup, ""}), 1);
  EXPECT_EQ(value("TargetTLSNegotiationErrorCount", {kLb, kGroup, ""}), 1);
  EXPECT_EQ(value("ClientTLSNegotiationErrorCount", {kLb, "", ""}), 1);
  EXPECT_EQ(value("RejectedConnectionCount", {kLb, "", ""}), 1);
}

TEST_F(CloudWatchMetrics, AGroupThatNobodyForwardsToHasNone) {
  list();
  for (const auto& metric : metrics)
    EXPECT_NE(metric.dimensions.targetGroup, targetGroupResource("unused"));
}

}  // namespace
}  // namespace spillway::observe
