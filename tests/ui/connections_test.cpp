// SPDX-License-Identifier: GPL-3.0-or-later
// The Connections room in the real window, with clients and targets on real sockets.
#include <QCheckBox>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QtTest>

#include "engine/config/validate.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_client.h"
#include "tests/support/test_target.h"
#include "tests/ui/documents.h"
#include "ui/accesslog/access_log_page.h"
#include "ui/connections/connection_rows.h"
#include "ui/connections/connections_page.h"
#include "ui/connections/matrix_view.h"
#include "ui/export/table_text.h"
#include "ui/models/roles.h"
#include "ui/shell/main_window.h"
#include "ui/theme/theme.h"
#include "ui/widgets/filter_edit.h"
#include "ui/widgets/value_table.h"

namespace spillway::ui {
namespace {

constexpr int kPatience = 20'000;  // milliseconds

std::shared_ptr<observe::ConnectionStatus> clientWith(std::uint64_t id,
                                                      std::vector<observe::StreamCount> targets) {
  auto made = std::make_shared<observe::ConnectionStatus>();
  made->id = id;
  made->state = observe::ConnectionState::Open;
  made->peer = "127.0.0.1:" + std::to_string(id);
  made->targets = std::move(targets);
  for (const auto& count : made->targets)
    made->streams += count.total;
  return made;
}

class ConnectionsTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::apply(*qApp, ThemeMode::Light); }
  void init();
  void cleanup() { window_.reset(); }
  void withoutAClientItSaysWhereToConnect();
  void theMatrixIsWhatWasSent();
  void goawayLetsAStreamEnd();
  void closeEndsAtOnce();
  void itsRequestsAreShownInTheLog();
  void theSentenceSaysWhatTheMatrixShows();
  void aLargeMatrixKeepsItsHeaders();
  void whatIsShownIsExported();

 private:
  void open(bool hasTls = false);
  ConnectionsPage& page() { return *window_->findChild<ConnectionsPage*>(); }
  QPushButton* button(const QString& text);
  QString cell(int row, const QString& column);
  int rowWith(const QString& column, const QString& text);
  bool selectWith(const QString& column, const QString& text);
  static bool isOk(const std::shared_ptr<test::TestCall>& call) {
    return call->waitForEnd() && call->field("grpc-status") == "0";
  }

  std::unique_ptr<test::TemporaryFolder> folder_;
  std::unique_ptr<test::TestTarget> a_, b_;
  std::unique_ptr<MainWindow> window_;
  std::string address_;
};

void ConnectionsTest::init() {
  folder_ = std::make_unique<test::TemporaryFolder>();
  a_ = std::make_unique<test::TestTarget>();
  b_ = std::make_unique<test::TestTarget>();
  EngineOptions options;
  options.workers = 2;
  options.dataDirectory = folder_->file("data");
  window_ = std::make_unique<MainWindow>(options);
  window_->resize(1360, 860);
  window_->show();
  // Keys go to the active window only.
  window_->activateWindow();
  QVERIFY(QTest::qWaitForWindowActive(window_.get()));
  window_->openWorkspace(QString::fromStdString(folder_->file("room.spillway.json")));
  window_->openRoom(Room::Connections);
}

