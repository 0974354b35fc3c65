// SPDX-License-Identifier: GPL-3.0-or-later
// The streaming lab, through the real window and engine, with the route guide's own servers.
#include <QCheckBox>
#include <QTest>
#include <fstream>
#include <set>

#include "tests/ui/classroom.h"
#include "ui/lab/json_brief.h"

namespace spillway::ui {

namespace {

using Kind = grpc::CallEvent::Kind;

constexpr int kUnary = 0, kServerStreaming = 1, kClientStreaming = 2, kBidirectional = 3;

}  // namespace

class LabTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void init() {
    QSettings().remove(QStringLiteral("lab"));
    QSettings().setValue(QStringLiteral("lab/pace"), 0);
  }
  void cleanupTestCase() { room_.reset(); }
  void aUnaryCallIsToldAsItWas();
  void aServerStreamIsToldAsItWas();
  void theClientStreamAnswersAfterTheHalfClose();
  void aChatGoesStepByStep();
  void aCancelledCallSaysWhoMadeTheStatus();
  void aDeadlineEndsTheCall();
  void thereAreAsManyTargetsAsChosen();
  void ticksAreKeptAndTakenBack();
  void aTeachersFileTakesTheBuiltInsPlace();
  void messagesFitOnALine();
  void aBadLessonIsToldByItsLine();
  void eachLessonHasCodeInEveryLanguage();

 private:
  std::unique_ptr<Classroom> room_;
};

void LabTest::initTestCase() {
  prepareSettings();
  room_ = std::make_unique<Classroom>();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isReady(), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(room_->areBothHealthy(), kPatience);
}

void LabTest::aUnaryCallIsToldAsItWas() {
  room_->page->chooseLesson(kUnary);
  room_->run();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isOver(), kPatience);
  QCOMPARE(room_->status(), 0);
  QCOMPARE(room_->rows(SequenceShape::Message), 2);
  QVERIFY(room_->page->player().message(Kind::Received, 1).contains(QStringLiteral("Berkshire Valley")));
  QVERIFY2(room_->story().startsWith(QStringLiteral("One message went to **") +
                                     QString::fromStdString(room_->target())),
           qPrintable(room_->story()));
}

void LabTest::aServerStreamIsToldAsItWas() {
  room_->page->chooseLesson(kServerStreaming);
  room_->run();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isOver(), kPatience);
  const std::uint64_t answers = room_->page->stream()->responseMessages();
  QVERIFY(answers > 1);
  QVERIFY2(room_->story().contains(QStringLiteral("**%1 messages** came back").arg(answers)),
           qPrintable(room_->story()));
  QVERIFY(room_->story().contains(QStringLiteral("All %1 messages used").arg(answers + 1)));
}

void LabTest::theClientStreamAnswersAfterTheHalfClose() {
  room_->page->chooseLesson(kClientStreaming);
  room_->run();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isOver(), kPatience);
  const StreamEntry& stream = *room_->page->stream();
  QCOMPARE(stream.requestMessages(), 8u);
  QCOMPARE(stream.responseMessages(), 1u);
  const auto is = [](observe::EventKind kind) {
    return [kind](const TimelineEntry& entry) { return entry.kind == kind; };
  };
  const auto closed = std::ranges::find_if(stream.timeline, is(observe::EventKind::HalfClose));
  const auto answer = std::ranges::find_if(stream.timeline, [](const TimelineEntry& entry) {
    return entry.kind == observe::EventKind::Message && entry.direction == observe::Direction::Response;
  });
  QVERIFY(closed != stream.timeline.end() && closed < answer);
  QVERIFY2(room_->story().contains(QStringLiteral("sent **8 messages**")), qPrintable(room_->story()));
  QVERIFY(room_->page->player().message(Kind::Received, 1).contains(QStringLiteral("\"pointCount\": 8")));
}

