// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>

namespace spillway::ui {

struct Lesson;

/// A lesson to choose: its number and title, the method, and the messages each way.
class LessonCard : public QAbstractButton {
  Q_OBJECT

 public:
  LessonCard(int number, const Lesson& lesson, QWidget* parent = nullptr);
  /// All that it says to try was ticked off.
  void setDone(bool isDone);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString title_, method_, shape_;
  bool isDone_ = false;
};

}  // namespace spillway::ui
