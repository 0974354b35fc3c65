// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_canvas.h"

#include <qcustomplot.h>

#include <QPicture>
#include <algorithm>
#include <cmath>
#include <limits>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr double kNever = std::numeric_limits<double>::quiet_NaN();
constexpr qreal kNear = 8;  ///< pixels between a click and the line that it means

/// Clock times at about so many round moments; with the day where there are several.
QSharedPointer<QCPAxisTicker> timeTicks(double span, int count) {
  auto ticker = QSharedPointer<QCPAxisTickerDateTime>::create();
  ticker->setDateTimeFormat(span <= 300      ? QStringLiteral("hh:mm:ss")
                            : span <= 86'400 ? QStringLiteral("hh:mm")
                                             : QStringLiteral("ddd hh:mm"));
  ticker->setTickCount(count);
  return ticker;
}

/// "1200", "15k", "2.5M": the same number of places at all ticks.
class NumberTicks : public QCPAxisTicker {
 protected:
  QString getTickLabel(double tick, const QLocale& /*locale*/, QChar /*format*/, int /*precision*/) override {
    const double size = std::abs(tick);
    if (size >= 1e6) return QString::number(tick / 1e6) + QLatin1Char('M');
    if (size >= 1e4) return QString::number(tick / 1e3) + QLatin1Char('k');
    return QString::number(tick);
  }
};

/// Only the values whose neighbours are unknown: no line leads to them.
QVector<double> lonelyOf(const QVector<double>& values) {
  const auto isKnown = [&](qsizetype i) { return i >= 0 && i < values.size() && !std::isnan(values[i]); };
  QVector<double> lonely(values.size(), kNever);
  for (qsizetype i = 0; i < values.size(); ++i)
    if (isKnown(i) && !isKnown(i - 1) && !isKnown(i + 1)) lonely[i] = values[i];
  return lonely;
}

double highestOf(const std::vector<PlotSeries>& series, const QVector<double>& times, double from,
                 double to) {
  double highest = 0.0;
  for (const PlotSeries& one : series) {
    for (qsizetype i = 0; i < one.values.size(); ++i) {
      if (times[i] >= from && times[i] <= to && !std::isnan(one.values[i]))
        highest = std::max(highest, one.values[i]);
    }
  }
  return highest;
}

QString valueText(double value, const QString& unit) {
  if (std::isnan(value)) return QStringLiteral("–");
  const int places = value == std::floor(value) || value >= 100 ? 0 : value >= 1 ? 1 : 2;
  return QString::number(value, 'f', places) + unit;
}

}  // namespace

void PlotCanvas::build(QWidget* parent) {
  plot_ = new QCustomPlot(parent);
  plot_->setMouseTracking(true);
  plot_->setPlottingHint(QCP::phFastPolylines);  // zigzags of lines wider than a pixel are slow otherwise
  plot_->xAxis->setSubTicks(false);
  plot_->xAxis->setTickLength(0);
  plot_->xAxis->setTickLabelPadding(7);
  plot_->xAxis->grid()->setVisible(false);
  plot_->yAxis->setSubTicks(false);
  plot_->yAxis->setTickLength(0);
  plot_->yAxis->setBasePen(Qt::NoPen);
  for (QCPAxis* axis : {plot_->xAxis, plot_->yAxis})
    axis->setTickPen(Qt::NoPen);
  plot_->yAxis->setTicker(QSharedPointer<NumberTicks>::create());
  plot_->yAxis->ticker()->setTickCount(4);
  plot_->axisRect()->setMinimumMargins(QMargins(36, 6, 18, 20));
  emptyText_ = new QCPItemText(plot_);
  emptyText_->position->setType(QCPItemPosition::ptAxisRectRatio);
  emptyText_->position->setCoords(0.5, 0.5);
  emptyText_->setPadding(QMargins(8, 2, 8, 2));
  emptyText_->setText(QStringLiteral("no requests"));
  plot_->addLayer(QStringLiteral("cursor"));
  plot_->layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
  cursor_ = new QCPItemStraightLine(plot_);
  cursorText_ = new QCPItemText(plot_);
  cursorText_->setClipToAxisRect(false);
  cursorText_->setTextAlignment(Qt::AlignLeft);
  cursorText_->setPadding(QMargins(6, 3, 6, 3));
  for (QCPAbstractItem* item :
       {static_cast<QCPAbstractItem*>(cursor_), static_cast<QCPAbstractItem*>(cursorText_)}) {
    item->setLayer(QStringLiteral("cursor"));
    item->setVisible(false);
  }
}

