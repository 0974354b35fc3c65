// SPDX-License-Identifier: GPL-3.0-or-later
// Looking into streams: real calls through the real balancer, seen in the real window.
#include <QCheckBox>
#include <QFile>
#include <QLabel>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTest>

#include "tests/support/engine_fixture.h"
#include "ui/shell/main_window.h"
#include "ui/streams/captured_timeline.h"
#include "ui/streams/compare_window.h"
#include "ui/streams/flow_view.h"
#include "ui/streams/frame_model.h"
#include "ui/streams/header_changes.h"
#include "ui/streams/hex_text.h"
#include "ui/streams/message_model.h"
#include "ui/streams/message_pane.h"
#include "ui/streams/sequence_layout.h"
#include "ui/streams/sequence_view.h"
#include "ui/streams/stream_browser.h"
#include "ui/streams/stream_capture.h"
#include "ui/streams/stream_detail.h"
#include "ui/streams/stream_model.h"
#include "ui/streams/streams_page.h"
#include "ui/streams/timing.h"
#include "ui/theme/theme.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {
namespace {

constexpr int kPatience = 20'000;  // milliseconds
enum Tab { SequenceTab, MessagesTab, HeadersTab, FramesTab, FlowTab, TimingTab };

constexpr auto kProto = R"(syntax = "proto3";
message Point { int32 latitude = 1; int32 longitude = 2; }
message Note { Point location = 1; string message = 2; }
service test { rpc echo(stream Note) returns (stream Note); }
)";

/// Note {location {latitude 1} message "First message"}
const std::string kNote = std::string("\x0a\x02\x08\x01\x12\x0d", 6) + "First message";

/// A window with a balancer in front of two targets.
struct Desk {
  test::TemporaryFolder folder;
  test::TestTarget a, b;
  std::unique_ptr<MainWindow> window;
  StreamsPage* page = nullptr;
  std::string address;

  Desk() {
    EngineOptions options;
    options.workers = 1;
    options.dataDirectory = folder.file("data");
    options.keepsHistory = true;
    window = std::make_unique<MainWindow>(options);
    window->resize(1360, 860);
    window->show();
    window->openWorkspace(QString::fromStdString(folder.file("desk.spillway.json")));
    window->workspace().edit(QStringLiteral("Test"), test::plainDocument({&a, &b}));
    window->openRoom(Room::Streams);
    page = window->findChild<StreamsPage*>();
  }
  bool isReady() {
    const auto& targets = window->bridge().targets();
    const auto healthy = std::ranges::count(targets, observe::TargetState::Healthy, &TargetStatus::state);
    if (healthy != 2 || window->bridge().listeners().empty()) return false;
    address = window->bridge().listeners().front().addresses.front();
    return true;
  }
  StreamDetail& detail() { return page->browser().detail(); }
  /// The schema of the targets, as a file.
  QString writeProto() const {
    const QString path = QString::fromStdString(folder.file("note.proto"));
    QFile file(path);
    if (file.open(QIODevice::WriteOnly)) file.write(kProto);
    return path;
  }
  void select(int row) {
    page->browser().view().table().selectRow(row);
    QTest::qWait(0);
  }
};

class StreamInspectorTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::apply(*qApp, ThemeMode::Light); }
  void aCallIsSeenMessageByMessage();
  void aSchemaGivesFieldsTheirNames();
  void whatTheBalancerKeepsSecretIsHidden();
  void whatTwoStreamsDifferInIsShown();
  void aMessageChosenEarlyIsShownOnceItIsKnown();
  void aSlowReaderIsSeenAndExplained();
  void whatIsOldComesFromTheHistory();
  void aLongStreamComesInPieces();
  void changedHeaderFieldsAreMarked();
  void hexPlacesAreThoseOfTheText();
};

