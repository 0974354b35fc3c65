// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "tests/ui/synthetic_events.h"
#include "ui/export/table_text.h"
#include "ui/streams/message_model.h"
#include "ui/streams/sequence_layout.h"
#include "ui/streams/sequence_view.h"
#include "ui/streams/stream_browser.h"
#include "ui/streams/stream_detail.h"
#include "ui/streams/stream_groups.h"
#include "ui/streams/stream_model.h"
#include "ui/streams/streams_page.h"
#include "ui/widgets/log_view.h"

using namespace spillway::ui;
using namespace spillway::ui::synthetic;
using spillway::observe::CallKind;

class StreamsTest : public QObject {
  Q_OBJECT

  static QString cell(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString();
  }

 private slots:
  void oneInsertPerBatch() {
    StreamStore store;
    StreamModel model(store);
    QAbstractItemModelTester tester(&model);
    QSignalSpy inserts(&model, &QAbstractItemModel::rowsInserted);
    std::vector<Event> batch;
    for (spillway::StreamId id = 1; id <= 50; ++id)
      append(batch, unaryCall(id));
    store.ingest(batch);
    QCOMPARE(model.rowCount(), 50);
    QCOMPARE(inserts.count(), 1);
    QCOMPARE(cell(model, 0, StreamModel::Service), QStringLiteral("routeguide.RouteGuide"));
    QCOMPARE(cell(model, 0, StreamModel::Method), QStringLiteral("GetFeature"));
    QCOMPARE(cell(model, 0, StreamModel::GrpcStatus), QStringLiteral("0 OK"));
    QCOMPARE(cell(model, 0, StreamModel::Messages), QStringLiteral("1 / 1"));
    QCOMPARE(cell(model, 0, StreamModel::Duration), QStringLiteral("1.2 ms"));
    QCOMPARE(store.recorded(), std::uint64_t{50});
  }

  void openStreamGoesOnInPlace() {
    StreamStore store;
    StreamModel model(store);
    QAbstractItemModelTester tester(&model);
    const auto streamHead = head(7, "/routeguide.RouteGuide/RouteChat");
    store.ingest({opened(streamHead), targetChosen(7, "127.0.0.1:50062")});
    QCOMPARE(cell(model, 0, StreamModel::Duration), QStringLiteral("open"));
    QCOMPARE(cell(model, 0, StreamModel::Target), QStringLiteral("127.0.0.1:50062"));
    QVERIFY(cell(model, 0, StreamModel::State).contains(QStringLiteral("open")));

    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    store.ingest({happened(EventKind::Message, 7, 200, Direction::Request, 1, 10),
                  happened(EventKind::Message, 7, 300, Direction::Response, 1, 20),
                  happened(EventKind::Message, 7, 400, Direction::Request, 2, 10),
                  happened(EventKind::Message, 7, 500, Direction::Response, 2, 20)});
    QCOMPARE(changes.count(), 1);
    QCOMPARE(cell(model, 0, StreamModel::Messages), QStringLiteral("2 / 2"));
    QCOMPARE(cell(model, 0, StreamModel::Type), QStringLiteral("bidi"));

    auto last = record(streamHead, 1);
    last->outcome = spillway::observe::Outcome::ClientClosed;
    last->endedBy = spillway::observe::EndedBy::Client;
    store.ingest({happened(EventKind::Reset, 7, 600, Direction::Request, 8), ended(last)});
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(cell(model, 0, StreamModel::GrpcStatus), QStringLiteral("▲ 1 CANCELLED"));
    QVERIFY(cell(model, 0, StreamModel::State).contains(QStringLiteral("client")));
  }

  void endWithoutBeginningMakesARow() {
    StreamStore store;
    StreamModel model(store);
    store.ingest({happened(EventKind::Message, 3, 1, Direction::Request, 1, 5),
                  ended(refusedRecord(head(3, "/a.B/C")))});
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(cell(model, 0, StreamModel::GrpcStatus), QStringLiteral("✖ 14 UNAVAILABLE"));
    QCOMPARE(model.rowOfStream(3), 0);
  }

