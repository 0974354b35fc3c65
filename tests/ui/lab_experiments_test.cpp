// SPDX-License-Identifier: GPL-3.0-or-later
// Every experiment of the lab is run, with the route guide's own servers, and what it says compared with what
// happened.
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>
#include <map>
#include <set>

#include "tests/ui/classroom.h"
#include "ui/health/target_health_model.h"

namespace spillway::ui {

class LabExperimentsTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init() { QSettings().setValue(QStringLiteral("lab/pace"), 0); }
  void cleanupTestCase() { room_.reset(); }
  void cancel();
  void deadline();
  void eachCallAnew();
  void trailersOnly();
  void metadata();
  void compression();
  void targetKilled();
  void slowReader();
  void largeMessages();
  void statusCodes();
  void manyStreams();
  void perConnection();
  void slowTarget();
  void leastOutstanding();
  void stickiness();
  void aStepIsPreparedToo();
  void draining();
  void healthCode();

 private:
  std::pair<std::ptrdiff_t, std::ptrdiff_t> shares() const;
  const config::TargetGroup& group() const;

  std::unique_ptr<Classroom> room_;
};

void LabExperimentsTest::initTestCase() {
  prepareSettings();
  room_ = std::make_unique<Classroom>();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isReady(), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(room_->areBothHealthy(), kPatience);
}

void LabExperimentsTest::cancel() {
  QVERIFY(room_->runExperiment("cancel"));
  QCOMPARE(room_->status(), 1);
  QCOMPARE(room_->page->stream()->requestMessages(), 2u);
  QCOMPARE(room_->page->stream()->record->elbStatus, 460);
  QVERIFY2(
      room_->story().startsWith(QStringLiteral("The client cancelled the call; until then **2 messages**")),
      qPrintable(room_->story()));
  QTRY_VERIFY(room_->shows(QStringLiteral("RST_STREAM with CANCEL")));
}

void LabExperimentsTest::deadline() {
  QVERIFY(room_->runExperiment("deadline"));
  QCOMPARE(room_->status(), 4);
  // The answers at 0, 0.5 and 1 s came in time.
  const std::uint64_t answers = room_->page->stream()->responseMessages();
  QVERIFY(answers >= 1 && answers <= 3);
  QVERIFY2(room_->story().contains(QStringLiteral("and **%1 message").arg(answers)) &&
               room_->story().contains(QStringLiteral("4 DEADLINE_EXCEEDED")),
           qPrintable(room_->story()));
}

void LabExperimentsTest::eachCallAnew() {
  QVERIFY(room_->runExperiment("each-call-anew"));
  QTRY_VERIFY2_WITH_TIMEOUT(room_->story().startsWith(QStringLiteral("**20 calls** were made")),
                            qPrintable(room_->story()), kPatience);
  QVERIFY2(room_->story().contains(QStringLiteral("over **one connection**")), qPrintable(room_->story()));
  QCOMPARE(room_->story().count(QStringLiteral("took **10**")), 2);
}

void LabExperimentsTest::trailersOnly() {
  QVERIFY(room_->runExperiment("trailers-only"));
  QCOMPARE(room_->status(), 12);
  QCOMPARE(room_->page->stream()->record->elbStatus, 200);
  QVERIFY2(room_->story().contains(QStringLiteral("*Trailers-Only*")), qPrintable(room_->story()));
}

void LabExperimentsTest::metadata() {
  QVERIFY(room_->runExperiment("metadata"));
  QCOMPARE(room_->status(), 0);
  QVERIFY2(room_->story().contains(
               QStringLiteral("`x-served-by: %1`").arg(QString::fromStdString(room_->target()))),
           qPrintable(room_->story()));
}

void LabExperimentsTest::compression() {
  QVERIFY(room_->runExperiment("compression"));
  QCOMPARE(room_->status(), 0);
  QVERIFY2(room_->story().contains(QStringLiteral("The client compressed what it sent: **2 messages** took")),
           qPrintable(room_->story()));
}

