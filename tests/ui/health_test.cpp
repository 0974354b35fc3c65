// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSettings>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_client.h"
#include "tests/support/test_target.h"
#include "tests/ui/synthetic_events.h"
#include "ui/health/check_strip.h"
#include "ui/health/group_alarms.h"
#include "ui/health/group_health.h"
#include "ui/health/health_history.h"
#include "ui/health/target_actions.h"
#include "ui/health/target_health_model.h"
#include "ui/health/target_health_page.h"
#include "ui/health/target_history.h"
#include "ui/models/roles.h"
#include "ui/shell/health_notifier.h"

using namespace spillway::ui;
using spillway::TargetId;
using spillway::TargetStatus;
using spillway::observe::TargetState;
using namespace std::chrono_literals;

namespace {

constexpr int kPatience = 20'000;  // milliseconds

/// The page on an engine with two real targets, both healthy.
struct Desk {
  Desk() {
    spillway::config::Document document;
    spillway::config::TargetGroup group;
    group.name = "group";
    group.port = 50061;
    group.healthCheck.intervalSeconds = 2;
    group.healthCheck.timeoutSeconds = 1;
    group.targets = {{"127.0.0.1", a.port()}, {"127.0.0.1", b.port()}};
    spillway::config::Listener listener;
    listener.protocol = spillway::config::Protocol::Http;
    listener.defaultActions = {spillway::config::forwardTo(group.name)};
    spillway::config::LoadBalancer balancer;
    balancer.name = "desk";
    balancer.beyondAlb.plaintextHttp2 = true;
    balancer.beyondAlb.fastHealthChecks = true;
    balancer.listeners = {listener};
    document.loadBalancers = {balancer};
    document.targetGroups = {group};
    page.resize(1200, 700);
    page.show();
    workspace.open(QString::fromStdString(folder.file("desk.spillway.json")));
    for (const auto& issue : workspace.edit(QStringLiteral("Create desk"), document))
      qWarning("%s", issue.message.c_str());
  }

  bool isHealthy(int targets) const {
    return std::ranges::count(bridge.targets(), TargetState::Healthy, &TargetStatus::state) == targets;
  }
  TargetId idOf(const spillway::test::TestTarget& target) const {
    return {"group", "127.0.0.1", target.port()};
  }
  TargetStatus status(const spillway::test::TestTarget& target) const {
    const auto found = std::ranges::find(bridge.targets(), idOf(target), &TargetStatus::id);
    return found == bridge.targets().end() ? TargetStatus() : *found;
  }
  QString reason(const spillway::test::TestTarget& target) {
    const int row = page.model().rowOf(idOf(target));
    return page.model().index(row, TargetHealthModel::Reason).data().toString();
  }
  QString group(int column) const { return page.groups().model()->index(0, column).data().toString(); }
  void call(int times) {
    spillway::test::TestClient client(bridge.listeners().front().addresses.front());
    for (int i = 0; i < times; ++i) {
      const auto made = client.unary("/test/echo", "x");
      QVERIFY(made->waitForEnd());
      QCOMPARE(made->field("grpc-status"), std::string("0"));
    }
  }

  spillway::test::TemporaryFolder folder;
  spillway::test::TestTarget a, b;
  EngineBridge bridge{{.workers = 1, .dataDirectory = folder.path()}};
  Workspace workspace{bridge};
  RecentReadings recent;
  mutable TargetHealthPage page{bridge, workspace, recent};
};

/// A target of a group.
TargetStatus member(const std::string& group, std::uint16_t port, TargetState state) {
  TargetStatus made;
  made.id = {group, "127.0.0.1", port};
  made.state = state;
  if (state == TargetState::Unhealthy) made.detail = "connection refused";
  return made;
}

}  // namespace

class HealthTest : public QObject {
  Q_OBJECT

  static TargetStatus target(std::uint16_t port, TargetState state) {
    TargetStatus made;
    made.id = {"route-guide", "127.0.0.1", port};
    made.state = state;
    made.lastLatencyMicros = 1300;
    made.lastCode = 12;
    made.passedInARow = 3;
    return made;
  }

  static spillway::observe::Event check(const TargetId& id, bool passed, bool changed, std::int64_t time) {
    auto health = std::make_shared<spillway::observe::HealthEvent>();
    health->target = id;
    health->time = synthetic::at(time);
    health->passed = passed;
    health->isCheck = true;
    health->changed = changed;
    health->state = passed ? TargetState::Healthy : TargetState::Unhealthy;
    health->code = passed ? 12 : 14;
    spillway::observe::Event event;
    event.kind = spillway::observe::EventKind::Health;
    event.health = health;
    return event;
  }

