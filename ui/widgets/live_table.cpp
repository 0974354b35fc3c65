// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/live_table.h"

#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QScrollBar>

#include "engine/history/filter_text.h"
#include "ui/export/table_text.h"
#include "ui/widgets/table_look.h"

namespace spillway::ui {

LiveTable::LiveTable(LogTableModel& model, const QString& name, QWidget* parent)
    : QTableView(parent), model_(model) {
  setModel(&model);
  prepareTable(*this, name);
  setSelectionMode(ExtendedSelection);
  QHeaderView& header = *horizontalHeader();
  header.setSectionsMovable(true);
  header.setSortIndicatorClearable(true);
  header.setSortIndicator(-1, Qt::AscendingOrder);
  setSortingEnabled(true);
  // One scroll for all that came in this turn of the loop.
  scrollTimer_.setSingleShot(true);
  connect(&scrollTimer_, &QTimer::timeout, this, [this] { scrollToBottom(); });
  connect(&model, &QAbstractItemModel::rowsInserted, this,
          [this](const QModelIndex&, int first, int last) { onInserted(first, last); });
  connect(&model, &QAbstractItemModel::rowsRemoved, this,
          [this](const QModelIndex&, int first, int last) { onRemoved(first, last); });
  connect(&model, &QAbstractItemModel::modelReset, this, &LiveTable::onReset);
  connect(verticalScrollBar(), &QScrollBar::sliderMoved, this, &LiveTable::checkScrolled);
  connect(verticalScrollBar(), &QScrollBar::actionTriggered, &scrollTimer_,
          [this] { QTimer::singleShot(0, this, &LiveTable::checkScrolled); });
  tellWhetherFollowed();
}

void LiveTable::setFollowing(bool following) {
  if (following && !model_.isSorted()) scrollTimer_.start(0);
  if (following == following_) return;
  following_ = following;
  if (!following) scrollTimer_.stop();
  tellWhetherFollowed();
  Q_EMIT followingChanged(following);
}

/// A selected row stays where it is.
void LiveTable::tellWhetherFollowed() {
  model_.setFollowed(following_ && !selected_);
}

void LiveTable::selectSeq(RowSeq seq) {
  const int row = model_.rowOf(seq);
  if (row < 0) return;
  selectRow(row);
  scrollTo(model_.index(row, 0), PositionAtCenter);
}

bool LiveTable::isAtEnd() const {
  return verticalScrollBar()->value() >= verticalScrollBar()->maximum();
}

void LiveTable::checkScrolled() {
  setFollowing(isAtEnd());
}

void LiveTable::onInserted(int first, int last) {
  // Older rows that a search found: what is in view stays there.
  if (first == 0 && last + 1 < model_.rowCount() && !following_) {
    QScrollBar& bar = *verticalScrollBar();
    bar.setMaximum(bar.maximum() + (last + 1) * verticalHeader()->defaultSectionSize());
    bar.setValue(bar.value() + (last + 1) * verticalHeader()->defaultSectionSize());
  }
  if (following_ && !model_.isSorted() && !scrollTimer_.isActive()) scrollTimer_.start(0);
}

void LiveTable::onRemoved(int first, int last) {
  if (first > 0 || following_) return;
  QScrollBar& bar = *verticalScrollBar();
  bar.setValue(bar.value() - (last - first + 1) * verticalHeader()->defaultSectionSize());
}

void LiveTable::onReset() {
  if (!selected_) return;
  const int row = model_.rowOf(*selected_);
  if (row < 0) {
    selected_.reset();
    tellWhetherFollowed();
    Q_EMIT selectedSeqChanged();
    return;
  }
  restoring_ = true;
  selectRow(row);
  restoring_ = false;
}

void LiveTable::selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) {
  QTableView::selectionChanged(selected, deselected);
  if (restoring_) return;
  const QModelIndexList rows = selectionModel()->selectedRows();
  const QModelIndex current = currentIndex();
  std::optional<RowSeq> seq;
  if (!rows.isEmpty())
    seq = model_.seqAt(rows.contains(current.siblingAtColumn(0)) ? current.row() : rows[0].row());
  if (seq) setFollowing(false);
  if (seq == selected_) return;
  selected_ = seq;
  tellWhetherFollowed();
  Q_EMIT selectedSeqChanged();
}

void LiveTable::keyPressEvent(QKeyEvent* event) {
  if (event->key() == Qt::Key_End && event->modifiers() == Qt::NoModifier) {
    setFollowing(true);
    return;
  }
  if (event->matches(QKeySequence::MoveToStartOfDocument)) {
    setFollowing(false);
    QMetaObject::invokeMethod(this, &LiveTable::goToStart, Qt::QueuedConnection);
    return;
  }
  if (event->key() == Qt::Key_Escape) {
    clearSelection();
    return;
  }
  QTableView::keyPressEvent(event);
}

/// Once the older rows are there, which come in the turns of the loop before.
void LiveTable::goToStart() {
  if (following_) return;
  if (!model_.isWhole()) {
    QMetaObject::invokeMethod(this, &LiveTable::goToStart, Qt::QueuedConnection);
    return;
  }
  selectRow(0);
  scrollToTop();
}

void LiveTable::wheelEvent(QWheelEvent* event) {
  QTableView::wheelEvent(event);
  if (event->angleDelta().y() != 0) checkScrolled();
}

/// By the keyboard, at the current cell.
void LiveTable::contextMenuEvent(QContextMenuEvent* event) {
  const bool isByKey = event->reason() == QContextMenuEvent::Keyboard;
  const QModelIndex cell = isByKey ? currentIndex() : indexAt(event->pos());
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  addFilterActions(menu, cell);
  QAction* copy = menu->addAction(QStringLiteral("Copy rows"), this, [this] { copySelectedRows(*this); });
  copy->setShortcut(QKeySequence::Copy);
  copy->setEnabled(selected_.has_value());
  Q_EMIT menuOpening(*menu);
  menu->popup(isByKey && cell.isValid() ? viewport()->mapToGlobal(visualRect(cell).center())
                                        : event->globalPos());
}

void LiveTable::addFilterActions(QMenu* menu, const QModelIndex& cell) {
  const std::string clause = cell.isValid() ? model_.clauseAt(cell).toStdString() : std::string();
  if (clause.empty()) return;
  const std::string now = model_.filter().text();
  const auto offer = [this, menu](const QString& words, const std::string& filter) {
    const QString text = QString::fromStdString(filter);
    menu->addAction(words, this, [this, text] { Q_EMIT filterRequested(text); });
  };
  QString shown = menu->fontMetrics().elidedText(QString::fromStdString(clause), Qt::ElideMiddle,
                                                 40 * menu->fontMetrics().averageCharWidth());
  shown.replace(QLatin1Char('&'), QLatin1String("&&"));
  offer(QStringLiteral("Only %1").arg(shown), clause);
  offer(QStringLiteral("Without it"), history::bothOf(now, history::allBut(clause)));
  if (!model_.filter().selectsAll()) {
    offer(QStringLiteral("And %1").arg(shown), history::bothOf(now, clause));
    offer(QStringLiteral("Or %1").arg(shown), history::eitherOf(now, clause));
  }
  menu->addSeparator();
}

}  // namespace spillway::ui
