// SPDX-License-Identifier: GPL-3.0-or-later
// From the wizard to traffic on the screen: what a person does in the first minute, in the real window.
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTableView>
#include <QTest>

#include "engine/net/acceptor.h"
#include "engine/pki/local_ca.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_client.h"
#include "tests/support/test_target.h"
#include "ui/accesslog/access_log_page.h"
#include "ui/health/target_health_page.h"
#include "ui/shell/main_window.h"
#include "ui/streams/streams_page.h"
#include "ui/theme/theme.h"
#include "ui/wizards/load_balancer_wizard.h"

namespace spillway::ui {
namespace {

constexpr int kPatience = 20'000;  // milliseconds

class FirstLightTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { Theme::apply(*qApp, ThemeMode::Light); }
  void theWizardMakesABalancerAndItsTrafficIsSeen();

 private:
  static QString freePort();
  static const QTableView* tableWith(const QWidget* page, const QString& header);
  static QString cellText(const QTableView* table, int row, const QString& header);
};

QString FirstLightTest::freePort() {
  const auto socket = net::ListeningSocket::bind(*net::SocketAddress::parse("127.0.0.1", 0));
  return QString::number(socket->address().port());
}

/// The page's table that has a column of this name.
const QTableView* FirstLightTest::tableWith(const QWidget* page, const QString& header) {
  for (const QTableView* table : page->findChildren<QTableView*>()) {
    for (int column = 0; table->model() && column < table->model()->columnCount(); ++column) {
      if (table->model()->headerData(column, Qt::Horizontal).toString() == header) return table;
    }
  }
  return nullptr;
}

QString FirstLightTest::cellText(const QTableView* table, int row, const QString& header) {
  const QAbstractItemModel* model = table->model();
  for (int column = 0; column < model->columnCount(); ++column) {
    if (model->headerData(column, Qt::Horizontal).toString() == header)
      return model->index(row, column).data().toString();
  }
  return QStringLiteral("no column ") + header;
}

void FirstLightTest::theWizardMakesABalancerAndItsTrafficIsSeen() {
  const test::TemporaryFolder folder;
  test::TestTarget a, b;
  EngineOptions options;
  options.workers = 2;
  options.dataDirectory = folder.file("data");
  MainWindow window(options);
  window.resize(1360, 860);
  window.show();
  window.openWorkspace(QString::fromStdString(folder.file("story.spillway.json")));
  window.createLoadBalancer();

  auto* wizard = window.findChild<LoadBalancerWizard*>();
  QVERIFY(wizard);
  auto* port = wizard->findChild<QLineEdit*>(QStringLiteral("listener.port"));
  auto* targets = wizard->findChild<QLineEdit*>(QStringLiteral("targets.input"));
  auto* next = wizard->findChild<QPushButton*>(QStringLiteral("nav.next"));
  auto* create = wizard->findChild<QPushButton*>(QStringLiteral("nav.create"));
  QVERIFY(port && targets && next && create);
  QTest::mouseClick(next, Qt::LeftButton);
  port->selectAll();
  QTest::keyClicks(port, freePort());
  for (int page = 0; page < 4; ++page)
    QTest::mouseClick(next, Qt::LeftButton);
  QTRY_VERIFY(targets->isVisible());
  QTest::keyClicks(targets, QStringLiteral("127.0.0.1:%1, 127.0.0.1:%2").arg(a.port()).arg(b.port()));
  QTest::keyClick(targets, Qt::Key_Return);
  QTest::mouseClick(next, Qt::LeftButton);
  QTRY_VERIFY(create->isEnabled());
  QTest::mouseClick(create, Qt::LeftButton);

  QTRY_COMPARE_WITH_TIMEOUT(window.bridge().targets().size(), 2u, kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(
      std::all_of(window.bridge().targets().begin(), window.bridge().targets().end(),
                  [](const auto& t) { return t.state == observe::TargetState::Healthy; }),
      kPatience);
  QTRY_VERIFY(!window.bridge().listeners().empty());
  const std::string address = window.bridge().listeners().front().addresses.front();
  const auto ca = pki::LocalCa::open(options.dataDirectory);
  QVERIFY(ca.has_value());
  test::TestClient client(address,
                          *net::TlsContext::client(net::TlsContext::Verify::Yes, ca->certificateFile()));
  for (int i = 0; i < 4; ++i) {
    auto call = client.unary("/test/echo", "hello");
    QVERIFY(call->waitForEnd());
    QCOMPARE(QString::fromStdString(call->field("grpc-status")), QStringLiteral("0"));
  }
  QCOMPARE(a.calls(), 2u);
  QCOMPARE(b.calls(), 2u);

  const auto* streams = tableWith(window.findChild<StreamsPage*>(), QStringLiteral("gRPC status"));
  QVERIFY(streams);
  QTRY_COMPARE_WITH_TIMEOUT(streams->model()->rowCount(), 4, kPatience);
  QTRY_COMPARE(cellText(streams, 0, QStringLiteral("gRPC status")), QStringLiteral("0 OK"));
  QCOMPARE(cellText(streams, 0, QStringLiteral("Type")), QStringLiteral("unary"));
  const auto* log = tableWith(window.findChild<AccessLogPage*>(), QStringLiteral("Path"));
  QVERIFY(log);
  QTRY_COMPARE_WITH_TIMEOUT(log->model()->rowCount(), 4, kPatience);
  QCOMPARE(cellText(log, 0, QStringLiteral("Path")), QStringLiteral("/test/echo"));
  QTRY_COMPARE_WITH_TIMEOUT(window.bridge().metrics().total.requests, 4u, kPatience);
  QCOMPARE(window.bridge().metrics().grpcStatus.at(0), 4u);
  const auto* health = tableWith(window.findChild<TargetHealthPage*>(), QStringLiteral("Target"));
  QVERIFY(health);
  QTRY_COMPARE(health->model()->rowCount(), 2);

  // Closed and opened again, the workspace is as it was.
  const config::Document before = window.workspace().document();
  QCOMPARE(before.loadBalancers.size(), 1u);
  window.close();
  EngineOptions again = options;
  again.dataDirectory = folder.file("data");
  MainWindow reopened(again);
  reopened.openWorkspace(QString::fromStdString(folder.file("story.spillway.json")));
  QVERIFY(reopened.workspace().document() == before);
}

}  // namespace
}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::FirstLightTest)
#include "first_light_test.moc"
