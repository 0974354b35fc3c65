// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/time_plot.h"

#include <qcustomplot.h>

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPicture>
#include <cmath>
#include <limits>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr double kNever = std::numeric_limits<double>::quiet_NaN();
constexpr qreal kNear = 8;  ///< pixels between a click and the line that it means
constexpr qreal kDragFrom = 4;

/// Clock times at round moments; with the day where there are several.
QSharedPointer<QCPAxisTicker> timeTicks(double span) {
  auto ticker = QSharedPointer<QCPAxisTickerDateTime>::create();
  ticker->setDateTimeFormat(span <= 300      ? QStringLiteral("hh:mm:ss")
                            : span <= 86'400 ? QStringLiteral("hh:mm")
                                             : QStringLiteral("ddd hh:mm"));
  ticker->setTickCount(4);
  return ticker;
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
  return QString::number(value, 'f', value < 100 ? 1 : 0) + unit;
}

}  // namespace

struct TimePlot::Impl {
  QCustomPlot* plot = nullptr;
  QCPItemText *emptyText = nullptr, *cursorText = nullptr;
  QCPItemStraightLine* cursor = nullptr;
  QString unit;
  double from = 0, to = 300, cursorTime = kNever;
  QVector<double> times;
  std::vector<PlotSeries> series;
  std::optional<QPointF> pressed;  ///< where, until it becomes a drag
  std::optional<QPointF> dragged;  ///< where the drag is

  void build(QWidget* parent);
  void restyle();
  void redraw();
  void drawCursor();
  /// Index of the time nearest to this one; -1: none is near.
  qsizetype nearest(double time) const;
  int seriesAt(const QPointF& at) const;
};

void TimePlot::Impl::build(QWidget* parent) {
  plot = new QCustomPlot(parent);
  plot->setMouseTracking(true);
  plot->xAxis->setSubTicks(false);
  plot->xAxis->setTickLength(0);
  plot->xAxis->setTickLabelPadding(7);
  plot->xAxis->grid()->setVisible(false);
  plot->yAxis->setSubTicks(false);
  plot->yAxis->setTickLength(0);
  plot->yAxis->setBasePen(Qt::NoPen);
  plot->yAxis->ticker()->setTickCount(4);
  plot->yAxis->setNumberFormat(QStringLiteral("gb"));
  plot->yAxis->setNumberPrecision(4);
  plot->axisRect()->setMinimumMargins(QMargins(36, 6, 18, 20));
  emptyText = new QCPItemText(plot);
  emptyText->position->setType(QCPItemPosition::ptAxisRectRatio);
  emptyText->position->setCoords(0.5, 0.5);
  emptyText->setPadding(QMargins(8, 2, 8, 2));
  emptyText->setText(QStringLiteral("no requests"));
  plot->addLayer(QStringLiteral("cursor"));
  plot->layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
  cursor = new QCPItemStraightLine(plot);
  cursorText = new QCPItemText(plot);
  cursorText->setClipToAxisRect(false);
  cursorText->setTextAlignment(Qt::AlignLeft);
  cursorText->setPadding(QMargins(6, 3, 6, 3));
  for (QCPAbstractItem* item :
       {static_cast<QCPAbstractItem*>(cursor), static_cast<QCPAbstractItem*>(cursorText)}) {
    item->setLayer(QStringLiteral("cursor"));
    item->setVisible(false);
  }
}

void TimePlot::Impl::restyle() {
  const ThemeColors& colors = Theme::colors();
  plot->setBackground(QBrush(colors.surface));
  plot->xAxis->setTickLabelColor(colors.mutedText);
  plot->yAxis->setTickLabelColor(colors.mutedText);
  plot->xAxis->setBasePen(QPen(colors.border));
  plot->yAxis->grid()->setPen(QPen(colors.border));
  plot->yAxis->grid()->setZeroLinePen(QPen(colors.border));
  emptyText->setColor(colors.mutedText);
  emptyText->setBrush(QBrush(colors.surface));
  cursor->setPen(QPen(colors.mutedText, 1, Qt::DashLine));
  cursorText->setColor(colors.text);
  cursorText->setBrush(QBrush(colors.surface));
  cursorText->setPen(QPen(colors.border));
  QFont small = plot->font();
  small.setPointSizeF(small.pointSizeF() * 0.85);
  plot->xAxis->setTickLabelFont(small);
  plot->yAxis->setTickLabelFont(small);
  cursorText->setFont(small);
}

