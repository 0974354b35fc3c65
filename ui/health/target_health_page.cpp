// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/target_health_page.h"

#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/health/check_strip.h"
#include "ui/health/target_health_model.h"
#include "ui/health/transition_model.h"
#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

TargetHealthPage::TargetHealthPage(EngineBridge& bridge, Workspace& workspace, QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      model_(new TargetHealthModel(this)),
      sorted_(new QSortFilterProxyModel(this)),
      transitions_(new TransitionModel(this)),
      header_(new PageHeader(QStringLiteral("Target health"), this)),
      checkButton_(new QPushButton(QStringLiteral("Check now"), this)),
      stack_(new QStackedWidget(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(stack_, 1);
  auto* splitter = new QSplitter(Qt::Vertical, this);
  splitter->setChildrenCollapsible(false);
  splitter->setHandleWidth(10);
  splitter->addWidget(makeTable());
  splitter->addWidget(makeHistory());
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 2);
  stack_->addWidget(splitter);
  stack_->addWidget(
      new EmptyState(QStringLiteral("No targets yet"),
                     QStringLiteral("A target group's targets are checked here as soon as a load "
                                    "balancer forwards to the group. Create a load balancer, or run "
                                    "the route guide demo."),
                     this));
  header_->addButton(checkButton_);
  checkButton_->setToolTip(QStringLiteral("Check the selected target, or all, at once (F5)"));
  connect(checkButton_, &QPushButton::clicked, this, &TargetHealthPage::checkNow);
  auto* refresh = new QShortcut(QKeySequence(Qt::Key_F5), this);
  refresh->setContext(Qt::WidgetWithChildrenShortcut);
  connect(refresh, &QShortcut::activated, this, &TargetHealthPage::checkNow);
  connectSources(workspace);
  showTargets(bridge.targets());
  showHistory();
}

QWidget* TargetHealthPage::makeTable() {
  auto* card = new Card(this);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  table_ = new QTableView(card);
  sorted_->setSourceModel(model_);
  sorted_->setSortRole(RawRole);
  table_->setModel(sorted_);
  table_->setSortingEnabled(true);
  table_->sortByColumn(TargetHealthModel::Health, Qt::AscendingOrder);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  prepareTable(*table_, QStringLiteral("Targets"));
  setColumnWidths(*table_, {98, 124, 120, 200, 80, 94, 84, 62, 76, 84, 70, 68});
  table_->horizontalHeader()->setSectionResizeMode(TargetHealthModel::Reason, QHeaderView::Stretch);
  inside->addWidget(table_);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &TargetHealthPage::onSelected);
  connect(sorted_, &QAbstractItemModel::modelReset, this, &TargetHealthPage::restoreSelection);
  return card;
}

QWidget* TargetHealthPage::makeHistory() {
  auto* card = new Card(this);
  auto* column = new QVBoxLayout(card);
  column->setContentsMargins(14, 10, 14, 10);
  column->setSpacing(6);
  historyTitle_ = new QLabel(card);
  historyTitle_->setTextFormat(Qt::PlainText);
  QFont bold = historyTitle_->font();
  bold.setWeight(QFont::DemiBold);
  historyTitle_->setFont(bold);
  strip_ = new CheckStrip(card);
  checkWords_ = new QLabel(card);
  checkWords_->setTextFormat(Qt::PlainText);
  checkWords_->setProperty("role", "muted");
  transitionTable_ = new QTableView(card);
  transitionTable_->setModel(transitions_);
  prepareTable(*transitionTable_, QStringLiteral("Changes of health"));
  setColumnWidths(*transitionTable_, {110, 110, 110, 400});
  transitionTable_->horizontalHeader()->setSectionResizeMode(TransitionModel::Cause, QHeaderView::Stretch);
  reason_ = new QLabel(card);
  reason_->setTextFormat(Qt::PlainText);
  reason_->setWordWrap(true);
  reason_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  column->addWidget(historyTitle_);
  column->addWidget(reason_);
  column->addWidget(strip_);
  column->addWidget(checkWords_);
  column->addWidget(transitionTable_, 1);
  connect(strip_, &CheckStrip::checkChosen, checkWords_, &QLabel::setText);
  return card;
}