void LabTest::aChatGoesStepByStep() {
  room_->page->chooseLesson(kBidirectional);
  QPushButton* step = room_->button(QStringLiteral("&Step ↓"));
  for (int sent = 1; sent <= 5; ++sent) {
    QVERIFY(step->isEnabled());
    step->click();
    const auto goneOut = [&] {
      const StreamEntry* stream = room_->page->stream();
      return stream ? static_cast<int>(stream->requestMessages()) : 0;
    };
    QTRY_COMPARE_WITH_TIMEOUT(goneOut(), sent, kPatience);
    if (sent < 5) QVERIFY(room_->page->player().isRunning());
  }
  QTRY_VERIFY_WITH_TIMEOUT(room_->isOver(), kPatience);
  QVERIFY(step->isEnabled());  // for the next call
  // The fourth note is at the place of the first, the fifth at that of the third.
  QVERIFY(room_->page->stream()->responseMessages() >= 2);
  QVERIFY2(room_->story().contains(QStringLiteral("The client had sent **4 messages** before the first")),
           qPrintable(room_->story()));
  const std::uint64_t all =
      room_->page->stream()->requestMessages() + room_->page->stream()->responseMessages();
  QVERIFY(room_->story().contains(QStringLiteral("All %1 messages used").arg(all)));
}

void LabTest::aCancelledCallSaysWhoMadeTheStatus() {
  room_->page->chooseLesson(kBidirectional);
  room_->button(QStringLiteral("&Step ↓"))->click();
  QTRY_VERIFY_WITH_TIMEOUT(room_->page->stream() && room_->page->stream()->requestMessages() == 1, kPatience);
  room_->button(QStringLiteral("&Cancel call"))->click();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isOver(), kPatience);
  QCOMPARE(room_->status(), 1);
  QVERIFY(room_->page->stream()->record->outcome == observe::Outcome::ClientClosed);
  QVERIFY2(
      room_->story().startsWith(QStringLiteral("The client cancelled the call; until then **1 message**")),
      qPrintable(room_->story()));
}

void LabTest::aDeadlineEndsTheCall() {
  room_->page->chooseLesson(kBidirectional);
  room_->choose("Deadline", 500);
  room_->choose("Pace", 2000);
  room_->run();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isOver(), kPatience);
  room_->choose("Deadline", 0);
  QCOMPARE(room_->status(), 4);
  QVERIFY2(room_->story().contains(QStringLiteral("4 DEADLINE_EXCEEDED")), qPrintable(room_->story()));
}

