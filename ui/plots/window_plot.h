// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVector>
#include <QWidget>
#include <memory>
#include <vector>

namespace spillway::ui {

/// A line that keeps its value until the next point.
struct StepLine {
  QString name;
  QVector<double> times, values;  ///< seconds since some beginning, ascending; bytes
};

/// A stretch of time to be marked.
struct MarkedStretch {
  double from = 0, to = 0;
};

/// Bytes against time as steps, with stretches marked. The wheel zooms, dragging moves, a double-click shows
/// all of it again. Colours are taken from the theme at each drawing.
class WindowPlot : public QWidget {
  Q_OBJECT

 public:
  explicit WindowPlot(QWidget* parent = nullptr);
  ~WindowPlot() override;
  void show(const std::vector<StepLine>& lines, const std::vector<MarkedStretch>& stretches);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace spillway::ui
