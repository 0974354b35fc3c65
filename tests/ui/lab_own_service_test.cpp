// SPDX-License-Identifier: GPL-3.0-or-later
// The lab pointed at a service of one's own, and the lessons that a workspace offers: through the real window
// and engine, with the route guide's servers as the service.
#include <QListWidget>
#include <QMenu>
#include <QPlainTextEdit>
#include <QSpinBox>

#include "tests/ui/classroom.h"
#include "ui/calls/message_editor.h"
#include "ui/lab/lesson_card.h"
#include "ui/lab/lesson_choice.h"
#include "ui/lab/own_service.h"

namespace spillway::ui {

class LabOwnServiceTest : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void cleanupTestCase() { room_.reset(); }
  void methodsAreOfferedByTheirKind();
  void aMethodIsCalledThroughTheBalancer();
  void aTargetIsCalledPastTheBalancer();
  void aMistakeInTheMessageIsTold();
  void aWorkspaceOffersTheLessonsOfItsClass();

 private:
  static QStringList textsOf(const QMenu& menu);

  std::unique_ptr<Classroom> room_;
};

void LabOwnServiceTest::initTestCase() {
  prepareSettings();
  QSettings().setValue(QStringLiteral("lab/pace"), 0);
  room_ = std::make_unique<Classroom>();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isReady(), kPatience);
  QTRY_VERIFY_WITH_TIMEOUT(room_->areBothHealthy(), kPatience);
}

QStringList LabOwnServiceTest::textsOf(const QMenu& menu) {
  QStringList texts;
  for (const QAction* action : menu.actions())
    if (!action->isSeparator()) texts << action->text();
  return texts;
}

void LabOwnServiceTest::methodsAreOfferedByTheirKind() {
  QMenu menu;
  room_->page->own().fillMenu(menu);
  QCOMPARE(menu.actions().size(), 4);
  const auto has = [&](int kind, const char* method) {
    return textsOf(*menu.actions()[kind]->menu())
        .contains(QStringLiteral("routeguide.RouteGuide/%1").arg(QLatin1String(method)));
  };
  QVERIFY(has(0, "GetFeature"));
  QVERIFY(has(1, "ListFeatures"));
  QVERIFY(has(2, "RecordRoute"));
  QVERIFY(has(3, "RouteChat"));
  QVERIFY(!has(0, "RouteChat"));
  menu.actions()[2]->menu()->actions().front()->trigger();
  QVERIFY(room_->shows(QStringLiteral("client streaming")));
}

void LabOwnServiceTest::aMethodIsCalledThroughTheBalancer() {
  OwnService& own = room_->page->own();
  own.choose(QStringLiteral("/routeguide.RouteGuide/RecordRoute"));
  QVERIFY(own.isVisible() && own.times().isVisible());
  QVERIFY(own.message().json().contains(QStringLiteral("\"latitude\": 0")));
  own.message().setJson(QStringLiteral(R"({"latitude": 409146138, "longitude": -746188906})"));
  own.times().setValue(4);
  QTRY_VERIFY_WITH_TIMEOUT(room_->isReady(), kPatience);
  room_->run();
  QTRY_VERIFY_WITH_TIMEOUT(room_->isOver(), kPatience);
  QCOMPARE(room_->status(), 0);
  QCOMPARE(room_->page->stream()->requestMessages(), 4u);
  QVERIFY2(room_->story().contains(QStringLiteral("sent **4 messages**")), qPrintable(room_->story()));
  QVERIFY(room_->page->player()
              .message(grpc::CallEvent::Kind::Received, 1)
              .contains(QStringLiteral("\"pointCount\": 4")));
  QVERIFY(room_->shows(QStringLiteral("rpc RecordRoute")));
}

void LabOwnServiceTest::aTargetIsCalledPastTheBalancer() {
  OwnService& own = room_->page->own();
  own.choose(QStringLiteral("/routeguide.RouteGuide/GetFeature"));
  QVERIFY(!own.times().isVisible());
  QCOMPARE(own.places().count(), 3);  // the listener, then both targets
  own.places().setCurrentIndex(2);
  QTRY_VERIFY_WITH_TIMEOUT(room_->isReady(), kPatience);
  room_->run();
  QTRY_VERIFY_WITH_TIMEOUT(room_->page->player().hasEnded() && room_->areCallsOver(), kPatience);
  QVERIFY2(room_->story().contains(QStringLiteral("past Spillway")), qPrintable(room_->story()));
  QVERIFY(room_->story().contains(QStringLiteral("**1 message** went out, **1 message** came back")));
  QVERIFY(room_->story().contains(QStringLiteral("It ended with **0 OK**")));
  own.places().setCurrentIndex(0);
}

void LabOwnServiceTest::aMistakeInTheMessageIsTold() {
  OwnService& own = room_->page->own();
  own.choose(QStringLiteral("/routeguide.RouteGuide/GetFeature"));
  own.message().setJson(QStringLiteral(R"({"latitude": "north"})"));
  QTRY_VERIFY_WITH_TIMEOUT(!room_->isReady(), kPatience);
  QVERIFY(room_->shows(QStringLiteral("latitude")));
  own.message().setJson(QStringLiteral("{}"));
  QTRY_VERIFY_WITH_TIMEOUT(room_->isReady(), kPatience);
  room_->page->chooseLesson(0);
  QVERIFY(!own.isVisible());
  QVERIFY(room_->isReady());
}

void LabOwnServiceTest::aWorkspaceOffersTheLessonsOfItsClass() {
  Workspace& workspace = room_->window->workspace();
  const auto cards = room_->page->findChildren<LessonCard*>();
  const auto visible = [&] {
    return std::ranges::count_if(cards, [](auto* card) { return card->isVisible(); });
  };
  auto* menu = room_->button(QStringLiteral("Experiments"))->menu();
  const auto experiments = [&] {
    Q_EMIT menu->aboutToShow();
    return textsOf(*menu).size() - 1;  // without the choice of lessons
  };
  const auto all = static_cast<qsizetype>(room_->page->lessons().lessons.size());
  QCOMPARE(visible(), 4);
  QCOMPARE(experiments(), all - kCallKinds);

  LessonChoice choice(room_->page->lessons(), {}, nullptr);
  QVERIFY(choice.chosen().empty());
  for (int row = 0; row < choice.list().count(); ++row) {
    const QString id = choice.list().item(row)->data(Qt::UserRole).toString();
    const bool isIn = id == QLatin1String("server-streaming") || id == QLatin1String("cancel");
    choice.list().item(row)->setCheckState(isIn ? Qt::Checked : Qt::Unchecked);
  }
  QCOMPARE(choice.chosen(), (std::vector<std::string>{"server-streaming", "cancel"}));
  room_->page->chooseLesson(0);
  config::Document document = workspace.document();
  document.lessons = choice.chosen();
  QVERIFY(workspace.edit(QStringLiteral("Choose"), document).empty());
  QCOMPARE(visible(), 1);
  QCOMPARE(experiments(), 1);
  QVERIFY(room_->shows(QStringLiteral("ListFeatures")));  // what was open is not offered any more
  workspace.undoStack().undo();
  QCOMPARE(visible(), 4);
  QCOMPARE(experiments(), all - kCallKinds);
}

}  // namespace spillway::ui

QTEST_MAIN(spillway::ui::LabOwnServiceTest)
#include "lab_own_service_test.moc"