  static QString cell(const QAbstractItemModel& model, int row, int column) {
    return model.index(row, column).data().toString();
  }

 private slots:
  void rowsSayHealthInWords() {
    TargetHealthModel model;
    QAbstractItemModelTester tester(&model);
    spillway::config::Document document;
    document.targetGroups.resize(1);
    document.targetGroups[0].name = "route-guide";
    TargetStatus bad = target(50062, TargetState::Unhealthy);
    bad.reason = spillway::observe::HealthReason::FailedHealthChecks;
    bad.description = "Health checks failed";
    bad.detail = "connection refused";
    bad.passedInARow = 2;
    model.setTargets({target(50061, TargetState::Healthy), bad});
    model.setDocument(document);
    QCOMPARE(cell(model, 1, TargetHealthModel::Target), QStringLiteral("127.0.0.1:50062"));
    QCOMPARE(cell(model, 1, TargetHealthModel::Reason),
             QStringLiteral("Target.FailedHealthChecks – Health checks failed – connection refused"));
    QCOMPARE(cell(model, 1, TargetHealthModel::Checks), QStringLiteral("✔ 2/5 passed"));
    QCOMPARE(cell(model, 0, TargetHealthModel::Checks), QStringLiteral("✔ 3 passed"));
    QCOMPARE(cell(model, 0, TargetHealthModel::LastCheck), QStringLiteral("12 · 1.3 ms"));
    QVERIFY(model.index(1, TargetHealthModel::Health).data(RawRole).toString() <
            model.index(0, TargetHealthModel::Health).data(RawRole).toString());
  }

  void sameTargetsUpdateInPlace() {
    TargetHealthModel model;
    QAbstractItemModelTester tester(&model);
    model.setTargets({target(50061, TargetState::Initial)});
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    model.setTargets({target(50061, TargetState::Healthy)});
    QCOMPARE(resets.count(), 0);
    QCOMPARE(changes.count(), 1);
    model.setTargets({target(50061, TargetState::Healthy), target(50062, TargetState::Initial)});
    QCOMPARE(model.rowCount(), 2);
  }

  void sharesAreOfTheGroup() {
    TargetHealthModel model;
    model.setTargets({target(50061, TargetState::Healthy), target(50062, TargetState::Healthy)});
    spillway::observe::MetricsReading reading;
    reading.targets[{"route-guide", "127.0.0.1", 50061}].requests = 750;
    reading.targets[{"route-guide", "127.0.0.1", 50062}].requests = 250;
    model.setMetrics(reading);
    QCOMPARE(cell(model, 0, TargetHealthModel::Share), QStringLiteral("75.0 %"));
    QCOMPARE(cell(model, 1, TargetHealthModel::Requests), QStringLiteral("250"));
  }

  void countdownMovesWithTheClock() {
    TargetHealthModel model;
    TargetStatus status = target(50061, TargetState::Healthy);
    status.nextCheck = synthetic::at(5'000'000);
    model.setTargets({status});
    model.tick(synthetic::at(0));
    QCOMPARE(cell(model, 0, TargetHealthModel::NextCheck), QStringLiteral("in 5 s"));
    model.tick(synthetic::at(3'500'000));
    QCOMPARE(cell(model, 0, TargetHealthModel::NextCheck), QStringLiteral("in 2 s"));
  }

  void historyIsBounded() {
    HealthHistory history;
    const TargetId id{"route-guide", "127.0.0.1", 50061};
    std::vector<spillway::observe::Event> batch;
    for (int i = 0; i < 100; ++i)
      batch.push_back(check(id, i < 98, i == 98, i * 1'000'000));
    const auto touched = history.ingest(batch);
    QCOMPARE(touched, std::vector<TargetId>{id});
    QCOMPARE(history.of(id).checks.size(), HealthHistory::kChecks);
    QCOMPARE(history.of(id).transitions.size(), std::size_t{1});
    QVERIFY(!history.of(id).checks.back()->passed);
    QVERIFY(history.of({"other", "127.0.0.1", 1}).checks.empty());
  }

