// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/models/log_table_model.h"

class QLabel;
class QPushButton;
class QShortcut;
class QSplitter;
class QStackedWidget;

namespace spillway::ui {

class FilterEdit;
class LiveTable;
class SavedFiltersButton;

/// The words of a log that has nothing to show yet.
struct LogWords {
  QString tableName, filterHint, emptyTitle, emptyText;
};

/// What the logs share: a filter line with "shown of kept" and the saved filters, the live table or the
/// reason why it is empty, and the Follow and Pause buttons for the page's title line. Further panes stand
/// beside or below the table.
class LogView : public QWidget {
  Q_OBJECT

 public:
  LogView(LogTableModel& model, Qt::Orientation panes, const LogWords& words, QWidget* parent = nullptr);

  LiveTable& table() { return *table_; }
  QPushButton* followButton() { return followButton_; }
  QPushButton* pauseButton() { return pauseButton_; }
  /// A pane after the table; sizes are in pixels, the table's first.
  void addPane(QWidget* pane, const QList<int>& sizes);
  /// A pane before the table, of the table's height.
  void addSide(QWidget* side, int width);
  /// In words; until the next filter.
  void showTrouble(const QString& words);
  QString filter() const;
  void setFilter(const QString& text);

 private:
  QWidget* makeFilterRow(const LogWords& words);
  QWidget* makeTableStack(const LogWords& words);
  void connectButtons();
  void connectFilter();
  void applyFilter();
  void showUnderLine(const QString& words, const QColor& color);
  void rememberFilter();
  void endSearch();
  void showCounts();
  void showSearch();

  LogTableModel& model_;
  LiveTable* table_;
  FilterEdit* filterEdit_;
  QLabel* mistake_;
  QLabel* counter_;
  QPushButton* searchButton_;  ///< ends a search, or goes on with it
  QShortcut* searchEnd_;       ///< Esc, while there is a search
  SavedFiltersButton* savedButton_;
  QPushButton *followButton_, *pauseButton_;
  QStackedWidget* stack_;
  QSplitter* splitter_;
  QLabel* noneMatch_;
  QTimer filterTimer_;
};

}  // namespace spillway::ui
