// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QXmlStreamReader>
#include <QtTest>

#include "tests/ui/documents.h"
#include "ui/map/map_tip.h"
#include "ui/map/map_view.h"

using namespace spillway;
using namespace spillway::ui;
using observe::TargetState;

Q_DECLARE_METATYPE(spillway::ui::MapNode)

/// The map from a document and statuses, without an engine.
class MapTest : public QObject {
  Q_OBJECT

  config::Document document_;
  std::vector<ListenerStatus> listeners_;
  std::vector<TargetStatus> targets_;
  observe::MetricsReading metrics_;
  std::unique_ptr<RecentReadings> recent_;

  static TargetId id(std::uint16_t port) { return {"one-targets", "127.0.0.1", port}; }

  MapContent content() const { return describeMap({document_, listeners_, targets_, *recent_, metrics_}); }

  static const MapNode* node(const MapContent& content, const QString& key) {
    for (const MapNode& each : content.nodes)
      if (each.key == key) return &each;
    return nullptr;
  }

  static QString targetKey(int port) { return QStringLiteral("target one-targets 127.0.0.1:%1").arg(port); }
  static QString lineKey(int port) { return QStringLiteral("group one-targets → ") + targetKey(port); }

  static QString selectedKey(const MapView& view) {
    const auto chosen = view.scene()->selectedItems();
    return chosen.isEmpty() ? QString() : qgraphicsitem_cast<MapTile*>(chosen.front())->node().key;
  }

  void makeTargets(std::uint16_t count) {
    document_.targetGroups[0].targets.clear();
    targets_.clear();
    for (std::uint16_t port = 1; port <= count; ++port) {
      document_.targetGroups[0].targets.push_back({"127.0.0.1", port});
      TargetStatus status;
      status.id = id(port);
      status.state = TargetState::Healthy;
      targets_.push_back(status);
    }
  }

  /// A second sample: `requests` to the target on port 1 in ten seconds.
  void addTraffic(std::uint64_t requests) {
    recent_->take(metrics_);
    metrics_.time += std::chrono::seconds(10);
    metrics_.targets[id(1)].requests += requests;
    metrics_.groups["one-targets"].requests += requests;
    metrics_.listeners[{"one", "HTTPS:50051"}].requests += requests;
    metrics_.routes[{{"one", "HTTPS:50051"}, 0, "one-targets"}] += requests;
    recent_->take(metrics_);
  }

 private slots:
  void init() {
    document_ = testing::balancer("one", 50051, {1, 2});
    listeners_ = {{{"one", "HTTPS:50051"}, config::Protocol::Https, {"127.0.0.1:50051"}}};
    targets_.assign(2, {});
    targets_[0].id = id(1);
    targets_[0].state = TargetState::Healthy;
    targets_[1].id = id(2);
    targets_[1].state = TargetState::Unhealthy;
    targets_[1].description = "Health checks failed";
    targets_[1].detail = "connection refused";
    metrics_ = {};
    recent_ = std::make_unique<RecentReadings>();
  }

  void everyPartHasItsTile() {
    const MapContent map = content();
    QCOMPARE(map.nodes.size(), 6);
    QCOMPARE(map.edges.size(), 5);
    QCOMPARE(node(map, "listener one/HTTPS:50051")->title, "HTTPS :50051");
    QCOMPARE(node(map, "group one-targets")->badge, "✖ 1/2");
    const MapNode* sick = node(map, targetKey(2));
    QCOMPARE(sick->state, MapState::Unhealthy);
    QCOMPARE(sick->lines.join(' '), "unhealthy: connection refused");
    QVERIFY(sick->tip.contains("Health checks failed"));
  }

  void ratesComeFromDifferences() {
    addTraffic(5480);
    const MapContent map = content();
    const auto rateOf = [&](const QString& key) {
      for (const MapEdge& edge : map.edges)
        if (edge.key() == key) return edge.perSecond;
      return -1.0;
    };
    QCOMPARE(rateOf(lineKey(1)), 548.0);
    QCOMPARE(rateOf(lineKey(2)), 0.0);
    QCOMPARE(rateOf("clients → listener one/HTTPS:50051"), 548.0);
    QVERIFY(node(map, targetKey(1))->lines.join(' ').contains("548/s"));
  }

