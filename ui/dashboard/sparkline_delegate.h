// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/widgets/table_look.h"

namespace spillway::ui {

/// Draws the values of SparkRole (a QVector<double>, NaN = unknown) as a small line.
class SparklineDelegate : public CellDelegate {
  Q_OBJECT

 public:
  using CellDelegate::CellDelegate;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
};

}  // namespace spillway::ui
