// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>

#include <cmath>
#include <random>

#include "engine/history/database.h"
#include "engine/history/metric_rows.h"
#include "engine/history/reader.h"
#include "engine/history/schema.h"
#include "engine/observe/histogram.h"
#include "engine/observe/metric_body.h"
#include "engine/observe/metrics.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/temporary_folder.h"

namespace spillway::history {
namespace {

using namespace std::chrono_literals;
using namespace spillway::observe;
using ::testing::Contains;
using ::testing::ElementsAre;

/// A whole hour.
const WallTime kStart{std::chrono::seconds(1'800'000'000)};

/// Of the points that are known: of the time before the first and after the last slice nothing is.
double total(const SeriesSum& sum, const SeriesMetric& metric) {
  double all = 0;
  for (const SeriesPoint& point : sum.values(metric))
    all += std::isnan(point.value) ? 0 : point.value;
  return all;
}

/// Feeds a series and a file alike, a second of invented time at each tick.
class HistoryMetrics : public testing::Test {
 protected:
  /// The tables must be there before the statements.
  static Database& withTables(Database& database) {
    EXPECT_TRUE(bringToSchema(database));
    return database;
  }

  void request(std::int64_t micros, std::optional<std::uint32_t> grpcStatus = {}) {
    auto head = std::make_shared<StreamHead>();
    head->isGrpc = grpcStatus.has_value();
    StreamRecord record;
    record.head = std::move(head);
    record.elbStatus = 200;
    record.grpcStatus = grpcStatus;
    record.durationMicros = micros;
    worker_.streamStarted(slots_);
    worker_.streamEnded(record, slots_);
  }
  void tick() {
    now_ += 1s;
    auto reading = registry_.read();
    reading.time = TimePoint(1h) + (now_ - kStart);
    if (series_.add(reading, now_)) rows_.write({{series_.newest()}});
  }
  SeriesSum stored(const SeriesPart& part, std::chrono::seconds step) {
    SeriesSum sum({kStart, now_, step}, {Latency::Duration});
    sumMetrics(database_, part, now_ + 1h, sum);
    return sum;
  }
  test::TemporaryFolder folder_;
  Database database_{folder_.path() + "/history.db", Database::Access::ReadWrite};
  MetricRows rows_{withTables(database_)};
  MetricsRegistry registry_;
  WorkerMetrics& worker_ = registry_.addWorker();
  const SlotSet slots_{registry_.listenerSlot({"web", "in"}), registry_.groupSlot("app"),
                       registry_.targetSlot({"app", "127.0.0.1", 1})};
  MetricSeries series_;
  WallTime now_ = kStart - 1s;
  std::mt19937 random_{5};
};

const std::vector<SeriesPart> kParts{SeriesPart(), ListenerId{"web", "in"}, LoadBalancerName{"web"},
                                     TargetGroupName{"app"}, TargetId{"app", "127.0.0.1", 1}};

TEST_F(HistoryMetrics, TellsWhatMemoryTells) {
  tick();
  for (int i = 0; i < 300; ++i) {
    for (auto n = random_() % 5; n > 0; --n)
      request(random_() % 1'000'000, random_() % 2 ? std::optional(random_() % 17) : std::nullopt);
    tick();
  }
  for (const SeriesPart& part : kParts) {
    for (const auto step : {1s, 7s, 60s}) {
      SeriesSum remembered({kStart, now_, step}, {Latency::Duration});
      series_.sum(part, remembered);
      const SeriesSum kept = stored(part, step);
      EXPECT_EQ(kept.metrics(), remembered.metrics());
      for (const SeriesMetric& metric : remembered.metrics()) {
        const auto a = kept.values(metric), b = remembered.values(metric);
        for (std::size_t i = 0; i < a.size(); ++i)
          ASSERT_DOUBLE_EQ(a[i].value, b[i].value) << part.index() << ' ' << metric.code;
      }
      const auto a = kept.latencies(Latency::Duration), b = remembered.latencies(Latency::Duration);
      for (std::size_t i = 0; i < a.size(); ++i) {
        ASSERT_EQ(a[i].count, b[i].count);
        if (a[i].count > 0) {
          ASSERT_DOUBLE_EQ(a[i].p99, b[i].p99);
        }
      }
    }
  }
}

TEST_F(HistoryMetrics, KnowsItsParts) {
  tick();
  for (int i = 0; i < 3; ++i) {
    request(1000);
    tick();
  }
  // A load balancer is its listeners.
  EXPECT_EQ(metricParts(database_),
            (std::vector<SeriesPart>{SeriesPart(), ListenerId{"web", "in"}, TargetGroupName{"app"},
                                     TargetId{"app", "127.0.0.1", 1}}));
}

TEST_F(HistoryMetrics, RatesAreOfTheTimeThatIsKnown) {
  tick();
  for (int i = 0; i < 6; ++i) {
    request(1000 * (i + 1));
    tick();
  }
  now_ += 4s;
  const SeriesSum sum = stored(TargetGroupName{"app"}, 5s);
  double known = 0;
  for (const double seconds : sum.knownSeconds())
    known += seconds;
  EXPECT_DOUBLE_EQ(known, 6);
  EXPECT_EQ(sum.allLatencies(Latency::Duration).count, 6U);
  EXPECT_NEAR(sum.allLatencies(Latency::Duration).average, 3500, 1);
}

TEST_F(HistoryMetrics, MinutesTellTheSameSums) {
  tick();
  for (int i = 0; i < 240; ++i) {
    request(1000 + i, i % 3);
    tick();
  }
  const SeriesSum before = stored(TargetGroupName{"app"}, 60s);
  int minutes = 0;
  while (rows_.condense(now_))
    ++minutes;
  EXPECT_EQ(minutes, 4);
  EXPECT_EQ(database_.number("SELECT count(*) FROM metrics WHERE is_minute = 0"), 0);
  const SeriesSum after = stored(TargetGroupName{"app"}, 60s);
  EXPECT_EQ(total(after, SeriesMetric::of(Count::Requests)), 240);
  for (const SeriesMetric& metric : before.metrics()) {
    const auto a = after.values(metric), b = before.values(metric);
    for (std::size_t i = 0; i < a.size(); ++i)
      EXPECT_DOUBLE_EQ(a[i].value, b[i].value);
  }
  const auto a = after.latencies(Latency::Duration), b = before.latencies(Latency::Duration);
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].count, b[i].count);
    EXPECT_DOUBLE_EQ(a[i].p90, b[i].p90);
  }
}

TEST_F(HistoryMetrics, NothingHappenedIsNotTheSameAsUnknown) {
  tick();
  tick();
  now_ += 5s;
  const auto points = stored(TargetGroupName{"app"}, 1s).values(SeriesMetric::of(Count::Requests));
  EXPECT_EQ(points.front().value, 0);
  EXPECT_TRUE(std::isnan(points.back().value));
}

TEST_F(HistoryMetrics, OldMinutesGo) {
  tick();
  for (int i = 0; i < 120; ++i) {
    request(10);
    tick();
  }
  while (rows_.condense(now_)) {
  }
  rows_.prune(kStart + 60s);
  EXPECT_EQ(total(stored(SeriesPart(), 60s), SeriesMetric::of(Count::Requests)), 60);
}

TEST_F(HistoryMetrics, APartGoesWithItsLastMinuteWhoeverTookItAway) {
  const auto write = [](MetricRows& rows, const char* group, WallTime begin) {
    MetricSlice slice{0, {{SeriesMetric::of(Count::Requests), 1}}, {}};
    const NamedFrame frame{begin, begin + 1s, {{TargetGroupName{group}, slice}}};
    rows.write({&frame, 1});
  };
  Database others(folder_.path() + "/history.db", Database::Access::ReadWrite);
  MetricRows ofOthers(others);  // another program's
  write(rows_, "old", kStart);
  write(ofOthers, "old", kStart + 1s);
  write(rows_, "young", kStart + 1h);
  while (rows_.condense(kStart + 2h)) {
  }
  EXPECT_THAT(metricParts(database_), Contains(SeriesPart(TargetGroupName{"old"})));
  EXPECT_GT(rows_.prune(kStart + 10min), 0);
  EXPECT_THAT(metricParts(database_), ElementsAre(SeriesPart(), SeriesPart(TargetGroupName{"young"})));
  write(rows_, "next", kStart + 2h);  // may get the number that the old one had
  write(ofOthers, "old", kStart + 2h);
  now_ = kStart + 3h;
  for (const char* group : {"old", "young", "next"})
    EXPECT_EQ(total(stored(TargetGroupName{group}, 3600s), SeriesMetric::of(Count::Requests)), 1) << group;
}

TEST_F(HistoryMetrics, OfTheTimeBehindTheEndNothingIsTold) {
  tick();
  for (int i = 0; i < 10; ++i) {
    request(10);
    tick();
  }
  SeriesSum sum({kStart, now_, 1s});
  sumMetrics(database_, SeriesPart(), kStart + 4s, sum);
  EXPECT_EQ(total(sum, SeriesMetric::of(Count::Requests)), 4);
}

TEST(HistoryMetricBody, BrokenBytesAreNoSlice) {
  MetricSlice slice{3, {{SeriesMetric::ofGrpcStatus(14), 1'000'000'000'000}}, {}};
  slice.latencies[0] = {{{3, 1}, {kHistogramBuckets - 1, 4'000'000'000}}, 77};
  const std::string bytes = encodeSlice(slice);
  MetricSlice read;
  ASSERT_TRUE(decodeSlice(bytes, read));
  EXPECT_EQ(read.samples[0].metric, slice.samples[0].metric);
  EXPECT_EQ(read.samples[0].value, slice.samples[0].value);
  EXPECT_EQ(read.latencies[0].buckets[1].index, kHistogramBuckets - 1);
  EXPECT_EQ(read.latencies[0].buckets[1].count, 4'000'000'000);
  EXPECT_EQ(read.latencies[0].sum, 77U);
  for (std::size_t length = 0; length < bytes.size(); ++length)
    EXPECT_FALSE(decodeSlice(std::string_view(bytes).substr(0, length), read)) << length;
  EXPECT_FALSE(decodeSlice(bytes + '\0', read));
  EXPECT_FALSE(decodeSlice("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", read));
}

TEST(HistoryOfAnEngine, HoldsAllThatWasCountedWhenItHasStopped) {
  const test::TemporaryFolder folder;
  Engine engine({.workers = 2, .dataDirectory = folder.path(), .keepsHistory = true});
  ASSERT_TRUE(engine.apply(test::plainDocument({})).applied);
  const WallTime before = wallNow();
  {
    test::TestClient client(engine.listeners().front().addresses.front());
    for (int i = 0; i < 7; ++i)
      EXPECT_TRUE(client.request("GET", "/no-grpc", {}, http::End::Yes)->waitForEnd());
  }
  engine.stop(0ms);
  auto reader = Reader::open(fileIn(folder.path()));
  ASSERT_TRUE(reader);
  SeriesSum sum({before, wallNow() + 2s, 60s}, {Latency::Duration});
  ASSERT_TRUE((*reader)->sumMetrics(LoadBalancerName{"desk"}, wallNow() + 1h, sum));
  EXPECT_EQ(total(sum, SeriesMetric::of(HttpStatusKey{464, true})), 7);
  std::uint64_t observed = 0;
  for (const LatencyPoint& point : sum.latencies(Latency::Duration))
    observed += point.count;
  EXPECT_EQ(observed, 7U);
}

}  // namespace
}  // namespace spillway::history
