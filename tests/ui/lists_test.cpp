// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

#include "engine/config/validate.h"
#include "tests/ui/documents.h"
#include "ui/certificates/certificates_page.h"
#include "ui/listeners/beyond_alb_dialog.h"
#include "ui/listeners/listener_list_page.h"
#include "ui/listeners/test_request_dialog.h"
#include "ui/targetgroups/health_check_dialog.h"
#include "ui/targetgroups/target_groups_page.h"
#include "ui/widgets/value_table.h"

using namespace spillway;
using namespace spillway::ui;

namespace {

TableRow row(const QString& key, const QString& text) {
  return {key, {{key, {}, {}, {}, false}, {text, {}, {}, {}, false}}, {}};
}

}  // namespace

/// Listeners and target groups: reading them, and changing them as a person does.
class ListsTest : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<EngineBridge> bridge_;
  std::unique_ptr<Workspace> workspace_;
  std::unique_ptr<RecentReadings> recent_;

 private slots:
  void initTestCase() {
    QCoreApplication::setOrganizationName("SpillwayTest");
    QCoreApplication::setApplicationName("lists_test");
  }

  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    EngineOptions options;
    options.workers = 1;
    options.dataDirectory = folder_->path().toStdString();
    bridge_ = std::make_unique<EngineBridge>(options);
    workspace_ = std::make_unique<Workspace>(*bridge_);
    recent_ = std::make_unique<RecentReadings>();
    QVERIFY(workspace_->open(folder_->filePath("test.spillway.json")));
    QVERIFY(!config::hasErrors(
        workspace_->edit("Create", testing::balancer("one", testing::freePort(), {1, 2}))));
  }

  void cleanup() {
    recent_.reset();
    workspace_.reset();
    bridge_.reset();
    folder_.reset();
  }

  void tableKeepsRowsByTheirKeys() {
    ValueTable table({{"Name"}, {"Text"}}, "Test");
    QAbstractItemModelTester tester(&table.rows());
    table.setRows({row("a", "1"), row("b", "2"), row("c", "3")});
    QCOMPARE(table.selectedKey(), "a");
    table.select("b");
    table.setRows({row("c", "3"), row("d", "4"), row("b", "5")});
    QCOMPARE(table.selectedKey(), "b");
    QCOMPARE(table.rows().rowCount(), 3);
    QCOMPARE(table.rows().row(0).key, "c");
    QCOMPARE(table.rows().row(2).cells[1].text, "5");
    table.setFilter("4");
    QCOMPARE(table.model()->rowCount(), 1);
  }

  void registeringIsJudgedAndUndoable() {
    TargetGroupsPage page(*bridge_, *workspace_, *recent_);
    auto& typed = *page.findChild<QLineEdit*>("register");
    typed.setText("127.0.0.1:1");
    QVERIFY2(!page.registerTyped(), "a target twice");
    typed.setText("127.0.0.1:70000");
    QVERIFY2(!page.registerTyped(), "no port");
    typed.setText("127.0.0.1:3");
    QVERIFY(page.registerTyped());
    QCOMPARE(workspace_->document().targetGroups[0].targets.size(), 3);
    QCOMPARE(page.targets().rows().rowCount(), 3);
    QVERIFY(typed.text().isEmpty());
    workspace_->undoStack().undo();
    QCOMPARE(workspace_->document().targetGroups[0].targets.size(), 2);
  }

  void delDeregisters() {
    TargetGroupsPage page(*bridge_, *workspace_, *recent_);
    page.show();
    page.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&page));
    page.targets().select("127.0.0.1:2");
    page.targets().setFocus();
    QTest::keyClick(&page.targets(), Qt::Key_Delete);
    QCOMPARE(workspace_->document().targetGroups[0].targets.size(), 1);
    QVERIFY(workspace_->undoStack().undoText().contains("127.0.0.1:2"));
  }

  void healthCheckFormSaysWhatIsWrong() {
    HealthCheckDialog dialog(workspace_->document(), 0);
    auto& timeout = *dialog.findChild<QLineEdit*>("healthCheckTimeoutSeconds");
    auto& apply = *dialog.findChild<QPushButton*>("apply");
    QVERIFY(apply.isEnabled());
    timeout.selectAll();
    QTest::keyClicks(&timeout, "45");
    QVERIFY(!apply.isEnabled());
    QVERIFY(timeout.accessibleDescription().contains("interval"));
    timeout.selectAll();
    QTest::keyClicks(&timeout, "4");
    QVERIFY(apply.isEnabled());
    QCOMPARE(dialog.edited().targetGroups[0].healthCheck.timeoutSeconds, 4);
  }

  void removedListenerComesBackByUndo() {
    ListenerListPage page(*bridge_, *workspace_, *recent_);
    QCOMPARE(page.table().rows().rowCount(), 1);
    page.removeSelected();
    QVERIFY(workspace_->document().loadBalancers.empty());
    QCOMPARE(page.table().rows().rowCount(), 0);
    workspace_->undoStack().undo();
    QCOMPARE(page.table().rows().rowCount(), 1);
  }

  void anImaginedRequestIsExplainedWhileTyping() {
    QTRY_VERIFY(!bridge_->listeners().empty());
    auto document = workspace_->document();
    config::Rule rule;
    rule.priority = 10;
    rule.conditions.push_back({.field = config::ConditionField::PathPattern, .values = {"/shop/*"}});
    rule.actions.push_back(config::forwardTo(document.targetGroups[0].name));
    document.loadBalancers[0].listeners[0].rules.push_back(rule);
    QSignalSpy applied(bridge_.get(), &EngineBridge::applied);
    QVERIFY(!config::hasErrors(workspace_->edit("Add a rule", document)));
    QVERIFY(applied.wait());
    ListenerListPage page(*bridge_, *workspace_, *recent_);
    page.testRequest();
    auto* dialog = page.findChild<TestRequestDialog*>();
    QVERIFY(dialog);
    auto& answer = *dialog->findChild<QLabel*>("answer");
    QVERIFY2(answer.text().startsWith("Rule 10: no match, path-pattern /shop/*"), qPrintable(answer.text()));
    auto& path = *dialog->findChild<QLineEdit*>("path");
    path.selectAll();
    QTest::keyClicks(&path, "/shop/cart");
    QVERIFY2(answer.text().startsWith("Rule 10: matched"), qPrintable(answer.text()));
    QVERIFY(answer.text().contains("round_robin"));
    auto& client = *dialog->findChild<QLineEdit*>("client");
    client.selectAll();
    QTest::keyClicks(&client, "somebody");
    QVERIFY2(answer.text().contains("somebody"), qPrintable(answer.text()));
  }

  void beyondAlbSwitchesAreMarked() {
    config::BeyondAlb now;
    now.fastHealthChecks = true;
    BeyondAlbDialog dialog("one", now);
    QCOMPARE(dialog.chosen(), now);
    ListenerListPage page(*bridge_, *workspace_, *recent_);
    auto document = workspace_->document();
    document.loadBalancers[0].beyondAlb = now;
    QVERIFY(!config::hasErrors(workspace_->edit("Switch", document)));
    bool isMarked = false;
    for (const TableCell& cell : page.table().rows().row(0).cells)
      isMarked = isMarked || cell.text.contains("not on AWS");
    QVERIFY(isMarked);
  }

  void clientRecipesNameTheListenerThatIsThere() {
    CertificatesPage page(*bridge_, *workspace_);
    const auto recipesWith = [&page](std::uint32_t port) {
      const QString host = QStringLiteral("localhost:%1").arg(port);
      return std::ranges::count_if(page.findChildren<QLabel*>(),
                                   [&](const QLabel* label) { return label->text().contains(host); });
    };
    auto document = workspace_->document();
    std::uint32_t& port = document.loadBalancers[0].listeners[0].port;
    page.show();
    QCOMPARE(recipesWith(port), 3);
    port = testing::freePort();
    QVERIFY(!config::hasErrors(workspace_->edit("Move", document)));
    QCOMPARE(recipesWith(port), 3);
  }
};

QTEST_MAIN(ListsTest)
#include "lists_test.moc"
