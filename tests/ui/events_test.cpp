// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "engine/history/filter.h"
#include "tests/ui/synthetic_events.h"
#include "ui/events/events_page.h"
#include "ui/widgets/value_table.h"

using namespace spillway;
using namespace spillway::ui;
using namespace std::chrono_literals;
using observe::Outcome;

Q_DECLARE_METATYPE(spillway::ui::JournalEntry)

class EventsTest : public QObject {
  Q_OBJECT

  static observe::Event failed(Outcome outcome, WallTime when, const std::string& target = "127.0.0.1:1") {
    auto record = std::make_shared<observe::StreamRecord>();
    record->head = std::make_shared<observe::StreamHead>();
    record->outcome = outcome;
    record->ended = when;
    record->target = target;
    record->cause = "Connection refused.";
    record->endedBy = observe::EndedBy::Target;
    observe::Event event{.kind = observe::EventKind::StreamEnded, .time = when};
    event.record = std::move(record);
    return event;
  }

  static observe::Event turned(observe::TargetState from, observe::TargetState to) {
    auto health = std::make_shared<observe::HealthEvent>();
    health->target = {"one-targets", "127.0.0.1", 1};
    health->address = "127.0.0.1:1";
    health->time = synthetic::at(0);
    health->previous = from;
    health->state = to;
    health->changed = from != to;
    health->detail = "connection refused";
    observe::Event event{.kind = observe::EventKind::Health, .time = health->time};
    event.health = std::move(health);
    return event;
  }

 private slots:
  void equalFailuresAreOneEntryThatCounts() {
    EventJournal journal;
    const WallTime start = synthetic::at(0);
    journal.takeEvents({failed(Outcome::TargetRefused, start), failed(Outcome::TargetRefused, start + 2s),
                        failed(Outcome::TargetRefused, start + 3s, ""),
                        failed(Outcome::TargetRefused, start + 4s, "127.0.0.1:2"),
                        failed(Outcome::Completed, start + 4s), failed(Outcome::TargetTimeout, start + 5s)});
    QCOMPARE(journal.entries().size(), std::size_t{4});
    QCOMPARE(journal.entries().back().times, std::uint64_t{2});
    QVERIFY(journal.entries().back().last == start + 2s);
    journal.takeEvents({failed(Outcome::TargetRefused, start + 2min)});
    QCOMPARE(journal.entries().size(), std::size_t{5});
    QCOMPARE(journal.entries().front().times, std::uint64_t{1});
  }

  void filterSelectsTheFailures() {
    EventJournal journal;
    const observe::Event first = failed(Outcome::TargetRefused, synthetic::at(0)),
                         second = failed(Outcome::TargetRefused, synthetic::at(1'500'000));
    journal.takeEvents({first, second});
    const QString text = journal.entries().front().logFilter;
    const auto filter = history::Filter::parse(text.toStdString(), synthetic::at(0));
    QVERIFY2(filter.has_value(), qPrintable(text));
    QVERIFY(filter->matches(*first.record));
    QVERIFY(filter->matches(*second.record));
    QVERIFY(!filter->matches(*failed(Outcome::TargetRefused, synthetic::at(9'000'000)).record));
    QVERIFY(!filter->matches(*failed(Outcome::TargetTimeout, synthetic::at(0)).record));
  }

  void onlyChangesOfHealthAreTold() {
    using observe::TargetState;
    EventJournal journal;
    journal.takeEvents({turned(TargetState::Healthy, TargetState::Healthy)});
    QVERIFY(journal.entries().empty());
    journal.takeEvents({turned(TargetState::Healthy, TargetState::Unhealthy)});
    QCOMPARE(journal.entries().front().words,
             QStringLiteral("127.0.0.1:1 of one-targets: healthy → unhealthy. connection refused"));
    QVERIFY(journal.entries().front().severity == Severity::Bad);
    QVERIFY(journal.entries().front().target == (TargetId{"one-targets", "127.0.0.1", 1}));
  }

  void lossesAreDifferencesOfTheTotals() {
    EventJournal journal;
    journal.takeLosses(10, 0, synthetic::at(0));
    journal.takeLosses(25, 0, synthetic::at(0) + 1s);
    journal.takeLosses(25, 0, synthetic::at(0) + 2s);
    QCOMPARE(journal.entries().size(), std::size_t{1});
    QCOMPARE(journal.entries().front().times, std::uint64_t{25});
  }

