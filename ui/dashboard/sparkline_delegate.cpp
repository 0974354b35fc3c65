// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dashboard/sparkline_delegate.h"

#include <QPainter>
#include <QPainterPath>
#include <QVector>
#include <algorithm>
#include <cmath>

#include "ui/models/roles.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

void SparklineDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const {
  CellDelegate::paint(painter, option, index);
  const auto values = index.data(SparkRole).value<QVector<double>>();
  if (values.size() < 2) return;
  double highest = 0;
  for (const double value : values)
    if (!std::isnan(value)) highest = std::max(highest, value);
  if (highest <= 0) return;
  const QRectF room = QRectF(option.rect).adjusted(6, 4, -6, -4);
  QPainterPath line;
  bool isDrawing = false;
  for (qsizetype i = 0; i < values.size(); ++i) {
    const QPointF at(
        room.left() + room.width() * static_cast<qreal>(i) / static_cast<qreal>(values.size() - 1),
        room.bottom() - room.height() * values[i] / highest);
    const bool isKnown = !std::isnan(values[i]);
    if (isKnown) isDrawing ? line.lineTo(at) : line.moveTo(at);
    isDrawing = isKnown;
  }
  painter->save();
  painter->setRenderHint(QPainter::Antialiasing);
  painter->setPen(QPen(Theme::colors().accent, 1.3));
  painter->drawPath(line);
  painter->restore();
}

}  // namespace spillway::ui
