// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/dashboard_page.h"

#include <QActionGroup>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <cmath>

#include "ui/dashboard/plot_data.h"
#include "ui/dashboard/stat_tile.h"
#include "ui/dashboard/status_counts_model.h"
#include "ui/export/save_dialog.h"
#include "ui/export/table_text.h"
#include "ui/models/live_table_model.h"
#include "ui/plots/plot_card.h"
#include "ui/widgets/page_header.h"

namespace spillway::ui {

using namespace std::chrono_literals;
using observe::MetricsReading;
using observe::TargetState;

namespace {

/// "3.1 ms"; "–" where nothing ended.
QString msText(double ms) {
  return std::isnan(ms) ? QStringLiteral("–") : durationText(static_cast<std::int64_t>(ms * 1000.0));
}

QString rateText(double perSecond) {
  if (perSecond > 0 && perSecond < 10) return QString::number(perSecond, 'f', 1);
  return countText(static_cast<std::uint64_t>(perSecond + 0.5));
}

/// "▲ 3 % on the last minute": the last ten seconds against the minute before them.
QString trendText(const MetricsSeries& series) {
  const double now = series.window(10s).requestsPerSecond;
  const double before = series.window(60s, 10s).requestsPerSecond;
  if (before <= 0) return QStringLiteral("last 10 s");
  const double percent = 100.0 * (now - before) / before;
  if (std::abs(percent) < 1) return QStringLiteral("as in the last minute");
  const QString arrow = percent > 0 ? QStringLiteral("▲") : QStringLiteral("▼");
  return QStringLiteral("%1 %2 % on the last minute").arg(arrow).arg(std::abs(percent), 0, 'f', 0);
}

}  // namespace

DashboardPage::DashboardPage(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent),
      statuses_(new StatusCountsModel(this)),
      header_(new PageHeader(QStringLiteral("Dashboard"), this)),
      range_(new QPushButton(QStringLiteral("Last 5 min"), this)),
      pause_(new QPushButton(QStringLiteral("Pause"), this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(makeTiles());
  column->addWidget(makePlots(), 1);
  makeHeader();
  connect(&bridge, &EngineBridge::metricsSampled, this, &DashboardPage::take);
  connect(&bridge, &EngineBridge::targetsChanged, this, &DashboardPage::showTargets);
  showTiles(bridge.metrics());
  showTargets(bridge.targets());
}

void DashboardPage::makeHeader() {
  header_->setWords(QStringLiteral("all listeners"));
  range_->setMenu(makeRangeMenu());
  pause_->setCheckable(true);
  pause_->setToolTip(QStringLiteral("Hold the plots still; counting goes on"));
  connect(pause_, &QPushButton::toggled, this, [this](bool paused) {
    pause_->setText(paused ? QStringLiteral("Resume") : QStringLiteral("Pause"));
    if (!paused) showPlots();
  });
  auto* exports = new QPushButton(QStringLiteral("Export"), this);
  exports->setMenu(makeExportMenu());
  for (QPushButton* button : {range_, pause_, exports}) {
    header_->addButton(button);
  }
}

QMenu* DashboardPage::makeRangeMenu() {
  auto* menu = new QMenu(this);
  auto* group = new QActionGroup(menu);
  const std::pair<std::chrono::seconds, QString> kRanges[]{{60s, QStringLiteral("Last 1 min")},
                                                           {300s, QStringLiteral("Last 5 min")},
                                                           {900s, QStringLiteral("Last 15 min")},
                                                           {3600s, QStringLiteral("Last 1 h")}};
  for (const auto& [span, words] : kRanges) {
    QAction* action = menu->addAction(words);
    action->setCheckable(true);
    action->setChecked(span == span_);
    group->addAction(action);
    connect(action, &QAction::triggered, this, [this, span = span, words = words] { setSpan(span, words); });
  }
  return menu;
}

QMenu* DashboardPage::makeExportMenu() {
  auto* menu = new QMenu(this);
  menu->addAction(QStringLiteral("Picture (PNG)…"), this, [this] {
    const QPixmap picture = grab();
    saveWithDialog(this,
                   {QStringLiteral("Export the dashboard as a picture"), QStringLiteral("dashboard.png"),
                    QStringLiteral("PNG pictures (*.png)")},
                   [picture](QIODevice& out) { picture.save(&out, "PNG"); });
  });
  menu->addAction(QStringLiteral("Numbers (CSV)…"), this, [this] {
    saveWithDialog(this,
                   {QStringLiteral("Export the last hour as CSV"), QStringLiteral("dashboard.csv"),
                    QStringLiteral("CSV files (*.csv)")},
                   [this](QIODevice& out) { series_.writeCsv(out); });
  });
  return menu;
}

QWidget* DashboardPage::makeTiles() {
  requests_ =
      new StatTile(QStringLiteral("Requests"), QStringLiteral("Over the last 10 s. ALB: RequestCount"), this);
  notOk_ = new StatTile(
      QStringLiteral("gRPC not OK"),
      QStringLiteral("Of the gRPC calls that ended in the last minute. ALB: of GrpcRequestCount"), this);
  latency_ = new StatTile(
      QStringLiteral("Latency p99"),
      QStringLiteral("Whole exchanges of the last minute. ALB's nearest: TargetResponseTime"), this);
  active_ =
      new StatTile(QStringLiteral("Active streams"),
                   QStringLiteral("Open right now. ALB: ActiveConnectionCount for the connections"), this);
  healthy_ = new StatTile(QStringLiteral("Healthy targets"),
                          QStringLiteral("ALB: HealthyHostCount, UnHealthyHostCount"), this);
  auto* row = new QWidget(this);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(10);
  for (StatTile* tile : {requests_, notOk_, latency_, active_, healthy_}) {
    line->addWidget(tile, 1);
  }
  return row;
}

QWidget* DashboardPage::makePlots() {
  requestPlot_ =
      new PlotCard(QStringLiteral("Requests by protocol"), QStringLiteral("per second"),
                   QStringLiteral(" /s"), QStringLiteral("ALB: RequestCount, GrpcRequestCount"), this);
  statusPlot_ =
      new PlotCard(QStringLiteral("gRPC status"), QStringLiteral("per second"), QStringLiteral(" /s"),
                   QStringLiteral("By grpc-status as the client got it"), this);
  latencyPlot_ =
      new PlotCard(QStringLiteral("Latency"), QStringLiteral("ms, whole exchanges"), QStringLiteral(" ms"),
                   QStringLiteral("ALB's nearest: TargetResponseTime"), this);
  auto* box = new QWidget(this);
  auto* grid = new QGridLayout(box);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(10);
  grid->addWidget(requestPlot_, 0, 0);
  grid->addWidget(statusPlot_, 0, 1);
  grid->addWidget(latencyPlot_, 1, 0);
  grid->addWidget(makeStatusCard(), 1, 1);
  for (const int i : {0, 1}) {
    grid->setColumnStretch(i, 1);
    grid->setRowStretch(i, 1);
  }
  return box;
}

QWidget* DashboardPage::makeStatusCard() {
  auto* card = new Card(this);
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(12, 9, 12, 10);
  column->setSpacing(6);
  auto* title = new QLabel(QStringLiteral("Status counts"), card);
  QFont bold = title->font();
  bold.setWeight(QFont::DemiBold);
  title->setFont(bold);
  auto* words = new QLabel(QStringLiteral("since start · ALB metric names on hover"), card);
  words->setForegroundRole(QPalette::PlaceholderText);
  auto* line = new QHBoxLayout;
  line->setSpacing(10);
  line->addWidget(title);
  line->addWidget(words, 1);
  statusTable_ = new QTableView(card);
  auto* sorted = new QSortFilterProxyModel(this);
  sorted->setSourceModel(statuses_);
  sorted->setSortRole(RawRole);
  statusTable_->setModel(sorted);
  statusTable_->setSortingEnabled(true);
  statusTable_->sortByColumn(StatusCountsModel::Status, Qt::AscendingOrder);
  statusTable_->setFrameShape(QFrame::NoFrame);
  statusTable_->setShowGrid(false);
  statusTable_->setSelectionBehavior(QAbstractItemView::SelectRows);
  statusTable_->setTabKeyNavigation(false);
  statusTable_->setAccessibleName(QStringLiteral("Status counts"));
  statusTable_->verticalHeader()->hide();
  statusTable_->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  statusTable_->verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 8);
  QHeaderView& header = *statusTable_->horizontalHeader();
  header.setHighlightSections(false);
  header.setSectionResizeMode(StatusCountsModel::Status, QHeaderView::Stretch);
  header.resizeSection(StatusCountsModel::Count, 90);
  header.resizeSection(StatusCountsModel::Share, 76);
  header.resizeSection(StatusCountsModel::LastSeen, 92);
  auto* copy = new QShortcut(QKeySequence::Copy, statusTable_);
  copy->setContext(Qt::WidgetShortcut);
  connect(copy, &QShortcut::activated, this, [this] { copySelectedRows(*statusTable_); });
  column->addLayout(line);
  column->addWidget(statusTable_, 1);
  return card;
}

void DashboardPage::take(const MetricsReading& now, const MetricsReading& previous) {
  const WallTime wall = wallNow();
  series_.add(now, previous, wall);
  if (pause_->isChecked()) return;
  statuses_->update(now, wall);
  showTiles(now);
  if (isVisible()) showPlots();
}

void DashboardPage::showTiles(const MetricsReading& now) {
  const WindowSummary tenSeconds = series_.window(10s);
  const WindowSummary minute = series_.window(60s);
  requests_->showValue(rateText(tenSeconds.requestsPerSecond) + QStringLiteral(" /s"), trendText(series_));
  if (minute.grpcRequests == 0) {
    notOk_->showValue(QStringLiteral("–"), QStringLiteral("no gRPC calls in the last minute"));
  } else {
    const double percent =
        100.0 * static_cast<double>(minute.grpcNotOk) / static_cast<double>(minute.grpcRequests);
    QString note = QStringLiteral("all OK in the last minute");
    if (minute.commonestErrorCount > 0) {
      note = QStringLiteral("%1 ×%2").arg(grpcStatusText(minute.commonestError),
                                          countText(minute.commonestErrorCount));
    } else if (minute.grpcNotOk > 0) {
      note = QStringLiteral("without status ×%1").arg(countText(minute.grpcNotOk));
    }
    notOk_->showValue(QStringLiteral("%1 %").arg(percent, 0, 'f', 1), note,
                      minute.grpcNotOk > 0 ? Severity::Bad : Severity::Good);
  }
  latency_->showValue(msText(minute.p99),
                      std::isnan(minute.p99)
                          ? QStringLiteral("no requests in the last minute")
                          : QStringLiteral("p50 %1 · p90 %2").arg(msText(minute.p50), msText(minute.p90)));
  const auto open = [](std::int64_t count) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(0, count));
  };
  active_->showValue(countText(open(now.total.activeStreams)),
                     countOf(open(now.activeConnections), QStringLiteral("connection")));
}