  void linesWithoutRequestsAreDashedAndBusyOnesWide() {
    MapView view;
    view.resize(1200, 600);
    view.showContent(content());
    QVERIFY(view.line(lineKey(1))->isDashed());
    const qreal idle = view.line(lineKey(1))->width();
    addTraffic(5480);
    view.showContent(content());
    QVERIFY(!view.line(lineKey(1))->isDashed());
    QVERIFY(view.line(lineKey(1))->width() > 2 * idle);
    QVERIFY(view.line(lineKey(2))->isDashed());
  }

  void newSampleChangesTilesInPlace() {
    MapView view;
    view.resize(1200, 600);
    view.showContent(content());
    const MapTile* tile = view.tile(targetKey(2));
    const QRectF area = tile->area();
    targets_[1].state = TargetState::Healthy;
    addTraffic(10);
    view.showContent(content());
    QCOMPARE(view.tile(targetKey(2)), tile);
    QCOMPARE(tile->area(), area);
    QCOMPARE(tile->node().state, MapState::Healthy);
    document_.targetGroups[0].targets.pop_back();
    view.showContent(content());
    QCOMPARE(view.tile(targetKey(2)), nullptr);
    QCOMPARE(view.tileCount(), 5);
  }

  void tilesDoNotOverlap() {
    auto more = testing::balancer("two", 50052, {3, 4, 5});
    document_.loadBalancers.push_back(more.loadBalancers[0]);
    document_.targetGroups.push_back(more.targetGroups[0]);
    auto third = more.loadBalancers[0].listeners[0];
    third.port = 50053;
    document_.loadBalancers[1].listeners.push_back(third);
    const MapLayout layout = layOutMap(content(), {17, 1136});
    QCOMPARE(layout.tiles.size(), 1 + 3 + 3 + 2 + 5);
    const QList<QRectF> areas = layout.tiles.values();
    for (qsizetype i = 0; i < areas.size(); ++i)
      for (qsizetype j = i + 1; j < areas.size(); ++j)
        QVERIFY(!areas[i].intersects(areas[j]));
  }

  void everyRuleHasItsTileAndItsOwnRate() {
    const ListenerId listener{"one", "HTTPS:50051"};
    document_.targetGroups.push_back({.name = "other"});
    config::Condition path;
    path.values = {"/a/*"};
    config::Action split{.targetGroups = {{"one-targets", 3}, {"other", 1}}};
    config::Action answer{.type = config::ActionType::FixedResponse};
    answer.fixedResponse.statusCode = 404;
    auto& rules = document_.loadBalancers[0].listeners[0].rules;
    rules = {{.priority = 20, .conditions = {path}, .actions = {answer}},
             {.priority = 10, .conditions = {path}, .actions = {split}}};
    recent_->take(metrics_);
    metrics_.time += std::chrono::seconds(10);
    metrics_.routes = {{{listener, 0, "one-targets"}, 10},
                       {{listener, 10, "one-targets"}, 300},
                       {{listener, 10, "other"}, 100},
                       {{listener, 20, ""}, 50}};
    recent_->take(metrics_);
    const MapContent map = content();
    const QString of = QStringLiteral(" of listener one/HTTPS:50051");
    const auto rateOf = [&](const QString& from, const QString& to) {
      for (const MapEdge& edge : map.edges)
        if (edge.from == from && edge.to == to) return edge.perSecond;
      return -1.0;
    };
    QCOMPARE(rateOf("listener one/HTTPS:50051", "rule 10" + of), 40.0);
    QCOMPARE(rateOf("rule 10" + of, "group one-targets"), 30.0);
    QCOMPARE(rateOf("rule 10" + of, "group other"), 10.0);
    QCOMPARE(rateOf("listener one/HTTPS:50051", "rule 20" + of), 5.0);
    QCOMPARE(rateOf("rule 0" + of, "group one-targets"), 1.0);
    QCOMPARE(node(map, "rule 10" + of)->lines.join('|'), "path /a/*|forward by weight");
    QVERIFY(node(map, "rule 10" + of)->tip.contains("one-targets 75 %, other 25 %"));
    QCOMPARE(node(map, "rule 20" + of)->lines.join('|'), "path /a/*|answer 404");
    QCOMPARE(node(map, "rule 20" + of)->logFilter,
             "load_balancer = \"one\" and listener = \"HTTPS:50051\" and rule = \"20\"");
    const MapLayout layout = layOutMap(map, {17, 1136});
    const auto top = [&](const QString& key) { return layout.tiles[key].top(); };
    QVERIFY(top("rule 10" + of) < top("rule 20" + of));
    QVERIFY(top("rule 20" + of) < top("rule 0" + of));
  }

