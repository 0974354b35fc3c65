// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>
#include <QStringList>

#include "ui/lab/lesson.h"

class QCheckBox;
class QLabel;
class QPushButton;
class QVBoxLayout;

namespace spillway::ui {

/// Beside the sequence: what the lesson is about, what just happened, the code of both sides in a language,
/// and what to try, to be ticked off. Ticks are kept.
class LessonPane : public QScrollArea {
  Q_OBJECT

 public:
  explicit LessonPane(QWidget* parent = nullptr);

  void showLesson(const Lesson& lesson);
  /// Paragraphs of Markdown; empty: nothing happened yet. What it means is shown when all is over.
  void showStory(const QStringList& paragraphs, bool isOver = false);
  /// "Python"; what a lesson has no code in is left out.
  void showLanguage(const QString& language);
  QString story() const { return story_; }
  /// Nothing of the lesson was tried yet.
  void resetProgress();
  /// All was tried.
  static bool isDone(const Lesson& lesson);

 signals:
  void progressChanged();

 private:
  void showCode();
  void fillTries();

  Lesson lesson_;
  QString language_, story_;
  QLabel *title_, *idea_, *storyTitle_, *storyText_, *explanation_, *clientTitle_, *client_, *serverTitle_,
      *server_, *triesTitle_;
  QVBoxLayout* tries_;
  QPushButton* reset_;
};

}  // namespace spillway::ui
