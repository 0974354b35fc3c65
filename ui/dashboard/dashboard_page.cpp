// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/dashboard_page.h"

#include <QActionGroup>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QVBoxLayout>
#include <cmath>

#include "ui/accesslog/log_filters.h"
#include "ui/dashboard/dashboard_export.h"
#include "ui/dashboard/dashboard_tiles.h"
#include "ui/dashboard/sparkline_delegate.h"
#include "ui/dashboard/status_counts_model.h"
#include "ui/models/words.h"
#include "ui/plots/plot_card.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

using namespace std::chrono_literals;
using observe::MetricsReading;
using observe::SeriesPart;

namespace {

constexpr std::size_t kMostMarks = 200;

double secondsOf(WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

WallTime timeOf(double seconds) {
  return WallTime(std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(seconds)));
}

const char* partHeading(const SeriesPart& part) {
  constexpr const char* kHeadings[] = {"Everything",    "Load balancers", "Listeners",
                                       "Target groups", "Targets",        "gRPC methods"};
  return kHeadings[part.index()];
}

}  // namespace

DashboardPage::DashboardPage(EngineBridge& bridge, QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      statuses_(new StatusCountsModel(this)),
      header_(new PageHeader(QStringLiteral("Dashboard"), this)),
      partMenu_(new QMenu(this)),
      tiles_(new DashboardTiles(this)),
      source_(bridge.series(), bridge.history().file) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  makeHeader();  // before the plots: Tab goes in the order of making
  column->addWidget(makeBody(), 1);
  connect(&bridge, &EngineBridge::metricsSampled, this, &DashboardPage::take);
  connect(&bridge, &EngineBridge::targetsChanged, tiles_, &DashboardTiles::showTargets);
  connect(&bridge, &EngineBridge::applied, this, &DashboardPage::addMark);
  connect(&source_, &DashboardSource::arrived, this, &DashboardPage::showData);
  connect(&source_, &DashboardSource::nowArrived, this, &DashboardPage::showNow);
  tiles_->showTargets(bridge.targets());
  setRange(range_);
}

void DashboardPage::makeHeader() {
  partButton_ = header_->addMenuButton(QStringLiteral("All listeners"), partMenu_);
  partButton_->setToolTip(QStringLiteral("Whose numbers these are"));
  connect(partMenu_, &QMenu::aboutToShow, this, &DashboardPage::fillPartMenu);
  rangeButton_ = header_->addMenuButton(range_.words(), makeRangeMenu());
  live_ = new QPushButton(QStringLiteral("Pause"), header_);
  live_->setToolTip(QStringLiteral("Hold the plots still, or let them go on; counting goes on anyway"));
  connect(live_, &QPushButton::clicked, this,
          [this] { setRange(range_.isLive() ? range_.held(wallNow()) : range_.live()); });
  header_->addButton(live_);
  header_->addMenuButton(QStringLiteral("Export"), makeExportMenu());
}

QMenu* DashboardPage::makeRangeMenu() {
  auto* menu = new QMenu(this);
  for (const std::chrono::seconds span :
       {60s, 300s, 900s, 3600s, 6 * 3600s, 24 * 3600s, 3 * 24 * 3600s, 7 * 24 * 3600s})
    menu->addAction(TimeRange(span).words(), this, [this, span] { setRange(TimeRange(span)); });
  return menu;
}

QMenu* DashboardPage::makeExportMenu() {
  auto* menu = new QMenu(this);
  const auto cards = [this] { return std::vector<const PlotCard*>(plots_.begin(), plots_.end()); };
  const auto words = [this] { return partWords(part_) + QStringLiteral(" · ") + range_.words(); };
  menu->addAction(QStringLiteral("Picture (PNG)…"), this, [this] { exportPicture(*this); });
  menu->addAction(QStringLiteral("Plots (SVG)…"), this, [=, this] { exportSvg(this, cards(), words()); });
  menu->addAction(QStringLiteral("Plots (PDF)…"), this, [=, this] { exportPdf(this, cards(), words()); });
  menu->addAction(QStringLiteral("Numbers (CSV)…"), this, [this] {
    if (data_) exportNumbers(this, data_);
  });
  menu->addAction(QStringLiteral("Status counts (CSV)…"), this,
                  [this] { exportTable(this, *statusTable_->model()); });
  return menu;
}

/// What there are numbers of, in a menu for each kind.
void DashboardPage::fillPartMenu() {
  partMenu_->clear();
  const auto offer = [this](QMenu& menu, const SeriesPart& part, const QString& words) {
    QAction* action = menu.addAction(words, this, [this, part] { setPart(part); });
    action->setCheckable(true);
    action->setChecked(part == part_);
  };
  offer(*partMenu_, SeriesPart(), QStringLiteral("All listeners"));
  QMenu* menu = nullptr;
  std::size_t kind = 0;
  for (const SeriesPart& part : data_ ? data_->parts : bridge_.series().parts()) {
    if (part.index() == 0) continue;
    if (!menu || kind != part.index()) menu = partMenu_->addMenu(QLatin1String(partHeading(part)));
    kind = part.index();
    offer(*menu, part,
          partWords(part).section(QLatin1Char(' '), part.index() == 1 || part.index() == 3 ? 2 : 1));
  }
}

