// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPointF>
#include <QVector>
#include <QWidget>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace spillway::ui {

/// One line of a plot. NaN breaks the line: a gap stays a gap.
struct PlotSeries {
  QString name;
  int color = 0;  ///< index in ThemeColors::series
  QVector<double> values;
  QString tip;                               ///< what ALB calls it
  std::function<QString(double)> logFilter;  ///< selects what is behind a value; null: everything is
};

/// A moment at which something was done.
struct PlotMark {
  double time = 0;  ///< seconds since the epoch
  QString words;
};

struct PlotCanvas;

/// Values against time. An empty axis with "no requests" where there is nothing but zeros; a value whose
/// neighbours are unknown is a dot. The wheel and + and - zoom, dragging and Shift with the arrows move, and
/// the owner gives it another range then. The pointer and the arrows read values, a click and Enter choose a
/// moment, up and down the series that is meant. Colours are taken from the theme at each drawing.
class TimePlot : public QWidget {
  Q_OBJECT

 public:
  /// `unit` stands behind the values at the cursor: " /s", " ms".
  explicit TimePlot(const QString& unit, QWidget* parent = nullptr);
  ~TimePlot() override;

  /// What stands there instead of "no requests".
  void setEmptyWords(const QString& words);
  /// Seconds since the epoch.
  void setRange(double from, double to);
  /// `times`: seconds since the epoch, ascending, one for each value of every series.
  void setData(const QVector<double>& times, const std::vector<PlotSeries>& series);
  const std::vector<PlotSeries>& series() const;
  /// Each is an upright line.
  void setMarks(const std::vector<PlotMark>& marks);
  /// A line with the values of this moment; NaN takes it away.
  void setCursorTime(double time);
  /// What stands at the cursor, a line each; empty without one.
  QString cursorWords() const;
  /// Draws it into this rectangle, in lines, not in pixels.
  void draw(QPainter& painter, const QRect& area) const;

 signals:
  void zoomWanted(double factor, double around);
  /// By so many seconds towards the past.
  void moveWanted(double seconds);
  void cursorMoved(double time);  ///< NaN: there is none any more
  /// `series`: the line that was meant; -1 = none. `point`: index of the time.
  void chosen(int series, int point);

 protected:
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void paintEvent(QPaintEvent* event) override;

 private:
  void turn(const QPoint& degrees, double around);
  void stepCursor(int steps);
  void meanSeries(int steps);
  void chooseAtCursor();
  void press(const QPointF& at);
  void move(const QPointF& at, Qt::MouseButtons buttons);
  void release(const QPointF& at);

  std::unique_ptr<PlotCanvas> canvas_;
  std::optional<QPointF> pressed_;  ///< where, until it becomes a drag
  std::optional<QPointF> dragged_;  ///< where the drag is
};

/// The names of a plot's series with their colours, for the plot's title line.
class PlotLegend : public QWidget {
  Q_OBJECT

 public:
  explicit PlotLegend(QWidget* parent = nullptr);
  void setSeries(const std::vector<PlotSeries>& series);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {0, sizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Entry {
    QString name;
    int color = 0;
    QString tip;
    bool operator==(const Entry&) const = default;
  };
  int widthOf(const Entry& entry) const;

  std::vector<Entry> entries_;
};

}  // namespace spillway::ui