void StreamInspectorTest::aCallIsSeenMessageByMessage() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  test::TestClient client(desk.address);
  auto call = client.start("/test/echo");
  call->send(test::grpcMessage(kNote), http::End::No);
  QVERIFY(call->waitForBytes(kNote.size() + 5));
  QTRY_COMPARE_WITH_TIMEOUT(desk.page->browser().model().rowCount(), 1, kPatience);
  desk.select(0);
  StreamDetail& detail = desk.detail();
  // While the call is open.
  QTRY_COMPARE_WITH_TIMEOUT(detail.capture().view().messages().size(), 2u, kPatience);
  QTRY_COMPARE(detail.messages().rowCount(), 2);
  QVERIFY(detail.messages().captured(0));
  call->send(test::grpcMessage("second"), http::End::Yes);
  QVERIFY(call->waitForEnd());
  QTRY_VERIFY_WITH_TIMEOUT(detail.capture().view().hasEnded(), kPatience);
  QTRY_COMPARE(detail.messages().rowCount(), 4);
  QVERIFY(detail.messages().index(3, MessageModel::Held).data().toString() != QStringLiteral("–"));

  detail.tabs().setCurrentIndex(MessagesTab);
  detail.tabs().currentWidget()->findChild<QTableView*>()->selectRow(0);
  QTRY_COMPARE_WITH_TIMEOUT(detail.pane().shown().bytes, kNote, kPatience);
  QVERIFY(detail.pane().shown().type.isEmpty());
  QCOMPARE(detail.pane().shown().wire.size(), 2u);

  detail.tabs().setCurrentIndex(HeadersTab);
  const auto& headers = *detail.headers().model();
  bool isAdded = false;
  for (int row = 0; row < headers.rowCount(); ++row) {
    if (headers.index(row, 1).data().toString() == QStringLiteral("x-forwarded-for"))
      isAdded = headers.index(row, 4).data().toString().contains(QStringLiteral("added"));
  }
  QVERIFY(isAdded);
  detail.tabs().setCurrentIndex(FramesTab);
  QCOMPARE(static_cast<std::size_t>(detail.frames().rowCount()), detail.capture().view().frames().size());
  QVERIFY(detail.frames().rowCount() >= 8);
}

void StreamInspectorTest::aSchemaGivesFieldsTheirNames() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  const QString proto = desk.writeProto();
  QVERIFY(QFile::exists(proto));
  test::TestClient client(desk.address);
  QVERIFY(client.unary("/test/echo", kNote)->waitForEnd());
  QTRY_COMPARE_WITH_TIMEOUT(desk.page->browser().model().rowCount(), 1, kPatience);
  desk.select(0);
  StreamDetail& detail = desk.detail();
  QTRY_COMPARE_WITH_TIMEOUT(detail.messages().rowCount(), 2, kPatience);
  detail.tabs().setCurrentIndex(MessagesTab);
  detail.tabs().currentWidget()->findChild<QTableView*>()->selectRow(0);
  QTRY_COMPARE_WITH_TIMEOUT(detail.pane().shown().bytes, kNote, kPatience);
  desk.window->schemas().addFiles({proto});
  QTRY_COMPARE_WITH_TIMEOUT(detail.pane().shown().type, QStringLiteral("Note"), kPatience);
  const auto& fields = detail.pane().shown().fields;
  QCOMPARE(fields.size(), 2u);
  QCOMPARE(fields[0].field, QStringLiteral("1 location"));
  QCOMPARE(fields[0].children.size(), 2u);
  QCOMPARE(fields[0].children[0].value, QStringLiteral("1"));
  QVERIFY(fields[0].children[1].isMuted);
  QVERIFY(fields[1].value.contains(QStringLiteral("First message")));
  QCOMPARE(fields[1].begin, 4u);
  QCOMPARE(fields[1].end, kNote.size());
  QVERIFY(detail.pane().shown().json.contains(QStringLiteral("\"message\"")));
  // On the message's line, and on its arrow.
  QTRY_VERIFY_WITH_TIMEOUT(detail.messages()
                               .index(0, MessageModel::Content)
                               .data()
                               .toString()
                               .contains(QStringLiteral("First message")),
                           kPatience);
  desk.window->schemas().removeFile(proto);
}

