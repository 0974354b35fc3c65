// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/health/target_health_page.h"

#include <QHeaderView>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/export/save_dialog.h"
#include "ui/export/table_text.h"
#include "ui/health/group_health.h"
#include "ui/health/target_actions.h"
#include "ui/health/target_health_model.h"
#include "ui/health/target_history.h"
#include "ui/models/roles.h"
#include "ui/models/words.h"
#include "ui/theme/theme.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/page_header.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

namespace {

constexpr int kGroupsInSight = 4;  ///< more are scrolled to

QWidget* cardAround(QWidget* content, QWidget* parent) {
  auto* card = new Card(parent);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->setSpacing(0);
  inside->addWidget(content);
  return card;
}

}  // namespace

TargetHealthPage::TargetHealthPage(EngineBridge& bridge, Workspace& workspace, RecentReadings& recent,
                                   QWidget* parent)
    : QWidget(parent),
      bridge_(bridge),
      workspace_(workspace),
      recent_(recent),
      model_(new TargetHealthModel(this)),
      sorted_(new QSortFilterProxyModel(this)),
      header_(new PageHeader(QStringLiteral("Target health"), this)),
      stack_(new QStackedWidget(this)),
      groups_(new ValueTable(groupHealthColumns(), QStringLiteral("Health of the target groups"), this)),
      table_(new QTableView(this)),
      history_(new TargetHistory(bridge.history().file, this)),
      actions_(new TargetActions(bridge, workspace, *this, *table_)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header_);
  column->addWidget(stack_, 1);
  stack_->addWidget(makeContent());
  stack_->addWidget(
      new EmptyState(QStringLiteral("No targets yet"),
                     QStringLiteral("A target group's targets are checked here as soon as a load "
                                    "balancer forwards to the group. Create a load balancer, or run "
                                    "the route guide demo."),
                     this));
  makeButtons();
  connectSources();
  showTargets(bridge.targets());
  showSelected();
}

QWidget* TargetHealthPage::makeContent() {
  auto* content = new QWidget(this);
  auto* column = new QVBoxLayout(content);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(10);
  column->addWidget(makeGroups());
  auto* splitter = new QSplitter(Qt::Vertical, content);
  splitter->setChildrenCollapsible(false);
  splitter->setHandleWidth(10);
  splitter->addWidget(makeTargets());
  splitter->addWidget(history_);
  splitter->setStretchFactor(0, 3);
  splitter->setStretchFactor(1, 2);
  column->addWidget(splitter, 1);
  return content;
}

QWidget* TargetHealthPage::makeGroups() {
  groups_->setSelectionMode(QAbstractItemView::SingleSelection);
  groups_->sortByColumn(0, Qt::AscendingOrder);
  groups_->horizontalHeader()->setStretchLastSection(false);
  groups_->horizontalHeader()->setSectionResizeMode(kRoutingColumn, QHeaderView::Stretch);
  groups_->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
  const auto open = [this] { Q_EMIT groupRequested(groups_->selectedKey()); };
  connect(groups_, &QTableView::doubleClicked, this, open);
  auto* enter = new QShortcut(Qt::Key_Return, groups_);
  enter->setContext(Qt::WidgetShortcut);
  connect(enter, &QShortcut::activated, this, open);
  return cardAround(groups_, this);
}