  void evictsInBlocksAndKeepsOpenStreams() {
    StreamStore store(nullptr, {.streams = 100, .timelinePerStream = 10, .timelineTotal = 1000});
    StreamModel model(store);
    QAbstractItemModelTester tester(&model);
    store.ingest({opened(head(1, "/a.B/Long"))});
    QSignalSpy removals(&model, &QAbstractItemModel::rowsRemoved);
    for (spillway::StreamId id = 2; id <= 101; ++id)
      store.ingest(unaryCall(id));
    QCOMPARE(removals.count(), 1);
    QVERIFY(model.rowCount() <= 100);
    QCOMPARE(static_cast<std::size_t>(model.rowCount()), store.kept());
    QVERIFY2(store.find(1), "an open stream was evicted");
    QVERIFY(!store.find(2));
    store.ingest({happened(EventKind::Message, 1, 900, Direction::Request, 1, 5)});
    QCOMPARE(cell(model, model.rowOfStream(1), StreamModel::Messages), QStringLiteral("1 / 0"));
  }

  void batchLargerThanTheStoreIsTaken() {
    StreamStore store(nullptr, {.streams = 20, .timelinePerStream = 10, .timelineTotal = 1000});
    StreamModel model(store);
    QAbstractItemModelTester tester(&model);
    std::vector<Event> batch;
    for (spillway::StreamId id = 1; id <= 200; ++id)
      append(batch, unaryCall(id));
    store.ingest(batch);
    QVERIFY(model.rowCount() <= 20);
    QCOMPARE(static_cast<std::size_t>(model.rowCount()), store.kept());
    QCOMPARE(store.recorded(), std::uint64_t{200});
    QVERIFY(store.find(200));
  }

  void timelineIsBoundedAndSaysSo() {
    StreamStore store(nullptr, {.streams = 100, .timelinePerStream = 10, .timelineTotal = 1000});
    std::vector<Event> batch{opened(head(1, "/a.B/C"))};
    for (std::uint32_t i = 1; i <= 30; ++i) {
      batch.push_back(happened(EventKind::Message, 1, i * 10, Direction::Response, i, 100));
    }
    store.ingest(batch);
    const StreamEntry* entry = store.find(1);
    QCOMPARE(entry->timeline.size(), std::size_t{10});
    QCOMPARE(entry->timelineLeftOut, std::uint64_t{21});
    QCOMPARE(entry->responseMessages(), std::uint64_t{30});
    QVERIFY(layoutSequence(*entry, {}).back().text.contains(QStringLiteral("21 events")));
  }

  void oldTimelinesMakeRoom() {
    StreamStore store(nullptr, {.streams = 100, .timelinePerStream = 100, .timelineTotal = 40});
    for (spillway::StreamId id = 1; id <= 20; ++id)
      store.ingest(unaryCall(id));
    QVERIFY(store.find(1)->timeline.empty());
    QVERIFY(store.find(1)->timelineReleased);
    QVERIFY(!store.find(20)->timeline.empty());
  }

  void filterFollowsAStreamsFate() {
    StreamStore store;
    StreamModel model(store);
    QAbstractItemModelTester tester(&model);
    model.setFilterText(QStringLiteral("getfeature unavailable"));
    store.ingest(unaryCall(1));
    const auto streamHead = head(2, "/routeguide.RouteGuide/GetFeature");
    store.ingest({opened(streamHead)});
    QCOMPARE(model.rowCount(), 0);
    store.ingest({ended(refusedRecord(streamHead))});
    QCOMPARE(model.rowCount(), 1);
    model.setFilterText(QStringLiteral("nothing has this"));
    QCOMPARE(model.rowCount(), 0);
    model.setFilterText({});
    QCOMPARE(model.rowCount(), 2);
  }

  void sortKeepsSelectionAndTakesNewRows() {
    StreamStore store;
    StreamModel model(store);
    QAbstractItemModelTester tester(&model);
    for (spillway::StreamId id = 1; id <= 5; ++id)
      store.ingest(unaryCall(id));
    const QPersistentModelIndex third = model.index(2, 0);
    model.sort(StreamModel::Started, Qt::DescendingOrder);
    QCOMPARE(third.row(), 2);
    QCOMPARE(model.entryAt(0)->id, spillway::StreamId{5});
    store.ingest(unaryCall(6));
    QCOMPARE(model.rowCount(), 6);
    QTRY_COMPARE_WITH_TIMEOUT(model.entryAt(0)->id, spillway::StreamId{6}, 5000);
    QCOMPARE(third.row(), 3);
    model.sort(-1);
    QCOMPARE(model.entryAt(0)->id, spillway::StreamId{1});
  }

