// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/health/health_history.h"

namespace spillway::ui {

/// The last checks of a target as a row of blocks, oldest left: ✔ passed, ✖ failed (lower, too). Pointing at
/// one, or choosing it with the arrow keys, tells its time, code and duration.
class CheckStrip : public QWidget {
  Q_OBJECT

 public:
  explicit CheckStrip(QWidget* parent = nullptr);

  void showChecks(const std::deque<HealthHistory::HealthPtr>& checks, bool speaksGrpc);
  /// One check as a sentence; "" when there is no such check.
  QString sentence(int check) const;

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {240, sizeHint().height()}; }

 signals:
  /// A block was pointed at or chosen.
  void checkChosen(const QString& sentence);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  bool event(QEvent* event) override;

 private:
  QRect blockRect(int check) const;
  int checkAt(const QPoint& point) const;
  void choose(int check);

  std::deque<HealthHistory::HealthPtr> checks_;
  bool speaksGrpc_ = true;
  int chosen_ = -1;
};

}  // namespace spillway::ui