QWidget* TargetHealthPage::makeTargets() {
  sorted_->setSourceModel(model_);
  sorted_->setSortRole(RawRole);
  sorted_->setFilterKeyColumn(-1);
  sorted_->setFilterCaseSensitivity(Qt::CaseInsensitive);
  table_->setModel(sorted_);
  table_->setSortingEnabled(true);
  table_->sortByColumn(TargetHealthModel::Health, Qt::AscendingOrder);
  table_->setSelectionMode(QAbstractItemView::SingleSelection);
  table_->setContextMenuPolicy(Qt::CustomContextMenu);
  prepareTable(*table_, QStringLiteral("Targets"));
  setColumnWidths(*table_, {96, 122, 124, 130, 60, 98, 94, 60, 58, 86, 74, 66, 74});
  table_->horizontalHeader()->setStretchLastSection(true);
  connect(table_->selectionModel(), &QItemSelectionModel::selectionChanged, this,
          &TargetHealthPage::onSelected);
  connect(sorted_, &QAbstractItemModel::modelReset, this, &TargetHealthPage::restoreSelection);
  connect(table_, &QTableView::doubleClicked, actions_->log, &QAction::trigger);
  connect(table_, &QTableView::customContextMenuRequested, this,
          [this](const QPoint& point) { actions_->all.popup(table_->viewport()->mapToGlobal(point)); });
  auto* filter = new QLineEdit(this);
  filter->setPlaceholderText(QStringLiteral("Filter: unhealthy, a group or an address"));
  filter->setClearButtonEnabled(true);
  filter->setAccessibleName(QStringLiteral("Filter of the targets"));
  connect(filter, &QLineEdit::textChanged, sorted_, &QSortFilterProxyModel::setFilterFixedString);
  auto* line = new QHBoxLayout;
  line->setContentsMargins(10, 8, 10, 8);
  line->addWidget(filter);
  QWidget* card = cardAround(table_, this);
  static_cast<QVBoxLayout*>(card->layout())->insertLayout(0, line);
  return card;
}

void TargetHealthPage::makeButtons() {
  addButton(actions_->checkNow);
  QPushButton* takeOut = header_->addMenuButton(QStringLiteral("Take out"), &actions_->takeOut);
  takeOut->setToolTip(QStringLiteral(
      "Keeps new requests away from the selected target for a while; what runs goes on (Ctrl+U)"));
  QAction* menu = actions_->takeOut.menuAction();
  takeOut->setEnabled(menu->isEnabled());
  connect(menu, &QAction::changed, takeOut, [takeOut, menu] { takeOut->setEnabled(menu->isEnabled()); });
  auto* key = new QShortcut(Qt::CTRL | Qt::Key_U, this);
  key->setContext(Qt::WidgetWithChildrenShortcut);
  connect(key, &QShortcut::activated, takeOut, [takeOut] {
    if (takeOut->isEnabled()) takeOut->showMenu();
  });
  addButton(actions_->deregister);
  addButton(actions_->log)->setText(QStringLiteral("Log lines"));
  addExport();
  connect(actions_, &TargetActions::checkAllRequested, this, &TargetHealthPage::checkAll);
  connect(actions_, &TargetActions::logRequested, this, &TargetHealthPage::logRequested);
  connect(actions_, &TargetActions::groupRequested, this, &TargetHealthPage::groupRequested);
}

/// A button that does what the action does.
QPushButton* TargetHealthPage::addButton(QAction* action) {
  auto* button = new QPushButton(action->text(), this);
  button->setToolTip(action->toolTip());
  button->setEnabled(action->isEnabled());
  connect(button, &QPushButton::clicked, action, &QAction::trigger);
  connect(action, &QAction::enabledChanged, button, &QWidget::setEnabled);
  header_->addButton(button);
  return button;
}

void TargetHealthPage::addExport() {
  auto* menu = new QMenu(this);
  const auto add = [&](const QString& text, const QString& fileName, QAbstractItemModel* rows) {
    connect(menu->addAction(text), &QAction::triggered, this, [this, text, fileName, rows] {
      saveWithDialog(this, {text, fileName, QStringLiteral("CSV files (*.csv)")},
                     [rows](QIODevice& out) { writeCsv(*rows, out); });
    });
  };
  add(QStringLiteral("Export the targets as CSV"), QStringLiteral("targets.csv"), sorted_);
  add(QStringLiteral("Export the target groups as CSV"), QStringLiteral("target-groups.csv"),
      groups_->model());
  add(QStringLiteral("Export the target's changes as CSV"), QStringLiteral("changes.csv"),
      history_->changes().model());
  header_->addMenuButton(QStringLiteral("Export"), menu);
}

