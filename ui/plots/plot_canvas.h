// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QVector>
#include <limits>
#include <vector>

#include "ui/plots/time_plot.h"

class QCustomPlot;
class QCPItemStraightLine;
class QCPItemText;

namespace spillway::ui {

/// What a TimePlot draws, and how. After a change of its values redraw(), of the cursor drawCursor().
struct PlotCanvas {
  QString unit;
  double from = 0, to = 300, cursorTime = std::numeric_limits<double>::quiet_NaN();
  QVector<double> times;
  std::vector<PlotSeries> series;
  std::vector<PlotMark> marks;
  int meant = -1;  ///< the series that the keyboard has chosen; -1 = none

  void build(QWidget* parent);
  QWidget* widget() const;
  void setEmptyWords(const QString& words);
  void redraw();
  void drawCursor();
  void replotCursor();
  QString cursorWords() const;
  void draw(QPainter& painter, const QRect& area) const;

  double timeAt(qreal x) const;
  /// Index of the time nearest to this one; -1: none is near.
  qsizetype nearest(double time) const;
  int seriesAt(const QPointF& at) const;

 private:
  void restyle();
  void drawSeries(bool isEmpty);
  void drawMarks();
  int ticksInRoom() const;
  QStringList cursorLines(qsizetype point) const;

  QCustomPlot* plot_ = nullptr;  ///< the parent's
  QCPItemText *emptyText_ = nullptr, *cursorText_ = nullptr;
  QCPItemStraightLine* cursor_ = nullptr;
  std::vector<QCPItemStraightLine*> markLines_;
};

}  // namespace spillway::ui
