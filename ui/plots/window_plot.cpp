// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/window_plot.h"

#include <qcustomplot.h>

#include <QVBoxLayout>
#include <algorithm>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

/// Colours that stand beside each other well, by place in the theme's series.
constexpr int kColors[]{0, 3, 2, 1};
constexpr double kKilobyte = 1000, kMillis = 1000;
constexpr int kDense = 2000;  ///< points above which lines are drawn in the fastest way

bool isDense(const QCPGraph& graph) {
  return graph.dataCount() > kDense;
}

/// What goes out is dashed, or wider where dashes could not be told apart: not by colour alone.
QPen penOf(const QCPGraph& graph, const QColor& color) {
  const bool goesOut = graph.name().startsWith(QStringLiteral("Spillway"));
  if (isDense(graph)) return QPen(color, goesOut ? 2 : 1);
  return QPen(color, 1.6, goesOut ? Qt::DashLine : Qt::SolidLine);
}

}  // namespace

struct WindowPlot::Impl {
  QCustomPlot* plot = nullptr;
  QList<QCPItemRect*> marks;
  double end = 1;

  void restyle();
  void mark(const std::vector<MarkedStretch>& stretches);
};

WindowPlot::WindowPlot(QWidget* parent) : QWidget(parent), impl_(std::make_unique<Impl>()) {
  impl_->plot = new QCustomPlot(this);
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->addWidget(impl_->plot);
  QCustomPlot& plot = *impl_->plot;
  plot.setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
  plot.axisRect()->setRangeZoom(Qt::Horizontal);
  plot.axisRect()->setRangeDrag(Qt::Horizontal);
  plot.xAxis->setLabel(QStringLiteral("milliseconds since the stream began"));
  plot.yAxis->setLabel(QStringLiteral("kB that the receiver still takes"));
  plot.legend->setVisible(true);
  plot.axisRect()->insetLayout()->setInsetAlignment(0, Qt::AlignTop | Qt::AlignRight);
  connect(&plot, &QCustomPlot::mouseDoubleClick, this, [this] {
    impl_->plot->xAxis->setRange(0, impl_->end);
    impl_->plot->replot(QCustomPlot::rpQueuedReplot);
  });
  setAccessibleName(QStringLiteral("Flow-control windows over time"));
  impl_->restyle();
}

WindowPlot::~WindowPlot() = default;

void WindowPlot::show(const std::vector<StepLine>& lines, const std::vector<MarkedStretch>& stretches) {
  QCustomPlot& plot = *impl_->plot;
  plot.clearGraphs();
  double end = 0, most = 0;
  for (const StepLine& line : lines) {
    if (line.times.isEmpty()) continue;
    QCPGraph* graph = plot.addGraph();
    graph->setName(line.name);
    graph->setLineStyle(QCPGraph::lsStepLeft);
    QVector<double> kilobytes(line.values.size());
    std::ranges::transform(line.values, kilobytes.begin(), [](double bytes) { return bytes / kKilobyte; });
    QVector<double> millis(line.times.size());
    std::ranges::transform(line.times, millis.begin(), [](double seconds) { return seconds * kMillis; });
    graph->setData(millis, kilobytes, true);
    end = std::max(end, millis.back());
    most = std::max(most, *std::ranges::max_element(kilobytes));
  }
  const bool showsAll = plot.xAxis->range().lower <= 0 && plot.xAxis->range().upper >= impl_->end * 0.999;
  impl_->end = end > 0 ? end * 1.02 : 1;
  if (showsAll) plot.xAxis->setRange(0, impl_->end);
  plot.yAxis->setRange(0, most > 0 ? most * 1.15 : 1);
  impl_->mark(stretches);
  impl_->restyle();
  plot.replot(QCustomPlot::rpQueuedReplot);
}

void WindowPlot::Impl::mark(const std::vector<MarkedStretch>& stretches) {
  for (QCPItemRect* mark : std::exchange(marks, {}))
    plot->removeItem(mark);
  for (const MarkedStretch& stretch : stretches) {
    auto* mark = new QCPItemRect(plot);
    mark->topLeft->setTypeX(QCPItemPosition::ptPlotCoords);
    mark->topLeft->setTypeY(QCPItemPosition::ptAxisRectRatio);
    mark->bottomRight->setTypeX(QCPItemPosition::ptPlotCoords);
    mark->bottomRight->setTypeY(QCPItemPosition::ptAxisRectRatio);
    mark->topLeft->setCoords(stretch.from * kMillis, 0);
    mark->bottomRight->setCoords(stretch.to * kMillis, 1);
    marks.push_back(mark);
  }
}

void WindowPlot::Impl::restyle() {
  const ThemeColors& colors = Theme::colors();
  plot->setBackground(colors.surface);
  plot->setFont(QApplication::font());
  for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
    axis->setBasePen(QPen(colors.border));
    axis->setTickPen(QPen(colors.border));
    axis->setSubTickPen(Qt::NoPen);
    axis->setTickLabelColor(colors.mutedText);
    axis->setLabelColor(colors.mutedText);
    axis->grid()->setPen(QPen(colors.border, 0.6, Qt::DotLine));
    axis->grid()->setZeroLinePen(QPen(colors.border));
  }
  plot->legend->setBrush(colors.surface);
  plot->legend->setBorderPen(QPen(colors.border));
  plot->legend->setTextColor(colors.text);
  for (int i = 0; i < plot->graphCount(); ++i) {
    plot->graph(i)->setPen(penOf(*plot->graph(i), colors.series[kColors[i % 4]]));
    plot->graph(i)->setAntialiased(!isDense(*plot->graph(i)));
  }
  QColor shade = colors.bad;
  shade.setAlpha(34);
  for (QCPItemRect* mark : marks) {
    mark->setPen(Qt::NoPen);
    mark->setBrush(QBrush(shade, Qt::BDiagPattern));
  }
}

void WindowPlot::changeEvent(QEvent* event) {
  QWidget::changeEvent(event);
  if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange) return;
  impl_->restyle();
  impl_->plot->replot(QCustomPlot::rpQueuedReplot);
}

}  // namespace spillway::ui