  void pageListsTheWorstFirst() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString()});
    Workspace workspace(bridge);
    RecentReadings recent;
    TargetHealthPage page(bridge, workspace, recent);
    Q_EMIT bridge.targetsChanged(
        {target(50061, TargetState::Healthy), target(50062, TargetState::Unhealthy)});
    const QTableView* table = &page.targets();
    QCOMPARE(table->accessibleName(), QStringLiteral("Targets"));
    QCOMPARE(table->model()->rowCount(), 2);
    QCOMPARE(cell(*table->model(), 0, TargetHealthModel::Target), QStringLiteral("127.0.0.1:50062"));
    Q_EMIT bridge.targetsChanged(
        {target(50061, TargetState::Unhealthy), target(50062, TargetState::Healthy)});
    QCOMPARE(cell(*table->model(), 0, TargetHealthModel::Target), QStringLiteral("127.0.0.1:50061"));

    const TargetId selected{"route-guide", "127.0.0.1", 50062};
    Q_EMIT bridge.eventsArrived({check(selected, false, true, 0), check(selected, true, true, 1)});
    const auto* strip = page.findChild<CheckStrip*>();
    QVERIFY2(strip->accessibleDescription().startsWith(QStringLiteral("2 checks, 1 failed")),
             qPrintable(strip->accessibleDescription()));
  }

  void takenOutTargetsGetNoRequestsUntilTheyArePutBack() {
    Desk desk;
    QTRY_VERIFY_WITH_TIMEOUT(desk.isHealthy(2), kPatience);
    desk.page.showTarget(desk.idOf(desk.b));
    TargetActions& actions = desk.page.actions();
    QVERIFY(actions.takeOut.menuAction()->isEnabled());
    QVERIFY(!actions.putBack->isEnabled());
    actions.takeOut.actions().at(1)->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(desk.isHealthy(1), kPatience);
    const QString reason = desk.reason(desk.b);
    QVERIFY2(reason.startsWith(QStringLiteral("Taken out by you, 4:5")) ||
                 reason.startsWith(QStringLiteral("Taken out by you, 5:00")),
             qPrintable(reason));
    QVERIFY2(reason.endsWith(QStringLiteral("left – its checks pass")), qPrintable(reason));
    QTRY_COMPARE(desk.group(2), QStringLiteral("1 healthy · 1 unhealthy, 1 taken out"));
    desk.call(4);
    QCOMPARE(desk.a.calls(), std::size_t{4});
    QCOMPARE(desk.b.calls(), std::size_t{0});
    QVERIFY(actions.putBack->isEnabled());
    actions.putBack->trigger();
    QTRY_VERIFY_WITH_TIMEOUT(desk.isHealthy(2), kPatience);
    desk.call(4);
    QCOMPARE(desk.b.calls(), std::size_t{2});
    const QAbstractItemModel& changes = *desk.page.history().changes().model();
    QTRY_COMPARE_WITH_TIMEOUT(cell(changes, 0, 3), QStringLiteral("put back by you"), kPatience);
    QCOMPARE(cell(changes, 1, 3), QStringLiteral("Spillway.TakenOut – Taken out by you – for 5 min"));
  }

  void deregisteringDrainsAndIsTakenBackByUndo() {
    Desk desk;
    QTRY_VERIFY_WITH_TIMEOUT(desk.isHealthy(2), kPatience);
    desk.page.showTarget(desk.idOf(desk.b));
    desk.page.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&desk.page));
    desk.page.targets().setFocus();
    QTest::keyClick(&desk.page.targets(), Qt::Key_Delete);
    QTRY_VERIFY_WITH_TIMEOUT(desk.status(desk.b).state == TargetState::Draining, kPatience);
    QCOMPARE(desk.workspace.document().targetGroups[0].targets.size(), std::size_t{1});
    QVERIFY(!desk.page.actions().deregister->isEnabled());
    QVERIFY(!desk.page.actions().takeOut.menuAction()->isEnabled());
    desk.workspace.undoStack().undo();
    QTRY_VERIFY_WITH_TIMEOUT(desk.isHealthy(2), kPatience);
    QVERIFY(desk.page.actions().deregister->isEnabled());
  }

  void keysLeadToLogLinesAndTheGroup() {
    Desk desk;
    QTRY_VERIFY_WITH_TIMEOUT(desk.isHealthy(2), kPatience);
    desk.page.showTarget(desk.idOf(desk.a));
    QSignalSpy logs(&desk.page, &TargetHealthPage::logRequested);
    QSignalSpy groups(&desk.page, &TargetHealthPage::groupRequested);
    desk.page.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&desk.page));
    desk.page.targets().setFocus();
    QTest::keyClick(&desk.page.targets(), Qt::Key_Return);
    QTRY_COMPARE(logs.count(), 1);
    QCOMPARE(logs[0][0].toString(), QStringLiteral("target = \"127.0.0.1:%1\"").arg(desk.a.port()));
    QTest::keyClick(&desk.page.targets(), Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE(groups.count(), 1);
    QCOMPARE(groups[0][0].toString(), QStringLiteral("group"));
  }

  void targetsTellTheirLatency() {
    Desk desk;
    QTRY_VERIFY_WITH_TIMEOUT(desk.isHealthy(2), kPatience);
    const int row = desk.page.model().rowOf(desk.idOf(desk.a));
    QCOMPARE(cell(desk.page.model(), row, TargetHealthModel::Latency), QStringLiteral("–"));
    desk.call(2);
    QTRY_COMPARE_WITH_TIMEOUT(cell(desk.page.model(), row, TargetHealthModel::Requests), QStringLiteral("1"),
                              kPatience);
    const QString latency = cell(desk.page.model(), row, TargetHealthModel::Latency);
    QVERIFY2(latency.endsWith(QStringLiteral(" ms")), qPrintable(latency));
  }

  void changesOfEarlierRunsComeFromTheHistory() {
    const spillway::test::TemporaryFolder folder;
    const spillway::test::TestTarget target;
    const TargetId id{"group", "127.0.0.1", target.port()};
    const spillway::EngineOptions options{.workers = 1, .dataDirectory = folder.path(), .keepsHistory = true};
    {
      EngineBridge bridge(options);
      Workspace workspace(bridge);
      workspace.open(QString::fromStdString(folder.file("desk.spillway.json")));
      spillway::config::Document document;
      document.targetGroups.resize(1);
      document.targetGroups[0].name = id.group;
      document.targetGroups[0].port = 50061;
      document.targetGroups[0].targets = {{id.address, id.port}};
      QVERIFY(workspace.edit(QStringLiteral("Create"), document).empty());
      QTRY_VERIFY_WITH_TIMEOUT(bridge.targets().size() == 1, kPatience);
      bridge.stop(0ms);
    }
    EngineBridge bridge(options);
    Workspace workspace(bridge);
    RecentReadings recent;
    TargetHealthPage page(bridge, workspace, recent);
    page.show();
    Q_EMIT bridge.targetsChanged({member(id.group, id.port, TargetState::Healthy)});
    const QAbstractItemModel& changes = *page.history().changes().model();
    QTRY_COMPARE_WITH_TIMEOUT(changes.rowCount(), 1, kPatience);
    QVERIFY2(cell(changes, 0, 3).startsWith(QStringLiteral("Target.NotInUse")),
             qPrintable(cell(changes, 0, 3)));
    auto now = check(id, false, true, 0);
    Q_EMIT bridge.eventsArrived({now});
    QCOMPARE(changes.rowCount(), 2);
  }

  void groupsTellWhereRequestsGo() {
    spillway::config::Document document;
    document.targetGroups.resize(4);
    const char* names[] = {"good", "half", "bad", "out"};
    for (std::size_t i = 0; i < 4; ++i)
      document.targetGroups[i].name = names[i];
    TargetStatus out = member("out", 1, TargetState::Unhealthy);
    out.reason = spillway::observe::HealthReason::TakenOut;
    const RecentReadings recent;
    const auto rows = groupHealthRows(
        document,
        {member("good", 1, TargetState::Healthy), member("good", 2, TargetState::Draining),
         member("half", 1, TargetState::Healthy), member("half", 2, TargetState::Unhealthy),
         member("bad", 1, TargetState::Unhealthy), member("bad", 2, TargetState::Unhealthy), out},
        recent);
    const auto text = [&](std::size_t row, std::size_t column) { return rows[row].cells[column].text; };
    QCOMPARE(text(0, 0), QStringLiteral("✔ Healthy"));
    QCOMPARE(text(0, 2), QStringLiteral("1 healthy · 1 draining"));
    QCOMPARE(text(0, 3), QStringLiteral("to 1 healthy target"));
    QCOMPARE(text(1, 0), QStringLiteral("◐ Degraded"));
    QCOMPARE(text(1, 3), QStringLiteral("to 1 healthy target"));
    QCOMPARE(text(2, 0), QStringLiteral("✖ Unhealthy"));
    QCOMPARE(text(2, 3), QStringLiteral("▲ fail-open: to 2 targets, healthy or not"));
    QCOMPARE(text(3, 2), QStringLiteral("1 unhealthy, 1 taken out"));
    QCOMPARE(text(3, 3), QStringLiteral("✖ nowhere: they get 503"));
    QVERIFY(rows[2].cells[0].sortBy.toInt() < rows[1].cells[0].sortBy.toInt());
    QVERIFY(rows[1].cells[0].sortBy.toInt() < rows[0].cells[0].sortBy.toInt());
  }

  void alarmsTellChangesOfGroupsOnly() {
    GroupAlarms alarms;
    const spillway::TimePoint now{};
    QVERIFY(!alarms.take({member("g", 1, TargetState::Initial), member("g", 2, TargetState::Initial)}, now));
    const std::vector<TargetStatus> good{member("g", 1, TargetState::Healthy),
                                         member("g", 2, TargetState::Healthy)};
    const std::vector<TargetStatus> half{good[0], member("g", 2, TargetState::Unhealthy)};
    const std::vector<TargetStatus> bad{member("g", 1, TargetState::Unhealthy), half[1]};
    QVERIFY(!alarms.take(good, now));
    auto notice = alarms.take(half, now);
    QVERIFY(notice);
    QCOMPARE(notice->title, QStringLiteral("g is degraded"));
    QCOMPARE(notice->words, QStringLiteral("1 of 2 targets healthy. 127.0.0.1:2: connection refused"));
    QVERIFY(!alarms.take(half, now));
    notice = alarms.take(bad, now);
    QVERIFY(notice);
    QCOMPARE(notice->title, QStringLiteral("g is unhealthy"));
    QCOMPARE(notice->words, QStringLiteral("0 of 2 targets healthy. 127.0.0.1:1: connection refused"));
    notice = alarms.take(half, now);
    QVERIFY(notice);
    QCOMPARE(notice->title, QStringLiteral("g has healthy targets again"));
    notice = alarms.take(good, now);
    QVERIFY(notice);
    QCOMPARE(notice->title, QStringLiteral("g is healthy again"));
    QCOMPARE(notice->words, QStringLiteral("2 of 2 targets healthy."));
  }

  void alarmsAreFewInAMinuteAndTellTheRestLater() {
    GroupAlarms alarms;
    const spillway::TimePoint start{};
    const std::vector<TargetStatus> good{member("g", 1, TargetState::Healthy)},
        bad{member("g", 1, TargetState::Unhealthy)};
    std::size_t told = 0;
    for (int i = 0; i < 9; ++i)
      told += alarms.take(i % 2 == 0 ? bad : good, start + i * 1s) ? 1 : 0;
    QCOMPARE(told, GroupAlarms::kPerMinute);
    QVERIFY(!alarms.take(bad, start + 50s));
    // The last one told was "healthy again"; it is not.
    const auto notice = alarms.take(bad, start + 61s);
    QVERIFY(notice);
    QCOMPARE(notice->title, QStringLiteral("g is unhealthy"));
  }

  void alarmsThatComeTogetherAreOneNotice() {
    GroupAlarms alarms;
    std::vector<TargetStatus> all;
    for (int i = 0; i < 7; ++i)
      all.push_back(member("group-" + std::to_string(i), 1, TargetState::Unhealthy));
    const auto notice = alarms.take(all, {});
    QVERIFY(notice);
    QCOMPARE(notice->title, QStringLiteral("7 target groups changed their health"));
    QCOMPARE(notice->words.count(QLatin1Char('\n')), static_cast<qsizetype>(GroupAlarms::kLines));
    QVERIFY(notice->words.endsWith(QStringLiteral("and 2 more")));
  }

  void noticesCanBeSwitchedOff() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString()});
    HealthNotifier notifier(bridge);
    QSignalSpy notices(&notifier, &HealthNotifier::notified);
    QSettings().remove(QLatin1String(kNotifyOfHealthKey));
    Q_EMIT bridge.targetsChanged({member("g", 1, TargetState::Unhealthy)});
    QCOMPARE(notices.count(), 1);
    QCOMPARE(notices[0][0].toString(), QStringLiteral("g is unhealthy"));
    QSettings().setValue(QLatin1String(kNotifyOfHealthKey), false);
    Q_EMIT bridge.targetsChanged({member("g", 1, TargetState::Healthy)});
    QCOMPARE(notices.count(), 1);
    QSettings().remove(QLatin1String(kNotifyOfHealthKey));
    Q_EMIT bridge.targetsChanged({member("g", 1, TargetState::Unhealthy)});
    QCOMPARE(notices.count(), 2);
  }

  void stripTellsEachCheck() {
    HealthHistory history;
    const TargetId id{"route-guide", "127.0.0.1", 50061};
    history.ingest({check(id, true, true, 0), check(id, false, false, 1)});
    CheckStrip strip;
    strip.showChecks(history.of(id).checks, true);
    QVERIFY(strip.sentence(0).contains(QStringLiteral("✔ passed · 12 UNIMPLEMENTED")));
    QVERIFY(strip.sentence(1).contains(QStringLiteral("✖ failed · 14 UNAVAILABLE")));
    QVERIFY(strip.sentence(2).isEmpty());
    QVERIFY(strip.accessibleDescription().contains(QStringLiteral("1 failed")));
  }
};

QTEST_MAIN(HealthTest)
#include "health_test.moc"
