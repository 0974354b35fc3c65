// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace spillway::ui {

/// What an empty workspace shows: three ways to begin.
class WelcomePage : public QWidget {
  Q_OBJECT

 public:
  explicit WelcomePage(QWidget* parent = nullptr);

 signals:
  void demoRequested();
  void createRequested();
  void openRequested();
};

}  // namespace spillway::ui