  void takingOutAndPuttingBackAreTold() {
    using observe::TargetState;
    EventJournal journal;
    auto event = turned(TargetState::Healthy, TargetState::Unhealthy);
    auto out = std::make_shared<observe::HealthEvent>(*event.health);
    out->reason = observe::HealthReason::TakenOut;
    out->detail = "for 5 min";
    event.health = out;
    journal.takeEvents({event});
    QCOMPARE(journal.entries().front().words,
             QStringLiteral("127.0.0.1:1 of one-targets: taken out by you for 5 min"));
    QVERIFY(journal.entries().front().severity == Severity::Warning);
    event = turned(TargetState::Unhealthy, TargetState::Healthy);
    auto back = std::make_shared<observe::HealthEvent>(*event.health);
    back->detail = "put back by you";
    event.health = back;
    journal.takeEvents({event});
    QCOMPARE(journal.entries().front().words,
             QStringLiteral("127.0.0.1:1 of one-targets: unhealthy → healthy. put back by you"));
  }

  void historyLossesAndFailedHandshakesAreTold() {
    EventJournal journal;
    journal.takeHistoryLosses(10, synthetic::at(0));
    journal.takeHistoryLosses(12, synthetic::at(0) + 1s);
    QCOMPARE(journal.entries().front().times, std::uint64_t{12});
    QVERIFY(journal.entries().front().kind == JournalKind::Losses);
    const auto shaken = [](std::int64_t micros, WallTime when) {
      auto connection = std::make_shared<observe::ConnectionRecord>();
      connection->hasTls = true;
      connection->handshakeMicros = micros;
      connection->clientIp = "127.0.0.1";
      connection->listener = "HTTPS:443";
      connection->loadBalancer = "desk";
      connection->established = when;
      observe::Event event{.kind = observe::EventKind::Connection, .time = when};
      event.connection = std::move(connection);
      return event;
    };
    journal.takeEvents({shaken(900, synthetic::at(0) + 1s)});
    QCOMPARE(journal.entries().size(), std::size_t{1});
    journal.takeEvents({shaken(-1, synthetic::at(0) + 2s), shaken(-1, synthetic::at(0) + 3s)});
    QCOMPARE(journal.entries().size(), std::size_t{2});
    QCOMPARE(journal.entries().front().words,
             QStringLiteral("TLS handshake with client 127.0.0.1 failed at HTTPS:443 of desk"));
    QCOMPARE(journal.entries().front().times, std::uint64_t{2});
  }

  void lengthIsBounded() {
    EventJournal journal;
    for (int i = 0; i < 600; ++i)
      journal.tell(JournalKind::Configuration, Severity::None, QString::number(i), synthetic::at(i));
    QCOMPARE(journal.entries().size(), EventJournal::kMost);
    QCOMPARE(journal.entries().front().words, QStringLiteral("599"));
  }

  void pageShowsNewestFirstAndLeadsOn() {
    const QTemporaryDir data;
    EngineBridge bridge({.workers = 1, .dataDirectory = data.path().toStdString()});
    Workspace workspace(bridge);
    EventsPage page(bridge, workspace);
    page.resize(1000, 500);
    page.show();
    QSignalSpy shown(&page, &EventsPage::showRequested);
    Q_EMIT bridge.eventsArrived({turned(observe::TargetState::Healthy, observe::TargetState::Unhealthy)});
    Q_EMIT bridge.eventsArrived({failed(Outcome::TargetRefused, synthetic::at(5'000'000))});
    QTRY_COMPARE(page.table().model()->rowCount(), 2);
    QVERIFY(page.table().model()->index(0, 2).data().toString().startsWith(QStringLiteral("✖ 127.0.0.1:1")));
    QVERIFY(page.table().model()->index(1, 1).data().toString() == QStringLiteral("Health"));
    page.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&page));
    page.table().setFocus();
    page.table().selectRow(0);
    QTest::keyClick(&page.table(), Qt::Key_Return);
    QCOMPARE(shown.count(), 1);
    QVERIFY(shown[0][0].value<JournalEntry>().logFilter.contains(QStringLiteral("target refused")));
    page.table().setFilter(QStringLiteral("healthy →"));
    QCOMPARE(page.table().model()->rowCount(), 1);
  }
};

QTEST_MAIN(EventsTest)
#include "events_test.moc"
