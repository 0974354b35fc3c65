// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QBuffer>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "tests/ui/synthetic_events.h"
#include "ui/dashboard/dashboard_page.h"
#include "ui/dashboard/metrics_series.h"
#include "ui/dashboard/plot_data.h"
#include "ui/dashboard/stat_tile.h"
#include "ui/dashboard/status_counts_model.h"

using namespace spillway::ui;
using namespace std::chrono_literals;
using spillway::TimePoint;
using spillway::observe::MetricsReading;

class DashboardTest : public QObject {
  Q_OBJECT

  /// A reading `second` seconds after the start with these totals so far.
  static MetricsReading reading(int second, std::uint64_t grpcOk, std::uint64_t unavailable = 0,
                                std::uint64_t http = 0) {
    MetricsReading made;
    made.time = TimePoint{} + 1000s + std::chrono::seconds(second);
    made.grpcRequests = grpcOk + unavailable;
    made.total.requests = made.grpcRequests + http;
    made.grpcStatus[0] = grpcOk;
    if (unavailable > 0) {
      made.grpcStatus[14] = unavailable;
      made.httpStatus[{502, true}] = unavailable;
    }
    made.httpStatus[{200, false}] = grpcOk + http;
    return made;
  }

  static QString cell(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString();
  }

 private slots:
  void ratesComeFromTwoReadings() {
    MetricsSeries series;
    series.add(reading(0, 0), MetricsReading{}, synthetic::at(0));
    QVERIFY(series.samples().empty());
    series.add(reading(1, 100, 4, 20), reading(0, 0), synthetic::at(1));
    QCOMPARE(series.samples().size(), std::size_t{1});
    QCOMPARE(series.samples().back().grpcPerSecond, 104.0);
    QCOMPARE(series.samples().back().httpPerSecond, 20.0);
    QCOMPARE(series.samples().back().grpcStatusPerSecond.at(14), 4.0);
    QVERIFY(std::isnan(series.samples().back().p99));
  }

  void restartedCountersBeginAnew() {
    MetricsSeries series;
    series.add(reading(1, 100), reading(0, 0), synthetic::at(1));
    series.add(reading(2, 5), reading(1, 100), synthetic::at(2));
    QCOMPARE(series.samples().size(), std::size_t{1});
    series.add(reading(3, 15), reading(2, 5), synthetic::at(3));
    QCOMPARE(series.samples().back().grpcPerSecond, 10.0);
    QCOMPARE(series.window(60s).requests, std::uint64_t{10});
  }

  void windowsAddUp() {
    MetricsSeries series;
    MetricsReading before;
    for (int second = 0; second <= 100; ++second) {
      const MetricsReading now = reading(second, static_cast<std::uint64_t>(second) * 10,
                                         second > 90 ? static_cast<std::uint64_t>(second - 90) : 0);
      series.add(now, before, synthetic::at(second));
      before = now;
    }
    QCOMPARE(series.window(10s).requests, std::uint64_t{110});
    QCOMPARE(series.window(10s).requestsPerSecond, 11.0);
    QCOMPARE(series.window(60s).grpcNotOk, std::uint64_t{10});
    QCOMPARE(series.window(60s).commonestError, 14U);
    QCOMPARE(series.window(20s, 20s).requestsPerSecond, 10.0);
  }

  void lengthIsBounded() {
    MetricsSeries series;
    MetricsReading before;
    for (int second = 0; second < 4000; ++second) {
      const MetricsReading now = reading(second, static_cast<std::uint64_t>(second));
      series.add(now, before, synthetic::at(second));
      before = now;
    }
    QCOMPARE(series.samples().size(), MetricsSeries::kLength);
    QBuffer out;
    out.open(QIODevice::WriteOnly);
    series.writeCsv(out);
    QCOMPARE(out.data().count('\n'), static_cast<qsizetype>(MetricsSeries::kLength) + 1);
  }

  void plotsKeepGapsAndSpans() {
    MetricsSeries series;
    MetricsReading before;
    for (const int second : {0, 1, 2, 3, 20, 21, 400, 401}) {
      const MetricsReading now = reading(second, static_cast<std::uint64_t>(second) * 10);
      series.add(now, before, synthetic::at(second));
      before = now;
    }
    const PlotData minute = requestPlot(series, 60s);
    QCOMPARE(minute.ages, (QVector<double>{-1.0, 0.0}));
    const PlotData all = requestPlot(series, 3600s);
    QCOMPARE(all.ages.size(), qsizetype{9});
    const auto gaps = std::count_if(all.series[0].values.begin(), all.series[0].values.end(),
                                    [](double value) { return std::isnan(value); });
    QCOMPARE(gaps, std::ptrdiff_t{2});
    QCOMPARE(all.series[1].name, QStringLiteral("HTTP"));
  }

  void commonStatusesGetALine() {
    MetricsSeries series;
    series.add(reading(1, 100, 4), reading(0, 0), synthetic::at(1));
    const PlotData data = grpcStatusPlot(series, 60s);
    QCOMPARE(data.series.size(), std::size_t{2});
    QCOMPARE(data.series[0].name, QStringLiteral("0 OK"));
    QCOMPARE(data.series[1].name, QStringLiteral("14 UNAVAILABLE"));
  }

  void pageShowsTheCounters() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString()});
    DashboardPage page(bridge);
    page.resize(1000, 700);
    MetricsReading now = reading(1, 990, 10);
    now.total.activeStreams = 12;
    Q_EMIT bridge.metricsSampled(now, reading(0, 0));
    QStringList tiles;
    for (const StatTile* tile : page.findChildren<StatTile*>())
      tiles.push_back(tile->accessibleName());
    const QString words = tiles.join(QLatin1Char('\n'));
    QVERIFY2(words.contains(QStringLiteral("Requests: 1,000 /s")), qPrintable(words));
    QVERIFY2(words.contains(QStringLiteral("gRPC not OK: 1.0 %. 14 UNAVAILABLE ×10")), qPrintable(words));
    QVERIFY2(words.contains(QStringLiteral("Active streams: 12")), qPrintable(words));
    QVERIFY(!page.grab().isNull());
  }

  void statusCountsNameWhoAnswered() {
    StatusCountsModel model;
    QAbstractItemModelTester tester(&model);
    model.update(reading(0, 996, 4), synthetic::at(0));
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(cell(model, 0, StatusCountsModel::Status), QStringLiteral("✔ gRPC 0 OK"));
    QCOMPARE(cell(model, 1, StatusCountsModel::Status), QStringLiteral("✖ gRPC 14 UNAVAILABLE"));
    QCOMPARE(cell(model, 1, StatusCountsModel::Share), QStringLiteral("0.4 %"));
    QCOMPARE(cell(model, 3, StatusCountsModel::Status), QStringLiteral("✖ HTTP 502 (balancer)"));
    model.update(reading(5, 1996, 4), synthetic::at(5'000'000));
    QCOMPARE(cell(model, 0, StatusCountsModel::LastSeen), QStringLiteral("now"));
    QVERIFY(cell(model, 1, StatusCountsModel::LastSeen) != QStringLiteral("now"));
    QCOMPARE(cell(model, 0, StatusCountsModel::Count), QStringLiteral("1,996"));
  }
};

QTEST_MAIN(DashboardTest)
#include "dashboard_test.moc"
