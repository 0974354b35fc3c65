// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgets/table_look.h"

#include <QHeaderView>
#include <QPainter>
#include <QShortcut>
#include <algorithm>

#include "ui/export/table_text.h"
#include "ui/models/roles.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr int kPadding = 8;
/// Headers keep room for the sort arrow at their right; numbers stand under the header's words.
constexpr int kArrowRoom = 9;

void paintText(QPainter& painter, const QStyleOptionViewItem& cell, const QVariant& glyphColor) {
  const bool toRight = cell.displayAlignment & Qt::AlignRight;
  const QRect room = cell.rect.adjusted(kPadding, 0, toRight ? -kPadding - kArrowRoom : -kPadding, 0);
  painter.setFont(cell.font);
  painter.setPen(cell.palette.color(QPalette::Text));
  const QString text = cell.fontMetrics.elidedText(cell.text, cell.textElideMode, room.width());
  const qsizetype space = text.indexOf(QLatin1Char(' '));
  if (!glyphColor.isValid() || space < 0) {
    painter.drawText(room, static_cast<int>(cell.displayAlignment) | Qt::TextSingleLine, text);
    return;
  }
  const QString glyph = text.left(space);
  const int width = cell.fontMetrics.horizontalAdvance(text.left(space + 1));
  painter.drawText(room.adjusted(width, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, text.mid(space + 1));
  painter.setPen(glyphColor.value<QColor>());
  painter.drawText(room, Qt::AlignLeft | Qt::AlignVCenter, glyph);
}

}  // namespace

void CellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const {
  QStyleOptionViewItem cell = option;
  initStyleOption(&cell, index);
  const ThemeColors& colors = Theme::colors();
  painter->save();
  if (cell.state & QStyle::State_Selected) painter->fillRect(cell.rect, colors.accentSoft);
  QColor line = colors.border;
  line.setAlphaF(0.6F);
  painter->setPen(line);
  painter->drawLine(cell.rect.bottomLeft(), cell.rect.bottomRight());
  if (cell.state & QStyle::State_HasFocus) {
    painter->setPen(colors.accent);
    painter->drawRect(cell.rect.adjusted(1, 0, -1, -1));
  }
  paintText(*painter, cell, index.data(GlyphColorRole));
  painter->restore();
}

void prepareTable(QTableView& table, const QString& name) {
  table.setAccessibleName(name);
  table.setItemDelegate(new CellDelegate(&table));
  table.setFrameShape(QFrame::NoFrame);
  table.setShowGrid(false);
  table.setWordWrap(false);
  table.setTabKeyNavigation(false);
  table.setEditTriggers(QAbstractItemView::NoEditTriggers);
  table.setSelectionBehavior(QAbstractItemView::SelectRows);
  table.setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  table.setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  table.verticalHeader()->hide();
  table.verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  table.verticalHeader()->setDefaultSectionSize(table.fontMetrics().height() + 9);
  table.horizontalHeader()->setHighlightSections(false);
  auto* copy = new QShortcut(QKeySequence::Copy, &table);
  copy->setContext(Qt::WidgetShortcut);
  QObject::connect(copy, &QShortcut::activated, &table, [&table] { copySelectedRows(table); });
}

void setColumnWidths(QTableView& table, const QList<int>& widths) {
  // Fonts differ more in their width than in their height.
  const double scale = table.fontMetrics().horizontalAdvance(QLatin1Char('0')) / 7.0;
  for (int column = 0; column < widths.size(); ++column) {
    const int wanted = static_cast<int>(widths[column] * scale);
    table.setColumnWidth(column, std::max(wanted, table.horizontalHeader()->sectionSizeHint(column)));
  }
}

}  // namespace spillway::ui