void PlotCanvas::restyle() {
  const ThemeColors& colors = Theme::colors();
  plot_->setBackground(QBrush(colors.surface));
  plot_->xAxis->setTickLabelColor(colors.mutedText);
  plot_->yAxis->setTickLabelColor(colors.mutedText);
  plot_->xAxis->setBasePen(QPen(colors.border));
  plot_->yAxis->grid()->setPen(QPen(colors.border));
  plot_->yAxis->grid()->setZeroLinePen(QPen(colors.border));
  emptyText_->setColor(colors.mutedText);
  emptyText_->setBrush(QBrush(colors.surface));
  cursor_->setPen(QPen(colors.mutedText, 1, Qt::DashLine));
  cursorText_->setColor(colors.text);
  cursorText_->setBrush(QBrush(colors.surface));
  cursorText_->setPen(QPen(colors.border));
  QFont small = plot_->font();
  small.setPointSizeF(small.pointSizeF() * 0.85);
  plot_->xAxis->setTickLabelFont(small);
  plot_->yAxis->setTickLabelFont(small);
  cursorText_->setFont(small);
}

void PlotCanvas::redraw() {
  restyle();
  const double highest = highestOf(series, times, from, to);
  emptyText_->setVisible(highest <= 0.0);
  plot_->xAxis->setRange(from, to);
  plot_->xAxis->setTicker(timeTicks(to - from, ticksInRoom()));
  plot_->yAxis->setRange(0.0, highest > 0.0 ? highest * 1.12 : 1.0);
  plot_->yAxis->setTickLabels(highest > 0.0);
  drawSeries(highest <= 0.0);
  drawMarks();
  drawCursor();
  plot_->replot(QCustomPlot::rpQueuedReplot);
}

/// Two graphs for each series: its line, and its lonely values.
void PlotCanvas::drawSeries(bool isEmpty) {
  const int wanted = 2 * static_cast<int>(series.size());
  while (plot_->graphCount() > wanted)
    plot_->removeGraph(plot_->graphCount() - 1);
  while (plot_->graphCount() < wanted)
    plot_->addGraph()->setAntialiased(true);
  for (int i = 0; i < wanted; ++i) {
    const PlotSeries& one = series[static_cast<std::size_t>(i / 2)];
    const QColor color = Theme::colors().series[one.color];
    QCPGraph* graph = plot_->graph(i);
    graph->setVisible(!isEmpty);
    graph->setPen(QPen(color, i / 2 == meant ? 2.6 : 1.6));
    if (i % 2 == 0) {
      graph->setData(times, one.values, true);
    } else {
      graph->setLineStyle(QCPGraph::lsNone);
      graph->setScatterStyle(QCPScatterStyle(QCPScatterStyle::ssDisc, color, 4));
      graph->setData(times, lonelyOf(one.values), true);
    }
  }
}

void PlotCanvas::drawMarks() {
  while (markLines_.size() > marks.size()) {
    plot_->removeItem(markLines_.back());
    markLines_.pop_back();
  }
  while (markLines_.size() < marks.size())
    markLines_.push_back(new QCPItemStraightLine(plot_));
  for (std::size_t i = 0; i < marks.size(); ++i) {
    markLines_[i]->setPen(QPen(Theme::colors().accent, 1, Qt::DotLine));
    markLines_[i]->point1->setCoords(marks[i].time, 0);
    markLines_[i]->point2->setCoords(marks[i].time, 1);
  }
}

