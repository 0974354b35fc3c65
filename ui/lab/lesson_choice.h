// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <string>
#include <vector>

#include "ui/lab/lesson.h"

class QListWidget;

namespace spillway::ui {

/// Which lessons a workspace shows: for a class that gets the file.
class LessonChoice : public QDialog {
  Q_OBJECT

 public:
  /// `chosen`: by id, none = all.
  LessonChoice(const Lessons& lessons, const std::vector<std::string>& chosen, QWidget* parent);

  /// In the order of the lessons; empty when all are ticked, or none.
  std::vector<std::string> chosen() const;
  QListWidget& list() { return *list_; }

 private:
  QListWidget* list_;
};

}  // namespace spillway::ui