  void pauseHoldsTheViewOnly() {
    StreamStore store;
    StreamModel model(store);
    QAbstractItemModelTester tester(&model);
    store.ingest(unaryCall(1));
    model.setPaused(true);
    store.ingest(unaryCall(2));
    store.ingest(unaryCall(3));
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.waiting(), std::uint64_t{2});
    QCOMPARE(store.kept(), std::size_t{3});
    model.setPaused(false);
    QCOMPARE(model.rowCount(), 3);
  }

  void clearKeepsOpenStreams() {
    StreamStore store;
    StreamModel model(store);
    QAbstractItemModelTester tester(&model);
    store.ingest(unaryCall(1));
    store.ingest({opened(head(2, "/a.B/C"))});
    store.clear();
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.entryAt(0)->id, spillway::StreamId{2});
  }

  void sequenceOfAUnaryCall() {
    StreamStore store;
    store.ingest(unaryCall(1));
    const auto rows = layoutSequence(*store.find(1), {});
    QCOMPARE(rows.size(), std::size_t{5});
    QCOMPARE(rows[0].shape, SequenceShape::Headers);
    QCOMPARE(rows[0].to, Lifeline::Target);
    QCOMPARE(rows[0].text, QStringLiteral("HEADERS POST …/GetFeature"));
    QCOMPARE(rows[1].shape, SequenceShape::Message);
    QVERIFY(rows[1].halfCloses);
    QCOMPARE(rows[2].text, QStringLiteral("HEADERS 200"));
    QCOMPARE(rows[2].from, Lifeline::Target);
    QCOMPARE(rows[4].shape, SequenceShape::Trailers);
    QCOMPARE(rows[4].text, QStringLiteral("trailers grpc-status 0 OK"));
    QCOMPARE(rows[4].offsetMicros, std::int64_t{1000});
  }

  void whatWaitedForATargetReachesIt() {
    StreamStore store;
    store.ingest({opened(head(7, "/routeguide.RouteGuide/RouteChat")),
                  happened(EventKind::Message, 7, 10, Direction::Request, 1, 10)});
    QCOMPARE(layoutSequence(*store.find(7), {})[1].to, Lifeline::Spillway);
    store.ingest({targetChosen(7, "127.0.0.1:50061"), happened(EventKind::RequestHead, 7, 20)});
    const auto rows = layoutSequence(*store.find(7), {});
    QCOMPARE(rows[0].to, Lifeline::Target);
    QCOMPARE(rows[1].to, Lifeline::Target);
  }

  void longRunsFoldAndUnfold() {
    StreamStore store;
    std::vector<Event> batch{opened(head(1, "/a.B/C"))};
    for (std::uint32_t i = 1; i <= 348; ++i) {
      batch.push_back(happened(EventKind::Message, 1, i * 10, Direction::Response, i, 118));
    }
    store.ingest(batch);
    const auto folded = layoutSequence(*store.find(1), {});
    QCOMPARE(folded.size(), std::size_t{2});
    QCOMPARE(folded[1].shape, SequenceShape::Block);
    QCOMPARE(folded[1].text, QStringLiteral("×348, 41.1 kB"));
    QCOMPARE(layoutSequence(*store.find(1), {folded[1].firstEntry}).size(), std::size_t{349});
  }

  void balancersOwnAnswerAndResets() {
    StreamStore store;
    const auto streamHead = head(1, "/a.B/C");
    store.ingest({opened(streamHead), targetChosen(1, "127.0.0.1:50072"), ended(refusedRecord(streamHead))});
    const auto refused = layoutSequence(*store.find(1), {});
    QCOMPARE(refused[0].to, Lifeline::Spillway);
    QCOMPARE(refused.back().shape, SequenceShape::Balancer);
    QVERIFY(refused.back().text.contains(QStringLiteral("14 UNAVAILABLE")));

    store.ingest({opened(head(2, "/a.B/C")), happened(EventKind::Reset, 2, 10, Direction::Request, 8)});
    const auto reset = layoutSequence(*store.find(2), {});
    QCOMPARE(reset.back().shape, SequenceShape::Reset);
    QCOMPARE(reset.back().text, QStringLiteral("RST_STREAM CANCEL by the client"));
    QCOMPARE(reset.back().from, Lifeline::Client);
    // Nothing was answered to a client that had left, though the log has a status for it.
    const auto left = std::make_shared<spillway::observe::StreamRecord>(*refusedRecord(head(2, "/a.B/C")));
    left->outcome = spillway::observe::Outcome::ClientClosed;
    left->elbStatus = 460;
    store.ingest({ended(left)});
    const auto rows = layoutSequence(*store.find(2), {});
    QCOMPARE(rows.back().shape, SequenceShape::Note);
    QVERIFY(rows.back().text.contains(QStringLiteral("logged as HTTP 460")));
  }

  void messagesAddUp() {
    StreamStore store;
    MessageModel model;
    QAbstractItemModelTester tester(&model);
    store.ingest(
        {opened(head(1, "/a.B/C")), happened(EventKind::Message, 1, 400, Direction::Request, 1, 19)});
    model.showStream(store.find(1));
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(cell(model, 0, MessageModel::Delta), QStringLiteral("+0.4 ms"));
    store.ingest({happened(EventKind::Message, 1, 900, Direction::Response, 1, 2000)});
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    model.showStream(store.find(1));
    QCOMPARE(resets.count(), 0);
    QCOMPARE(model.rowCount(), 2);
    QCOMPARE(cell(model, 1, MessageModel::Size), QStringLiteral("2.0 kB"));
    model.showStream(nullptr);
    QCOMPARE(model.rowCount(), 0);
  }

  void pageShowsAStreamById() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString()});
    Workspace workspace(bridge);
    SchemaStore schemas(bridge, workspace);
    StreamsPage page(bridge, workspace, schemas);
    std::vector<Event> batch;
    for (spillway::StreamId id = 1; id <= 5; ++id)
      append(batch, unaryCall(id));
    batch.push_back(opened(head(9, "/routeguide.RouteGuide/RouteChat")));
    Q_EMIT bridge.eventsArrived(batch);
    QVERIFY(page.hasStream(9, at(9000)));
    QVERIFY(!page.hasStream(9, at(9001)));  // of another start of the program
    QVERIFY(!page.hasStream(8, at(8000)));
    page.browser().view().setFilter(QStringLiteral("no stream has this"));
    page.showStream(9);
    QVERIFY(page.browser().view().filter().isEmpty());
    QCOMPARE(page.browser().detail().sequence().rows().size(), std::size_t{1});

    Q_EMIT bridge.eventsArrived({happened(EventKind::RequestHead, 9, 10, Direction::Request),
                                 happened(EventKind::Message, 9, 20, Direction::Request, 1, 5)});
    QCOMPARE(page.browser().detail().sequence().rows().size(), std::size_t{2});
    page.browser().store().clear();
    Q_EMIT bridge.eventsArrived({happened(EventKind::Message, 9, 30, Direction::Request, 2, 5)});
    QCOMPARE(page.browser().detail().sequence().rows().size(), std::size_t{3});
  }

  void groupsAreCountedAndSelectTheirStreams() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString()});
    Workspace workspace(bridge);
    SchemaStore schemas(bridge, workspace);
    StreamsPage page(bridge, workspace, schemas);
    page.show();
    StreamBrowser& browser = page.browser();
    std::vector<Event> batch;
    for (spillway::StreamId id = 1; id <= 3; ++id)
      append(batch, unaryCall(id));
    for (spillway::StreamId id = 4; id <= 5; ++id) {
      const auto chat = head(id, "/routeguide.RouteGuide/RouteChat");
      batch.push_back(opened(chat));
      batch.push_back(targetChosen(id, "127.0.0.1:50062"));
    }
    const auto refused = head(6, "/routeguide.RouteGuide/GetFeature");
    batch.push_back(opened(refused));
    batch.push_back(ended(refusedRecord(refused)));
    Q_EMIT bridge.eventsArrived(batch);

    const auto byMethod = groupsOf(browser.store(), GroupStreamsBy::Method).groups;
    QCOMPARE(byMethod.size(), std::size_t{3});
    const auto is = [](const StreamGroup& group, const char* name, std::uint64_t streams, std::uint64_t open,
                       std::uint64_t failed) {
      return group.name == QLatin1String(name) && group.streams == streams && group.open == open &&
             group.failed == failed;
    };
    QVERIFY(is(byMethod[0], "All streams", 6, 2, 1));
    QVERIFY(is(byMethod[1], "GetFeature", 4, 0, 1));
    QVERIFY(is(byMethod[2], "RouteChat", 2, 2, 0));
    QCOMPARE(byMethod[1].medianMicros, std::int64_t{1200});
    QCOMPARE(byMethod[2].medianMicros, std::int64_t{-1});

    ValueTable& table = browser.groups().table();
    browser.groups().groupBy(GroupStreamsBy::Target);
    QVERIFY(browser.groups().isVisible());
    for (const StreamGroup& group : groupsOf(browser.store(), GroupStreamsBy::Target).groups) {
      table.select(group.filter);
      QTest::keyClick(&table, Qt::Key_Return);
      QCOMPARE(browser.view().filter(), group.filter);
      QCOMPARE(browser.model().rowCount(), static_cast<int>(group.streams));
    }
    browser.groups().groupBy(GroupStreamsBy::Nothing);
    QVERIFY(!browser.groups().isVisible());
  }

  void manyGroupsAreCutToTheLargest() {
    StreamStore store;
    std::vector<Event> batch;
    for (spillway::StreamId id = 1; id <= 1200; ++id)
      batch.push_back(opened(head(id, "/s/m" + std::to_string(id % 2 == 0 ? 0 : id))));
    store.ingest(batch);
    const StreamGroupList list = groupsOf(store, GroupStreamsBy::Method);
    QCOMPARE(list.groups.size(), std::size_t{501});
    QCOMPARE(list.leftOut, std::size_t{101});
    QCOMPARE(list.groups[0].streams, std::uint64_t{1200});
    QCOMPARE(list.groups[1].name, QStringLiteral("m0"));
    QCOMPARE(list.groups[1].streams, std::uint64_t{600});
  }

  void sequenceIsWalkedWithKeys() {
    StreamStore store;
    std::vector<Event> batch{opened(head(1, "/a.B/C"))};
    for (std::uint32_t i = 1; i <= 30; ++i) {
      batch.push_back(happened(EventKind::Message, 1, i * 10, Direction::Response, i, 100));
    }
    store.ingest(batch);
    SequenceView view;
    view.resize(600, 300);
    view.showStream(store.find(1));
    connect(&view, &SequenceView::unfolded, this, [&] { view.showStream(store.find(1)); });
    QTest::keyClick(&view, Qt::Key_End);
    QCOMPARE(view.currentRow(), 1);
    QVERIFY2(view.accessibleDescription().startsWith(QStringLiteral("target to client: messages ×30")),
             qPrintable(view.accessibleDescription()));
    QTest::keyClick(&view, Qt::Key_Return);
    QCOMPARE(view.rows().size(), std::size_t{31});
    QTest::keyClick(&view, Qt::Key_Home);
    QCOMPARE(view.currentRow(), 0);
    QVERIFY(!view.grab().isNull());
  }

  void csvHasPlainValues() {
    StreamStore store;
    StreamModel model(store);
    store.ingest(unaryCall(1, "/a.B/with,comma"));
    QBuffer out;
    out.open(QIODevice::WriteOnly);
    writeCsv(model, out);
    const QList<QByteArray> lines = out.data().split('\n');
    QVERIFY(lines[0].startsWith("Started,Service,Method"));
    QVERIFY(lines[1].contains("\"with,comma\""));
    QVERIFY2(lines[1].contains(",208,1.2,"), lines[1].constData());
  }
};

QTEST_MAIN(StreamsTest)
#include "streams_test.moc"