void LabExperimentsTest::targetKilled() {
  const auto pids = [this] {
    std::set<int> all;
    for (const auto& task : room_->window->workspace().services().tasks())
      all.insert(task.pid);
    return all;
  };
  const auto before = pids();
  QVERIFY(room_->runExperiment("target-killed"));
  QCOMPARE(room_->status(), 13);  // what a client's library makes of a reset with INTERNAL_ERROR
  QCOMPARE(room_->page->stream()->targets.size(), 1u);  // not called again elsewhere
  QVERIFY(room_->page->stream()->responseMessages() >= 3);
  QVERIFY2(room_->story().startsWith(QStringLiteral("After **3 answers** the server at **%1** was killed")
                                         .arg(QString::fromStdString(room_->target()))),
           qPrintable(room_->story()));
  // It is started again: as another process.
  const auto fresh = [&] {
    const auto now = pids();
    return now.size() == 2 && now != before && !now.contains(0);
  };
  QTRY_VERIFY_WITH_TIMEOUT(fresh(), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(room_->areBothHealthy(), kPatience);
}

void LabExperimentsTest::slowReader() {
  QVERIFY(room_->runExperiment("slow-reader"));
  QCOMPARE(room_->status(), 0);
  QVERIFY2(room_->page->stream()->record->durationMicros > 2'500'000, qPrintable(room_->story()));
  const StreamEntry& stream = *room_->page->stream();
  static const QRegularExpression pause(
      QStringLiteral("After \\*\\*(\\d+) messages?\\*\\* .* no further one passed"));
  const auto found = pause.match(room_->story());
  QVERIFY2(found.hasMatch(), qPrintable(room_->story()));
  // Most of them had to wait.
  QVERIFY2(found.captured(1).toULongLong() < stream.responseMessages() / 2, qPrintable(room_->story()));
  // Which window it was that shut.
  QTRY_VERIFY2_WITH_TIMEOUT(
      room_->story().contains(QRegularExpression(QStringLiteral(
          "A window was shut, Spillway → client: shut for [23]\\.\\d+ s .*the client did not read"))),
      qPrintable(room_->story()), kPatience);
}

void LabExperimentsTest::largeMessages() {
  QVERIFY(room_->runExperiment("large-messages"));
  QCOMPARE(room_->status(), 0);
  QVERIFY2(room_->story().contains(QStringLiteral("it took at least **7** of them")),
           qPrintable(room_->story()));
  static const QRegularExpression frames(
      QStringLiteral("between Spillway and the target .* up and \\*\\*(\\d+) DATA frames\\*\\* down; the "
                     "largest carried \\*\\*([\\d,]+) "
                     "bytes"));
  QTRY_VERIFY2_WITH_TIMEOUT(frames.match(room_->story()).hasMatch(), qPrintable(room_->story()), kPatience);
  const auto found = frames.match(room_->story());
  QVERIFY2(found.captured(1).toInt() >= 7, qPrintable(room_->story()));
  QVERIFY2(found.captured(2).remove(QLatin1Char(',')).toInt() <= 16'384, qPrintable(room_->story()));
}

void LabExperimentsTest::statusCodes() {
  QVERIFY(room_->runExperiment("status-codes"));
  std::set<int> statuses;
  for (const CallEnd& end : room_->page->calls().ends())
    statuses.insert(end.status);
  QCOMPARE(room_->page->calls().ends().size(), 17u);
  QCOMPARE(statuses.size(), 17u);
  QCOMPARE(*statuses.rbegin(), 16);
  QVERIFY2(room_->story().contains(QStringLiteral("**17 different statuses**: 0 OK, 1 CANCELLED")),
           qPrintable(room_->story()));
  QCOMPARE(room_->page->stream()->record->elbStatus, 200);
  // Another lesson knows nothing of it.
  QVERIFY(room_->chooseExperiment("metadata"));
  QCOMPARE(room_->story(), QString());
}

void LabExperimentsTest::manyStreams() {
  QVERIFY(room_->runExperiment("many-streams"));
  static const QRegularExpression words(
      QStringLiteral("^\\*\\*16 calls\\*\\* were made, up to \\*\\*(\\d+)\\*\\* of them at once, over "
                     "\\*\\*one connection\\*\\*"));
  QTRY_VERIFY2_WITH_TIMEOUT(words.match(room_->story()).hasMatch(), qPrintable(room_->story()), kPatience);
  // On a slow machine the first may be over before the last begins.
  QVERIFY2(words.match(room_->story()).captured(1).toInt() > 8, qPrintable(room_->story()));
}

/// How many calls the server got that fewest went to, and the other one.
std::pair<std::ptrdiff_t, std::ptrdiff_t> LabExperimentsTest::shares() const {
  std::map<QString, std::ptrdiff_t> counts;
  for (const TargetStatus& target : room_->window->bridge().targets())
    counts[targetAddress(target.id)] = 0;
  for (const CallEnd& end : room_->page->calls().ends())
    ++counts[end.servedBy];
  const auto one = counts.begin()->second, other = counts.rbegin()->second;
  return counts.size() == 2 ? std::pair(std::min(one, other), std::max(one, other))
                            : std::pair<std::ptrdiff_t, std::ptrdiff_t>(-1, -1);
}

void LabExperimentsTest::perConnection() {
  QVERIFY(room_->chooseExperiment("per-connection"));
  // What was called before is counted two samples later; so is what is called now.
  const auto counted = [this] {
    QSignalSpy samples(&room_->window->bridge(), &EngineBridge::metricsSampled);
    (void)QTest::qWaitFor([&] { return samples.count() >= 2; }, kPatience);
    return room_->window->bridge().metrics().total.requests;
  };
  const auto before = counted();
  room_->run();
  QTRY_VERIFY_WITH_TIMEOUT(room_->areCallsOver(), kPatience);
  QCOMPARE(shares(), (std::pair<std::ptrdiff_t, std::ptrdiff_t>(0, 20)));
  QVERIFY2(room_->story().startsWith(QStringLiteral("**20 calls** were made straight to a target")),
           qPrintable(room_->story()));
  QCOMPARE(counted(), before);  // none of them passed Spillway
}

const config::TargetGroup& LabExperimentsTest::group() const {
  return room_->window->workspace().document().targetGroups.front();
}

void LabExperimentsTest::slowTarget() {
  QVERIFY(room_->runExperiment("slow-target"));
  QCOMPARE(shares(), (std::pair<std::ptrdiff_t, std::ptrdiff_t>(20, 20)));
  QTRY_VERIFY2_WITH_TIMEOUT(room_->story().startsWith(QStringLiteral("**40 calls** were made")),
                            qPrintable(room_->story()), kPatience);
}

void LabExperimentsTest::leastOutstanding() {
  QVERIFY(room_->runExperiment("least-outstanding"));
  const auto [slow, fast] = shares();
  QCOMPARE(slow + fast, 40);
  QVERIFY2(slow >= 1 && slow <= 12, qPrintable(room_->story()));
  QVERIFY(group().attributes.algorithm == config::Algorithm::RoundRobin);
}

void LabExperimentsTest::stickiness() {
  QVERIFY(room_->runExperiment("stickiness"));
  QCOMPARE(shares(), (std::pair<std::ptrdiff_t, std::ptrdiff_t>(0, 10)));
  QVERIFY(!group().attributes.stickiness.enabled);
}

void LabExperimentsTest::aStepIsPreparedToo() {
  QVERIFY(room_->chooseExperiment("stickiness"));
  room_->button(QStringLiteral("&Step ↓"))->click();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isOver() && room_->areCallsOver(), kPatience);
  QCOMPARE(room_->page->calls().ends().size(), std::size_t{1});
  const auto& lines = room_->page->player().lines();
  const auto headers = std::ranges::find(lines, grpc::CallEvent::Kind::Headers, &CallLine::kind);
  QVERIFY(headers != lines.end());
  QVERIFY2(headers->text.contains(QStringLiteral("AWSALB=")), qPrintable(headers->text));
  QTRY_VERIFY_WITH_TIMEOUT(!group().attributes.stickiness.enabled, kPatience);
}

void LabExperimentsTest::draining() {
  QVERIFY(room_->runExperiment("draining"));
  QCOMPARE(room_->status(), 0);
  QCOMPARE(room_->page->stream()->targets.size(), 1u);
  QVERIFY2(
      room_->story().contains(
          QStringLiteral("**%1** was deregistered: it drains").arg(QString::fromStdString(room_->target()))),
      qPrintable(room_->story()));
  QCOMPARE(group().targets.size(), 2u);
  QTRY_VERIFY_WITH_TIMEOUT(room_->areBothHealthy(), kPatience);
}

void LabExperimentsTest::healthCode() {
  QVERIFY(room_->chooseExperiment("health-code"));
  room_->run();
  QTRY_VERIFY2_WITH_TIMEOUT(room_->story().startsWith(QStringLiteral("The success code of")),
                            qPrintable(room_->story()), kPatience);
  QTRY_COMPARE_WITH_TIMEOUT(room_->targetsIn(observe::TargetState::Unhealthy), 2, kPatience);
  for (const TargetStatus& target : room_->window->bridge().targets())
    QVERIFY(target.reason == observe::HealthReason::ResponseCodeMismatch);
  QTRY_VERIFY_WITH_TIMEOUT(room_->isOver() && room_->areCallsOver(), kPatience);
  QCOMPARE(room_->status(), 0);
  QVERIFY(room_->page->stream()->record->failOpen);
  QCOMPARE(group().healthCheck.matcher.grpcCode, std::string("12"));
  QTRY_VERIFY_WITH_TIMEOUT(room_->areBothHealthy(), kPatience);
}

}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::LabExperimentsTest)
#include "lab_experiments_test.moc"