/// As many as have room beside each other.
int PlotCanvas::ticksInRoom() const {
  const int label =
      QFontMetrics(plot_->xAxis->tickLabelFont()).horizontalAdvance(QStringLiteral("Wed 00:00"));
  return std::clamp(plot_->axisRect()->width() / (label * 3 / 2), 2, 6);
}

qsizetype PlotCanvas::nearest(double time) const {
  if (times.isEmpty() || std::isnan(time)) return -1;
  const auto above = std::lower_bound(times.begin(), times.end(), time);
  qsizetype found = std::min<qsizetype>(above - times.begin(), times.size() - 1);
  if (found > 0 && time - times[found - 1] < times[found] - time) --found;
  return std::abs(times[found] - time) <= std::max(3.0, (to - from) / 60.0) ? found : -1;
}

void PlotCanvas::drawCursor() {
  const qsizetype point = nearest(cursorTime);
  cursor_->setVisible(point >= 0);
  cursorText_->setVisible(point >= 0);
  if (point < 0) return;
  cursorText_->setText(cursorLines(point).join(QLatin1Char('\n')));
  cursor_->point1->setCoords(times[point], 0);
  cursor_->point2->setCoords(times[point], 1);
  const bool isRight = times[point] > (from + to) / 2;
  cursorText_->setPositionAlignment(Qt::AlignTop | (isRight ? Qt::AlignRight : Qt::AlignLeft));
  cursorText_->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
  const double gap = (isRight ? -6 : 6) / std::max(1.0, static_cast<double>(plot_->axisRect()->width()));
  cursorText_->position->setCoords(times[point] + gap * (to - from), 0.0);
}

QStringList PlotCanvas::cursorLines(qsizetype point) const {
  const double time = times[point];
  QStringList lines{
      QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(time * 1000))
          .toString(to - from > 86'400 ? QStringLiteral("ddd hh:mm:ss") : QStringLiteral("hh:mm:ss"))};
  for (std::size_t i = 0; i < series.size(); ++i) {
    const QString sign = static_cast<int>(i) == meant ? QStringLiteral("▸ ") : QString();
    lines.push_back(sign + series[i].name + QStringLiteral("  ") + valueText(series[i].values[point], unit));
  }
  const double step = times.size() > 1 ? times[1] - times[0] : 1;
  for (const PlotMark& mark : marks)
    if (mark.time >= time && mark.time < time + step) lines.push_back(mark.words);
  return lines;
}

int PlotCanvas::seriesAt(const QPointF& at) const {
  int found = -1;
  double least = kNear;
  for (int i = 0; i < plot_->graphCount(); ++i) {
    const double distance = plot_->graph(i)->selectTest(at, false);
    if (distance < 0 || distance > least) continue;
    least = distance;
    found = i / 2;
  }
  return found;
}

QWidget* PlotCanvas::widget() const {
  return plot_;
}

double PlotCanvas::timeAt(qreal x) const {
  return plot_->xAxis->pixelToCoord(x);
}

void PlotCanvas::setEmptyWords(const QString& words) {
  emptyText_->setText(words);
}

QString PlotCanvas::cursorWords() const {
  return cursorText_->visible() ? cursorText_->text() : QString();
}

void PlotCanvas::replotCursor() {
  plot_->layer(QStringLiteral("cursor"))->replot();
}

/// QCustomPlot draws with a painter of its own kind only; what it drew is played back.
void PlotCanvas::draw(QPainter& painter, const QRect& area) const {
  QPicture picture;
  QCPPainter recorder(&picture);
  recorder.setMode(QCPPainter::pmVectorized);
  recorder.setMode(QCPPainter::pmNoCaching);
  plot_->setPlottingHint(QCP::phFastPolylines, false);  // whole lines in a file
  plot_->toPainter(&recorder, area.width(), area.height());
  plot_->setPlottingHint(QCP::phFastPolylines);
  recorder.end();
  painter.drawPicture(area.topLeft(), picture);
}

}  // namespace spillway::ui
