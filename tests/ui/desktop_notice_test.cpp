// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop is told over D-Bus when the health of a target group changes: a bus of the test's own, on which
// the test is the desktop.
#include <QDBusConnection>
#include <QProcess>
#include <QSettings>
#include <QTest>
#include <QVariantMap>
#include <optional>

#include "engine/config/validate.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_target.h"
#include "tests/ui/documents.h"
#include "ui/shell/main_window.h"

namespace spillway::ui {
namespace {

constexpr int kPatience = 20'000;  // milliseconds

/// What a notification was asked with.
struct Asked {
  QString program, icon, title, words;
  uint replaces = 1;
  int expires = 0;
};

/// The desktop's side of the Desktop Notifications Specification 1.2.
class Desktop : public QObject {
  Q_OBJECT
  Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")

 public:
  std::vector<Asked> asked;

 public slots:
  // NOLINTNEXTLINE(readability-identifier-naming): D-Bus names it so.
  uint Notify(const QString& program, uint replaces, const QString& icon, const QString& title,
              const QString& words, const QStringList& /*actions*/, const QVariantMap& /*hints*/,
              int expires) {
    asked.push_back({program, icon, title, words, replaces, expires});
    return static_cast<uint>(asked.size());
  }
};

class DesktopNoticeTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void cleanupTestCase();
  void aGroupThatTurnsUnhealthyIsTold();
  void nothingIsToldWhileItIsSwitchedOff();

 private:
  static config::Document document(std::uint16_t target);
  static void edit(MainWindow& window, const config::Document& document);
  static void awaitHealth(MainWindow& window, observe::TargetState state);

  QProcess bus_;
  Desktop desktop_;
};

void DesktopNoticeTest::initTestCase() {
  bus_.start(QStringLiteral("dbus-daemon"),
             {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address")});
  QVERIFY2(bus_.waitForStarted() && bus_.waitForReadyRead(kPatience), qPrintable(bus_.errorString()));
  const QString address = QString::fromUtf8(bus_.readLine()).trimmed();
  qputenv("DBUS_SESSION_BUS_ADDRESS", address.toUtf8());
  QDBusConnection connection = QDBusConnection::connectToBus(address, QStringLiteral("desktop"));
  QVERIFY(connection.registerObject(QStringLiteral("/org/freedesktop/Notifications"), &desktop_,
                                    QDBusConnection::ExportAllSlots));
  QVERIFY(connection.registerService(QStringLiteral("org.freedesktop.Notifications")));
}

void DesktopNoticeTest::cleanupTestCase() {
  QSettings().remove(QLatin1String(kNotifyOfHealthKey));
  QDBusConnection::disconnectFromBus(QStringLiteral("desktop"));
  bus_.kill();
  bus_.waitForFinished();
}

config::Document DesktopNoticeTest::document(std::uint16_t target) {
  config::Document made = testing::balancer("notice", testing::freePort(), {target});
  made.loadBalancers.front().beyondAlb.fastHealthChecks = true;
  config::HealthCheck& check = made.targetGroups.front().healthCheck;
  check.intervalSeconds = 2;
  check.timeoutSeconds = 1;
  check.healthyThresholdCount = 2;
  return made;
}

void DesktopNoticeTest::edit(MainWindow& window, const config::Document& document) {
  const std::vector<config::Issue> issues = window.workspace().edit(QStringLiteral("Change it"), document);
  QVERIFY2(!config::hasErrors(issues), issues.empty() ? "" : issues.front().message.c_str());
}

void DesktopNoticeTest::awaitHealth(MainWindow& window, observe::TargetState state) {
  const auto& targets = window.bridge().targets();
  QTRY_VERIFY_WITH_TIMEOUT(targets.size() == 1 && targets.front().state == state, kPatience);
}

void DesktopNoticeTest::aGroupThatTurnsUnhealthyIsTold() {
  const test::TemporaryFolder folder;
  std::optional<test::TestTarget> target(std::in_place);
  MainWindow window({.workers = 1, .dataDirectory = folder.file("data")});
  window.openWorkspace(QString::fromStdString(folder.file("notice.spillway.json")));
  edit(window, document(target->port()));
  awaitHealth(window, observe::TargetState::Healthy);
  QVERIFY(desktop_.asked.empty());
  target.reset();
  QTRY_COMPARE_WITH_TIMEOUT(desktop_.asked.size(), std::size_t{1}, kPatience);
  const Asked& asked = desktop_.asked.front();
  QCOMPARE(asked.program, QStringLiteral("Spillway"));
  QCOMPARE(asked.icon, QStringLiteral("spillway"));
  QCOMPARE(asked.title, QStringLiteral("notice-targets is unhealthy"));
  QVERIFY2(asked.words.contains(QStringLiteral("127.0.0.1")), qPrintable(asked.words));
  QCOMPARE(asked.replaces, 0u);
  QCOMPARE(asked.expires, -1);
}

void DesktopNoticeTest::nothingIsToldWhileItIsSwitchedOff() {
  desktop_.asked.clear();
  QSettings().setValue(QLatin1String(kNotifyOfHealthKey), false);
  const test::TemporaryFolder folder;
  std::optional<test::TestTarget> target(std::in_place);
  MainWindow window({.workers = 1, .dataDirectory = folder.file("data")});
  window.openWorkspace(QString::fromStdString(folder.file("notice.spillway.json")));
  edit(window, document(target->port()));
  awaitHealth(window, observe::TargetState::Healthy);
  target.reset();
  awaitHealth(window, observe::TargetState::Unhealthy);
  // The bus keeps the order: had that been told, it would come before this.
  QSettings().setValue(QLatin1String(kNotifyOfHealthKey), true);
  const test::TestTarget another;
  edit(window, document(another.port()));
  QTRY_COMPARE_WITH_TIMEOUT(desktop_.asked.size(), std::size_t{1}, kPatience);
  QCOMPARE(desktop_.asked.front().title, QStringLiteral("notice-targets is healthy again"));
}

}  // namespace
}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::DesktopNoticeTest)
#include "desktop_notice_test.moc"