/// Scrolls in a window that is too low for all of it.
QWidget* DashboardPage::makeBody() {
  auto* body = new QWidget(this);
  auto* column = new QVBoxLayout(body);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(10);
  column->addWidget(tiles_);
  column->addWidget(makePlots(), 1);
  auto* area = new QScrollArea(this);
  area->setFrameShape(QFrame::NoFrame);
  area->setWidgetResizable(true);
  area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  area->setFocusPolicy(Qt::NoFocus);
  area->setWidget(body);
  // setWidget() has made both fill themselves: the window's ground shows through instead.
  area->viewport()->setAutoFillBackground(false);
  body->setAutoFillBackground(false);
  return area;
}

QWidget* DashboardPage::makePlots() {
  struct Plan {
    const char *title, *measure, *unit, *tip;
  };
  constexpr Plan kPlans[kDashboardPlots] = {
      {"Requests", "per second", " /s", "ALB: RequestCount, GrpcRequestCount"},
      {"HTTP classes", "per second", " /s", "ALB: HTTPCode_Target_…_Count, HTTPCode_ELB_…_Count"},
      {"gRPC status", "per second", " /s", "By grpc-status as the client got it"},
      {"Latency", "ms", " ms", "Whole exchanges. ALB's nearest: TargetResponseTime"},
      {"Open", "most at once", "", "ALB: ActiveConnectionCount"},
      {"Bytes", "kB per second", " kB/s", "ALB: ProcessedBytes"}};
  auto* box = new QWidget(this);
  auto* grid = new QGridLayout(box);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(10);
  for (std::size_t i = 0; i < kDashboardPlots; ++i) {
    const Plan& plan = kPlans[i];
    plots_[i] = new PlotCard(QString::fromUtf8(plan.title), QString::fromUtf8(plan.measure),
                             QString::fromUtf8(plan.unit), QString::fromUtf8(plan.tip), box);
    connectPlot(*plots_[i]);
    grid->addWidget(plots_[i], static_cast<int>(i / 3), static_cast<int>(i % 3));
    grid->setColumnStretch(static_cast<int>(i % 3), 1);
  }
  plot(DashboardPlot::Connections).plot().setEmptyWords(QStringLiteral("nothing open"));
  grid->addWidget(makeStatusCard(), 2, 0, 1, 3);
  for (const int row : {0, 1, 2})
    grid->setRowStretch(row, 1);
  return box;
}

void DashboardPage::connectPlot(PlotCard& card) {
  connect(&card.plot(), &TimePlot::zoomWanted, this, [this](double factor, double around) {
    setRange(range_.zoomed(factor, timeOf(around), wallNow()));
  });
  connect(&card.plot(), &TimePlot::moveWanted, this, [this](double seconds) {
    setRange(range_.moved(
        std::chrono::duration_cast<WallTime::duration>(std::chrono::duration<double>(seconds)), wallNow()));
  });
  connect(&card.plot(), &TimePlot::cursorMoved, this, [this](double time) {
    for (PlotCard* each : plots_)
      each->plot().setCursorTime(time);
  });
  connect(&card.plot(), &TimePlot::chosen, this,
          [this, &card](int series, int point) { chosen(card, series, point); });
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
  statusWords_ = new QLabel(card);
  statusWords_->setProperty("role", "muted");
  statusWords_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  auto* now = new QPushButton(QStringLiteral("Since now"), card);
  now->setToolTip(QStringLiteral("Counts begin at 0 here; nothing else forgets anything"));
  auto* start = new QPushButton(QStringLiteral("Since the start"), card);
  connect(now, &QPushButton::clicked, this, [this] {
    countFrom(bridge_.metrics(), QStringLiteral("since %1").arg(clockText(wallNow()).left(8)));
  });
  connect(start, &QPushButton::clicked, this, [this] { countFrom({}, QStringLiteral("since the start")); });
  auto* line = new QHBoxLayout;
  line->setSpacing(10);
  line->addWidget(title);
  line->addWidget(statusWords_, 1);
  line->addWidget(now);
  line->addWidget(start);
  statusTable_ = new QTableView(card);
  auto* sorted = new QSortFilterProxyModel(this);
  sorted->setSourceModel(statuses_);
  sorted->setSortRole(StatusCountsModel::kOrderRole);
  statusTable_->setModel(sorted);
  statusTable_->setSortingEnabled(true);
  statusTable_->sortByColumn(StatusCountsModel::Status, Qt::AscendingOrder);
  prepareTable(*statusTable_, QStringLiteral("Status counts"));
  statusTable_->setItemDelegateForColumn(StatusCountsModel::LastMinute, new SparklineDelegate(statusTable_));
  statusTable_->setMinimumHeight(4 * statusTable_->verticalHeader()->defaultSectionSize());
  setColumnWidths(*statusTable_, {230, 96, 92, 260, 150});
  statusTable_->horizontalHeader()->setSectionResizeMode(StatusCountsModel::LastMinute, QHeaderView::Stretch);
  connect(statusTable_, &QTableView::activated, this, [this, sorted](const QModelIndex& index) {
    Q_EMIT logRequested(
        bothFilters(partFilter(part_), statuses_->logFilter(sorted->mapToSource(index).row())));
  });
  column->addLayout(line);
  column->addWidget(statusTable_, 1);
  countFrom({}, QStringLiteral("since the start"));
  return card;
}

