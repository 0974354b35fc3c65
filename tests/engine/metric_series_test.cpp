// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/metric_series.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <thread>

#include "engine/observe/metrics.h"

namespace spillway::observe {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// A whole minute.
const WallTime kStart{seconds(1'800'000'000)};

/// Feeds a series from a registry once a second of invented time.
class Series : public ::testing::Test {
 protected:
  void end(std::int64_t micros, int count = 1, std::optional<std::uint32_t> grpcStatus = {}) {
    auto head = std::make_shared<StreamHead>();
    head->isGrpc = grpcStatus.has_value();
    StreamRecord record;
    record.head = std::move(head);
    record.elbStatus = 200;
    record.grpcStatus = grpcStatus;
    record.durationMicros = micros;
    for (int i = 0; i < count; ++i) {
      worker.streamStarted(slots);
      worker.streamEnded(record, slots);
    }
  }

  void feed() {
    auto reading = registry.read();
    reading.time = TimePoint(seconds(1)) + elapsed;
    reading.hosts = hosts;
    series.add(reading, kStart + std::chrono::duration_cast<WallTime::duration>(elapsed) + clockSet);
  }
  void tick(seconds by = seconds(1)) {
    elapsed += by;
    feed();
  }

  std::vector<double> requests(WallTime from, WallTime to, seconds step,
                               const SeriesPart& part = std::monostate{}) const {
    std::vector<double> values;
    for (const auto& point : series.values(part, SeriesMetric::of(Count::Requests), {from, to, step}))
      values.push_back(point.value);
    return values;
  }

  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
  const SlotSet slots{registry.listenerSlot({"web", "in"}), registry.groupSlot("app"),
                      registry.targetSlot({"app", "127.0.0.1", 1})};
  std::map<TargetId, HostReading> hosts;
  std::chrono::nanoseconds elapsed{0};
  seconds clockSet{0};
  MetricSeries series;
};

TEST_F(Series, EachSecondHoldsWhatWasCountedInIt) {
  feed();
  for (const int count : {3, 0, 5}) {
    end(1000, count);
    tick();
  }
  EXPECT_EQ(requests(kStart, kStart + seconds(3), seconds(1)), (std::vector<double>{3, 0, 5}));
  for (const SeriesPart& part :
       {SeriesPart(ListenerId{"web", "in"}), SeriesPart(LoadBalancerName{"web"}),
        SeriesPart(TargetGroupName{"app"}), SeriesPart(TargetId{"app", "127.0.0.1", 1})})
    EXPECT_EQ(requests(kStart, kStart + seconds(3), seconds(3), part), std::vector<double>{8})
        << part.index();
}

TEST_F(Series, WhatIsNotKnownIsNoZero) {
  feed();
  tick();
  const auto values = requests(kStart - seconds(1), kStart + seconds(2), seconds(1));
  ASSERT_EQ(values.size(), 3u);
  EXPECT_TRUE(std::isnan(values[0]));
  EXPECT_EQ(values[1], 0);
  EXPECT_TRUE(std::isnan(values[2]));
}

TEST_F(Series, AnUnevenFeedLosesNothing) {
  feed();
  for (const int milliseconds : {900, 1250, 990, 860, 1500, 500}) {
    end(1000, 10);
    elapsed += std::chrono::milliseconds(milliseconds);
    feed();
  }
  double sum = 0;
  for (const double value : requests(kStart, kStart + seconds(6), seconds(1))) {
    EXPECT_FALSE(std::isnan(value));
    sum += value;
  }
  EXPECT_NEAR(sum, 60, 1e-9);
}

TEST_F(Series, PercentilesBelongToTheirStep) {
  feed();
  end(1000, 99);
  end(500'000);
  tick();
  end(20'000, 10);
  tick();
  tick();
  const auto points =
      series.latencies(TargetGroupName{"app"}, Latency::Duration, {kStart, kStart + seconds(3), seconds(1)});
  ASSERT_EQ(points.size(), 3u);
  EXPECT_EQ(points[0].count, 100u);
  EXPECT_NEAR(points[0].p50, 1000, 1000 / 16.0);
  EXPECT_NEAR(points[0].p999, 500'000, 500'000 / 16.0);
  EXPECT_NEAR(points[0].average, 5990, 0.001);
  EXPECT_NEAR(points[1].p50, 20'000, 20'000 / 16.0);
  EXPECT_EQ(points[2].count, 0u);
  EXPECT_TRUE(std::isnan(points[2].p99));
  const auto both =
      series.latencies(LoadBalancerName{"web"}, Latency::Duration, {kStart, kStart + seconds(2), seconds(2)});
  ASSERT_EQ(both.size(), 1u);
  EXPECT_EQ(both[0].count, 110u);
}

TEST_F(Series, StatusesAndGaugesHaveTheirSeries) {
  hosts[{"app", "127.0.0.1", 1}].state = TargetState::Healthy;
  feed();
  end(10, 2, 14);
  worker.clientConnectionOpened(slots.listener);
  tick();
  const SeriesRange range{kStart, kStart + seconds(1), seconds(1)};
  EXPECT_EQ(series.values({}, SeriesMetric::ofGrpcStatus(14), range)[0].value, 2);
  EXPECT_EQ(series.values({}, SeriesMetric::of(HttpStatusKey{200, false}), range)[0].value, 2);
  EXPECT_EQ(series.values({}, SeriesMetric::of(HttpStatusKey{200, true}), range)[0].value, 0);
  EXPECT_EQ(
      series.values(LoadBalancerName{"web"}, SeriesMetric::of(Gauge::ActiveConnections), range)[0].value, 1);
  EXPECT_EQ(series.values(TargetGroupName{"app"}, SeriesMetric::of(Gauge::HealthyHosts), range)[0].value, 1);
  tick();
  const auto seen = series.lastSeen(TargetGroupName{"app"});
  EXPECT_EQ(seen.at(SeriesMetric::ofGrpcStatus(14)), kStart + seconds(1));
  EXPECT_EQ(seen.at(SeriesMetric::of(Gauge::HealthyHosts)), kStart + seconds(2));
  EXPECT_FALSE(seen.contains(SeriesMetric::of(Count::Redirects)));
  EXPECT_TRUE(std::ranges::count(series.parts(), SeriesPart(LoadBalancerName{"web"})));
}

TEST_F(Series, TheFirstMinuteIsToldByTheSecond) {
  elapsed = std::chrono::milliseconds(37'300);
  feed();
  for (int second = 38; second < 60; ++second) {
    if (second == 40) end(1000, 5);
    tick();
  }
  elapsed = std::chrono::milliseconds(60'900);  // a late reading ends the minute
  feed();
  const std::vector<double> values = requests(kStart + seconds(37), kStart + seconds(60), seconds(1));
  ASSERT_EQ(values.size(), 23U);
  for (std::size_t i = 0; i < values.size(); ++i)
    EXPECT_EQ(values[i], i == 2 ? 5 : 0) << i;
}

TEST_F(Series, AfterAnHourTheMinutesTellAndAfterADayNothing) {
  feed();
  const seconds day = std::chrono::hours(25), fine = std::chrono::minutes(70);
  for (seconds at{0}; at < day - fine; at += seconds(30)) {
    end(1000, 3);
    tick(seconds(30));
  }
  for (seconds at{0}; at < fine; ++at) {
    if (at.count() % 10 == 0) end(1000);
    tick();
  }
  const WallTime now = kStart + day;
  const auto sumOf = [&](WallTime from, WallTime to, seconds step) {
    double sum = 0;
    for (const double value : requests(from, to, step))
      sum += value;
    return sum;
  };
  EXPECT_NEAR(sumOf(now - minutes(60), now, seconds(1)), 360, 1e-6);
  EXPECT_NEAR(sumOf(now - minutes(90), now - minutes(30), seconds(60)), 360, 1e-6);
  EXPECT_NEAR(sumOf(now - std::chrono::hours(24), now, seconds(3600)), 8640, 1e-6);
  EXPECT_TRUE(std::isnan(requests(kStart, kStart + minutes(1), seconds(60))[0]));
  const auto old = series.latencies({}, Latency::Duration,
                                    {now - std::chrono::hours(10), now - std::chrono::hours(9), seconds(60)});
  ASSERT_EQ(old.size(), 60u);
  for (const auto& point : old)
    EXPECT_EQ(point.count, 6u);
}

TEST_F(Series, TheSleepOfTheMachineStaysUnknown) {
  feed();
  end(1000, 4);
  tick();
  clockSet = seconds(100);
  end(1000, 2);
  tick();
  const auto values = requests(kStart, kStart + seconds(102), seconds(1));
  EXPECT_EQ(values[0], 4);
  EXPECT_TRUE(std::isnan(values[50]));
  EXPECT_EQ(values[101], 2);
}

TEST_F(Series, AClockSetBackForgetsWhatItTellsAgain) {
  feed();
  for (int i = 0; i < 10; ++i) {
    end(1000);
    tick();
  }
  clockSet = seconds(-6);
  tick();
  end(1000, 7);
  tick();
  const auto values = requests(kStart, kStart + seconds(10), seconds(1));
  EXPECT_EQ(values[4], 1);
  EXPECT_EQ(values[5], 7);
  EXPECT_TRUE(std::isnan(values[8]));
}

TEST_F(Series, ARestartedEngineIsNoNegativeCount) {
  feed();
  end(1000, 5);
  tick();
  MetricsReading fresh;
  fresh.time = TimePoint(seconds(100));
  elapsed += seconds(1);
  series.add(fresh, kStart + seconds(2));
  fresh.time += seconds(1);
  fresh.total.requests = 2;
  series.add(fresh, kStart + seconds(3));
  const auto values = requests(kStart, kStart + seconds(3), seconds(1));
  EXPECT_EQ(values[0], 5);
  EXPECT_TRUE(std::isnan(values[1]));
  EXPECT_EQ(values[2], 2);
}

TEST_F(Series, MemoryIsBoundedHoweverManyPartsAreBusy) {
  MetricsReading reading;
  HistogramReading busy;
  busy.buckets.assign(600, 0);
  constexpr int kParts = 2500, kFeeds = 12;
  for (int i = 0; i < kFeeds; ++i) {
    reading.time = TimePoint(seconds(i + 1));
    for (auto& bucket : busy.buckets)
      bucket += 1;
    busy.count += busy.buckets.size();
    for (int part = 0; part < kParts; ++part) {
      PartReading& target = reading.targets[{"app", "127.0.0.1", static_cast<std::uint16_t>(part)}];
      target.requests += 1;
      target.duration = busy;
    }
    series.add(reading, kStart + seconds(i));
  }
  EXPECT_LE(series.bytes(), 36u << 20);
  EXPECT_GT(series.bytes(), 12u << 20);
  EXPECT_EQ(series.parts().size(), MetricSeries::kMostParts);
  const auto last = requests(kStart + seconds(kFeeds - 2), kStart + seconds(kFeeds - 1), seconds(1),
                             TargetId{"app", "127.0.0.1", 0});
  EXPECT_EQ(last, std::vector<double>{1});
}

TEST_F(Series, MayBeReadWhileItIsFed) {
  feed();
  std::atomic<bool> done{false};
  std::thread reader([&] {
    double last = 0;
    while (!done) {
      const auto values = requests(kStart, kStart + seconds(300), seconds(300));
      if (!std::isnan(values[0])) {
        EXPECT_GE(values[0], last);
        last = values[0];
      }
    }
  });
  for (int i = 0; i < 300; ++i) {
    end(1000);
    tick();
  }
  done = true;
  reader.join();
  EXPECT_NEAR(requests(kStart, kStart + seconds(300), seconds(300))[0], 300, 1e-6);
}

}  // namespace
}  // namespace spillway::observe
