// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QWidget>
#include <vector>

namespace spillway::ui {

/// One step: a circle with its number, ✓ or ✖, and its name.
class StepButton : public QAbstractButton {
  Q_OBJECT

 public:
  StepButton(int number, const QString& name, const QString& objectName);
  void setState(bool isCurrent, bool isDone, std::size_t errors);
  QSize sizeHint() const override;

 signals:
  /// An arrow key asks for the step before (-1) or after (+1).
  void stepWanted(int direction);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  int number_;
  bool isCurrent_ = false, isDone_ = false;
  std::size_t errors_ = 0;
};

/// The wizard's pages as a list; any can be chosen at any time, by mouse or with the arrow keys.
class StepList : public QWidget {
  Q_OBJECT

 public:
  StepList();

  /// `objectName` is the button's, e.g. "step.targets".
  void addStep(const QString& name, const QString& objectName);
  void setCurrent(int index);
  void setErrors(int index, std::size_t errors);

 signals:
  void chosen(int index);

 private:
  struct Step {
    StepButton* button;
    bool wasVisited;
    std::size_t errors;
  };
  void show(int index);

  std::vector<Step> steps_;
  int current_ = 0;
};

}  // namespace spillway::ui
