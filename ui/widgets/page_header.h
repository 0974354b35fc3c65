// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace spillway::ui {

/// A page's first line: its name, a few words of state beside it, and its buttons at the right.
class PageHeader : public QWidget {
  Q_OBJECT

 public:
  explicit PageHeader(const QString& title, QWidget* parent = nullptr);
  void setWords(const QString& words);
  void addButton(QWidget* button);

 private:
  QLabel* words_;
  QHBoxLayout* line_;
};

}  // namespace spillway::ui
