// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/time_plot.h"

#include <qcustomplot.h>

#include <QHBoxLayout>
#include <QPainter>
#include <QToolTip>
#include <cmath>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kSwatch = 9;
constexpr int kLegendGap = 12;

/// Marks at round times before now: "-5 min", "-4", …, "now".
QSharedPointer<QCPAxisTickerText> timeTicks(double span) {
  auto ticker = QSharedPointer<QCPAxisTickerText>::create();
  const bool inSeconds = span <= 60;
  const double unit = inSeconds ? 1.0 : 60.0;
  const double step = inSeconds ? 10.0 : span <= 300 ? 60.0 : span <= 900 ? 180.0 : 600.0;
  ticker->addTick(0.0, QStringLiteral("now"));
  for (double age = step; age <= span; age += step) {
    QString text = QStringLiteral("−%1").arg(age / unit);
    if (age + step > span) text += inSeconds ? QStringLiteral(" s") : QStringLiteral(" min");
    ticker->addTick(-age, text);
  }
  return ticker;
}

double highestOf(const std::vector<PlotSeries>& series, const QVector<double>& ages, double span) {
  double highest = 0.0;
  for (const PlotSeries& one : series) {
    for (qsizetype i = 0; i < one.values.size(); ++i) {
      if (ages[i] >= -span && !std::isnan(one.values[i])) highest = std::max(highest, one.values[i]);
    }
  }
  return highest;
}

}  // namespace

struct TimePlot::Impl {
  QCustomPlot* plot = nullptr;
  QCPItemText* emptyText = nullptr;
  QString unit;
  double span = 300.0;
  QVector<double> ages;
  std::vector<PlotSeries> series;

  void restyle();
  void redraw();
  QString valuesAt(double age) const;
};

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
  QFont small = plot->font();
  small.setPointSizeF(small.pointSizeF() * 0.85);
  plot->xAxis->setTickLabelFont(small);
  plot->yAxis->setTickLabelFont(small);
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
    graph->setData(ages, series[i].values, true);
  }
  const double highest = highestOf(series, ages, span);
  emptyText->setVisible(highest <= 0.0);
  plot->xAxis->setRange(-span, 0.0);
  plot->xAxis->setTicker(timeTicks(span));
  plot->yAxis->setRange(0.0, highest > 0.0 ? highest * 1.12 : 1.0);
  plot->yAxis->setTickLabels(highest > 0.0);
  plot->replot(QCustomPlot::rpQueuedReplot);
}

QString TimePlot::Impl::valuesAt(double age) const {
  if (ages.isEmpty()) return {};
  const auto above = std::lower_bound(ages.begin(), ages.end(), age);
  qsizetype nearest = std::min<qsizetype>(above - ages.begin(), ages.size() - 1);
  if (nearest > 0 && age - ages[nearest - 1] < ages[nearest] - age) --nearest;
  if (std::abs(ages[nearest] - age) > std::max(3.0, span / 60.0)) return {};
  QStringList lines{QStringLiteral("%1 s ago").arg(-ages[nearest], 0, 'f', 0)};
  for (const PlotSeries& one : series) {
    const double value = one.values[nearest];
    const QString text = std::isnan(value) ? QStringLiteral("–") : QString::number(value, 'f', 1) + unit;
    lines.push_back(one.name + QStringLiteral(": ") + text);
  }
  return lines.join(QLatin1Char('\n'));
}

TimePlot::TimePlot(const QString& unit, QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>()) {
  impl_->unit = unit;
  impl_->plot = new QCustomPlot(this);
  QCustomPlot& plot = *impl_->plot;
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(&plot);
  plot.setMouseTracking(true);
  plot.installEventFilter(this);
  plot.xAxis->setSubTicks(false);
  plot.xAxis->setTickLength(0);
  plot.xAxis->setTickLabelPadding(7);
  plot.xAxis->grid()->setVisible(false);
  plot.yAxis->setSubTicks(false);
  plot.yAxis->setTickLength(0);
  plot.yAxis->setBasePen(Qt::NoPen);
  plot.yAxis->ticker()->setTickCount(4);
  plot.yAxis->setNumberFormat(QStringLiteral("gb"));
  plot.yAxis->setNumberPrecision(4);
  plot.axisRect()->setMinimumMargins(QMargins(36, 6, 18, 20));
  impl_->emptyText = new QCPItemText(&plot);
  impl_->emptyText->position->setType(QCPItemPosition::ptAxisRectRatio);
  impl_->emptyText->position->setCoords(0.5, 0.5);
  impl_->emptyText->setPadding(QMargins(8, 2, 8, 2));
  impl_->emptyText->setText(QStringLiteral("no requests"));
  setMinimumSize(200, 120);
  impl_->redraw();
}

TimePlot::~TimePlot() = default;

void TimePlot::setSpan(std::chrono::seconds span) {
  impl_->span = static_cast<double>(span.count());
  impl_->redraw();
}

void TimePlot::setData(const QVector<double>& ages, const std::vector<PlotSeries>& series) {
  impl_->ages = ages;
  impl_->series = series;
  impl_->redraw();
}

void TimePlot::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) impl_->redraw();
}

bool TimePlot::eventFilter(QObject* watched, QEvent* event) {
  if (watched == impl_->plot && event->type() == QEvent::ToolTip) {
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString text = impl_->valuesAt(impl_->plot->xAxis->pixelToCoord(help->pos().x()));
    QToolTip::showText(help->globalPos(), text, impl_->plot);
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

PlotLegend::PlotLegend(QWidget* parent) : QWidget(parent) {
  setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void PlotLegend::setSeries(const std::vector<PlotSeries>& series) {
  std::vector<Entry> entries;
  QStringList names;
  for (const PlotSeries& one : series) {
    entries.push_back({one.name, one.color});
    names.push_back(one.name);
  }
  if (entries == entries_) return;
  entries_ = std::move(entries);
  setAccessibleName(QStringLiteral("Series: ") + names.join(QStringLiteral(", ")));
  updateGeometry();
  update();
}

QSize PlotLegend::sizeHint() const {
  int width = 0;
  for (const Entry& entry : entries_) {
    width += kSwatch + 4 + fontMetrics().horizontalAdvance(entry.name) + kLegendGap;
  }
  return {std::max(0, width - kLegendGap) + 1, fontMetrics().height()};
}

void PlotLegend::paintEvent(QPaintEvent* /*event*/) {
  QPainter painter(this);
  int x = 0;
  for (const Entry& entry : entries_) {
    painter.fillRect(x, (height() - kSwatch) / 2, kSwatch, kSwatch, Theme::colors().series[entry.color]);
    x += kSwatch + 4;
    painter.setPen(Theme::colors().text);
    painter.drawText(QRect(x, 0, width() - x, height()), Qt::AlignVCenter | Qt::AlignLeft, entry.name);
    x += fontMetrics().horizontalAdvance(entry.name) + kLegendGap;
  }
}

}  // namespace spillway::ui
