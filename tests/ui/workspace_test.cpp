// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "engine/config/document_json.h"
#include "engine/config/validate.h"
#include "tests/ui/documents.h"
#include "ui/bridge/document_edits.h"
#include "ui/bridge/workspace.h"

using namespace spillway;
using namespace spillway::ui;
using spillway::ui::testing::balancer;
using spillway::ui::testing::freePort;
using spillway::ui::testing::HeldPort;

/// The workspace over a real engine: what is shown, what is saved and what runs are the same.
class WorkspaceTest : public QObject {
  Q_OBJECT

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<EngineBridge> bridge_;
  std::unique_ptr<Workspace> workspace_;

  QString file() const { return folder_->filePath("test.spillway.json"); }

  config::Document saved() const {
    const auto loaded = config::loadDocument(file().toStdString());
    return loaded ? *loaded : config::Document{};
  }

  bool awaitApplied(QSignalSpy& spy, qsizetype count) {
    return QTest::qWaitFor([&] { return spy.count() >= count; }, 10000);
  }

 private slots:
  void initTestCase() {
    QCoreApplication::setOrganizationName("SpillwayTest");
    QCoreApplication::setApplicationName("workspace_test");
  }

  void init() {
    folder_ = std::make_unique<QTemporaryDir>();
    EngineOptions options;
    options.workers = 1;
    options.dataDirectory = folder_->path().toStdString();
    bridge_ = std::make_unique<EngineBridge>(options);
    workspace_ = std::make_unique<Workspace>(*bridge_);
  }

  void cleanup() {
    workspace_.reset();
    bridge_.reset();
    folder_.reset();
  }

  void missingFileIsMade() {
    QSignalSpy applied(bridge_.get(), &EngineBridge::applied);
    QVERIFY(workspace_->open(file()));
    QVERIFY(QFile::exists(file()));
    QVERIFY(workspace_->isEmpty());
    QVERIFY(awaitApplied(applied, 1));
    QCOMPARE(workspace_->startFile(), file());
  }

  void editGoesLiveIsSavedAndUndone() {
    QSignalSpy applied(bridge_.get(), &EngineBridge::applied);
    QVERIFY(workspace_->open(file()));
    QVERIFY(awaitApplied(applied, 1));
    const auto document = balancer("one", freePort(), {1});
    QVERIFY(!config::hasErrors(workspace_->edit("Create one", document)));
    QVERIFY(awaitApplied(applied, 2));
    QCOMPARE(bridge_->listeners().size(), 1);
    QTRY_COMPARE(saved(), document);
    QCOMPARE(workspace_->undoStack().undoText(), "Create one");
    workspace_->undoStack().undo();
    QVERIFY(awaitApplied(applied, 3));
    QVERIFY(workspace_->isEmpty());
    QVERIFY(bridge_->listeners().empty());
    QTRY_COMPARE(saved(), config::Document{});
    workspace_->undoStack().redo();
    QVERIFY(awaitApplied(applied, 4));
    QCOMPARE(bridge_->listeners().size(), 1);
  }

  void invalidEditChangesNothing() {
    QVERIFY(workspace_->open(file()));
    auto document = balancer("one", freePort(), {1});
    document.targetGroups[0].healthCheck.timeoutSeconds = 60;
    const auto issues = workspace_->edit("Create one", document);
    QVERIFY(config::hasErrors(issues));
    QVERIFY(workspace_->isEmpty());
    QVERIFY(!workspace_->undoStack().canUndo());
    QCOMPARE(saved(), config::Document{});
  }

  void editThatTheEngineRefusesIsTakenBack() {
    const HeldPort held;
    QSignalSpy applied(bridge_.get(), &EngineBridge::applied);
    QSignalSpy problem(workspace_.get(), &Workspace::problem);
    QVERIFY(workspace_->open(file()));
    QVERIFY(awaitApplied(applied, 1));
    QVERIFY(!config::hasErrors(workspace_->edit("Create one", balancer("one", held.number(), {1}))));
    QTRY_COMPARE(problem.count(), 1);
    QVERIFY2(problem[0][0].toString().contains(QString::number(held.number())),
             qPrintable(problem[0][0].toString()));
    QVERIFY(workspace_->isEmpty());
    QTRY_COMPARE(saved(), config::Document{});
  }

  void brokenFileIsNotOpenedAndNotTouched() {
    const QByteArray text = "{\"version\": 1, \"loadBalancer\": []}";
    QFile broken(file());
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write(text);
    broken.close();
    QSignalSpy problem(workspace_.get(), &Workspace::problem);
    QVERIFY(!workspace_->open(file()));
    QCOMPARE(problem.count(), 1);
    QVERIFY2(problem[0][0].toString().contains("loadBalancers"), "says what was meant");
    QVERIFY(broken.open(QIODevice::ReadOnly));
    QCOMPARE(broken.readAll(), text);
  }

  void reopenedWorkspaceIsAsItWas() {
    const auto document = balancer("one", freePort(), {1, 2});
    {
      QVERIFY(workspace_->open(file()));
      QVERIFY(!config::hasErrors(workspace_->edit("Create one", document)));
      workspace_.reset();
    }
    workspace_ = std::make_unique<Workspace>(*bridge_);
    QVERIFY(workspace_->open(workspace_->startFile()));
    QCOMPARE(workspace_->document(), document);
  }

  void mergedNamesAreUnique() {
    auto document = balancer("one", 50051, {1});
    auto again = balancer("one", 50052, {2});
    again.localServices = {{"svc", {"program"}, {2}, "one-targets"}};
    QCOMPARE(mergeInto(document, again), std::vector<std::string>{"one-2"});
    QCOMPARE(document.targetGroups[1].name, "one-targets-2");
    QCOMPARE(document.loadBalancers[1].listeners[0].defaultActions[0].targetGroups[0].targetGroup,
             "one-targets-2");
    QCOMPARE(document.localServices[0].targetGroup, "one-targets-2");
    QVERIFY(!config::hasErrors(config::validate(document)));
  }
};

QTEST_MAIN(WorkspaceTest)
#include "workspace_test.moc"
