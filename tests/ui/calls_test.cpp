// SPDX-License-Identifier: GPL-3.0-or-later
// The call builder, through the real window and engine, to real targets.
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>
#include <QTreeWidget>
#include <fstream>

#include "tests/support/engine_fixture.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_target.h"
#include "ui/calls/batch_dialog.h"
#include "ui/calls/calls_page.h"
#include "ui/calls/latency_bars.h"
#include "ui/calls/message_editor.h"
#include "ui/calls/message_form_view.h"
#include "ui/calls/metadata_text.h"
#include "ui/calls/saved_calls_menu.h"
#include "ui/calls/transcript_model.h"
#include "ui/shell/main_window.h"
#include "ui/streams/stream_browser.h"
#include "ui/streams/stream_model.h"
#include "ui/streams/streams_page.h"
#include "ui/theme/theme.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/log_view.h"

namespace spillway::ui {

namespace {

using Kind = grpc::CallEvent::Kind;

constexpr int kPatience = 20'000;  // milliseconds
/// What the targets know, as a schema that calls it either unary or bidirectional.
constexpr const char* kUnary = R"(syntax = "proto3";
message Note { string message = 1; int32 count = 2; }
service test {
  rpc echo(Note) returns (Note);
  rpc hold(Note) returns (Note);
}
)";
constexpr const char* kBidirectional = R"(syntax = "proto3";
message Note { string message = 1; int32 count = 2; }
service test {
  rpc echo(stream Note) returns (stream Note);
  rpc hold(stream Note) returns (stream Note);
}
)";

/// The call builder of a window with a balancer in front of two targets.
struct Desk {
  test::TemporaryFolder folder;
  test::TestTarget a, b;
  std::unique_ptr<MainWindow> window;
  CallsPage* page = nullptr;

  explicit Desk(const char* proto = kUnary) {
    EngineOptions options;
    options.workers = 1;
    options.dataDirectory = folder.file("data");
    window = std::make_unique<MainWindow>(options);
    window->resize(1360, 860);
    window->show();
    window->openWorkspace(QString::fromStdString(folder.file("desk.spillway.json")));
    window->workspace().edit(QStringLiteral("Test"), test::plainDocument({&a, &b}));
    std::ofstream(folder.file("test.proto")) << proto;
    window->schemas().addFiles({QString::fromStdString(folder.file("test.proto"))});
    window->openRoom(Room::CallBuilder);
    page = window->findChild<CallsPage*>();
  }
  template <class Widget>
  Widget* named(const char* name) {
    for (auto* widget : page->findChildren<Widget*>()) {
      if (widget->accessibleName() == QLatin1String(name)) return widget;
    }
    return nullptr;
  }
  QPushButton* button(const char* text) {
    for (auto* each : page->findChildren<QPushButton*>()) {
      if (each->text() == QString::fromUtf8(text)) return each;
    }
    return nullptr;
  }
  bool isReady() {
    const auto& targets = window->bridge().targets();
    const auto healthy = std::ranges::count(targets, observe::TargetState::Healthy, &TargetStatus::state);
    return healthy == 2 && named<QComboBox>("Where to")->count() == 3 &&
           named<QComboBox>("Where to")->itemText(0).contains(QStringLiteral("desk")) &&
           named<QComboBox>("Method")->count() == 2;
  }
  void choose(const char* method) {
    auto* methods = named<QComboBox>("Method");
    methods->setCurrentIndex(methods->findData(QString::fromLatin1(method)));
  }
  void type(const QString& json) { named<QPlainTextEdit>("Message as JSON")->setPlainText(json); }
  bool hasEnded() {
    const CallLine* last = page->transcript().lineAt(page->transcript().rowCount() - 1);
    return last && last->kind == Kind::Ended;
  }
  const CallLine* line(Kind kind) {
    for (int row = 0; row < page->transcript().rowCount(); ++row) {
      if (page->transcript().lineAt(row)->kind == kind) return page->transcript().lineAt(row);
    }
    return nullptr;
  }
  int count(Kind kind) {
    int found = 0;
    for (int row = 0; row < page->transcript().rowCount(); ++row)
      found += page->transcript().lineAt(row)->kind == kind;
    return found;
  }
};

}  // namespace

class CallsTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::apply(*qApp, ThemeMode::Light); }
  void init() { QSettings().clear(); }
  void aUnaryCallGoesThroughTheListener();
  void messagesGoOneByOneUntilTheHalfClose();
  void mistakesAreToldWhileTyping();
  void whatCannotBeReachedIsSaidSo();
  void aCallIsFilledInAgain();
  void manyCallsAreCountedAndTimed();
  void metadataComesBackAsItWas();
  void theFormAndTheJsonAreOneMessage();
  void itsStreamIsOneClickAway();
  void callsAreSavedInTheWorkspace();
};

void CallsTest::aUnaryCallGoesThroughTheListener() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  desk.choose("/test/echo");
  QVERIFY(
      desk.named<QPlainTextEdit>("Message as JSON")->toPlainText().contains(QStringLiteral("\"count\": 0")));
  desk.type(QStringLiteral(R"({"message": "hello", "count": 7})"));
  desk.named<QPlainTextEdit>("Metadata")->setPlainText(QStringLiteral("x-mine: yes"));
  QTRY_VERIFY(desk.button("Send")->isEnabled());
  desk.window->activateWindow();
  QVERIFY(QTest::qWaitForWindowActive(desk.window.get()));
  auto* message = desk.named<QPlainTextEdit>("Message as JSON");
  message->setFocus();
  QTest::keyClick(message, Qt::Key_Return, Qt::ControlModifier);
  QTRY_VERIFY_WITH_TIMEOUT(desk.hasEnded(), kPatience);
  QCOMPARE(desk.line(Kind::Ended)->status, 0);
  QVERIFY2(desk.line(Kind::Received)->text.contains(QStringLiteral("\"count\": 7")),
           qPrintable(desk.line(Kind::Received)->text));
  QVERIFY(desk.line(Kind::Sent)->micros <= desk.line(Kind::Ended)->micros);
  QVERIFY(!desk.page->runner().isRunning());
  // It went through the balancer, with its metadata.
  QCOMPARE(desk.a.calls() + desk.b.calls(), 1u);
  const test::TestTarget& target = desk.a.calls() ? desk.a : desk.b;
  QCOMPARE(target.requests().at(0).fields.find("x-mine").value_or(""), std::string_view("yes"));
  QTRY_COMPARE_WITH_TIMEOUT(desk.window->bridge().metrics().total.requests, 1u, kPatience);
}

void CallsTest::messagesGoOneByOneUntilTheHalfClose() {
  Desk desk(kBidirectional);
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  desk.choose("/test/echo");
  // Straight to a target.
  auto* place = desk.named<QComboBox>("Where to");
  const int index = place->findText(QString::fromStdString(desk.a.address()), Qt::MatchStartsWith);
  QVERIFY(index >= 0);
  place->setCurrentIndex(index);
  Q_EMIT place->activated(index);
  QCOMPARE(place->currentText(), QString::fromStdString(desk.a.address()));
  QTRY_VERIFY(desk.button("Start and send") && desk.button("Start and send")->isEnabled());
  desk.button("Start and send")->click();
  QTRY_VERIFY_WITH_TIMEOUT(desk.line(Kind::Sent), kPatience);
  QVERIFY(desk.page->runner().isRunning());
  desk.button("Send message")->click();
  QTRY_COMPARE_WITH_TIMEOUT(desk.count(Kind::Received), 2, kPatience);
  QVERIFY(desk.page->runner().isRunning());
  desk.button("Half-close")->click();
  QTRY_VERIFY_WITH_TIMEOUT(desk.hasEnded(), kPatience);
  QVERIFY(desk.line(Kind::HalfClosed));
  // Nothing of it passed the balancer: two samples later its counters still say so.
  QSignalSpy samples(&desk.window->bridge(), &EngineBridge::metricsSampled);
  QTRY_VERIFY_WITH_TIMEOUT(samples.count() >= 2, kPatience);
  QCOMPARE(desk.window->bridge().metrics().total.requests, 0u);
}