void StreamInspectorTest::whatTheBalancerKeepsSecretIsHidden() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  const QString proto = desk.writeProto();
  desk.window->schemas().addFiles({proto});
  StreamDetail& detail = desk.detail();
  detail.tabs().setCurrentIndex(MessagesTab);
  test::TestClient client(desk.address);
  int streams = 0;
  for (const bool isSecret : {true, false}) {
    ++streams;
    config::Document document = desk.window->workspace().document();
    document.loadBalancers[0].capture.redactedFields.clear();
    if (isSecret) document.loadBalancers[0].capture.redactedFields = {"message"};
    QSignalSpy applied(&desk.window->bridge(), &EngineBridge::applied);
    desk.window->workspace().edit(QStringLiteral("Secrets"), document);
    QTRY_COMPARE_WITH_TIMEOUT(applied.count(), 1, kPatience);
    QVERIFY(client.unary("/test/echo", kNote)->waitForEnd());
    QTRY_COMPARE_WITH_TIMEOUT(desk.page->browser().model().rowCount(), streams, kPatience);
    desk.select(streams - 1);
    QTRY_COMPARE_WITH_TIMEOUT(detail.messages().rowCount(), 2, kPatience);
    detail.tabs().currentWidget()->findChild<QTableView*>()->selectRow(0);
    // The pane may still show the stream before.
    const auto note = [&] {
      const auto& fields = detail.pane().shown().fields;
      return fields.size() == 2 ? fields[1].value : QString();
    };
    const QString value = isSecret ? QStringLiteral("(redacted)") : QStringLiteral("First message");
    QTRY_VERIFY2_WITH_TIMEOUT(note().contains(value), qPrintable(note()), kPatience);
    QCOMPARE(note().contains(QStringLiteral("First message")), !isSecret);
    QCOMPARE(detail.pane().shown().json.contains(QStringLiteral("First message")), !isSecret);
    QCOMPARE(detail.pane().shown().bytes.find("First message") != std::string::npos, !isSecret);
    const auto& wire = detail.pane().shown().wire;
    QCOMPARE(wire.size(), 2U);
    QCOMPARE(wire[1].value.contains(QStringLiteral("First message")), !isSecret);
    const auto line = [&] { return detail.messages().index(0, MessageModel::Content).data().toString(); };
    QTRY_VERIFY_WITH_TIMEOUT(!line().isEmpty(), kPatience);
    QCOMPARE(line().contains(QStringLiteral("First message")), !isSecret);
  }
  desk.window->schemas().removeFile(proto);
}

void StreamInspectorTest::whatTwoStreamsDifferInIsShown() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  const QString proto = desk.writeProto();
  QVERIFY(QFile::exists(proto));
  desk.window->schemas().addFiles({proto});
  const std::string other = std::string("\x0a\x02\x10\x05\x12\x0d", 6) + "First message";
  test::TestClient client(desk.address);
  for (const std::string& note : {kNote, other, kNote})
    QVERIFY(client.unary("/test/echo", note)->waitForEnd());
  StreamBrowser& browser = desk.page->browser();
  QTRY_COMPARE_WITH_TIMEOUT(browser.model().rowCount(), 3, kPatience);
  desk.select(0);
  QVERIFY(!browser.compareAction().isEnabled());
  browser.view().table().selectionModel()->select(browser.model().index(1, 0),
                                                  QItemSelectionModel::Select | QItemSelectionModel::Rows);
  QVERIFY(browser.compareAction().isEnabled());
  browser.compareAction().trigger();
  auto* window = browser.findChild<CompareWindow*>();
  QVERIFY(window);
  const auto found = [window](const QString& part, const QString& name) -> std::vector<QString> {
    for (const TableRow& row : window->table().rows().all()) {
      if (row.cells[0].text == part && row.cells[1].text == name)
        return {row.cells[2].text, row.cells[3].text, row.cells[4].text};
    }
    return {};
  };
  const QString sent = QStringLiteral("Message 1 to the target"),
                got = QStringLiteral("Message 1 to the client");
  using Cells = std::vector<QString>;
  const QString left = QStringLiteral("− only left"), right = QStringLiteral("+ only right");
  for (const QString& part : {sent, got}) {
    QTRY_COMPARE_WITH_TIMEOUT(found(part, QStringLiteral("location.latitude")),
                              (Cells{QStringLiteral("1"), QString(), left}), kPatience);
    QCOMPARE(found(part, QStringLiteral("location.longitude")),
             (Cells{QString(), QStringLiteral("5"), right}));
    QVERIFY(found(part, QStringLiteral("message")).empty());  // the same in both
  }
  // The two went to different targets, round robin.
  QCOMPARE(found(QStringLiteral("Call"), QStringLiteral("Target")).size(), std::size_t{3});
  QVERIFY(found(QStringLiteral("Request"), QStringLiteral(":path")).empty());
  window->onlyDifferences().setChecked(false);
  QCOMPARE(found(QStringLiteral("Request"), QStringLiteral(":path")),
           (Cells{QStringLiteral("/test/echo"), QStringLiteral("/test/echo"), QString()}));
  QCOMPARE(found(sent, QStringLiteral("message"))[2], QString());
  QVERIFY(!found(QStringLiteral("Trailers"), QStringLiteral("grpc-status")).empty());
  delete window;
  desk.window->schemas().removeFile(proto);
}

