// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QAbstractItemView>
#include <QClipboard>
#include <QCompleter>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "engine/history/entry_lines.h"
#include "engine/observe/decision.h"
#include "tests/ui/synthetic_events.h"
#include "ui/accesslog/access_log_model.h"
#include "ui/accesslog/access_log_page.h"
#include "ui/accesslog/record_pane.h"
#include "ui/export/table_text.h"
#include "ui/models/words.h"
#include "ui/widgets/filter_edit.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"

using namespace spillway::ui;
using namespace spillway::ui::synthetic;

class AccessLogTest : public QObject {
  Q_OBJECT

  static QString cell(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString();
  }

  static bool isToldIn(const QWidget& place, const QString& words) {
    for (const QLabel* label : place.findChildren<QLabel*>()) {
      if (!label->isHidden() && label->text().contains(words)) return true;
    }
    return false;
  }

 private slots:
  void rowsComeFromRecordsOnly() {
    AccessLogModel model;
    QAbstractItemModelTester tester(&model);
    QSignalSpy inserts(&model, &QAbstractItemModel::rowsInserted);
    std::vector<Event> batch;
    for (spillway::StreamId id = 1; id <= 20; ++id)
      append(batch, unaryCall(id));
    batch.push_back(opened(head(21, "/still.Open/Now")));
    model.ingest(batch);
    QCOMPARE(model.rowCount(), 20);
    QCOMPARE(inserts.count(), 1);
    QCOMPARE(cell(model, 0, AccessLogModel::Type), QStringLiteral("grpcs"));
    QCOMPARE(cell(model, 0, AccessLogModel::Http), QStringLiteral("200"));
    QCOMPARE(cell(model, 0, AccessLogModel::TargetMs), QStringLiteral("0.9"));
    QCOMPARE(cell(model, 0, AccessLogModel::Received), QStringLiteral("114 B"));
  }

  void balancersAnswersAreMarked() {
    AccessLogModel model;
    model.ingest({ended(refusedRecord(head(1, "/a.B/C")))});
    QCOMPARE(cell(model, 0, AccessLogModel::Http), QStringLiteral("✖ 502"));
    QCOMPARE(cell(model, 0, AccessLogModel::Grpc), QStringLiteral("✖ 14 UNAVAILABLE"));
    QCOMPARE(cell(model, 0, AccessLogModel::TargetMs), QStringLiteral("–"));
    QCOMPARE(causeText(*model.recordAt(0)), QStringLiteral("The target refused the connection."));
  }

  void evictsInBlocks() {
    AccessLogModel model(nullptr, 100);
    QAbstractItemModelTester tester(&model);
    QSignalSpy removals(&model, &QAbstractItemModel::rowsRemoved);
    for (spillway::StreamId id = 1; id <= 105; ++id)
      model.ingest(unaryCall(id));
    QCOMPARE(removals.count(), 1);
    QCOMPARE(static_cast<std::uint64_t>(model.rowCount()), model.kept());
    QVERIFY(model.kept() <= 100);
    QCOMPARE(model.recordAt(model.rowCount() - 1)->head->id, spillway::StreamId{105});
  }

  void evictionWhileSortedAndFiltered() {
    AccessLogModel model(nullptr, 50);
    QAbstractItemModelTester tester(&model);
    model.sort(AccessLogModel::Path, Qt::DescendingOrder);
    model.setFilterText(QStringLiteral("odd"));
    for (spillway::StreamId id = 1; id <= 120; ++id)
      model.ingest(unaryCall(id, id % 2 ? "/a.B/Odd" : "/a.B/Even"));
    for (int row = 0; row < model.rowCount(); ++row) {
      QVERIFY(model.recordAt(row));
      QCOMPARE(cell(model, row, AccessLogModel::Path), QStringLiteral("/a.B/Odd"));
    }
    QVERIFY(model.rowCount() > 10);
  }