void CallsTest::mistakesAreToldWhileTyping() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  desk.choose("/test/echo");
  const auto problem = [&] {
    for (const auto* label : desk.page->findChildren<QLabel*>()) {
      if (label->isVisible() && label->text().startsWith(QStringLiteral("✖"))) return label->text();
    }
    return QString();
  };
  desk.type(QStringLiteral(R"({"messige": "x"})"));
  QTRY_VERIFY_WITH_TIMEOUT(problem().contains(QStringLiteral("messige")), kPatience);
  QVERIFY(!desk.button("Send")->isEnabled());
  desk.type(QStringLiteral("{\n  \"count\" 7}"));
  QTRY_VERIFY_WITH_TIMEOUT(problem().contains(QStringLiteral("line 2")), kPatience);
  desk.type(QStringLiteral(R"({"message": "x"})"));
  QTRY_VERIFY_WITH_TIMEOUT(problem().isEmpty() && desk.button("Send")->isEnabled(), kPatience);
  // Sent before it was looked at: the call does not wait for a message that cannot be made.
  desk.type(QStringLiteral(R"({"messige": "x"})"));
  desk.button("Send")->click();
  QVERIFY(desk.page->runner().isRunning());
  QTRY_VERIFY_WITH_TIMEOUT(desk.hasEnded(), kPatience);
  QVERIFY(problem().contains(QStringLiteral("messige")));
  desk.type(QStringLiteral(R"({"message": "x"})"));
  QTRY_VERIFY_WITH_TIMEOUT(problem().isEmpty() && desk.button("Send")->isEnabled(), kPatience);
  desk.named<QPlainTextEdit>("Metadata")->setPlainText(QStringLiteral("no field"));
  desk.button("Send")->click();
  QVERIFY(problem().contains(QStringLiteral("Metadata")));
  QVERIFY(!desk.page->runner().isRunning());
}

void CallsTest::whatCannotBeReachedIsSaidSo() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  desk.choose("/test/echo");
  std::string closed;
  {
    const test::TestTarget gone;
    closed = gone.address();
  }
  desk.named<QComboBox>("Where to")->setEditText(QString::fromStdString(closed));
  QTRY_VERIFY(desk.button("Send")->isEnabled());
  desk.button("Send")->click();
  QTRY_VERIFY_WITH_TIMEOUT(desk.hasEnded(), kPatience);
  QCOMPARE(callLineTitle(*desk.line(Kind::Ended)), QStringLiteral("✖ 14 UNAVAILABLE"));
  QVERIFY(!desk.line(Kind::Ended)->text.isEmpty());
}

void CallsTest::aCallIsFilledInAgain() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  desk.choose("/test/echo");
  desk.type(QStringLiteral(R"({"message": "again"})"));
  desk.page->findChild<QSpinBox*>()->setValue(1500);
  QTRY_VERIFY(desk.button("Send")->isEnabled());
  desk.button("Send")->click();
  QTRY_VERIFY_WITH_TIMEOUT(desk.hasEnded(), kPatience);
  desk.choose("/test/hold");
  desk.page->findChild<QSpinBox*>()->setValue(0);
  QMenu* recent = desk.button("Recent calls")->menu();
  Q_EMIT recent->aboutToShow();
  QCOMPARE(recent->actions().size(), 1);
  QVERIFY(recent->actions().front()->text().contains(QStringLiteral("again")));
  recent->actions().front()->trigger();
  QCOMPARE(desk.named<QComboBox>("Method")->currentData().toString(), QStringLiteral("/test/echo"));
  QCOMPARE(desk.named<QPlainTextEdit>("Message as JSON")->toPlainText(),
           QStringLiteral(R"({"message": "again"})"));
  QCOMPARE(desk.page->findChild<QSpinBox*>()->value(), 1500);
}

