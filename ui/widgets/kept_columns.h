// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QObject>
#include <QTimer>
#include <optional>
#include <vector>

class QMenu;
class QTableView;

namespace spillway::ui {

/// Keeps which columns of a table show, how wide and in what order, from start to start. A menu on the header
/// and wherever fill() is used chooses them. In the settings; what is broken there counts as nothing.
class KeptColumns : public QObject {
  Q_OBJECT

 public:
  /// The table's columns as they are now, without the `hidden` ones, are the first look, which reset() brings
  /// back. `name` names the table in the settings. Belongs to the table.
  KeptColumns(QTableView& table, const QString& name, const QList<int>& hidden = {});

  /// Puts the choice into the menu, anew whenever it opens.
  void fill(QMenu* menu);
  void reset();

 private:
  struct Column {
    int index = 0, width = 0;
    bool isShown = true;
  };
  /// In the order in which they show.
  using Look = std::vector<Column>;

  Look look() const;
  void show(const Look& look);
  /// What was written; the first look where that is broken.
  Look read() const;
  std::optional<Column> readColumn(const QString& line) const;
  void write() const;
  QString title(int column) const;
  void addActions(QMenu* menu);

  QTableView& table_;
  const QString key_;
  QList<int> widths_;  ///< hidden columns' too
  Look first_;
  QTimer writeTimer_;
};

}  // namespace spillway::ui