/// A balancer for both targets; when this returns, they are healthy.
void ConnectionsTest::open(bool hasTls) {
  auto document = testing::balancer("desk", testing::freePort(), {a_->port(), b_->port()});
  document.loadBalancers[0].beyondAlb.plaintextHttp2 = true;
  document.loadBalancers[0].beyondAlb.fastHealthChecks = true;
  document.targetGroups[0].healthCheck.intervalSeconds = 2;
  document.targetGroups[0].healthCheck.timeoutSeconds = 1;
  document.targetGroups[0].healthCheck.healthyThresholdCount = 1;
  if (!hasTls) {
    document.loadBalancers[0].listeners[0].protocol = config::Protocol::Http;
    document.loadBalancers[0].listeners[0].certificates.clear();
  }
  QVERIFY(!config::hasErrors(window_->workspace().edit("Create", document)));
  QTRY_COMPARE_WITH_TIMEOUT(window_->bridge().targets().size(), 2u, kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(
      std::ranges::all_of(window_->bridge().targets(),
                          [](const auto& t) { return t.state == observe::TargetState::Healthy; }),
      kPatience);
  QTRY_VERIFY(!window_->bridge().listeners().empty());
  address_ = window_->bridge().listeners().front().addresses.front();
}

QPushButton* ConnectionsTest::button(const QString& text) {
  for (auto* button : page().findChildren<QPushButton*>()) {
    if (button->text() == text) return button;
  }
  return nullptr;
}

QString ConnectionsTest::cell(int row, const QString& column) {
  const auto& model = *page().table().model();
  for (int i = 0; i < model.columnCount(); ++i) {
    if (model.headerData(i, Qt::Horizontal).toString() == column)
      return model.index(row, i).data().toString();
  }
  return QStringLiteral("no column ") + column;
}

int ConnectionsTest::rowWith(const QString& column, const QString& text) {
  for (int row = 0; row < page().table().model()->rowCount(); ++row) {
    if (cell(row, column) == text) return row;
  }
  return -1;
}

bool ConnectionsTest::selectWith(const QString& column, const QString& text) {
  const int row = rowWith(column, text);
  if (row < 0) return false;
  page().table().selectRow(row);
  return true;
}

void ConnectionsTest::withoutAClientItSaysWhereToConnect() {
  open(true);
  auto* copy = button(QStringLiteral("Copy the address"));
  QVERIFY(copy);
  QTRY_VERIFY_WITH_TIMEOUT(copy->isVisible(), kPatience);
  QTest::mouseClick(copy, Qt::LeftButton);
  QVERIFY(QGuiApplication::clipboard()->text().contains(
      QString::fromStdString(address_.substr(address_.rfind(':')))));
  test::TestClient stranger(address_, *net::TlsContext::client(net::TlsContext::Verify::Yes, ""));
  QVERIFY(stranger.waitForClose());
  QTRY_COMPARE_WITH_TIMEOUT(page().table().model()->rowCount(), 1, kPatience);
  QCOMPARE(cell(0, QStringLiteral("TLS")), QStringLiteral("not done"));
  QVERIFY(
      cell(0, QStringLiteral("Closed by")).startsWith(QStringLiteral("client: The TLS handshake failed")));
  page().findChild<QCheckBox*>()->setChecked(false);
  QVERIFY(copy->isVisible());
  const auto labels = page().findChildren<QLabel*>();
  QVERIFY(std::ranges::any_of(labels, [](const QLabel* label) {
    return label->isVisible() && label->text().contains(QStringLiteral("handshake that failed"));
  }));
}

void ConnectionsTest::theMatrixIsWhatWasSent() {
  open();
  test::TestClient first(address_), second(address_);
  for (int i = 0; i < 6; ++i)
    QVERIFY(isOk(first.unary("/test/echo", "x")));
  for (int i = 0; i < 4; ++i)
    QVERIFY(isOk(second.unary("/test/echo", "x")));
  QTRY_COMPARE_WITH_TIMEOUT(page().matrix().matrix().total, 10u, kPatience);
  const ConnectionMatrix& matrix = page().matrix().matrix();
  QCOMPARE(matrix.rows.size(), 2u);
  QCOMPARE(matrix.rows[0].counts, (std::vector<std::uint64_t>{3, 3}));
  QCOMPARE(matrix.rows[1].counts, (std::vector<std::uint64_t>{2, 2}));
  QCOMPARE(matrix.totals, (std::vector<std::uint64_t>{a_->calls(), b_->calls()}));
  const auto* shown = page().matrix().model();
  QCOMPARE(shown->index(0, 0).data().toString(), QStringLiteral("3"));
  QCOMPARE(shown->headerData(0, Qt::Horizontal).toString(), matrix.targets[0] + QStringLiteral("\nΣ 5"));
  QVERIFY(shown->headerData(0, Qt::Vertical).toString().endsWith(QStringLiteral("Σ 6")));
  QCOMPARE(cell(rowWith(QStringLiteral("Peer"), matrix.rows[0].client), QStringLiteral("Streams")),
           QStringLiteral("6"));
  QVERIFY(rowWith(QStringLiteral("Peer"), matrix.targets[0]) >= 0);
  // What the filter leaves out is not in the matrix either.
  const QString one = matrix.rows[1].client;
  page().findChild<QLineEdit*>()->setText(one);
  QCOMPARE(page().matrix().matrix().rows.size(), 1u);
  QCOMPARE(page().matrix().matrix().rows[0].client, one);
  QCOMPARE(page().matrix().matrix().total, 4u);
  page().findChild<QLineEdit*>()->clear();
  QCOMPARE(page().matrix().matrix().total, 10u);
}

void ConnectionsTest::goawayLetsAStreamEnd() {
  open();
  test::TestClient client(address_);
  auto call = client.start("/test/echo");
  call->send(test::grpcMessage("one"), http::End::No);
  QVERIFY(call->waitForBytes(8));
  QTRY_VERIFY_WITH_TIMEOUT(selectWith(QStringLiteral("Side"), QStringLiteral("Client")), kPatience);
  QTest::mouseClick(button(QStringLiteral("Send GOAWAY")), Qt::LeftButton);
  QTRY_VERIFY_WITH_TIMEOUT(rowWith(QStringLiteral("State"), QStringLiteral("◐ Draining")) >= 0, kPatience);
  const int row = rowWith(QStringLiteral("State"), QStringLiteral("◐ Draining"));
  QCOMPARE(cell(row, QStringLiteral("GOAWAY")), QStringLiteral("sent"));
  QCOMPARE(cell(row, QStringLiteral("Open")), QStringLiteral("1"));
  call->send(test::grpcMessage("two"), http::End::Yes);
  QVERIFY(isOk(call));
  QVERIFY(client.waitForClose());
  QTRY_VERIFY_WITH_TIMEOUT(
      rowWith(QStringLiteral("Closed by"), QStringLiteral("balancer: Ended by hand.")) >= 0, kPatience);
  QVERIFY(selectWith(QStringLiteral("State"), QStringLiteral("○ Ended")));
  QVERIFY(!button(QStringLiteral("Send GOAWAY"))->isEnabled());
  QVERIFY(!button(QStringLiteral("Close"))->isEnabled());
}

void ConnectionsTest::closeEndsAtOnce() {
  open();
  test::TestClient client(address_);
  auto call = client.start("/test/hold");
  QTRY_VERIFY_WITH_TIMEOUT(selectWith(QStringLiteral("Side"), QStringLiteral("Target")), kPatience);
  page().table().setFocus();
  QTest::keyClick(&page().table(), Qt::Key_Delete, Qt::ShiftModifier);
  QTest::keyRelease(&page().table(), Qt::Key_Shift);
  QVERIFY(call->waitForEnd());
  QCOMPARE(QString::fromStdString(call->field("grpc-status")), QStringLiteral("14"));
  QTRY_VERIFY_WITH_TIMEOUT(
      rowWith(QStringLiteral("Closed by"), QStringLiteral("balancer: Ended by hand.")) >= 0, kPatience);
}

void ConnectionsTest::itsRequestsAreShownInTheLog() {
  open();
  test::TestClient first(address_), second(address_);
  for (int i = 0; i < 3; ++i)
    QVERIFY(isOk(first.unary("/test/echo", "x")));
  QVERIFY(isOk(second.unary("/test/echo", "x")));
  QTRY_VERIFY_WITH_TIMEOUT(selectWith(QStringLiteral("Streams"), QStringLiteral("3")), kPatience);
  const QString peer = cell(rowWith(QStringLiteral("Streams"), QStringLiteral("3")), QStringLiteral("Peer"));
  page().table().setFocus();
  QTest::keyClick(&page().table(), Qt::Key_Return);
  QCOMPARE(window_->currentRoom(), Room::AccessLog);
  auto* log = window_->findChild<AccessLogPage*>();
  QCOMPARE(log->findChild<FilterEdit*>()->text(), requestsOfClient(peer));
  QTRY_COMPARE_WITH_TIMEOUT(log->findChild<QTableView*>()->model()->rowCount(), 3, kPatience);

  window_->openRoom(Room::Connections);
  MatrixView& matrix = page().matrix();
  QTRY_COMPARE_WITH_TIMEOUT(matrix.matrix().total, 4u, kPatience);
  matrix.setCurrentIndex(matrix.model()->index(0, 0));
  const auto count = static_cast<int>(matrix.matrix().rows[0].counts[0]);
  matrix.setFocus();
  QTest::keyClick(&matrix, Qt::Key_Return);
  QCOMPARE(window_->currentRoom(), Room::AccessLog);
  QTRY_COMPARE_WITH_TIMEOUT(log->findChild<QTableView*>()->model()->rowCount(), count, kPatience);
}

void ConnectionsTest::theSentenceSaysWhatTheMatrixShows() {
  const std::vector<TargetId> registered{{"g", "127.0.0.1", 1}, {"g", "127.0.0.1", 2}, {"h", "127.0.0.1", 3}};
  const auto sentence = [&](const Statuses& connections) {
    return matrixSentence(matrixOf(connections, registered));
  };
  QVERIFY(sentence({}).startsWith(QStringLiteral("No stream")));
  QCOMPARE(sentence({clientWith(9, {{"127.0.0.1:1", 1204, 0}})}),
           QStringLiteral("1 connection, all 1,204 streams on 127.0.0.1:1: the other target got none."));
  QCOMPARE(sentence({clientWith(9, {{"127.0.0.1:3", 1, 0}})}),
           QStringLiteral("1 connection, all 1 stream on 127.0.0.1:3: it is the only target."));
  QCOMPARE(
      sentence({clientWith(9, {{"127.0.0.1:1", 3, 0}, {"127.0.0.1:2", 1, 1}})}),
      QStringLiteral("1 connection, 4 streams: 127.0.0.1:1 got 3 (75 %), the most, and 127.0.0.1:2 got 1 "
                     "(25 %), the least. The streams of one connection go to up to 2 targets: each is "
                     "balanced by itself."));
  QCOMPARE(
      sentence({clientWith(8, {{"127.0.0.1:1", 2, 0}}), clientWith(9, {{"127.0.0.1:2", 2, 0}})}),
      QStringLiteral("2 connections, 4 streams: each of the 2 targets got 2. Each connection stays on one "
                     "target: that is what stickiness does."));
  const ConnectionMatrix matrix = matrixOf({clientWith(9, {{"127.0.0.1:1", 3, 0}})}, registered);
  QCOMPARE(matrixText(matrix, QLatin1Char(',')),
           QStringLiteral("Client,127.0.0.1:1,127.0.0.1:2,Total\n127.0.0.1:9,3,0,3\nTotal,3,0,3\n"));
}

void ConnectionsTest::aLargeMatrixKeepsItsHeaders() {
  Statuses connections;
  for (std::uint64_t client = 1; client <= 200; ++client) {
    std::vector<observe::StreamCount> counts;
    for (std::uint64_t target = 0; target < 20; ++target)
      counts.push_back({"10.0.0." + std::to_string(target) + ":50061", client * target, 0});
    connections.push_back(clientWith(client, std::move(counts)));
  }
  MatrixView view;
  view.resize(700, 300);
  view.show();
  view.showMatrix(matrixOf(connections, {}));
  QCOMPARE(view.model()->rowCount(), 200);
  QCOMPARE(view.model()->columnCount(), 20);
  const int rowsBegin = view.verticalHeader()->x(), columnsBegin = view.horizontalHeader()->y();
  view.scrollToBottom();
  view.horizontalScrollBar()->setValue(view.horizontalScrollBar()->maximum());
  QVERIFY(view.verticalScrollBar()->value() > 0 && view.horizontalScrollBar()->value() > 0);
  QVERIFY(view.verticalHeader()->isVisible() && view.horizontalHeader()->isVisible());
  QCOMPARE(view.verticalHeader()->x(), rowsBegin);
  QCOMPARE(view.horizontalHeader()->y(), columnsBegin);
  // New numbers move nothing.
  const int scrolled = view.verticalScrollBar()->value();
  connections[0] = clientWith(1, {{"10.0.0.0:50061", 1, 1}});
  view.showMatrix(matrixOf(connections, {}));
  QCOMPARE(view.verticalScrollBar()->value(), scrolled);
}

void ConnectionsTest::whatIsShownIsExported() {
  open();
  test::TestClient client(address_);
  QVERIFY(isOk(client.unary("/test/echo", "x")));
  const auto row = [this] { return rowWith(QStringLiteral("Side"), QStringLiteral("Client")); };
  QTRY_COMPARE_WITH_TIMEOUT(cell(row(), QStringLiteral("Protocol")), QStringLiteral("HTTP/2"), kPatience);
  const QString peer = cell(row(), QStringLiteral("Peer"));
  QBuffer csv;
  csv.open(QIODevice::WriteOnly);
  writeCsv(*page().table().model(), csv);
  const QByteArray text = csv.data();
  QVERIFY(text.startsWith("Side,Peer,"));
  QVERIFY(text.contains(peer.toUtf8() + ",desk / "));
  QVERIFY(text.contains(",Open,HTTP/2,"));
}

}  // namespace
}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::ConnectionsTest)
#include "connections_test.moc"
