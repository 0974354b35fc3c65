// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QLabel>
#include <QMenuBar>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "engine/config/validate.h"
#include "tests/ui/documents.h"
#include "ui/map/map_page.h"
#include "ui/shell/main_window.h"
#include "ui/shell/message_bar.h"
#include "ui/shell/navigation.h"
#include "ui/shell/theme_setting.h"
#include "ui/shell/welcome_page.h"
#include "ui/wizards/load_balancer_wizard.h"

using namespace spillway;
using namespace spillway::ui;

/// The window as a person meets it.
class ShellTest : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<MainWindow> window_;

  void open() {
    EngineOptions options;
    options.workers = 1;
    options.dataDirectory = folder_->path().toStdString();
    window_ = std::make_unique<MainWindow>(options);
    window_->openWorkspace({});
    window_->show();
  }

  QAction* action(const QString& text) const {
    for (QAction* each : window_->findChildren<QAction*>())
      if (each->text() == text) return each;
    return nullptr;
  }

 private slots:
  void initTestCase() {
    QCoreApplication::setOrganizationName("SpillwayTest");
    QCoreApplication::setApplicationName("shell_test");
  }

  void init() {
    QSettings().clear();
    folder_ = std::make_unique<QTemporaryDir>();
    open();
  }

  void cleanup() {
    window_.reset();
    folder_.reset();
  }

  void emptyWorkspaceWelcomes() {
    QVERIFY(window_->findChild<WelcomePage*>()->isVisible());
    QVERIFY(!window_->findChild<MapPage*>()->isVisible());
    QVERIFY(!config::hasErrors(
        window_->workspace().edit("Create", testing::balancer("one", testing::freePort(), {1}))));
    QVERIFY(!window_->findChild<WelcomePage*>()->isVisible());
    QVERIFY(window_->findChild<MapPage*>()->isVisible());
    window_->workspace().undoStack().undo();
    QVERIFY(window_->findChild<WelcomePage*>()->isVisible());
  }

  void aKeyLogIsShownAsLongAsItIsWritten() {
    auto& shown = *window_->findChild<QLabel*>("keyLog");
    QVERIFY(!shown.isVisible());
    auto document = testing::balancer("one", testing::freePort(), {1});
    document.monitoring.tlsKeyLogFile = folder_->filePath("keys.log").toStdString();
    QVERIFY(!config::hasErrors(window_->workspace().edit("Create", document)));
    QVERIFY(shown.isVisible());
    QVERIFY(shown.text().contains("TLS keys") && shown.toolTip().contains("keys.log"));
    window_->workspace().undoStack().undo();
    QVERIFY(!shown.isVisible());
  }

  void everyRoomOpensByItsShortcutAndByArrows() {
    for (const RoomEntry& entry : kRooms) {
      QAction* room = action(QLatin1String(entry.title));
      QVERIFY2(room, entry.title);
      const int place = int(entry.room) + 1;
      const QString key = place <= 10 ? QStringLiteral("Ctrl+%1").arg(place % 10) : QString();
      QCOMPARE(room->shortcut(), QKeySequence(key));
      room->trigger();
      QCOMPARE(window_->currentRoom(), entry.room);
    }
    auto& navigation = *window_->findChild<Navigation*>();
    window_->openRoom(Room::Certificates);
    QTest::keyClick(&navigation, Qt::Key_Down);  // over the heading
    QCOMPARE(window_->currentRoom(), Room::Dashboard);
    QTest::keyClick(&navigation, Qt::Key_Up);
    QCOMPARE(window_->currentRoom(), Room::Certificates);
  }

  void badgesCount() {
    auto& navigation = *window_->findChild<Navigation*>();
    QCOMPARE(navigation.badge(Room::Listeners), "");
    QSignalSpy applied(&window_->bridge(), &EngineBridge::applied);
    auto document = testing::balancer("one", testing::freePort(), {testing::freePort()});
    document.targetGroups[0].healthCheck.intervalSeconds = 5;
    document.targetGroups[0].healthCheck.timeoutSeconds = 2;
    QVERIFY(!config::hasErrors(window_->workspace().edit("Create", document)));
    QCOMPARE(navigation.badge(Room::Listeners), "1");
    QCOMPARE(navigation.badge(Room::TargetGroups), "1");
    QTRY_VERIFY(applied.count() > 0);
    // Nothing listens there: unhealthy after two checks, and the second is asked for.
    const TargetId target{"one-targets", "127.0.0.1",
                          static_cast<std::uint16_t>(document.targetGroups[0].targets[0].port)};
    QTRY_VERIFY(!window_->bridge().targets().empty());
    const auto isUnhealthy = [&] {
      window_->bridge().checkNow(target);
      return navigation.badge(Room::TargetHealth) == "1";
    };
    QTRY_VERIFY_WITH_TIMEOUT(isUnhealthy(), 20000);
  }

  void themeIsRememberedAndLive() {
    action("Dark")->trigger();
    QVERIFY(Theme::isDark());
    QCOMPARE(savedTheme(), ThemeMode::Dark);
    action("Light")->trigger();
    QVERIFY(!Theme::isDark());
  }

  void roomIsRestored() {
    window_->openRoom(Room::Streams);
    window_->close();
    window_.reset();
    // An empty workspace always begins at the welcome page; one with a balancer where it was left.
    open();
    QCOMPARE(window_->currentRoom(), Room::Map);
    QVERIFY(!config::hasErrors(
        window_->workspace().edit("Create", testing::balancer("one", testing::freePort(), {1}))));
    window_->openRoom(Room::Streams);
    window_->close();
    window_.reset();
    open();
    QCOMPARE(window_->currentRoom(), Room::Streams);
    QCOMPARE(window_->workspace().document().loadBalancers.size(), 1);
  }

  void createdBalancerRuns() {
    window_->createLoadBalancer();
    auto* wizard = window_->findChild<LoadBalancerWizard*>();
    QVERIFY(wizard->isVisible());
    // The workspace changes behind the wizard's back; what the wizard made comes on top.
    QVERIFY(!config::hasErrors(
        window_->workspace().edit("Create", testing::balancer("one", testing::freePort(), {1}))));
    QSignalSpy applied(&window_->bridge(), &EngineBridge::applied);
    Q_EMIT wizard->created(testing::balancer("two", testing::freePort(), {2}), "two");
    QTRY_COMPARE(window_->bridge().listeners().size(), 2);
    QTRY_VERIFY(!window_->findChild<LoadBalancerWizard*>());
    QCOMPARE(window_->workspace().document().loadBalancers.size(), 2);
    QCOMPARE(window_->currentRoom(), Room::Map);
  }

  void wizardStaysWhenTheEngineRefuses() {
    const testing::HeldPort held;
    window_->createLoadBalancer();
    auto* wizard = window_->findChild<LoadBalancerWizard*>();
    QSignalSpy problem(&window_->workspace(), &Workspace::problem);
    Q_EMIT wizard->created(testing::balancer("two", held.number(), {2}), "two");
    QSignalSpy settled(&window_->workspace(), &Workspace::settled);
    QTRY_VERIFY(settled.count() > 0);
    QCOMPARE(problem.count(), 1);
    QVERIFY(wizard->isVisible());
    QVERIFY(window_->workspace().isEmpty());
    QVERIFY(window_->findChild<MessageBar*>()->words().isEmpty());
  }

  void brokenWorkspaceIsSaidAboveTheViews() {
    const QString file = folder_->filePath("broken.spillway.json");
    QFile broken(file);
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("{");
    broken.close();
    window_->openWorkspace(file);
    QVERIFY(window_->findChild<MessageBar*>()->words().contains("broken.spillway.json"));
    QVERIFY(!window_->workspace().file().endsWith("broken.spillway.json"));
  }
};

QTEST_MAIN(ShellTest)
#include "shell_test.moc"
