// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>

#include "ui/health/health_history.h"

namespace spillway::ui {

/// The changes of one target's health, newest first.
class TransitionModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  enum Column { Time, From, To, Cause, ColumnCount };

  explicit TransitionModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
  void showTransitions(const std::deque<HealthHistory::HealthPtr>& transitions);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  std::deque<HealthHistory::HealthPtr> transitions_;
};

}  // namespace spillway::ui