void CallsTest::manyCallsAreCountedAndTimed() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  desk.choose("/test/echo");
  QTRY_VERIFY(desk.button("Run many…")->isEnabled());
  desk.button("Run many…")->click();
  QTRY_VERIFY_WITH_TIMEOUT(desk.page->findChild<BatchDialog*>(), kPatience);
  auto* dialog = desk.page->findChild<BatchDialog*>();
  dialog->findChildren<QSpinBox*>().front()->setValue(200);
  dialog->start();
  QTRY_VERIFY_WITH_TIMEOUT(dialog->result().isOver, kPatience);
  QCOMPARE(dialog->result().ended, 200u);
  QVERIFY2(dialog->words().contains(QStringLiteral("0 OK: 200")), qPrintable(dialog->words()));
  QVERIFY(dialog->words().contains(QStringLiteral("p99")));
  std::uint64_t inBars = 0;
  for (const LatencyBars::Bar& bar : dialog->bars().bars())
    inBars += bar.count;
  QCOMPARE(inBars, 200u);
  QCOMPARE(desk.a.calls() + desk.b.calls(), 200u);
  QTRY_COMPARE_WITH_TIMEOUT(desk.window->bridge().metrics().total.requests, 200u, kPatience);
}

void CallsTest::metadataComesBackAsItWas() {
  const grpc::Metadata metadata{{"x-mine", "a: b"}, {"x-bytes-bin", std::string("\0\1\xff", 3)}};
  const auto again = metadataIn(metadataText(metadata));
  QVERIFY(again.has_value());
  QVERIFY(*again == metadata);
  QVERIFY(metadataIn(QString())->empty());
  QVERIFY(!metadataIn(QStringLiteral("no colon")));
  QVERIFY(!metadataIn(QStringLiteral("bad name: x")));
}

void CallsTest::theFormAndTheJsonAreOneMessage() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  desk.choose("/test/echo");
  desk.type(QStringLiteral(R"({"message": "hello"})"));
  auto* json = desk.named<QPlainTextEdit>("Message as JSON");
  auto* tabs = desk.page->findChild<QTabWidget*>();
  tabs->setCurrentIndex(1);
  QTreeWidget& tree = desk.page->message().form().tree();
  QCOMPARE(tree.topLevelItemCount(), 2);
  QCOMPARE(tree.topLevelItem(0)->text(1), QStringLiteral("hello"));
  QCOMPARE(tree.topLevelItem(1)->checkState(0), Qt::Unchecked);

  // Names and types are as the schema has them.
  for (const int column : {0, 2}) {
    tree.editItem(tree.topLevelItem(1), column);
    QVERIFY(!tree.findChild<QLineEdit*>());
  }
  // As a person edits it: F2, the text, Return.
  tree.setCurrentItem(tree.topLevelItem(1), 1);
  tree.setFocus();
  QTest::keyClick(&tree, Qt::Key_F2);
  auto* editor = tree.findChild<QLineEdit*>();
  QVERIFY(editor);
  QTest::keyClicks(editor, QStringLiteral("seven"));
  QTest::keyClick(editor, Qt::Key_Return);
  QTRY_COMPARE(json->toPlainText(),
               QStringLiteral("{\n  \"message\": \"hello\",\n  \"count\": \"seven\"\n}"));
  QVERIFY(tree.topLevelItem(1)->text(2).startsWith(QStringLiteral("✖")));
  QTRY_VERIFY(!desk.button("Send")->isEnabled());
  tree.topLevelItem(1)->setText(1, QStringLiteral("7"));
  QTRY_COMPARE(json->toPlainText(), QStringLiteral("{\n  \"message\": \"hello\",\n  \"count\": 7\n}"));
  tree.topLevelItem(0)->setCheckState(0, Qt::Unchecked);
  QTRY_COMPARE(json->toPlainText(), QStringLiteral("{\n  \"count\": 7\n}"));
  QTRY_VERIFY(desk.button("Send")->isEnabled());
  desk.page->send();
  QTRY_VERIFY_WITH_TIMEOUT(desk.hasEnded(), kPatience);
  QVERIFY(desk.line(Kind::Received)->text.contains(QStringLiteral("\"count\": 7")));

  // The other way, and back one step.
  tabs->setCurrentIndex(0);
  json->undo();
  QVERIFY(json->toPlainText().contains(QStringLiteral("hello")));
  desk.type(QStringLiteral(R"({"colour": 1})"));
  tabs->setCurrentIndex(1);
  QVERIFY(desk.page->message().form().problem().contains(QStringLiteral("no field is named \"colour\"")));
  tabs->setCurrentIndex(0);
  desk.type(QStringLiteral(R"({"message": "again"})"));
  tabs->setCurrentIndex(1);
  QVERIFY(desk.page->message().form().problem().isEmpty());
  QCOMPARE(tree.topLevelItem(0)->text(1), QStringLiteral("again"));
}

