// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/log_view.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QShortcut>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/models/words.h"
#include "ui/theme/theme.h"
#include "ui/widgets/card.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/filter_edit.h"
#include "ui/widgets/live_table.h"

namespace spillway::ui {

namespace {

enum StackPage { TablePage, EmptyPage, NoneMatchPage };

}  // namespace

LogView::LogView(LogTableModel& model, Qt::Orientation panes, const LogWords& words, QWidget* parent)
    : QWidget(parent),
      model_(model),
      table_(new LiveTable(model, words.tableName, this)),
      filterEdit_(new FilterEdit(this)),
      mistake_(new QLabel(this)),
      counter_(new QLabel(this)),
      followButton_(new QPushButton(QStringLiteral("Follow"), this)),
      pauseButton_(new QPushButton(QStringLiteral("Pause"), this)),
      stack_(new QStackedWidget(this)),
      splitter_(new QSplitter(panes, this)),
      noneMatch_(new QLabel(this)) {
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(0, 0, 0, 0);
  column->setSpacing(10);
  column->addWidget(makeFilterRow(words));
  mistake_->setTextFormat(Qt::PlainText);
  mistake_->setWordWrap(true);
  mistake_->setAccessibleName(QStringLiteral("What is wrong with the filter"));
  mistake_->hide();
  column->addWidget(mistake_);
  column->addWidget(splitter_, 1);
  splitter_->setChildrenCollapsible(false);
  splitter_->setHandleWidth(10);
  splitter_->addWidget(makeTableStack(words));
  connectButtons();
  connect(&model_, &LogTableModel::countsChanged, this, &LogView::showCounts);
  showCounts();
}

QWidget* LogView::makeFilterRow(const LogWords& words) {
  auto* row = new QWidget(this);
  auto* line = new QHBoxLayout(row);
  line->setContentsMargins(0, 0, 0, 0);
  line->setSpacing(10);
  filterEdit_->setPlaceholderText(words.filterHint);
  counter_->setAccessibleName(QStringLiteral("Shown of kept"));
  counter_->setToolTip(QStringLiteral("Rows shown of rows kept"));
  line->addWidget(filterEdit_, 1);
  line->addWidget(counter_);
  filterTimer_.setSingleShot(true);
  filterTimer_.setInterval(150);
  connect(filterEdit_, &QLineEdit::textChanged, &filterTimer_, qOverload<>(&QTimer::start));
  connect(&filterTimer_, &QTimer::timeout, this, &LogView::applyFilter);
  for (const char* keys : {"Ctrl+L", "Ctrl+/"}) {
    auto* focus = new QShortcut(QKeySequence(QLatin1String(keys)), this);
    focus->setContext(Qt::WidgetWithChildrenShortcut);
    connect(focus, &QShortcut::activated, filterEdit_, qOverload<>(&QWidget::setFocus));
  }
  return row;
}

QWidget* LogView::makeTableStack(const LogWords& words) {
  auto* card = new Card(this);
  card->setMinimumHeight(6 * fontMetrics().height() + 60);
  auto* inside = new QVBoxLayout(card);
  inside->setContentsMargins(1, 1, 1, 1);
  inside->addWidget(stack_);
  stack_->addWidget(table_);
  stack_->addWidget(new EmptyState(words.emptyTitle, words.emptyText, this));
  auto* none = new QWidget(this);
  auto* lines = new QVBoxLayout(none);
  auto* clear = new QPushButton(QStringLiteral("Clear filter"), none);
  noneMatch_->setAlignment(Qt::AlignCenter);
  lines->addStretch();
  lines->addWidget(noneMatch_);
  lines->addWidget(clear, 0, Qt::AlignCenter);
  lines->addStretch();
  connect(clear, &QPushButton::clicked, this, [this] { setFilter({}); });
  stack_->addWidget(none);
  return card;
}

void LogView::connectButtons() {
  followButton_->setCheckable(true);
  followButton_->setChecked(true);
  followButton_->setToolTip(QStringLiteral("Keep the newest row in view (End)"));
  pauseButton_->setCheckable(true);
  pauseButton_->setToolTip(QStringLiteral("Hold this view still; traffic and recording go on (Space)"));
  connect(followButton_, &QPushButton::clicked, table_, &LiveTable::setFollowing);
  connect(table_, &LiveTable::followingChanged, followButton_, &QPushButton::setChecked);
  connect(pauseButton_, &QPushButton::toggled, this, [this](bool paused) {
    model_.setPaused(paused);
    showCounts();
  });
  auto* space = new QShortcut(QKeySequence(Qt::Key_Space), table_);
  space->setContext(Qt::WidgetShortcut);
  connect(space, &QShortcut::activated, pauseButton_, &QPushButton::toggle);
}

void LogView::addPane(QWidget* pane, const QList<int>& sizes) {
  splitter_->addWidget(pane);
  // Beside: the table takes what room there is. Below: both share it.
  const bool beside = splitter_->orientation() == Qt::Horizontal;
  splitter_->setStretchFactor(0, beside ? 1 : 2);
  splitter_->setStretchFactor(splitter_->count() - 1, beside ? 0 : 3);
  splitter_->setSizes(sizes);
}

QString LogView::filter() const {
  return filterEdit_->text();
}

void LogView::setFilter(const QString& text) {
  filterEdit_->setText(text);
  filterTimer_.stop();
  applyFilter();
}

/// A mistake leaves the rows as they were.
void LogView::applyFilter() {
  const auto applied = model_.setFilterText(filterEdit_->text());
  filterEdit_->showMistake(applied ? std::nullopt : std::optional(applied.error()));
  mistake_->setVisible(!applied);
  if (applied) return;
  mistake_->setStyleSheet(QStringLiteral("color: %1").arg(Theme::colors().bad.name()));
  mistake_->setText(QStringLiteral("✖ ") + QString::fromStdString(applied.error().message));
}

void LogView::showCounts() {
  const auto shown = static_cast<std::uint64_t>(model_.rowCount());
  QString words = QStringLiteral("%1 of %2").arg(countText(shown), countText(model_.kept()));
  const bool isSearching = model_.searched() < 1;
  if (isSearching)
    words = QStringLiteral("searching, %1 % · ").arg(static_cast<int>(model_.searched() * 100)) + words;
  counter_->setText(words);
  const std::uint64_t waiting = model_.waiting();
  if (!model_.isPaused()) {
    pauseButton_->setText(QStringLiteral("Pause"));
  } else {
    pauseButton_->setText(waiting == 0 ? QStringLiteral("Resume")
                                       : QStringLiteral("Resume +%1").arg(countText(waiting)));
  }
  if (model_.kept() == 0) {
    stack_->setCurrentIndex(EmptyPage);
  } else if (shown == 0 && !isSearching && !model_.filter().selectsAll()) {
    noneMatch_->setText(QStringLiteral("%1 kept, none matches the filter").arg(countText(model_.kept())));
    stack_->setCurrentIndex(NoneMatchPage);
  } else {
    stack_->setCurrentIndex(TablePage);
  }
}

}  // namespace spillway::ui
