// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "engine/observe/events.h"

namespace spillway::ui {

/// ALB's three times of an exchange as one bar: request, target, response, to scale. What ALB writes as -1
/// has no part.
class TimeBar : public QWidget {
  Q_OBJECT

 public:
  explicit TimeBar(QWidget* parent = nullptr);

  void showRecord(const observe::StreamRecord& record);
  QSize sizeHint() const override { return {220, 34}; }
  QSize minimumSizeHint() const override { return {160, 34}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  std::int64_t times_[3]{-1, -1, -1};  ///< microseconds
};

}  // namespace spillway::ui