void DashboardPage::showTargets(const std::vector<TargetStatus>& targets) {
  std::uint64_t healthy = 0, unhealthy = 0, others = 0;
  QString where;
  for (const TargetStatus& target : targets) {
    healthy += target.state == TargetState::Healthy;
    others += target.state != TargetState::Healthy && target.state != TargetState::Unhealthy;
    if (target.state != TargetState::Unhealthy) continue;
    ++unhealthy;
    const QString group = QString::fromStdString(target.id.group);
    where = where.isEmpty() || where == group ? group : QStringLiteral("several groups");
  }
  const QString value = QStringLiteral("%1 of %2").arg(countText(healthy), countText(targets.size()));
  if (unhealthy > 0) {
    healthy_->showValue(value, QStringLiteral("✖ %1 unhealthy: %2").arg(countText(unhealthy), where),
                        Severity::Bad);
  } else if (others > 0) {
    healthy_->showValue(value, QStringLiteral("%1 not ready").arg(countText(others)));
  } else {
    healthy_->showValue(value,
                        targets.empty() ? QStringLiteral("no targets yet") : QStringLiteral("all healthy"),
                        targets.empty() ? Severity::None : Severity::Good);
  }
}

void DashboardPage::showPlots() {
  const auto show = [](PlotCard& card, const PlotData& shown) { card.setData(shown.ages, shown.series); };
  show(*requestPlot_, requestPlot(series_, span_));
  show(*statusPlot_, grpcStatusPlot(series_, span_));
  show(*latencyPlot_, latencyPlot(series_, span_));
}

void DashboardPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (!pause_->isChecked()) showPlots();
}

void DashboardPage::setSpan(std::chrono::seconds span, const QString& words) {
  span_ = span;
  range_->setText(words);
  for (PlotCard* card : {requestPlot_, statusPlot_, latencyPlot_}) {
    card->plot().setSpan(span);
  }
  showPlots();
}

}  // namespace spillway::ui