  void filterWordsMustAllMatch_data() {
    QTest::addColumn<QString>("filter");
    QTest::addColumn<int>("rows");
    QTest::newRow("nothing typed") << QString() << 3;
    QTest::newRow("path, any case") << QStringLiteral("getfeature") << 2;
    QTest::newRow("status word") << QStringLiteral("unavailable") << 1;
    QTest::newRow("http status") << QStringLiteral("502") << 1;
    QTest::newRow("target") << QStringLiteral(":50061") << 3;
    QTest::newRow("two words") << QStringLiteral("GetFeature UNAVAILABLE") << 1;
    QTest::newRow("words of two rows") << QStringLiteral("ListFeatures UNAVAILABLE") << 0;
  }
  void filterWordsMustAllMatch() {
    QFETCH(QString, filter);
    QFETCH(int, rows);
    AccessLogModel model;
    QAbstractItemModelTester tester(&model);
    model.ingest(unaryCall(1, "/routeguide.RouteGuide/GetFeature"));
    model.ingest(unaryCall(2, "/routeguide.RouteGuide/ListFeatures"));
    model.ingest({ended(refusedRecord(head(3, "/routeguide.RouteGuide/GetFeature")))});
    model.setFilterText(filter);
    QCOMPARE(model.rowCount(), rows);
  }

