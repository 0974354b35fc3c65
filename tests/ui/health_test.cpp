// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>

#include "tests/ui/synthetic_events.h"
#include "ui/health/check_strip.h"
#include "ui/health/health_history.h"
#include "ui/health/target_health_model.h"
#include "ui/health/target_health_page.h"
#include "ui/models/roles.h"

using namespace spillway::ui;
using spillway::TargetId;
using spillway::TargetStatus;
using spillway::observe::TargetState;

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
    TargetHealthPage page(bridge, workspace);
    Q_EMIT bridge.targetsChanged(
        {target(50061, TargetState::Healthy), target(50062, TargetState::Unhealthy)});
    const auto tables = page.findChildren<QTableView*>();
    const auto found = std::find_if(tables.begin(), tables.end(), [](const QTableView* candidate) {
      return candidate->accessibleName() == QStringLiteral("Targets");
    });
    QVERIFY(found != tables.end());
    const QTableView* table = *found;
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
