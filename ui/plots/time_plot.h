// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QVector>
#include <QWidget>
#include <chrono>
#include <memory>
#include <vector>

namespace spillway::ui {

/// One line of a plot. NaN breaks the line: a gap stays a gap.
struct PlotSeries {
  QString name;
  int color = 0;  ///< index in ThemeColors::series
  QVector<double> values;
};

/// Values of the last minutes against time, newest at the right edge. Says "no requests" where nothing is to
/// be drawn. Pointing at it shows the values of that moment. Colours are taken from the theme at each
/// drawing.
class TimePlot : public QWidget {
  Q_OBJECT

 public:
  /// `unit` stands behind the values of the tool tip: "/s", " ms".
  explicit TimePlot(const QString& unit, QWidget* parent = nullptr);
  ~TimePlot() override;

  void setSpan(std::chrono::seconds span);
  /// `ages`: seconds before now, ascending and <= 0, one for each value of every series.
  void setData(const QVector<double>& ages, const std::vector<PlotSeries>& series);

 protected:
  void changeEvent(QEvent* event) override;
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The names of a plot's series with their colours, for the plot's title line.
class PlotLegend : public QWidget {
  Q_OBJECT

 public:
  explicit PlotLegend(QWidget* parent = nullptr);
  void setSeries(const std::vector<PlotSeries>& series);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  struct Entry {
    QString name;
    int color = 0;
    bool operator==(const Entry&) const = default;
  };
  std::vector<Entry> entries_;
};

}  // namespace spillway::ui
