// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;
class QPushButton;

namespace spillway::ui {

/// What a view says while it has nothing to show: what the place is for, and the next step as a button.
class EmptyState : public QWidget {
  Q_OBJECT

 public:
  EmptyState(const QString& title, const QString& words, QWidget* parent = nullptr);
  void setWords(const QString& words);
  /// Connect to its clicked(). The first one is the main one.
  QPushButton* addButton(const QString& text);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fitWords();

  QLabel* text_;
  QHBoxLayout* buttons_;
};

}  // namespace spillway::ui
