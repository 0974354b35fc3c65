// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QLabel;

namespace spillway::ui {

/// A line above the views for what went wrong; it stays until it is closed or something newer is said.
class MessageBar : public QFrame {
  Q_OBJECT

 public:
  explicit MessageBar(QWidget* parent = nullptr);
  void say(const QString& words);
  QString words() const;

 private:
  QLabel* words_;
};

}  // namespace spillway::ui