  void isSavedAsSvg() {
    makeTargets(100);
    MapView view;
    view.resize(1200, 600);
    view.showContent(content());
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_Right);
    QBuffer out;
    out.open(QIODevice::WriteOnly);
    view.writeSvg(out);
    QXmlStreamReader xml(out.data());
    QStringList texts;
    while (!xml.atEnd())
      if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == QLatin1String("text"))
        texts += xml.readElementText();
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    for (const char* name : {"TARGET GROUPS", "HTTPS :50051", "one-targets", "127.0.0.1:1", "127.0.0.1:100"})
      QVERIFY2(texts.contains(QLatin1String(name)), name);
    QVERIFY(!out.data().contains("<image"));
    QCOMPARE(selectedKey(view), "clients");  // the picture has no selection, the window keeps it
  }

  void marksWhatIsNotOnAws() {
    QVERIFY(node(content(), "listener one/HTTPS:50051")->mark.isEmpty());
    document_.loadBalancers[0].beyondAlb.retryUnprocessedRequests = true;
    const MapContent map = content();
    QVERIFY(node(map, "listener one/HTTPS:50051")->mark.contains("not on AWS"));
    QVERIFY(node(map, "listener one/HTTPS:50051")->tip.contains("Retry unprocessed requests"));
  }

  void arrowsMoveAndEnterOpens() {
    MapView view;
    view.resize(1200, 600);
    view.showContent(content());
    view.show();
    view.setFocus();
    QSignalSpy opened(&view, &MapView::opened);
    for (int step = 0; step < 4; ++step)
      QTest::keyClick(&view, Qt::Key_Right);
    QTest::keyClick(&view, Qt::Key_Return);
    QCOMPARE(opened.count(), 1);
    QCOMPARE(opened[0][0].value<MapNode>().column, MapColumn::TargetGroups);
    QVERIFY(view.accessibleDescription().contains("one-targets"));
  }

  void manyTargetsAreOneLineEach() {
    makeTargets(100);
    const MapContent map = content();
    const MapLayout layout = layOutMap(map, {17, 1136});
    const QRectF group = layout.tiles["group one-targets"];
    QVERIFY(group.bottom() < 700);  // seen without scrolling
    qreal below = 0;
    for (int port = 1; port <= 100; ++port) {
      const QRectF tile = layout.tiles[targetKey(port)];
      QVERIFY(tile.height() < 32);
      QVERIFY(tile.top() >= below);
      below = tile.bottom();
    }
    QCOMPARE(node(map, targetKey(7))->lines, QStringList("0/s"));
    targets_[6].state = TargetState::Unhealthy;
    QCOMPARE(node(content(), targetKey(7))->lines, QStringList("unhealthy"));
    makeTargets(5);
    QVERIFY(!node(content(), targetKey(5))->isCompact);
  }

  void hundredTargetsRepaintOnlyWhatChanged() {
    makeTargets(100);
    MapView view;
    view.resize(1200, 800);
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    view.showContent(content());
    QSignalSpy changed(view.scene(), &QGraphicsScene::changed);
    QTRY_VERIFY(changed.count() > 0);
    QCoreApplication::processEvents();
    changed.clear();
    const QRectF tile = view.tile(targetKey(1))->area();
    addTraffic(100);  // all of it goes to the first target
    view.showContent(content());
    QTRY_VERIFY(changed.count() > 0);
    QList<QRectF> areas;
    for (const auto& call : std::as_const(changed))
      areas += call[0].value<QList<QRectF>>();
    const auto touches = [&](const QRectF& area) {
      return std::ranges::any_of(areas, [&](const QRectF& each) { return each.intersects(area); });
    };
    QVERIFY(touches(tile));
    for (int port = 2; port <= 100; ++port)
      QVERIFY2(!touches(view.tile(targetKey(port))->area().adjusted(30, 4, -4, -4)),
               qPrintable(QString::number(port)));
    QCOMPARE(view.tile(targetKey(1))->area(), tile);
  }

  /// Tells times, judges none.
  void hundredTargetsAreLaidOut() {
    makeTargets(100);
    const MapContent map = content();
    QBENCHMARK {
      layOutMap(map, {17, 1136});
    }
  }

  void hundredTargetsAreDrawnWithNewNumbers() {
    makeTargets(100);
    MapView view;
    view.resize(1200, 800);
    view.show();
    view.showContent(content());
    view.grab();
    QBENCHMARK {
      recent_->take(metrics_);
      metrics_.time += std::chrono::seconds(10);
      for (std::uint16_t port = 1; port <= 100; ++port)
        metrics_.targets[id(port)].requests += port * 10U;
      recent_->take(metrics_);
      view.showContent(content());
      view.grab();
    }
  }

  void hoveringTellsNumbers() {
    observe::MetricSeries series;
    const WallTime now = std::chrono::floor<std::chrono::seconds>(wallNow());
    metrics_.time = TimePoint(std::chrono::seconds(1));
    metrics_.targets[id(1)];
    metrics_.time += std::chrono::seconds(1);  // a reading that was made
    series.add(metrics_, now - std::chrono::seconds(2));
    metrics_.time += std::chrono::seconds(1);
    auto& part = metrics_.targets[id(1)];
    part.requests = 200;
    part.errors = 3;
    part.activeStreams = 4;
    part.duration.buckets.assign(500, 0);
    part.duration.buckets[100] = 200;
    part.duration.count = 200;
    part.duration.sum = 100'000;
    QVERIFY(series.add(metrics_, now - std::chrono::seconds(1)));
    const MapContent map = content();
    const QString tip = mapTip(*node(map, targetKey(1)), map, series, now);
    QVERIFY2(tip.contains("127.0.0.1:1\nHealthy"), qPrintable(tip));
    QVERIFY2(tip.contains("200/s · errors 3.0/s (1.5 %)"), qPrintable(tip));
    QVERIFY2(tip.contains("p50 ") && tip.contains(" · p90 ") && tip.contains(" · p99 "), qPrintable(tip));
    QVERIFY2(tip.contains("4 open streams"), qPrintable(tip));
    const QString sick = mapTip(*node(map, targetKey(2)), map, series, now);
    QVERIFY2(sick.contains("Unhealthy: Health checks failed"), qPrintable(sick));
    QVERIFY2(sick.contains("no requests in 10 s"), qPrintable(sick));
    addTraffic(5480);
    const MapContent later = content();
    const QString rule = mapTip(*node(later, "rule 0 of listener one/HTTPS:50051"), later, series, now);
    QVERIFY2(rule.contains("548/s"), qPrintable(rule));
  }

  void hoveringAndSpaceAskForTheTip() {
    MapView view;
    view.resize(1200, 600);
    view.showContent(content());
    QStringList asked;
    view.setTips([&](const MapNode& node) {
      asked += node.key;
      return node.title;
    });
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    const QPoint at = view.mapFromScene(view.tile("group one-targets")->area().center());
    QHelpEvent hover(QEvent::ToolTip, at, view.viewport()->mapToGlobal(at));
    QCoreApplication::sendEvent(view.viewport(), &hover);
    QCOMPARE(asked, QStringList("group one-targets"));
    view.setFocus();
    QTest::keyClick(&view, Qt::Key_Right);
    QTest::keyClick(&view, Qt::Key_Space);
    QCOMPARE(asked.value(1), selectedKey(view));
  }

  void arrowsFollowTheLines() {
    makeTargets(100);
    MapView view;
    view.resize(1200, 600);
    view.showContent(content());
    view.show();
    for (int step = 0; step < 5; ++step)
      QTest::keyClick(&view, Qt::Key_Right);
    QVERIFY(selectedKey(view).startsWith("target one-targets"));
    const QString first = selectedKey(view);
    QTest::keyClick(&view, Qt::Key_Down);
    QVERIFY(selectedKey(view).startsWith("target one-targets") && selectedKey(view) != first);
    QTest::keyClick(&view, Qt::Key_Left);
    QCOMPARE(selectedKey(view), "group one-targets");
  }

  void keysZoomAndFit() {
    makeTargets(100);
    MapView view;
    view.resize(1200, 600);
    view.showContent(content());
    view.show();
    QTest::keyClick(&view, Qt::Key_0);
    QCOMPARE(view.transform().m11(), 1.0);
    QTest::keyClick(&view, Qt::Key_Plus);
    QVERIFY(view.transform().m11() > 1.1);
    QTest::keyClick(&view, Qt::Key_Minus);
    QTest::keyClick(&view, Qt::Key_Minus);
    QVERIFY(view.transform().m11() < 0.9);
    QTest::keyClick(&view, Qt::Key_F);
    const QRectF seen = view.mapToScene(view.viewport()->rect()).boundingRect();
    for (int port = 1; port <= 100; ++port)
      QVERIFY(seen.contains(view.tile(targetKey(port))->area()));
    view.resize(1100, 500);  // fits still
    QVERIFY(view.transform().m11() * view.sceneRect().height() <= view.viewport()->height());
    QTest::keyClick(&view, Qt::Key_F);
    QVERIFY(view.transform().m11() > 0.6);
  }

  void linesToManyTargetsShareATrunk() {
    makeTargets(100);
    MapView view;
    view.resize(1200, 600);
    view.showContent(content());
    const QRectF group = view.tile("group one-targets")->area();
    QRectF all;
    for (int port = 1; port <= 100; ++port) {
      const QRectF line = view.line(lineKey(port))->boundingRect();
      QVERIFY2(line.height() < 100, qPrintable(QString::number(port)));
      QVERIFY(line.contains(QPointF(line.center().x(), view.tile(targetKey(port))->area().center().y())));
      QVERIFY(all.isNull() || all.intersects(line));  // the trunk has no gaps
      all |= line;
    }
    QVERIFY(all.contains(QPointF(group.right(), group.center().y())));
  }

  void clickSelectsAndDoubleClickOpens() {
    MapView view;
    view.resize(1200, 600);
    view.showContent(content());
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QSignalSpy opened(&view, &MapView::opened), menu(&view, &MapView::menuRequested);
    const QPoint at = view.mapFromScene(view.tile(targetKey(2))->area().center());
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, at);
    QCOMPARE(selectedKey(view), targetKey(2));
    QCOMPARE(opened.count(), 0);
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, at);
    QCOMPARE(opened.count(), 1);
    QCOMPARE(opened[0][0].value<MapNode>().key, targetKey(2));
    QContextMenuEvent keyboard(QContextMenuEvent::Keyboard, at, view.viewport()->mapToGlobal(at));
    QCoreApplication::sendEvent(view.viewport(), &keyboard);
    QCOMPARE(menu.count(), 1);
    const auto asked = menu[0][0].value<MapNode>();
    QCOMPARE(asked.address, "127.0.0.1:2");
    QCOMPARE(asked.targets.size(), 1);
  }
};

QTEST_MAIN(MapTest)
#include "map_test.moc"