void StreamInspectorTest::aMessageChosenEarlyIsShownOnceItIsKnown() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  test::TestClient client(desk.address);
  const auto call = client.start("/test/echo");
  call->send(test::grpcMessage(kNote), http::End::No);
  QVERIFY(call->waitForBytes(kNote.size() + 5));
  const StreamStore& store = desk.page->browser().store();
  QTRY_VERIFY_WITH_TIMEOUT(store.end() > store.first() && store.at(store.first())->timeline.size() > 4,
                           kPatience);
  bool isKnown = false;
  StreamSource source = liveSource(desk.window->bridge());
  source.find = [&isKnown, find = source.find](StreamId id, std::size_t from) {
    return isKnown ? find(id, from) : std::nullopt;
  };
  StreamDetail detail(source, desk.window->schemas());
  detail.show();
  detail.showStream(store.at(store.first()));
  detail.tabs().setCurrentIndex(MessagesTab);
  detail.tabs().currentWidget()->findChild<QTableView*>()->selectRow(0);
  QVERIFY(!detail.pane().hasMessage());
  isKnown = true;
  QTRY_COMPARE_WITH_TIMEOUT(detail.pane().shown().bytes, kNote, kPatience);
}

void StreamInspectorTest::aSlowReaderIsSeenAndExplained() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  test::TestClient client(desk.address);
  auto call = client.start("/test/flood", {}, test::TestCall::Reading::No);
  call->finishSending();
  QTRY_COMPARE_WITH_TIMEOUT(desk.page->browser().model().rowCount(), 1, kPatience);
  desk.select(0);
  StreamDetail& detail = desk.detail();
  detail.tabs().setCurrentIndex(FlowTab);
  const auto words = [&] {
    QString all;
    for (const FlowStall& stall : detail.flow().picture().stalls)
      all += stall.words + QLatin1Char('\n');
    return all;
  };
  QTRY_VERIFY_WITH_TIMEOUT(words().contains(QStringLiteral("the client did not read")), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(words().contains(QStringLiteral("the target had to wait")), kPatience);
  call->resumeReading();
  QVERIFY(call->waitForEnd());
  QTRY_VERIFY_WITH_TIMEOUT(detail.capture().view().hasEnded(), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(std::ranges::all_of(detail.flow().picture().stalls, &FlowStall::isOver),
                           kPatience);
  QVERIFY(!detail.flow().picture().stalls.empty());
  detail.tabs().setCurrentIndex(TimingTab);
  const auto spans = timingSpans(detail.capture().view(), detail.capture().started());
  QVERIFY(std::ranges::any_of(
      spans, [](const TimingSpan& span) { return span.name == QStringLiteral("Response"); }));
}

void StreamInspectorTest::whatIsOldComesFromTheHistory() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  test::TestClient client(desk.address);
  QVERIFY(client.unary("/test/echo", "kept")->waitForEnd());
  QTRY_COMPARE_WITH_TIMEOUT(desk.page->browser().model().rowCount(), 1, kPatience);
  const auto* entry = desk.page->browser().model().entryAt(0);
  QTRY_VERIFY_WITH_TIMEOUT(entry->record, kPatience);
  const std::string file = desk.window->bridge().history().file;
  const StreamEntry kept = *entry;
  desk.window->close();
  // A later start of the program: the stream is only on the disk.
  EngineOptions options;
  options.workers = 1;
  options.dataDirectory = desk.folder.file("data");
  options.keepsHistory = true;
  EngineBridge bridge(options);
  StreamCapture capture(liveSource(bridge));
  capture.setActive(true);
  capture.show(&kept);
  QTRY_COMPARE_WITH_TIMEOUT(capture.view().messages().size(), 2u, kPatience);
  QCOMPARE(capture.view().payload(capture.view().messages()[0]), std::string("kept"));
  // Its sequence is told by what was recorded.
  StreamEntry bare;
  bare.id = kept.id;
  bare.head = kept.head;
  bare.record = kept.record;
  const StreamEntry told = withTimeline(bare, capture.view());
  QStringList before, after;
  for (const auto* each : {&kept, &told}) {
    for (const SequenceRow& row : layoutSequence(*each, {}))
      (each == &kept ? before : after) << row.text;
  }
  QCOMPARE(after, before);
  // And one that nobody has kept.
  StreamEntry other = kept;
  other.id += 1000;
  capture.show(&other);
  QTRY_VERIFY_WITH_TIMEOUT(capture.isMissing(), kPatience);
  bridge.stop(std::chrono::milliseconds(0));
}