void TargetHealthPage::connectSources(Workspace& workspace) {
  model_->setDocument(workspace.document());
  connect(&workspace, &Workspace::documentChanged, model_, &TargetHealthModel::setDocument);
  connect(&bridge_, &EngineBridge::targetsChanged, this, &TargetHealthPage::showTargets);
  connect(&bridge_, &EngineBridge::metricsSampled, model_,
          [this](const observe::MetricsReading& now) { model_->setMetrics(now); });
  connect(&bridge_, &EngineBridge::eventsArrived, this, [this](const std::vector<observe::Event>& events) {
    const auto touched = history_.ingest(events);
    if (selected_ && std::find(touched.begin(), touched.end(), *selected_) != touched.end()) showHistory();
  });
  tick_.setInterval(1000);
  connect(&tick_, &QTimer::timeout, this, [this] {
    if (isVisible()) model_->tick(wallNow());
  });
  tick_.start();
}

void TargetHealthPage::showTargets(const std::vector<TargetStatus>& targets) {
  model_->setTargets(targets);
  showReason();
  stack_->setCurrentIndex(targets.empty() ? 1 : 0);
  checkButton_->setEnabled(!targets.empty());
  if (!selected_ && !targets.empty()) table_->selectRow(0);
  std::uint64_t counts[5]{};
  for (const TargetStatus& target : targets)
    ++counts[static_cast<std::size_t>(target.state)];
  QStringList words;
  for (const auto state :
       {observe::TargetState::Unhealthy, observe::TargetState::Initial, observe::TargetState::Draining,
        observe::TargetState::Unused, observe::TargetState::Healthy}) {
    const std::uint64_t count = counts[static_cast<std::size_t>(state)];
    if (count > 0)
      words.push_back(
          QStringLiteral("%1 %2 %3").arg(healthGlyph(state), countText(count), healthWord(state).toLower()));
  }
  header_->setWords(words.join(QStringLiteral(" · ")));
}

void TargetHealthPage::onSelected() {
  if (restoring_) return;
  const QModelIndexList rows = table_->selectionModel()->selectedRows();
  if (rows.isEmpty()) {
    selected_.reset();
  } else {
    selected_ = model_->statusAt(sorted_->mapToSource(rows[0]).row()).id;
  }
  showHistory();
}

void TargetHealthPage::restoreSelection() {
  if (!selected_) return;
  const int row = model_->rowOf(*selected_);
  if (row < 0) {
    selected_.reset();
    showHistory();
    return;
  }
  restoring_ = true;
  table_->selectRow(sorted_->mapFromSource(model_->index(row, 0)).row());
  restoring_ = false;
}

/// Why the selected target is in its state; nothing to say for a healthy one.
void TargetHealthPage::showReason() {
  const int row = selected_ ? model_->rowOf(*selected_) : -1;
  const QString reason = row < 0 ? QString() : healthReasonText(model_->statusAt(row));
  reason_->setText(reason);
  reason_->setVisible(reason.size() > 1);
}

void TargetHealthPage::showHistory() {
  showReason();
  checkWords_->setText(QStringLiteral("Point at a check to see what came back"));
  if (!selected_) {
    historyTitle_->setText(QStringLiteral("Select a target to see its checks"));
    strip_->showChecks({}, true);
    transitions_->showTransitions({});
    return;
  }
  const HealthHistory::Past& past = history_.of(*selected_);
  historyTitle_->setText(QStringLiteral("%1 in %2 · last %3")
                             .arg(targetAddress(*selected_), QString::fromStdString(selected_->group),
                                  countOf(past.checks.size(), QStringLiteral("check"))));
  strip_->showChecks(past.checks, model_->speaksGrpc(selected_->group));
  transitions_->showTransitions(past.transitions);
}

void TargetHealthPage::checkNow() {
  if (selected_) {
    bridge_.checkNow(*selected_);
    return;
  }
  for (int row = 0; row < model_->rowCount(); ++row) {
    bridge_.checkNow(model_->statusAt(row).id);
  }
}

}  // namespace spillway::ui
