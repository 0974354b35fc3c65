// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTableView>
#include <QTimer>
#include <optional>

#include "ui/models/log_table_model.h"

class QMenu;

namespace spillway::ui {

/// A table over a live log. Follows the newest row until the reader scrolls up or selects a row; End follows
/// again. Keeps the selected row selected, by its place in the log, whatever the model does. Ctrl+C copies
/// rows; a cell's menu filters by what it shows.
class LiveTable : public QTableView {
  Q_OBJECT

 public:
  LiveTable(LogTableModel& model, const QString& name, QWidget* parent = nullptr);

  void setFollowing(bool following);
  bool isFollowing() const { return following_; }
  /// Selects the row and brings it into view. Nothing happens when it does not show.
  void selectSeq(RowSeq seq);
  /// nullopt: no row is selected.
  std::optional<RowSeq> selectedSeq() const { return selected_; }

 signals:
  void followingChanged(bool following);
  /// Another row was selected, or none is any more.
  void selectedSeqChanged();
  /// A cell's menu is about to open: more may be added.
  void menuOpening(QMenu& menu);
  /// The reader made this filter from the present one and a cell.
  void filterRequested(const QString& filter);

 protected:
  void keyPressEvent(QKeyEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void selectionChanged(const QItemSelection& selected, const QItemSelection& deselected) override;

 private:
  void onInserted(int first, int last);
  void onRemoved(int first, int last);
  void onReset();
  void checkScrolled();
  void tellWhetherFollowed();
  void goToStart();
  bool isAtEnd() const;
  void addFilterActions(QMenu* menu, const QModelIndex& cell);

  LogTableModel& model_;
  bool following_ = true;
  bool restoring_ = false;
  std::optional<RowSeq> selected_;
  QTimer scrollTimer_;
};

}  // namespace spillway::ui
