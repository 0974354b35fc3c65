// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metrics.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace spillway::observe {
namespace {

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

TEST(Metrics, SumsOfSeveralWorkersAgreeAtRestAndNeverShrink) {
  constexpr int kWorkers = 4, kStreams = 20'000;
  MetricsRegistry registry;
  std::vector<std::thread> threads;
  std::atomic<bool> done{false};
  for (int w = 0; w < kWorkers; ++w) {
    WorkerMetrics& worker = registry.addWorker();
    const SlotSet slots{registry.listenerSlot({"lb", "in"}), registry.groupSlot("g"), kNoSlot};
    threads.emplace_back([&worker, slots] {
      for (int i = 0; i < kStreams; ++i) {
        worker.streamStarted(slots);
        worker.streamEnded(grpcRecord(200, i % 2 ? 0 : 5), slots);
      }
    });
  }
  std::thread reader([&] {
    std::uint64_t last = 0;
    while (!done) {
      const std::uint64_t now = registry.read().total.requests;
      EXPECT_GE(now, last);
      last = now;
    }
  });
  for (auto& thread : threads)
    thread.join();
  done = true;
  reader.join();
  const auto reading = registry.read();
  std::uint64_t byHttp = 0, byGrpc = 0;
  for (const auto& [key, count] : reading.httpStatus)
    byHttp += count;
  for (const auto& [code, count] : reading.grpcStatus)
    byGrpc += count;
  EXPECT_EQ(reading.total.requests, static_cast<std::uint64_t>(kWorkers) * kStreams);
  EXPECT_EQ(byHttp, reading.total.requests);
  EXPECT_EQ(byGrpc + reading.grpcWithoutStatus, reading.grpcRequests);
  EXPECT_EQ(reading.groups.at("g").requests, reading.total.requests);
  EXPECT_EQ(reading.total.activeStreams, 0);
}

}  // namespace
}  // namespace spillway::observe