  void aMistakeIsToldAndLeavesTheRowsAsTheyWere() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString()});
    AccessLogPage page(bridge);
    std::vector<Event> batch = unaryCall(1);
    batch.push_back(ended(refusedRecord(head(2, "/routeguide.RouteGuide/GetFeature"))));
    Q_EMIT bridge.eventsArrived(batch);
    page.view().setFilter(QStringLiteral("status = 5xx and grpc.status = UNAVAILABLE"));
    QCOMPARE(page.view().table().model()->rowCount(), 1);
    page.view().setFilter(QStringLiteral("statu = 5xx"));
    QCOMPARE(page.view().table().model()->rowCount(), 1);
    const auto told = [&page] {
      for (const QLabel* label : page.findChildren<QLabel*>()) {
        if (!label->isHidden() && label->text().contains(QStringLiteral("There is no field"))) return true;
      }
      return false;
    };
    QVERIFY(told());
    page.view().setFilter({});
    QVERIFY(!told());
    QCOMPARE(page.view().table().model()->rowCount(), 2);
  }

  void filterOffersFieldsAndTheirValues() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString()});
    AccessLogPage page(bridge);
    page.show();
    auto* edit = page.findChild<FilterEdit*>();
    QTest::keyClicks(edit, QStringLiteral("grpc.st"));
    auto* completer = edit->findChild<QCompleter*>();
    QVERIFY(completer->popup()->isVisible());
    QTest::keyClick(completer->popup(), Qt::Key_Down);
    QTest::keyClick(completer->popup(), Qt::Key_Return);
    QCOMPARE(edit->text(), QStringLiteral("grpc.status"));
    QTest::keyClicks(edit, QStringLiteral(" = unava"));
    QVERIFY(completer->popup()->isVisible());
    QTest::keyClick(completer->popup(), Qt::Key_Down);
    QTest::keyClick(completer->popup(), Qt::Key_Return);
    QCOMPARE(edit->text(), QStringLiteral("grpc.status = UNAVAILABLE"));
  }

  void jsonLineHasWhatTheRecordHas() {
    const std::string line = spillway::history::jsonLine(*refusedRecord(head(9, "/a.B/C")));
    const QJsonObject json = QJsonDocument::fromJson(QByteArray::fromStdString(line)).object();
    QCOMPARE(json.value(QStringLiteral("status")).toInt(), 502);
    QCOMPARE(json.value(QStringLiteral("grpc.status")).toString(), QStringLiteral("UNAVAILABLE"));
    QVERIFY(!json.contains(QStringLiteral("target_time")));
    QCOMPARE(json.value(QStringLiteral("path")).toString(), QStringLiteral("/a.B/C"));
  }

  void csvQuotes() {
    QCOMPARE(csvField(QStringLiteral("plain")), QByteArray("plain"));
    QCOMPARE(csvField(QStringLiteral("a,\"b\"\n")), QByteArray("\"a,\"\"b\"\"\n\""));
  }

  void pageShowsFiltersAndOpensStreams() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString()});
    AccessLogPage page(bridge);
    QSignalSpy wanted(&page, &AccessLogPage::showStreamRequested);
    std::vector<Event> batch;
    for (spillway::StreamId id = 1; id <= 5; ++id)
      append(batch, unaryCall(id));
    batch.push_back(ended(refusedRecord(head(6, "/routeguide.RouteGuide/GetFeature"))));
    Q_EMIT bridge.eventsArrived(batch);
    LiveTable& table = page.view().table();
    QCOMPARE(table.model()->rowCount(), 6);
    QVERIFY(table.isFollowing());

    page.view().setFilter(QStringLiteral("unavailable"));
    QCOMPARE(table.model()->rowCount(), 1);
    table.selectRow(0);
    QVERIFY(!table.isFollowing());
    auto* pane = page.findChild<RecordPane*>();
    const auto buttons = pane->findChildren<QPushButton*>();
    const auto press = [&](const QString& text) {
      for (QPushButton* button : buttons) {
        if (button->text() == text) button->click();
      }
    };
    press(QStringLiteral("Show stream"));
    QCOMPARE(wanted.count(), 1);
    QCOMPARE(wanted[0][0].toULongLong(), 6ULL);
    QCOMPARE(wanted[0][1].value<std::shared_ptr<const spillway::observe::StreamRecord>>()->grpcStatus, 14U);
    press(QStringLiteral("Filter like this"));
    QCOMPARE(page.view().filter(),
             QStringLiteral("path = /routeguide.RouteGuide/GetFeature and grpc.status = UNAVAILABLE"));
    QCOMPARE(table.model()->rowCount(), 1);
    copySelectedRows(table);
    QVERIFY(QGuiApplication::clipboard()->text().contains(QStringLiteral("14 UNAVAILABLE")));
  }

  void requestsWithoutATraceAreExplainedByTheRulesOfToday() {
    RecordPane pane;
    spillway::observe::Decision now;
    now.rules = {{.priority = 10, .matched = false, .failed = "path-pattern /a/*"},
                 {.priority = 20, .matched = true}};
    pane.setExplainer([&](const auto&) { return spillway::Result<spillway::observe::Decision>(now); });
    auto entry = record(head(1, "/a.B/C"));
    entry->rulePriority = "20";
    pane.showRecord(entry);
    QVERIFY(isToldIn(pane,
                     QStringLiteral("By the rules as they are now:\nRule 10: no match, path-pattern /a/*")));
    entry->rulePriority = "0";
    pane.showRecord(entry);
    QVERIFY(isToldIn(pane, QStringLiteral("The rules were others then")));
    QVERIFY(!isToldIn(pane, QStringLiteral("no match")));
    entry->decision = std::make_shared<const spillway::observe::Decision>(now);
    pane.showRecord(entry);
    QVERIFY(isToldIn(pane, QStringLiteral("Rule 20: matched")));
    QVERIFY(!isToldIn(pane, QStringLiteral("No trace")));
  }

  void selectionStaysOnItsEntry() {
    AccessLogModel model(nullptr, 100);
    LiveTable table(model, QStringLiteral("log"));
    for (spillway::StreamId id = 1; id <= 60; ++id)
      model.ingest(unaryCall(id));
    table.selectSeq(50);
    for (spillway::StreamId id = 61; id <= 110; ++id)
      model.ingest(unaryCall(id));
    QCOMPARE(table.selectedSeq(), std::optional<RowSeq>(50));
    QCOMPARE(model.recordAt(table.selectionModel()->selectedRows().value(0).row())->head->id,
             spillway::StreamId{51});
    model.setFilterText(QStringLiteral("GetFeature"));
    QCOMPARE(table.selectedSeq(), std::optional<RowSeq>(50));
    model.setFilterText(QStringLiteral("nothing"));
    QVERIFY(!table.selectedSeq());
  }

  void wordsForValues() {
    QCOMPARE(durationText(800), QStringLiteral("0.8 ms"));
    QCOMPARE(durationText(9'830'000), QStringLiteral("9.83 s"));
    QCOMPARE(durationText(125'000'000), QStringLiteral("2 min 5 s"));
    QCOMPARE(bytesText(999), QStringLiteral("999 B"));
    QCOMPARE(bytesText(6100), QStringLiteral("6.1 kB"));
    QCOMPARE(countText(48213), QStringLiteral("48,213"));
    QCOMPARE(splitGrpcPath("/routeguide.RouteGuide/GetFeature").second, QStringLiteral("GetFeature"));
    QCOMPARE(http2ErrorName(8), QStringLiteral("CANCEL"));
  }
};

QTEST_MAIN(AccessLogTest)
#include "access_log_test.moc"