void TimePlot::Impl::redraw() {
  restyle();
  while (plot->graphCount() > static_cast<int>(series.size())) {
    plot->removeGraph(plot->graphCount() - 1);
  }
  while (plot->graphCount() < static_cast<int>(series.size())) {
    plot->addGraph()->setAntialiased(true);
  }
  for (std::size_t i = 0; i < series.size(); ++i) {
    QCPGraph* graph = plot->graph(static_cast<int>(i));
    graph->setPen(QPen(Theme::colors().series[series[i].color], 1.6));
    graph->setData(times, series[i].values, true);
  }
  const double highest = highestOf(series, times, from, to);
  emptyText->setVisible(highest <= 0.0);
  plot->xAxis->setRange(from, to);
  plot->xAxis->setTicker(timeTicks(to - from));
  plot->yAxis->setRange(0.0, highest > 0.0 ? highest * 1.12 : 1.0);
  plot->yAxis->setTickLabels(highest > 0.0);
  drawCursor();
  plot->replot(QCustomPlot::rpQueuedReplot);
}

qsizetype TimePlot::Impl::nearest(double time) const {
  if (times.isEmpty() || std::isnan(time)) return -1;
  const auto above = std::lower_bound(times.begin(), times.end(), time);
  qsizetype found = std::min<qsizetype>(above - times.begin(), times.size() - 1);
  if (found > 0 && time - times[found - 1] < times[found] - time) --found;
  return std::abs(times[found] - time) <= std::max(3.0, (to - from) / 60.0) ? found : -1;
}

void TimePlot::Impl::drawCursor() {
  const qsizetype point = nearest(cursorTime);
  cursor->setVisible(point >= 0);
  cursorText->setVisible(point >= 0);
  if (point < 0) return;
  QStringList lines{
      QDateTime::fromMSecsSinceEpoch(static_cast<qint64>(times[point] * 1000))
          .toString(to - from > 86'400 ? QStringLiteral("ddd hh:mm:ss") : QStringLiteral("hh:mm:ss"))};
  for (const PlotSeries& one : series)
    lines.push_back(one.name + QStringLiteral("  ") + valueText(one.values[point], unit));
  cursorText->setText(lines.join(QLatin1Char('\n')));
  cursor->point1->setCoords(times[point], 0);
  cursor->point2->setCoords(times[point], 1);
  const bool isRight = times[point] > (from + to) / 2;
  cursorText->setPositionAlignment(Qt::AlignTop | (isRight ? Qt::AlignRight : Qt::AlignLeft));
  cursorText->position->setTypeY(QCPItemPosition::ptAxisRectRatio);
  const double gap = (isRight ? -6 : 6) / std::max(1.0, static_cast<double>(plot->axisRect()->width()));
  cursorText->position->setCoords(times[point] + gap * (to - from), 0.0);
}

int TimePlot::Impl::seriesAt(const QPointF& at) const {
  int found = -1;
  double least = kNear;
  for (int i = 0; i < plot->graphCount(); ++i) {
    const double distance = plot->graph(i)->selectTest(at, false);
    if (distance < 0 || distance > least) continue;
    least = distance;
    found = i;
  }
  return found;
}

TimePlot::TimePlot(const QString& unit, QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>()) {
  impl_->unit = unit;
  impl_->build(this);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(impl_->plot);
  impl_->plot->installEventFilter(this);
  setFocusPolicy(Qt::StrongFocus);
  setFocusProxy(nullptr);
  setMinimumSize(160, 110);
  impl_->redraw();
}

TimePlot::~TimePlot() = default;

void TimePlot::setRange(double from, double to) {
  impl_->from = from;
  impl_->to = to;
  impl_->redraw();
}

void TimePlot::setData(const QVector<double>& times, const std::vector<PlotSeries>& series) {
  impl_->times = times;
  impl_->series = series;
  impl_->redraw();
}

const std::vector<PlotSeries>& TimePlot::series() const {
  return impl_->series;
}

void TimePlot::setCursorTime(double time) {
  impl_->cursorTime = time;
  impl_->drawCursor();
  impl_->plot->layer(QStringLiteral("cursor"))->replot();
}

QString TimePlot::cursorWords() const {
  return impl_->cursorText->visible() ? impl_->cursorText->text() : QString();
}

/// QCustomPlot draws with a painter of its own kind only; what it drew is played back.
void TimePlot::draw(QPainter& painter, const QRect& area) const {
  QPicture picture;
  QCPPainter recorder(&picture);
  recorder.setMode(QCPPainter::pmVectorized);
  recorder.setMode(QCPPainter::pmNoCaching);
  impl_->plot->toPainter(&recorder, area.width(), area.height());
  recorder.end();
  painter.drawPicture(area.topLeft(), picture);
}

void TimePlot::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) impl_->redraw();
}

