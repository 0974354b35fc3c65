// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

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
  void show(const FlowPicture& picture);
  const FlowPicture& picture() const { return picture_; }

 private:
  FlowPicture picture_;
  WindowPlot* plot_;
  QLabel* words_;
  QListWidget* stalls_;
};

}  // namespace spillway::ui