void TargetHealthPage::connectSources() {
  model_->setDocument(workspace_.document());
  connect(&workspace_, &Workspace::documentChanged, this, [this](const config::Document& document) {
    model_->setDocument(document);
    showSelected();
    showGroups();
  });
  connect(&bridge_, &EngineBridge::targetsChanged, this, &TargetHealthPage::showTargets);
  connect(&bridge_, &EngineBridge::metricsSampled, model_,
          [this](const observe::MetricsReading& now) { model_->setMetrics(now); });
  connect(&recent_, &RecentReadings::changed, this, &TargetHealthPage::showGroups);
  connect(&bridge_, &EngineBridge::eventsArrived, history_, &TargetHistory::takeEvents);
  tick_.setInterval(1000);
  connect(&tick_, &QTimer::timeout, this, [this] {
    if (!isVisible()) return;
    model_->tick(wallNow());
    showSelected();
  });
  tick_.start();
}

void TargetHealthPage::checkAll() {
  for (int row = 0; row < model_->rowCount(); ++row)
    bridge_.checkNow(model_->statusAt(row).id);
}

void TargetHealthPage::showTargets(const std::vector<TargetStatus>& targets) {
  model_->setTargets(targets);
  stack_->setCurrentIndex(targets.empty() ? 1 : 0);
  actions_->checkNow->setEnabled(!targets.empty());
  if (!selected_ && !targets.empty()) table_->selectRow(0);
  showSelected();
  showCounts(targets);
  showGroups();
}

void TargetHealthPage::showCounts(const std::vector<TargetStatus>& targets) {
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

/// As high as its first rows need.
void TargetHealthPage::showGroups() {
  if (!isVisible()) return;
  groups_->setRows(groupHealthRows(workspace_.document(), bridge_.targets(), recent_));
  const int rows = std::clamp(groups_->model()->rowCount(), 1, kGroupsInSight);
  groups_->setFixedHeight(groups_->horizontalHeader()->sizeHint().height() +
                          rows * groups_->verticalHeader()->defaultSectionSize() + 2);
}

void TargetHealthPage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  model_->tick(wallNow());
  showGroups();
}

void TargetHealthPage::showTarget(const TargetId& target) {
  const int row = model_->rowOf(target);
  if (row < 0) return;
  const QModelIndex shown = sorted_->mapFromSource(model_->index(row, 0));
  table_->selectRow(shown.row());
  table_->scrollTo(shown);
}

void TargetHealthPage::onSelected() {
  if (restoring_) return;
  const QModelIndexList rows = table_->selectionModel()->selectedRows();
  if (rows.isEmpty()) {
    selected_.reset();
  } else {
    selected_ = model_->statusAt(sorted_->mapToSource(rows[0]).row()).id;
  }
  showSelected();
}

void TargetHealthPage::restoreSelection() {
  if (!selected_) return;
  const int row = model_->rowOf(*selected_);
  if (row < 0) {
    selected_.reset();
    showSelected();
    return;
  }
  restoring_ = true;
  table_->selectRow(sorted_->mapFromSource(model_->index(row, 0)).row());
  restoring_ = false;
}

const TargetStatus* TargetHealthPage::selected() const {
  const int row = selected_ ? model_->rowOf(*selected_) : -1;
  return row < 0 ? nullptr : &model_->statusAt(row);
}

void TargetHealthPage::showSelected() {
  const TargetStatus* target = selected();
  actions_->setTarget(target);
  history_->showTarget(target ? std::optional(target->id) : std::nullopt,
                       target && model_->speaksGrpc(target->id.group));
  history_->showReason(target ? model_->reasonText(*target) : QString());
}

}  // namespace spillway::ui