bool TimePlot::eventFilter(QObject* watched, QEvent* event) {
  if (watched != impl_->plot) return QWidget::eventFilter(watched, event);
  switch (event->type()) {
    case QEvent::MouseButtonPress:
      setFocus(Qt::MouseFocusReason);
      press(static_cast<QMouseEvent*>(event)->position());
      return true;
    case QEvent::MouseMove:
      move(static_cast<QMouseEvent*>(event)->position(), static_cast<QMouseEvent*>(event)->buttons());
      return true;
    case QEvent::MouseButtonRelease:
      release(static_cast<QMouseEvent*>(event)->position());
      return true;
    case QEvent::Leave:
      Q_EMIT cursorMoved(kNever);
      return false;
    case QEvent::Wheel: {
      const auto* wheel = static_cast<QWheelEvent*>(event);
      const double around = impl_->plot->xAxis->pixelToCoord(wheel->position().x());
      Q_EMIT zoomWanted(std::pow(0.9985, wheel->angleDelta().y()), around);
      return true;
    }
    default:
      return QWidget::eventFilter(watched, event);
  }
}

void TimePlot::press(const QPointF& at) {
  impl_->pressed = at;
  impl_->dragged.reset();
}

void TimePlot::move(const QPointF& at, Qt::MouseButtons buttons) {
  const QCPAxis& axis = *impl_->plot->xAxis;
  if (!(buttons & Qt::LeftButton)) {
    Q_EMIT cursorMoved(axis.pixelToCoord(at.x()));
    return;
  }
  if (!impl_->dragged) {
    if (!impl_->pressed || std::abs(at.x() - impl_->pressed->x()) < kDragFrom) return;
    impl_->dragged = impl_->pressed;
  }
  const double earlier = axis.pixelToCoord(at.x()) - axis.pixelToCoord(impl_->dragged->x());
  impl_->dragged = at;
  Q_EMIT moveWanted(earlier);
}

void TimePlot::release(const QPointF& at) {
  const bool isClick = impl_->pressed && !impl_->dragged;
  impl_->pressed.reset();
  impl_->dragged.reset();
  if (!isClick) return;
  const qsizetype point = impl_->nearest(impl_->plot->xAxis->pixelToCoord(at.x()));
  if (point >= 0) Q_EMIT chosen(impl_->seriesAt(at), static_cast<int>(point));
}

void TimePlot::keyPressEvent(QKeyEvent* event) {
  const double length = impl_->to - impl_->from, middle = (impl_->from + impl_->to) / 2;
  switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      Q_EMIT zoomWanted(0.5, middle);
      break;
    case Qt::Key_Minus:
      Q_EMIT zoomWanted(2, middle);
      break;
    case Qt::Key_Left:
      Q_EMIT moveWanted(length / 4);
      break;
    case Qt::Key_Right:
      Q_EMIT moveWanted(-length / 4);
      break;
    default:
      QWidget::keyPressEvent(event);
  }
}

}  // namespace spillway::ui
