// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>
#include <cstdint>
#include <vector>

#include "engine/observe/capture_view.h"

namespace spillway::ui {

/// One part of a stream's time.
struct TimingSpan {
  QString name, words;
  std::int64_t begin = 0, end = 0;  ///< microseconds since the stream began
  int color = 0;                    ///< index in ThemeColors::series
  bool isOver = true;               ///< false: it goes on
};

/// Where a stream's time went, from what passed: one span after the other, the next may begin before the last
/// one ends. Pure.
std::vector<TimingSpan> timingSpans(const observe::CaptureView& view, WallTime started);

/// The spans as a waterfall.
class TimingView : public QWidget {
  Q_OBJECT

 public:
  explicit TimingView(QWidget* parent = nullptr);
  void showSpans(std::vector<TimingSpan> spans);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;
  void changeEvent(QEvent* event) override;

 private:
  int rowHeight() const;

  std::vector<TimingSpan> spans_;
};

}  // namespace spillway::ui
