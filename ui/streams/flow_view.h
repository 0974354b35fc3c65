// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/streams/flow_control.h"

class QLabel;
class QListWidget;

namespace spillway::ui {

class WindowPlot;

/// The flow-control windows of a stream over time, and in words where somebody had to wait.
class FlowView : public QWidget {
  Q_OBJECT

 public:
  explicit FlowView(QWidget* parent = nullptr);
  /// Another stream.
  void restart(WallTime started);
  /// What is known of the stream now. A stream that goes on is drawn a few times each second.
  void show(const observe::CaptureView& view);
  /// As drawn.
  const FlowPicture& picture() const { return picture_; }

 private:
  void draw();

  FlowTrace trace_;
  FlowPicture picture_;
  bool isDrawn_ = false;  ///< something of this stream
  QTimer timer_;
  WindowPlot* plot_;
  QLabel* words_;
  QListWidget* stalls_;
};

}  // namespace spillway::ui