void DashboardPage::countFrom(const MetricsReading& mark, const QString& words) {
  mark_ = mark;
  statusWords_->setText(words +
                        QStringLiteral(" · ALB metric names on hover · double-click shows the log lines"));
  showStatuses();
}

void DashboardPage::setPart(const SeriesPart& part) {
  part_ = part;
  const QString words = partWords(part);
  partButton_->setText(words.left(1).toUpper() +
                       fontMetrics().elidedText(words.mid(1), Qt::ElideMiddle, 260));
  statuses_->reset();
  showStatuses();
  showOpen();
  source_.askNow(part_);
  ask();
}

void DashboardPage::setRange(const TimeRange& range) {
  range_ = range;
  const WallTime now = wallNow();
  rangeButton_->setText(range_.words());
  live_->setText(range_.isLive() ? QStringLiteral("Pause") : QStringLiteral("Live"));
  for (PlotCard* card : plots_)
    card->plot().setRange(secondsOf(range_.begin(now)), secondsOf(range_.end(now)));
  ask();
}

/// What moves on is asked for again; long stretches seldom, as they hardly change.
void DashboardPage::take(const MetricsReading&) {
  if (!isVisible()) return;
  const auto rhythm = std::clamp<std::chrono::seconds>(range_.step() / 2, 1s, 30s);
  // The sample's own rhythm is a second and some: a little early is in time.
  const bool isDue = !asked_.isValid() || std::chrono::milliseconds(asked_.elapsed()) >= rhythm - 300ms;
  if (range_.isLive() && isDue) ask();
  showStatuses();
  showOpen();
  source_.askNow(part_);
}

void DashboardPage::ask() {
  const WallTime now = wallNow();
  asked_.start();
  source_.ask(part_, {range_.begin(now), range_.end(now), range_.step()});
}

void DashboardPage::showData(const std::shared_ptr<const DashboardData>& data) {
  data_ = data;
  const auto& [from, to, step] = data->range;
  const bool movesOn = range_.isLive() && to - from == range_.length();
  for (std::size_t i = 0; i < kDashboardPlots; ++i) {
    if (movesOn) plots_[i]->plot().setRange(secondsOf(from), secondsOf(to));
    plots_[i]->setData(data->times, data->plots[i]);
  }
}

void DashboardPage::showStatuses() {
  const MetricsReading& now = bridge_.metrics();
  const bool isMarked = mark_.time != TimePoint{};
  statuses_->update(isMarked ? partOf(now, part_).since(partOf(mark_, part_)) : partOf(now, part_));
}

void DashboardPage::showNow(const PartNow& now) {
  if (now.part != part_) return;
  tiles_->showMinute(now.minute);
  statuses_->setMinute(now.minute.statuses, now.lastSeen, wallNow());
}

void DashboardPage::showOpen() {
  const observe::PartReading part = partOf(bridge_.metrics(), part_);
  const bool isTargetSide =
      std::holds_alternative<observe::TargetGroupName>(part_) || std::holds_alternative<TargetId>(part_);
  tiles_->showOpen(part.activeStreams, isTargetSide ? part.activeTargetConnections : part.activeConnections);
}

/// A change of the configuration, for whoever wonders why a line bends there.
void DashboardPage::addMark(const ApplyReport& report) {
  if (!report.applied) return;
  marks_.push_back({secondsOf(wallNow()), QStringLiteral("configuration changed")});
  if (marks_.size() > kMostMarks) marks_.erase(marks_.begin());
  for (PlotCard* card : plots_)
    card->plot().setMarks(marks_);
}

/// The lines of the log behind a point.
void DashboardPage::chosen(PlotCard& card, int series, int point) {
  if (!data_ || point < 0 || point >= data_->times.size()) return;
  const WallTime begin = timeOf(data_->times[point]);
  QString filter = partFilter(part_);
  const auto& lines = card.plot().series();
  if (series >= 0 && static_cast<std::size_t>(series) < lines.size()) {
    const PlotSeries& line = lines[static_cast<std::size_t>(series)];
    if (line.logFilter && !std::isnan(line.values[point]))
      filter = bothFilters(filter, line.logFilter(line.values[point]));
  }
  Q_EMIT logRequested(bothFilters(filter, filterOfTime(begin, begin + data_->range.step)));
}

void DashboardPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  if (range_.isLive()) setRange(range_);
  take(bridge_.metrics());
}

}  // namespace spillway::ui