void StreamInspectorTest::aLongStreamComesInPieces() {
  constexpr std::uint32_t kBatches = 50, kMessages = 2'000;
  observe::CapturedStream all{7, {}, 0, true};
  for (std::uint32_t number = 1; number <= kBatches * kMessages;) {
    auto batch = std::make_shared<observe::CapturedBatch>();
    for (std::uint32_t i = 0; i < kMessages; ++i) {
      observe::CapturedPart& part = batch->parts.emplace_back();
      part.kind = observe::CapturedKind::Message;
      part.number = number++;
    }
    all.batches.push_back(std::move(batch));
  }
  StreamSource source;
  source.find = [&all](StreamId id, std::size_t from) -> std::optional<observe::CapturedStream> {
    if (id != all.stream) return std::nullopt;
    observe::CapturedStream more = all;
    more.batches.erase(more.batches.begin(), more.batches.begin() + static_cast<std::ptrdiff_t>(from));
    return more;
  };
  StreamCapture capture(source);
  capture.setActive(true);
  StreamEntry entry, other;
  entry.id = all.stream;
  other.id = all.stream + 1;
  entry.head = other.head = std::make_shared<observe::StreamHead>();
  QSignalSpy grown(&capture, &StreamCapture::grown);
  capture.show(&entry);
  const std::size_t first = capture.view().messages().size();
  QVERIFY(first > 0 && first < kBatches * kMessages);
  QVERIFY(!capture.view().hasEnded());
  QTRY_VERIFY_WITH_TIMEOUT(capture.view().hasEnded(), kPatience);
  QCOMPARE(capture.view().messages().size(), std::size_t{kBatches * kMessages});
  QCOMPARE(capture.view().messages().back().number, kBatches * kMessages);
  QVERIFY(grown.count() >= 4);
  // What is left of a stream does not go to the next one.
  capture.show(&other);
  capture.show(&entry);
  capture.show(&other);
  QTest::qWait(0);
  QVERIFY(capture.view().empty());
}

void StreamInspectorTest::changedHeaderFieldsAreMarked() {
  const auto block = [](observe::Hop hop, observe::FieldList fields) {
    observe::CapturedPart part;
    part.kind = observe::CapturedKind::Head;
    part.hop = hop;
    part.fields = std::make_shared<const observe::FieldList>(std::move(fields));
    return part;
  };
  auto batch = std::make_shared<observe::CapturedBatch>();
  batch->parts.push_back(
      block(observe::Hop::Client, {{":path", "/a"}, {"te", "trailers"}, {"x", "1"}, {"x", "2"}}));
  batch->parts.push_back(block(observe::Hop::Target, {{":path", "/b"}, {"x", "1"}, {"x", "2"}, {"y", "3"}}));
  observe::CaptureView view;
  view.add({1, {batch}, 0, true});
  QStringList words;
  for (const HeaderRow& row : headerRows(view))
    words << row.name + QLatin1Char(' ') + headerChangeText(row.change);
  QCOMPARE(words.join(QLatin1Char('|')), QStringLiteral(":path ~ changed|te − removed|x |x |y + added"));
}

void StreamInspectorTest::hexPlacesAreThoseOfTheText() {
  std::string bytes;
  for (int i = 0; i < 50; ++i)
    bytes += static_cast<char>('A' + i % 26);
  const QString text = hexText(bytes);
  QString hex, letters;
  bool isHex = true;
  for (const auto& [from, to] : hexPlaces(14, 35)) {
    (isHex ? hex : letters) += text.mid(from, to - from).remove(QLatin1Char(' '));
    isHex = !isHex;
  }
  QCOMPARE(hex, QString::fromLatin1(QByteArray::fromStdString(bytes.substr(14, 21)).toHex()));
  QCOMPARE(letters, QString::fromStdString(bytes.substr(14, 21)));
}

}  // namespace
}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::StreamInspectorTest)
#include "stream_inspector_test.moc"