void LabTest::thereAreAsManyTargetsAsChosen() {
  room_->page->chooseLesson(kUnary);
  QComboBox* targets = nullptr;
  for (auto* box : room_->page->findChildren<QComboBox*>()) {
    if (box->accessibleName() == QStringLiteral("Targets")) targets = box;
  }
  QVERIFY(targets && targets->isVisible());
  QCOMPARE(targets->currentData().toInt(), 2);
  const auto choose = [&](int count) {
    targets->setCurrentIndex(targets->findData(count));
    Q_EMIT targets->activated(targets->currentIndex());
  };
  choose(3);
  QTRY_COMPARE_WITH_TIMEOUT(room_->targetsIn(observe::TargetState::Healthy), 3, kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(room_->isReady(), kPatience);
  std::set<std::string> answered;
  for (int call = 0; call < 3; ++call) {
    room_->run();
    QTRY_VERIFY_WITH_TIMEOUT(room_->isOver(), kPatience);
    QCOMPARE(room_->status(), 0);
    answered.insert(room_->target());
  }
  QCOMPARE(answered.size(), std::size_t{3});  // round robin
  choose(2);                                  // the third one drains
  QTRY_COMPARE_WITH_TIMEOUT(room_->targetsIn(observe::TargetState::Draining), 1, kPatience);
  QCOMPARE(room_->targetsIn(observe::TargetState::Healthy), 2);
  QCOMPARE(targets->currentData().toInt(), 2);
  QCOMPARE(room_->window->workspace().document().localServices.front().ports.size(), std::size_t{2});
}

void LabTest::ticksAreKeptAndTakenBack() {
  room_->page->chooseLesson(kUnary);
  const auto boxes = [&] { return room_->page->pane().findChildren<QCheckBox*>(); };
  QVERIFY(!boxes().isEmpty());
  boxes().front()->click();
  room_->page->chooseLesson(kBidirectional);
  room_->page->chooseLesson(kUnary);
  QTRY_COMPARE(boxes().size(), 3);
  QVERIFY(boxes().front()->isChecked());
  room_->button(QStringLiteral("Start the lesson afresh"))->click();
  QTRY_COMPARE(boxes().size(), 3);
  QVERIFY(!boxes().front()->isChecked());
}

void LabTest::aTeachersFileTakesTheBuiltInsPlace() {
  const test::TemporaryFolder folder;
  std::ofstream(folder.file("unary.md"))
      << "# Ours\nmethod: /shop.Shop/Buy\nsend: {\"id\": 1}\n\n## Idea\n\nAsk *one* thing.\n";
  std::ofstream(folder.file("our-own.md"))
      << "# Own\nmethod: /shop.Shop/Buy\nsend: {}\ncalls: 3\nmetadata: x-a: b\n\n## Idea\n\nWhy?\n";
  std::ofstream(folder.file("bidirectional.md")) << "# Bad\nmehtod: /shop.Shop/Buy\n";
  const Lessons found = readLessons(QString::fromStdString(folder.path()));
  QCOMPARE(found.lessons.size(), 22u);
  QCOMPARE(found.lessons[kUnary].title, QStringLiteral("Ours"));
  QCOMPARE(found.lessons[kUnary].send, QStringList{QStringLiteral("{\"id\": 1}")});
  QCOMPARE(found.lessons[kBidirectional].title, QStringLiteral("Bidirectional"));
  QCOMPARE(found.lessons.back().title, QStringLiteral("Own"));
  QCOMPARE(found.lessons.back().settings.calls, 3);
  QCOMPARE(found.problems.size(), 1);
  QVERIFY2(found.problems.front().contains(QStringLiteral("line 2: \"mehtod")),
           qPrintable(found.problems.front()));
}

void LabTest::messagesFitOnALine() {
  const auto brief = [](const char* json) { return jsonBrief(QString::fromUtf8(json)); };
  QCOMPARE(brief(R"({"location": {"latitude": 0, "longitude": 1}, "message": "Hello"})"),
           QStringLiteral("Hello [0, 1]"));
  QCOMPARE(brief(R"({"pointCount": 8, "distance": 12})"), QStringLiteral("distance 12, pointCount 8"));
  QCOMPARE(brief(R"({"location": {}, "tags": ["a", "b"]})"), QStringLiteral("[a, b]"));
  QCOMPARE(brief("{}"), QString());
  QCOMPARE(brief("cut  off"), QStringLiteral("cut off"));
  QVERIFY(jsonBrief(QStringLiteral(R"({"text": "%1"})").arg(QString(100'000, QLatin1Char('x')))).size() <=
          200);
}

void LabTest::aBadLessonIsToldByItsLine() {
  const auto problem = [](const char* text) {
    const auto lesson = parseLesson(QStringLiteral("x"), QString::fromUtf8(text));
    return lesson ? QString() : lesson.error();
  };
  QVERIFY(problem("# A\ncalls: 0\n").contains(QStringLiteral("line 2: \"calls: 0\"")));
  QVERIFY(problem("# A\ndeadline: soon\n").contains(QStringLiteral("line 2")));
  QVERIFY(problem("").contains(QStringLiteral("title")));
  QVERIFY(problem("# A\n## Idea\nx\n").contains(QStringLiteral("method")));
  QVERIFY(problem("# A\nmethod: /a/b\n## Idea\nx\n").contains(QStringLiteral("send")));
  QVERIFY(problem("# A\n## Ideas\n").contains(QStringLiteral("line 2: there is no section \"Ideas\"")));
  // A heading inside of code is code.
  QCOMPARE(problem("# A\nmethod: /a/b\nsend: {}\n## Idea\nx\n## Client in Sh\n```\n## Idea\n```\n"),
           QString());
}

void LabTest::eachLessonHasCodeInEveryLanguage() {
  const QStringList languages{QStringLiteral("C++"), QStringLiteral("Go"), QStringLiteral("Java"),
                              QStringLiteral("Node"), QStringLiteral("Python")};
  auto lessons = readLessons({}).lessons;
  QCOMPARE(lessons.size(), 21u);
  lessons.resize(kCallKinds);
  for (const Lesson& lesson : lessons) {
    QCOMPARE(lesson.client.keys(), languages);
    QCOMPARE(lesson.server.keys(), languages);
    for (const auto& codes : {lesson.client, lesson.server}) {
      for (const QString& code : codes)
        QVERIFY(!code.isEmpty());
    }
  }
}

}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::LabTest)
#include "lab_test.moc"
