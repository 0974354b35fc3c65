// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metrics.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "engine/observe/grpc_methods.h"
#include "tests/support/metrics_sums.h"

namespace spillway::observe {
namespace {

using test::expectThatEverythingAddsUp;
using test::expectThatItAddsUp;

StreamRecord grpcRecord(int httpStatus, std::optional<std::uint32_t> grpcStatus) {
  auto head = std::make_shared<StreamHead>();
  head->isGrpc = true;
  StreamRecord record;
  record.head = std::move(head);
  record.elbStatus = httpStatus;
  record.grpcStatus = grpcStatus;
  record.durationMicros = 1000;
  record.receivedBytes = 10;
  record.sentBytes = 20;
  record.requestMessages = 2;
  record.responseMessages = 3;
  return record;
}

TEST(Metrics, AStreamCountsAtItsListenerGroupAndTarget) {
  MetricsRegistry registry;
  const SlotSet slots{registry.listenerSlot({"lb", "in"}), registry.groupSlot("g"),
                      registry.targetSlot({"g", "127.0.0.1", 1})};
  WorkerMetrics& worker = registry.addWorker();
  worker.streamStarted(slots);
  worker.targetChosen(slots.target);
  auto reading = registry.read();
  EXPECT_EQ(reading.total.activeStreams, 1);
  EXPECT_EQ(reading.listeners.at({"lb", "in"}).activeStreams, 1);
  EXPECT_EQ(reading.targets.at({"g", "127.0.0.1", 1}).activeStreams, 1);
  worker.targetLeft(slots.target);
  worker.streamEnded(grpcRecord(200, 0), slots);
  reading = registry.read();
  for (const PartReading& part : {reading.total, reading.listeners.at({"lb", "in"}), reading.groups.at("g"),
                                  reading.targets.at({"g", "127.0.0.1", 1})}) {
    EXPECT_EQ(part.requests, 1u);
    EXPECT_EQ(part.activeStreams, 0);
    EXPECT_EQ(part.errors, 0u);
    EXPECT_EQ(part.receivedBytes, 10u);
    EXPECT_EQ(part.sentBytes, 20u);
    EXPECT_EQ(part.duration.count, 1u);
  }
  EXPECT_EQ(reading.requestMessages, 2u);
  EXPECT_EQ(reading.responseMessages, 3u);
}

TEST(Metrics, AGrpcStatusOtherThanOkAndA5xxAreErrors) {
  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
  for (const auto& record :
       {grpcRecord(200, 0), grpcRecord(200, 14), grpcRecord(502, 14), grpcRecord(200, {})}) {
    worker.streamStarted({});
    worker.streamEnded(record, {});
  }
  const auto reading = registry.read();
  EXPECT_EQ(reading.total.errors, 3u);
  EXPECT_EQ(reading.grpcStatus.at(14), 2u);
  EXPECT_EQ(reading.grpcWithoutStatus, 1u);
  EXPECT_EQ(reading.grpcRequests, 4u);
}

TEST(Metrics, RequestsOverHttp2ThatAreNoGrpcAreCountedApart) {
  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
  for (const LogType type : {LogType::Http, LogType::Https, LogType::H2, LogType::H2c, LogType::Ws}) {
    auto head = std::make_shared<StreamHead>();
    head->type = type;
    StreamRecord record;
    record.head = std::move(head);
    worker.streamEnded(record, {});
  }
  worker.streamEnded(grpcRecord(200, 0), {});
  const PartReading total = registry.read().total;
  EXPECT_EQ(total.requests, 6u);
  EXPECT_EQ(total.http2Requests, 2u);
  EXPECT_EQ(total.grpcRequests, 1u);
}

TEST(Metrics, WhoMadeAStatusIsKeptApart) {
  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
  auto record = grpcRecord(502, 14);
  worker.streamEnded(record, {});
  record.fromBalancer = true;
  worker.streamEnded(record, {});
  worker.streamEnded(record, {});
  const auto reading = registry.read();
  EXPECT_EQ(reading.httpStatus.at({502, false}), 1u);
  EXPECT_EQ(reading.httpStatus.at({502, true}), 2u);
}

TEST(Metrics, ASlotBelongsToOneNameForEver) {
  MetricsRegistry registry;
  const Slot first = registry.groupSlot("a");
  EXPECT_NE(first, registry.groupSlot("b"));
  EXPECT_EQ(first, registry.groupSlot("a"));
}

TEST(Metrics, EveryStatusHasItsPlaceAndStrangeOnesCountTogether) {
  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
  const SlotSet slots{registry.listenerSlot({"lb", "in"}), kNoSlot, kNoSlot};
  for (const int status : {101, 200, 204, 301, 404, 464, 500, 502, 599, 700, 0, -3, 99}) {
    worker.streamStarted(slots);
    worker.streamEnded(grpcRecord(status, {}), slots);
  }
  const auto reading = registry.read();
  expectThatEverythingAddsUp(reading);
  const PartReading& part = reading.listeners.at({"lb", "in"});
  EXPECT_EQ(part.httpStatus.at({0, false}), 4u);
  EXPECT_EQ(part.statusClass(2, false), 2u);
  EXPECT_EQ(part.statusClass(5, false), 3u);
  EXPECT_EQ(part.statusClass(5, true), 0u);
}

TEST(Metrics, ARecordCountsAllThatItTells) {
  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
  auto record = grpcRecord(200, 0);
  auto head = std::make_shared<StreamHead>(*record.head);
  head->client = "[::1]:4000";
  record.head = std::move(head);
  record.target = "127.0.0.1:1";
  record.attempts = 2;
  record.failOpen = true;
  record.targetProcessingMicros = 700;
  record.compliance = Compliance::Acceptable;
  record.counts = {3, true, true, true, true, true, true};
  worker.streamEnded(record, {});
  record = grpcRecord(301, {});
  record.outcome = Outcome::Redirected;
  worker.streamEnded(record, {});
  record.outcome = Outcome::FixedResponse;
  worker.streamEnded(record, {});
  const PartReading part = registry.read().total;
  EXPECT_EQ(part.routed, 1u);
  EXPECT_EQ(part.retries, 1u);
  EXPECT_EQ(part.failOpen, 1u);
  EXPECT_EQ(part.ipv6Requests, 1u);
  EXPECT_EQ(part.ipv6Bytes, 30u);
  EXPECT_EQ(part.targetResponse.count, 1u);
  EXPECT_EQ(part.targetResponse.sum, 700u);
  EXPECT_EQ(part.duration.sum, 3000u);
  EXPECT_EQ(part.ruleEvaluations, 3u);
  for (const Count count : {Count::NonSticky, Count::AppCookieNonSticky, Count::DroppedInvalidHeader,
                            Count::JwtFailures, Count::ForwardedInvalidHeader, Count::RedirectsTooLong,
                            Count::NonCompliant, Count::Redirects, Count::FixedResponses})
    EXPECT_EQ(countOf(part, count), 1u) << static_cast<int>(count);
}

TEST(Metrics, ConnectionsCountWhereTheyBelong) {
  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
  const Slot listener = registry.listenerSlot({"lb", "in"});
  const SlotSet peer{kNoSlot, registry.groupSlot("g"), registry.targetSlot({"g", "127.0.0.1", 1})};
  worker.clientConnectionOpened(listener);
  worker.clientConnectionOpened(listener);
  worker.clientConnectionClosed(listener);
  worker.clientConnectionRejected(listener);
  worker.tlsNegotiationFailed(listener);
  worker.targetConnectionOpened(peer);
  worker.targetConnectionFailed(peer);
  worker.targetTlsFailed(peer);
  const auto reading = registry.read();
  const PartReading& balancer = reading.loadBalancers.at("lb");
  EXPECT_EQ(balancer.newConnections, 2u);
  EXPECT_EQ(balancer.activeConnections, 1);
  EXPECT_EQ(balancer.rejectedConnections, 1u);
  EXPECT_EQ(balancer.tlsNegotiationErrors, 1u);
  EXPECT_EQ(balancer.newTargetConnections, 0u);
  for (const PartReading& part : {reading.groups.at("g"), reading.targets.at({"g", "127.0.0.1", 1})}) {
    EXPECT_EQ(part.newTargetConnections, 1u);
    EXPECT_EQ(part.activeTargetConnections, 1);
    EXPECT_EQ(part.targetConnectionErrors, 1u);
    EXPECT_EQ(part.targetTlsErrors, 1u);
    EXPECT_EQ(part.newConnections, 0u);
  }
  EXPECT_EQ(reading.newConnections, 2u);
  EXPECT_EQ(reading.targetConnectionErrors, 1u);
}

TEST(Metrics, ADifferenceHoldsWhatCameBetween) {
  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
  const SlotSet slots{registry.listenerSlot({"lb", "in"}), registry.groupSlot("g"), kNoSlot};
  worker.streamEnded(grpcRecord(200, 0), slots);
  worker.streamEnded(grpcRecord(503, 14), slots);
  const auto earlier = registry.read();
  worker.streamEnded(grpcRecord(200, 0), slots);
  worker.clientConnectionOpened(slots.listener);
  const auto between = registry.read().since(earlier);
  for (const PartReading& part : {between.total, between.listeners.at({"lb", "in"}),
                                  between.loadBalancers.at("lb"), between.groups.at("g")}) {
    EXPECT_EQ(part.requests, 1u);
    EXPECT_EQ(part.errors, 0u);
    EXPECT_EQ(part.httpStatus, (std::map<HttpStatusKey, std::uint64_t>{{{200, false}, 1}}));
    EXPECT_EQ(part.grpcStatus, (std::map<std::uint32_t, std::uint64_t>{{0, 1}}));
    EXPECT_EQ(part.duration.count, 1u);
    EXPECT_EQ(part.duration.sum, 1000u);
  }
  EXPECT_EQ(between.total.activeConnections, 1);
  EXPECT_EQ(between.grpcRequests, 1u);
}

/// Every count of `later` is at least that of `earlier`.
void expectThatNothingShrank(const PartReading& later, const PartReading& earlier) {
  for (const auto member : kCountMembers)
    EXPECT_GE(later.*member, earlier.*member);
  for (const auto& [key, count] : earlier.httpStatus)
    EXPECT_GE(later.httpStatus.at(key), count);
  for (const auto& [code, count] : earlier.grpcStatus)
    EXPECT_GE(later.grpcStatus.at(code), count);
  for (std::size_t i = 0; i < earlier.duration.buckets.size(); ++i)
    EXPECT_GE(later.duration.buckets[i], earlier.duration.buckets[i]);
  EXPECT_GE(later.activeStreams, 0);
  EXPECT_GE(later.activeConnections, 0);
}

TEST(Metrics, SumsOfSeveralWorkersAgreeAtRestAndNeverShrink) {
  constexpr int kWorkers = 4, kStreams = 20'000;
  MetricsRegistry registry;
  const SlotSet slots{registry.listenerSlot({"lb", "in"}), registry.groupSlot("g"),
                      registry.targetSlot({"g", "127.0.0.1", 1})};
  std::vector<std::thread> threads;
  std::atomic<bool> done{false};
  for (int w = 0; w < kWorkers; ++w) {
    WorkerMetrics& worker = registry.addWorker();
    threads.emplace_back([&worker, slots] {
      for (int i = 0; i < kStreams; ++i) {
        if (i % 100 == 0) worker.clientConnectionOpened(slots.listener);
        worker.streamStarted(slots);
        worker.targetChosen(slots.target);
        worker.targetLeft(slots.target);
        worker.streamEnded(grpcRecord(i % 7 ? 200 : 502, i % 2 ? 0 : 5), slots);
        if (i % 100 == 99) worker.clientConnectionClosed(slots.listener);
      }
    });
  }
  std::thread reader([&] {
    MetricsReading last;
    while (!done) {
      MetricsReading now = registry.read();
      expectThatNothingShrank(now.total, last.total);
      expectThatNothingShrank(now.groups.at("g"), last.groups["g"]);
      expectThatNothingShrank(now.loadBalancers.at("lb"), last.loadBalancers["lb"]);
      last = std::move(now);
    }
  });
  for (auto& thread : threads)
    thread.join();
  done = true;
  reader.join();
  const auto reading = registry.read();
  EXPECT_EQ(reading.total.requests, static_cast<std::uint64_t>(kWorkers) * kStreams);
  EXPECT_EQ(reading.groups.at("g").requests, reading.total.requests);
  EXPECT_EQ(reading.targets.at({"g", "127.0.0.1", 1}).requests, reading.total.requests);
  EXPECT_EQ(reading.activeConnections, 0);
  expectThatEverythingAddsUp(reading);
}

StreamRecord callOf(const std::string& loadBalancer, const std::string& path,
                    std::optional<std::uint32_t> status) {
  auto record = grpcRecord(200, status);
  auto head = std::make_shared<StreamHead>(*record.head);
  head->loadBalancer = loadBalancer;
  head->path = path;
  record.head = std::move(head);
  return record;
}

TEST(GrpcMethods, CountPerLoadBalancerAndMethod) {
  GrpcMethods methods;
  methods.count(callOf("a", "/pkg.S/One", 0));
  methods.count(callOf("a", "/pkg.S/One", 14));
  methods.count(callOf("a", "/pkg.S/Two?x=1", std::nullopt));
  methods.count(callOf("b", "/pkg.S/One", 0));
  auto plain = callOf("a", "/index.html", {});
  auto head = std::make_shared<StreamHead>(*plain.head);
  head->isGrpc = false;
  plain.head = std::move(head);
  methods.count(plain);
  const auto reading = methods.read();
  ASSERT_EQ(reading.size(), 3u);
  const PartReading& one = reading.at({"a", "/pkg.S/One"});
  EXPECT_EQ(one.requests, 2u);
  EXPECT_EQ(one.errors, 1u);
  EXPECT_EQ(one.grpcStatus.at(14), 1u);
  EXPECT_EQ(reading.at({"a", "/pkg.S/Two"}).grpcWithoutStatus, 1u);
  EXPECT_EQ(reading.at({"b", "/pkg.S/One"}).requests, 1u);
  for (const auto& [id, part] : reading)
    expectThatItAddsUp(part);
}

TEST(GrpcMethods, AreBoundedAndLoseNoCall) {
  GrpcMethods methods;
  const std::size_t calls = GrpcMethods::kMostMethods + 50;
  for (std::size_t i = 0; i < calls; ++i)
    methods.count(callOf("lb", "/pkg.S/M" + std::to_string(i), 0));
  methods.count(callOf("lb", "/" + std::string(GrpcMethods::kLongestMethod, 'x'), 0));
  methods.count(callOf("lb", "/pkg.S/M0", 0));
  const auto reading = methods.read();
  EXPECT_EQ(reading.size(), GrpcMethods::kMostMethods + 1);
  EXPECT_EQ(reading.at({"lb", kOtherMethods}).requests, 51u);
  EXPECT_EQ(reading.at({"lb", "/pkg.S/M0"}).requests, 2u);
}

}  // namespace
}  // namespace spillway::observe