void CallsTest::itsStreamIsOneClickAway() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  desk.choose("/test/echo");
  QPushButton* look = desk.button("Show the stream");
  QVERIFY(!look->isEnabled());
  desk.type(QStringLiteral(R"({"message": "first"})"));
  desk.page->send();
  QTRY_VERIFY_WITH_TIMEOUT(desk.hasEnded() && look->isEnabled(), kPatience);
  look->click();
  QCOMPARE(desk.window->currentRoom(), Room::Streams);
  auto& browser = desk.window->findChild<StreamsPage*>()->browser();
  QTRY_COMPARE(browser.model().rowCount(), 1);
  QCOMPARE(browser.view().table().selectedSeq().value(), RowSeq{0});

  // Past the balancer there is none.
  desk.window->openRoom(Room::CallBuilder);
  auto* place = desk.named<QComboBox>("Where to");
  place->setEditText(QStringLiteral("127.0.0.1:%1").arg(desk.a.port()));
  desk.named<QComboBox>("Security")->setCurrentIndex(0);
  desk.page->send();
  QTRY_VERIFY_WITH_TIMEOUT(desk.hasEnded(), kPatience);
  QVERIFY(!look->isEnabled());
}

void CallsTest::callsAreSavedInTheWorkspace() {
  Desk desk;
  QTRY_VERIFY_WITH_TIMEOUT(desk.isReady(), kPatience);
  desk.choose("/test/echo");
  desk.type(QStringLiteral(R"({"message": "kept"})"));
  desk.named<QPlainTextEdit>("Metadata")
      ->setPlainText(QStringLiteral("x-canary: yes\nauthorization: Bearer 4711"));
  auto* place = desk.named<QComboBox>("Where to");
  const QString address = place->currentText();
  Workspace& workspace = desk.window->workspace();
  desk.page->saved().save(QStringLiteral("  my call "));
  QCOMPARE(workspace.document().savedCalls.size(), std::size_t{1});
  QCOMPARE(workspace.document().savedCalls[0].name, std::string("my call"));
  QCOMPARE(workspace.document().savedCalls[0].metadata, std::string("x-canary: yes"));

  // In the file, too.
  const auto isWritten = [&] {
    std::ifstream file(desk.folder.file("desk.spillway.json"));
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    return text.find("my call") != std::string::npos && text.find("4711") == std::string::npos;
  };
  QTRY_VERIFY_WITH_TIMEOUT(isWritten(), kPatience);

  desk.choose("/test/hold");
  desk.type(QStringLiteral("{}"));
  place->setEditText(QStringLiteral("127.0.0.1:1"));
  desk.named<QPlainTextEdit>("Metadata")->clear();
  SavedCallsMenu& menu = desk.page->saved();
  Q_EMIT menu.aboutToShow();
  const auto actions = menu.actions();
  const auto mine = std::ranges::find(actions, QStringLiteral("my call"), &QAction::text);
  QVERIFY(mine != actions.end());
  (*mine)->trigger();
  QCOMPARE(desk.named<QComboBox>("Method")->currentData().toString(), QStringLiteral("/test/echo"));
  QCOMPARE(place->currentText(), address);
  QVERIFY(desk.named<QPlainTextEdit>("Message as JSON")->toPlainText().contains(QStringLiteral("kept")));
  QCOMPARE(desk.named<QPlainTextEdit>("Metadata")->toPlainText(), QStringLiteral("x-canary: yes"));

  // Again under the same name: replaced. Removed; and undone.
  desk.type(QStringLiteral(R"({"message": "newer"})"));
  menu.save(QStringLiteral("my call"));
  QCOMPARE(workspace.document().savedCalls.size(), std::size_t{1});
  QVERIFY(workspace.document().savedCalls[0].message.find("newer") != std::string::npos);
  menu.remove(QStringLiteral("my call"));
  QVERIFY(workspace.document().savedCalls.empty());
  workspace.undoStack().undo();
  QCOMPARE(workspace.document().savedCalls.size(), std::size_t{1});
}

}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::CallsTest)
#include "calls_test.moc"
