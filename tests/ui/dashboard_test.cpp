// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QBuffer>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>
#include <cmath>

#include "engine/history/filter.h"
#include "engine/observe/metrics.h"
#include "tests/support/test_client.h"
#include "ui/dashboard/dashboard_page.h"
#include "ui/dashboard/stat_tile.h"
#include "ui/dashboard/status_counts_model.h"
#include "ui/export/table_text.h"
#include "ui/models/words.h"

using namespace spillway;
using namespace spillway::ui;
using namespace std::chrono_literals;
using observe::MetricsReading;
using observe::SeriesPart;

class DashboardTest : public QObject {
  Q_OBJECT

  static constexpr WallTime kStart{std::chrono::seconds(1'790'000'000)};

  /// A registry, and the series that a second's readings of it make.
  struct Counted {
    observe::MetricsRegistry registry;
    observe::WorkerMetrics& worker = registry.addWorker();
    observe::SlotSet places{registry.listenerSlot({"web", "in"}), registry.groupSlot("app"),
                            registry.targetSlot({"app", "127.0.0.1", 1})};
    observe::MetricSeries series;
    WallTime now = kStart;

    explicit Counted(WallTime start = kStart) : now(start) {}
    void request(std::optional<std::uint32_t> grpc, int status = 200, bool fromBalancer = false,
                 observe::LogType type = observe::LogType::Https) {
      auto head = std::make_shared<observe::StreamHead>();
      head->isGrpc = grpc.has_value();
      head->type = type;
      observe::StreamRecord record;
      record.head = std::move(head);
      record.elbStatus = status;
      record.fromBalancer = fromBalancer;
      record.grpcStatus = grpc;
      record.durationMicros = 2000;
      record.receivedBytes = 1000;
      worker.streamStarted(places);
      worker.streamEnded(record, places);
    }
    MetricsReading tick() {
      auto reading = registry.read();
      reading.time = TimePoint(1h) + (now - kStart);
      series.add(reading, now);
      now += 1s;
      return reading;
    }
    DashboardData plots(std::chrono::seconds step, const SeriesPart& part = {}) const {
      observe::SeriesSum sum({kStart, now, step}, {observe::Latency::Duration});
      series.sum(part, sum);
      DashboardData data;
      describePlots(sum, data);
      return data;
    }
  };

  static const PlotSeries* named(const DashboardData& data, DashboardPlot plot, const char* name) {
    for (const PlotSeries& series : data.plots[static_cast<std::size_t>(plot)])
      if (series.name == QLatin1String(name)) return &series;
    return nullptr;
  }

  static QString cell(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString();
  }

 private slots:
  void ratesAreOfTheTimeThatIsKnown() {
    Counted counted;
    counted.tick();
    for (int second = 0; second < 20; ++second) {
      for (int i = 0; i < 10; ++i)
        counted.request(i == 0 ? 14 : 0);
      counted.request(std::nullopt, 404);
      counted.request(std::nullopt, 503, true);
      counted.tick();
    }
    const DashboardData data = counted.plots(5s);
    const PlotSeries& grpc = *named(data, DashboardPlot::Requests, "gRPC");
    for (const double value : grpc.values)
      QVERIFY2(std::isnan(value) || std::abs(value - 10) < 1e-9, qPrintable(QString::number(value)));
    QVERIFY(!std::isnan(grpc.values[1]));
    QCOMPARE(named(data, DashboardPlot::Requests, "HTTP/1.1")->values[1], 2.0);
    QVERIFY(!named(data, DashboardPlot::Requests, "HTTP/2"));
    QCOMPARE(named(data, DashboardPlot::GrpcStatuses, "14 UNAVAILABLE")->values[1], 1.0);
    QCOMPARE(named(data, DashboardPlot::HttpClasses, "4xx")->values[1], 1.0);
    QCOMPARE(named(data, DashboardPlot::HttpClasses, "5xx balancer")->values[1], 1.0);
    QVERIFY(!named(data, DashboardPlot::HttpClasses, "3xx"));
    QCOMPARE(named(data, DashboardPlot::Bytes, "from clients")->values[1], 12.0);
    QVERIFY(std::abs(named(data, DashboardPlot::Latency, "p50")->values[1] - 2.0) < 0.2);
  }

  void everySeriesHasItsLogFilterAndItsAlbName() {
    Counted counted;
    counted.tick();
    counted.request(14);
    counted.request(std::nullopt, 503, true);
    counted.request(std::nullopt, 200, false, observe::LogType::H2);
    counted.tick();
    const DashboardData data = counted.plots(1s);
    QCOMPARE(data.plots[static_cast<std::size_t>(DashboardPlot::Requests)].size(), std::size_t{3});
    for (const auto& plot : data.plots) {
      for (const PlotSeries& series : plot) {
        QVERIFY2(!series.tip.isEmpty(), qPrintable(series.name));
        if (!series.logFilter) continue;
        const QString text = series.logFilter(12.5);
        QVERIFY2(history::Filter::parse(text.toStdString(), kStart), qPrintable(text));
      }
    }
    for (const SeriesPart& part : counted.series.parts()) {
      const QString text = partFilter(part);
      QVERIFY2(history::Filter::parse(text.toStdString(), kStart), qPrintable(text));
    }
  }

  void gapsStayGaps() {
    Counted counted;
    counted.tick();
    counted.request(0);
    counted.tick();
    counted.now += 100s;
    const PlotSeries grpc = *named(counted.plots(1s), DashboardPlot::Requests, "gRPC");
    QVERIFY(std::isnan(grpc.values.back()));
    QVERIFY(std::ranges::any_of(grpc.values, [](double value) { return value > 0; }));
  }

  void minuteIsSummedUp() {
    Counted counted;
    counted.tick();
    for (int second = 0; second < 50; ++second) {
      for (int i = 0; i < (second < 40 ? 10 : 20); ++i)
        counted.request(i == 0 ? 14 : 0);
      counted.tick();
    }
    observe::SeriesSum sum({counted.now - 60s, counted.now, 1s}, {observe::Latency::Duration});
    counted.series.sum({}, sum);
    const MinuteSummary minute = summarize(sum);
    QCOMPARE(minute.perSecond, 20.0);
    QCOMPARE(minute.before, 10.0);
    QCOMPARE(minute.grpcRequests, std::uint64_t{600});
    QCOMPARE(minute.grpcNotOk, std::uint64_t{50});
    QCOMPARE(minute.commonestError, 14U);
    QCOMPARE(minute.statuses.at(observe::SeriesMetric::ofGrpcStatus(14)).size(), qsizetype{60});
  }

  void rangesZoomAndMove() {
    const WallTime now = kStart;
    const TimeRange live(300s);
    QCOMPARE(live.words(), QStringLiteral("Last 5 min"));
    QCOMPARE(live.step(), 1s);
    QCOMPARE(TimeRange(7 * 24h).step(), 3600s);
    QVERIFY(live.zoomed(0.5, now - 1s, now).isLive());
    const TimeRange middle = live.zoomed(0.5, now - 150s, now);
    QVERIFY(!middle.isLive());
    QCOMPARE(middle.length(), 150s);
    QVERIFY(middle.begin(now) == now - 225s);
    QVERIFY(middle.moved(-1h, now).end(now) == now);
    QVERIFY(middle.moved(1h, now + 10h).end(now + 10h) == now - 75s - 1h);
    QCOMPARE(live.zoomed(1e9, now, now).length(), TimeRange::kLongest);
    QCOMPARE(live.zoomed(1e-9, now, now).length(), TimeRange::kShortest);
    QVERIFY(middle.live().isLive());
  }

  void pageShowsTheCountersAndLeadsToTheLog() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString(), .keepsHistory = true});
    DashboardPage page(bridge);
    page.resize(1180, 760);
    page.show();
    QTRY_VERIFY(page.data() && page.data()->times.size() > 290);
    MetricsReading now;
    now.time = TimePoint(1h);
    now.total.activeStreams = 12;
    Q_EMIT bridge.metricsSampled(now, {});
    QStringList tiles;
    for (const StatTile* tile : page.findChildren<StatTile*>())
      tiles.push_back(tile->accessibleName());
    const QString words = tiles.join(QLatin1Char('\n'));
    QVERIFY2(words.contains(QStringLiteral("Requests: 0 /s")), qPrintable(words));
    TimePlot& plot = page.plot(DashboardPlot::Requests).plot();
    page.activateWindow();
    buttonNamed(page, "Export")->setFocus();
    QTest::keyClick(page.focusWidget(), Qt::Key_Tab);
    QCOMPARE(page.focusWidget(), &plot);
    QTest::keyClick(page.focusWidget(), Qt::Key_Tab);
    QCOMPARE(page.focusWidget(), &page.plot(DashboardPlot::HttpClasses).plot());
    QTest::keyClick(&plot, Qt::Key_Plus);
    QCOMPARE(page.range().length(), 150s);
    QVERIFY(!page.range().isLive());
    QSignalSpy asked(&page, &DashboardPage::logRequested);
    page.setPart(observe::TargetGroupName{"app"});
    QTRY_COMPARE(page.data()->part, SeriesPart(observe::TargetGroupName{"app"}));
    Q_EMIT plot.chosen(0, 10);
    QCOMPARE(asked.count(), 1);
    const QString filter = asked[0][0].toString();
    QVERIFY2(filter.startsWith(QStringLiteral("group = \"app\" and")), qPrintable(filter));
    QVERIFY2(history::Filter::parse(filter.toStdString(), wallNow()), qPrintable(filter));
    QVERIFY(!page.grab().isNull());
  }

  /// A listener that answers all by itself, on a free port.
  static config::Document answering(std::uint32_t status) {
    config::Action action;
    action.type = config::ActionType::FixedResponse;
    action.fixedResponse.statusCode = status;
    config::Listener listener;
    listener.protocol = config::Protocol::Http;
    listener.port = 0;
    listener.defaultActions = {action};
    config::LoadBalancer balancer;
    balancer.name = "desk";
    balancer.beyondAlb.plaintextHttp2 = true;
    balancer.listeners = {listener};
    config::Document document;
    document.loadBalancers = {balancer};
    return document;
  }

  static void send(test::TestClient& client, int count) {
    for (int i = 0; i < count; ++i)
      QVERIFY(client.request("GET", "/here", {}, http::End::Yes)->waitForEnd());
  }

  static double drawnRequests(const DashboardPage& page) {
    double requests = 0;
    for (const auto& series : page.data()->plots[static_cast<std::size_t>(DashboardPlot::Requests)])
      for (const double value : series.values)
        requests += std::isnan(value) ? 0 : value;  // steps of a second: rates are counts
    return requests;
  }

  void showsExactlyWhatWasSent() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 2, .dataDirectory = data.path().toStdString(), .keepsHistory = true});
    DashboardPage page(bridge);
    page.resize(1180, 760);
    page.show();
    QSignalSpy applied(&bridge, &EngineBridge::applied), sampled(&bridge, &EngineBridge::metricsSampled);
    bridge.apply(answering(404));
    QTRY_COMPARE(applied.count(), 1);
    QTRY_VERIFY(sampled.count() > 1);  // a second is what lies between two samples
    test::TestClient client(bridge.listeners().at(0).addresses.at(0));
    send(client, 123);
    auto& table = *page.findChild<QTableView*>();
    const auto count = [&] { return cell(*table.model(), 0, StatusCountsModel::Count); };
    QTRY_COMPARE(count(), QStringLiteral("123"));
    QTRY_COMPARE(drawnRequests(page), 123.0);
    QTRY_VERIFY(!cell(*table.model(), 0, StatusCountsModel::LastSeen).isEmpty());
    QCOMPARE(cell(*table.model(), 0, StatusCountsModel::Status), QStringLiteral("▲ HTTP 404 (balancer)"));
    // Held plots stand still; numbers of now do not.
    page.setRange(page.range().held(wallNow()));
    send(client, 45);
    QTRY_COMPARE(count(), QStringLiteral("168"));
    const auto tiles = page.findChildren<StatTile*>();
    QTRY_VERIFY(std::ranges::any_of(tiles, [](const StatTile* tile) {
      return tile->accessibleName().startsWith(QStringLiteral("Active streams: 0. 1 connection"));
    }));
    QCOMPARE(drawnRequests(page), 123.0);
    page.setRange(page.range().live());
    QTRY_COMPARE(drawnRequests(page), 168.0);
    // From a mark on.
    QTest::mouseClick(buttonNamed(page, "Since now"), Qt::LeftButton);
    QCOMPARE(table.model()->rowCount(), 0);
    send(client, 7);
    QTRY_COMPARE(table.model()->rowCount(), 1);
    QTRY_COMPARE(count(), QStringLiteral("7"));
    QTest::mouseClick(buttonNamed(page, "Since the start"), Qt::LeftButton);
    QCOMPARE(count(), QStringLiteral("175"));
  }

  static QPushButton* buttonNamed(const QWidget& page, const char* text) {
    for (QPushButton* button : page.findChildren<QPushButton*>())
      if (button->text() == QLatin1String(text)) return button;
    return nullptr;
  }

  void numbersAreSavedAsCsv() {
    Counted counted;
    counted.tick();
    for (int i = 0; i < 3; ++i) {
      counted.request(0);
      counted.tick();
    }
    QBuffer out;
    out.open(QIODevice::WriteOnly);
    const DashboardData data = counted.plots(1s);
    writeCsv(data, out);
    QCOMPARE(out.data().count('\n'), data.times.size() + 1);
    QVERIFY(out.data().startsWith("time,gRPC (per second),2xx (per second)"));
  }

  void statusCountsNameWhoAnswered() {
    const auto reading = [](std::uint64_t ok, std::uint64_t unavailable) {
      observe::PartReading part;
      part.requests = part.grpcRequests = ok + unavailable;
      part.grpcStatus = {{0, ok}, {14, unavailable}};
      part.httpStatus = {{{200, false}, ok}, {{502, true}, unavailable}};
      return part;
    };
    StatusCountsModel model;
    QAbstractItemModelTester tester(&model);
    model.update(reading(996, 4));
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(cell(model, 0, StatusCountsModel::Status), QStringLiteral("✔ gRPC 0 OK"));
    QCOMPARE(cell(model, 1, StatusCountsModel::Status), QStringLiteral("✖ gRPC 14 UNAVAILABLE"));
    QCOMPARE(cell(model, 1, StatusCountsModel::Share), QStringLiteral("0.4 %"));
    QCOMPARE(cell(model, 3, StatusCountsModel::Status), QStringLiteral("✖ HTTP 502 (balancer)"));
    QVERIFY(cell(model, 0, StatusCountsModel::LastSeen).isEmpty());
    model.update(reading(1996, 4));
    QCOMPARE(cell(model, 0, StatusCountsModel::Count), QStringLiteral("1,996"));
    const WallTime now = kStart;
    model.setMinute({},
                    {{observe::SeriesMetric::ofGrpcStatus(0), now - 1s},
                     {observe::SeriesMetric::ofGrpcStatus(14), now - 10s},
                     {observe::SeriesMetric::of(observe::HttpStatusKey{502, true}), now - 30h}},
                    now);
    QCOMPARE(cell(model, 0, StatusCountsModel::LastSeen), QStringLiteral("now"));
    QCOMPARE(cell(model, 1, StatusCountsModel::LastSeen), clockText(now - 10s).left(8));
    QCOMPARE(cell(model, 3, StatusCountsModel::LastSeen), dateTimeText(now - 30h).left(19));
    QBuffer out;
    out.open(QIODevice::WriteOnly);
    writeCsv(model, out);
    QVERIFY2(out.data().contains("\ngRPC 14 UNAVAILABLE,4,0.2,"), out.data().constData());
  }

  void statusRowsSelectTheirLogLines() {
    observe::PartReading part;
    part.requests = part.grpcRequests = 3;
    part.grpcWithoutStatus = 1;
    part.grpcStatus = {{14, 2}};
    part.httpStatus = {{{200, false}, 1}, {{502, true}, 2}};
    StatusCountsModel model;
    model.update(part);
    auto record = std::make_shared<observe::StreamRecord>();
    auto head = std::make_shared<observe::StreamHead>();
    head->isGrpc = true;
    record->head = head;
    record->elbStatus = 502;
    record->fromBalancer = true;
    record->grpcStatus = 14;
    const auto selects = [&](int row) {
      const auto filter = history::Filter::parse(model.logFilter(row).toStdString(), kStart);
      return filter && filter->matches(*record);
    };
    QVERIFY(selects(0));   // gRPC 14
    QVERIFY(!selects(1));  // without status
    QVERIFY(!selects(2));  // 200
    QVERIFY(selects(3));   // 502 of the balancer
    record->grpcStatus = std::nullopt;
    QVERIFY(!selects(0));
    QVERIFY(selects(1));
  }
};

QTEST_MAIN(DashboardTest)
#include "dashboard_test.moc"
