// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QTableView>

#include "ui/connections/connection_matrix.h"

namespace spillway::ui {

/// A ConnectionMatrix as a model: names and totals are the headers', which stay while one scrolls.
class MatrixModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;
  /// Share of the largest count: 0 to 1.
  static constexpr int ShadeRole = Qt::UserRole + 100;
  void setMatrix(ConnectionMatrix matrix);
  const ConnectionMatrix& matrix() const { return matrix_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  ConnectionMatrix matrix_;
};

/// The matrix as a grid: each cell its number, shaded by it.
class MatrixView : public QTableView {
  Q_OBJECT

 public:
  explicit MatrixView(QWidget* parent = nullptr);
  void showMatrix(ConnectionMatrix matrix);
  const ConnectionMatrix& matrix() const { return model_.matrix(); }

 signals:
  /// Enter or a double click on a cell.
  void cellOpened(const QString& client, const QString& target);

 private:
  void openCurrent();

  MatrixModel model_;
};

}  // namespace spillway::ui
