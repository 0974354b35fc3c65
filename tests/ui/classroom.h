// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QTest>

#include "engine/service/local_service.h"
#include "tests/support/temporary_folder.h"
#include "ui/lab/arrangement.h"
#include "ui/lab/call_series.h"
#include "ui/lab/lab_page.h"
#include "ui/lab/lesson_pane.h"
#include "ui/shell/main_window.h"
#include "ui/streams/sequence_view.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

constexpr int kPatience = 40'000;  // milliseconds

/// What a person has chosen of old is forgotten: no pace, no client of the demo.
inline void prepareSettings() {
  QSettings().clear();
  QSettings().setValue(QStringLiteral("demo/clientRuns"), false);
  Theme::apply(*qApp, ThemeMode::Light);
}

/// The lab of a window whose workspace is the route guide demo.
struct Classroom {
  test::TemporaryFolder folder;
  std::unique_ptr<MainWindow> window;
  LabPage* page = nullptr;

  Classroom() {
    EngineOptions options;
    options.workers = 1;
    options.dataDirectory = folder.file("data");
    options.keepsHistory = true;  // as in the program: frames come from it
    window = std::make_unique<MainWindow>(options);
    window->resize(1360, 860);
    window->show();
    window->openWorkspace(QString::fromStdString(folder.file("class.spillway.json")));
    window->workspace().edit(QStringLiteral("Demo"), service::routeGuideDemo(0, 2).value());
    window->openRoom(Room::StreamingLab);
    page = window->findChild<LabPage*>();
  }
  QPushButton* button(const QString& text) const {
    for (auto* each : page->findChildren<QPushButton*>()) {
      if (each->text() == text) return each;
    }
    return nullptr;
  }
  void choose(const char* box, int value) const {
    for (auto* each : page->findChildren<QComboBox*>()) {
      if (each->accessibleName() == QLatin1String(box)) each->setCurrentIndex(each->findData(value));
    }
  }
  std::ptrdiff_t targetsIn(observe::TargetState state) const {
    return std::ranges::count(window->bridge().targets(), state, &TargetStatus::state);
  }
  bool areBothHealthy() const {
    return window->bridge().targets().size() == 2 && targetsIn(observe::TargetState::Healthy) == 2;
  }
  bool isReady() const { return button(QStringLiteral("▶ &Run"))->isEnabled(); }
  void run() const { button(QStringLiteral("▶ &Run"))->click(); }
  /// The client and the balancer have told all of the call.
  bool isOver() const { return page->player().hasEnded() && page->stream() && !page->stream()->isOpen(); }
  /// None runs, none is to come.
  bool areCallsOver() const {
    return !page->calls().ends().empty() && !page->calls().isRunning() && !page->arrangement().isAwaited();
  }
  bool chooseExperiment(const char* id) const {
    const auto& all = page->lessons().lessons;
    const auto found = std::ranges::find(all, QString::fromLatin1(id), &Lesson::id);
    if (found == all.end()) return false;
    page->chooseLesson(static_cast<int>(found - all.begin()));
    return true;
  }
  /// Chooses it, runs it and waits for its end.
  bool runExperiment(const char* id) const {
    if (!chooseExperiment(id)) return false;
    run();
    return QTest::qWaitFor([this] { return isOver() && areCallsOver(); }, kPatience);
  }
  bool shows(const QString& words) const {
    for (auto* label : page->findChildren<QLabel*>()) {
      if (label->isVisible() && label->text().contains(words)) return true;
    }
    return false;
  }
  int rows(SequenceShape shape) const {
    return static_cast<int>(std::ranges::count(page->sequence().rows(), shape, &SequenceRow::shape));
  }
  QString story() const { return page->pane().story(); }
  int status() const { return page->player().lines().back().status; }
  std::string target() const { return page->stream()->target(); }
};

}  // namespace spillway::ui
