// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/log_view.h"

#include <QHBoxLayout>
#include <QHeaderView>
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
#include "ui/widgets/kept_filters.h"
#include "ui/widgets/live_table.h"
#include "ui/widgets/saved_filters_button.h"

namespace spillway::ui {

namespace {

enum StackPage { TablePage, EmptyPage, NoneMatchPage };

QString searchWords(const LogTableModel& model) {
  const int percent = static_cast<int>(model.searched() * 100);
  if (!model.isSearching()) return QStringLiteral("the newest %1 % searched").arg(percent);
  return model.isSorted() ? QStringLiteral("sorting") : QStringLiteral("searching, %1 %").arg(percent);
}

}  // namespace

LogView::LogView(LogTableModel& model, Qt::Orientation panes, const LogWords& words, QWidget* parent)
    : QWidget(parent),
      model_(model),
      table_(new LiveTable(model, words.tableName, this)),
      filterEdit_(new FilterEdit(this)),
      mistake_(new QLabel(this)),
      counter_(new QLabel(this)),
      searchButton_(new QPushButton(this)),
      searchEnd_(new QShortcut(QKeySequence(Qt::Key_Escape), this)),
      savedButton_(new SavedFiltersButton(this)),
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
  connectFilter();
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
  line->addWidget(searchButton_);
  line->addWidget(savedButton_);
  searchEnd_->setContext(Qt::WidgetWithChildrenShortcut);
  connect(searchButton_, &QPushButton::clicked, this,
          [this] { model_.isSearching() ? endSearch() : model_.resumeSearch(); });
  connect(searchEnd_, &QShortcut::activated, this, &LogView::endSearch);
  for (const char* keys : {"Ctrl+L", "Ctrl+/"}) {
    auto* focus = new QShortcut(QKeySequence(QLatin1String(keys)), this);
    connect(focus, &QShortcut::activated, filterEdit_, qOverload<>(&QWidget::setFocus));
  }
  return row;
}

void LogView::connectFilter() {
  filterTimer_.setSingleShot(true);
  filterTimer_.setInterval(150);
  connect(filterEdit_, &QLineEdit::textChanged, &filterTimer_, qOverload<>(&QTimer::start));
  connect(&filterTimer_, &QTimer::timeout, this, &LogView::applyFilter);
  connect(filterEdit_, &QLineEdit::editingFinished, this, &LogView::rememberFilter);
  filterEdit_->setValueSource(
      [this](const history::FieldInfo& field, std::function<void(const QStringList&)> take) {
        model_.askValues(field, std::move(take));
      });
  connect(table_, &LiveTable::filterRequested, this, &LogView::setFilter);
  connect(savedButton_, &SavedFiltersButton::chosen, this, &LogView::setFilter);
  connect(savedButton_, &SavedFiltersButton::fieldChosen, filterEdit_, &FilterEdit::beginCondition);
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

void LogView::addSide(QWidget* side, int width) {
  auto* row = new QSplitter(Qt::Horizontal, this);
  row->setChildrenCollapsible(false);
  QWidget* table = splitter_->replaceWidget(0, row);
  row->addWidget(side);
  row->addWidget(table);
  row->setStretchFactor(1, 1);
  row->setHandleWidth(10);
  row->setSizes({width, 3 * width});
  table->show();
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
  rememberFilter();
}

/// A mistake leaves the rows as they were.
void LogView::applyFilter() {
  const auto applied = model_.setFilterText(filterEdit_->text());
  filterEdit_->showMistake(applied ? std::nullopt : std::optional(applied.error()));
  savedButton_->setPresent(applied ? filterEdit_->text().trimmed() : QString());
  if (!applied) return showTrouble(QString::fromStdString(applied.error().message));
  showUnderLine(QString::fromStdString(model_.filter().remark()), Theme::colors().mutedText);
}

void LogView::showTrouble(const QString& words) {
  showUnderLine(QStringLiteral("✖ ") + words, Theme::colors().bad);
}

void LogView::showUnderLine(const QString& words, const QColor& color) {
  mistake_->setVisible(!words.isEmpty());
  mistake_->setText(words);
  mistake_->setStyleSheet(QStringLiteral("color: %1").arg(color.name()));
}

/// For Up and Down in the line; what is wrong is not kept.
void LogView::rememberFilter() {
  const QString text = filterEdit_->text().trimmed();
  if (filterTimer_.isActive()) applyFilter();
  if (!text.isEmpty() && model_.filter().text() == filterEdit_->text().toStdString())
    ui::rememberFilter(text);
}

/// An order that is not wanted is the order of arrival.
void LogView::endSearch() {
  if (model_.isSorted()) return table_->horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
  model_.endSearch();
}

void LogView::showSearch() {
  const bool isSearching = model_.isSearching();
  searchEnd_->setEnabled(isSearching);
  searchButton_->setVisible(model_.searched() < 1);
  searchButton_->setText(isSearching ? QStringLiteral("Cancel") : QStringLiteral("Search on"));
  searchButton_->setToolTip(isSearching ? QStringLiteral("End the search; what was found stays (Esc)")
                                        : QStringLiteral("Search the older part of the log too"));
}

void LogView::showCounts() {
  const std::uint64_t shown = model_.shown();
  QString words = QStringLiteral("%1 of %2").arg(countText(shown), countText(model_.kept()));
  const bool isWhole = model_.searched() >= 1;
  if (!isWhole) words = searchWords(model_) + QStringLiteral(" · ") + words;
  counter_->setText(words);
  showSearch();
  const std::uint64_t waiting = model_.waiting();
  if (!model_.isPaused()) {
    pauseButton_->setText(QStringLiteral("Pause"));
  } else {
    pauseButton_->setText(waiting == 0 ? QStringLiteral("Resume")
                                       : QStringLiteral("Resume +%1").arg(countText(waiting)));
  }
  if (model_.kept() == 0) {
    stack_->setCurrentIndex(EmptyPage);
  } else if (shown == 0 && isWhole && !model_.filter().selectsAll()) {
    noneMatch_->setText(QStringLiteral("%1 kept, none matches the filter").arg(countText(model_.kept())));
    stack_->setCurrentIndex(NoneMatchPage);
  } else {
    stack_->setCurrentIndex(TablePage);
  }
}

}  // namespace spillway::ui
