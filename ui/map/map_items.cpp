// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/map/map_items.h"

#include <QApplication>
#include <QPainter>
#include <QStyleOptionGraphicsItem>
#include <QTextLayout>
#include <cmath>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr qreal kBar = 5, kRadius = 7, kInset = 16, kTop = 9, kCompactInset = 12, kCompactTop = 4;
constexpr qreal kMostWidth = 7, kTrunkWidth = 1.2;

QFont boldFont() {
  QFont font = QApplication::font();
  font.setWeight(QFont::DemiBold);
  return font;
}

QFont smallFont() {
  QFont font = QApplication::font();
  font.setPointSizeF(font.pointSizeF() * 0.93);
  return font;
}

QFont smallBoldFont() {
  QFont font = smallFont();
  font.setWeight(QFont::DemiBold);
  return font;
}

QFont labelFont() {
  QFont font = QApplication::font();
  font.setPointSizeF(font.pointSizeF() * 0.86);
  return font;
}

/// Draws text over at most `lines` lines, the last one elided.
void drawWrapped(QPainter& painter, const QRectF& room, const QString& text, int lines) {
  const QFontMetricsF metrics(painter.font());
  QTextLayout layout(text, painter.font());
  layout.beginLayout();
  qreal y = room.top();
  for (int i = 0; i < lines; ++i) {
    QTextLine line = layout.createLine();
    if (!line.isValid()) break;
    line.setLineWidth(room.width());
    const bool isLast = i == lines - 1;
    const QString part = isLast ? metrics.elidedText(text.mid(line.textStart()), Qt::ElideRight, room.width())
                                : text.mid(line.textStart(), line.textLength());
    painter.drawText(QRectF(room.left(), y, room.width(), metrics.height()), Qt::AlignLeft | Qt::AlignTop,
                     part);
    y += metrics.height() + 1;
  }
  layout.endLayout();
}

}  // namespace

MapTile::MapTile(MapNode node) : node_(std::move(node)) {
  setFlag(ItemIsSelectable);
  setCacheMode(DeviceCoordinateCache);
  setCursor(Qt::PointingHandCursor);
}

void MapTile::setNode(const MapNode& node) {
  if (node == node_) return;
  node_ = node;
  update();
}

void MapTile::setArea(const QRectF& area) {
  if (area.size() != size_) prepareGeometryChange();
  size_ = area.size();
  setPos(area.topLeft());
}

QString MapTile::sentence() const {
  QStringList words{node_.title};
  if (!node_.badge.isEmpty()) words += node_.badge;
  words += node_.lines;
  if (!node_.mark.isEmpty()) words += node_.mark;
  return words.join(QStringLiteral(", "));
}

QRectF MapTile::boundingRect() const {
  return QRectF(QPointF(), size_).adjusted(-2, -2, 2, 2);
}

void MapTile::paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget*) {
  const ThemeColors& colors = Theme::colors();
  const QRectF area(QPointF(), size_);
  const bool isSelected = option->state & QStyle::State_Selected;
  painter->setRenderHint(QPainter::Antialiasing);
  QPainterPath shape;
  shape.addRoundedRect(area.adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
  painter->fillPath(shape, colors.surface);
  painter->save();
  painter->setClipPath(shape);
  painter->fillRect(QRectF(0, 0, kBar, area.height()), mapColor(node_.state));
  painter->restore();
  painter->setPen(isSelected ? QPen(colors.accent, 2) : QPen(colors.border, 1));
  painter->drawPath(shape);
  const qreal inset = node_.isCompact ? kCompactInset : kInset;
  QRectF title(inset, node_.isCompact ? kCompactTop : kTop, area.width() - inset - 12,
               QFontMetricsF(boldFont()).height());
  if (!node_.badge.isEmpty()) {
    painter->setFont(QApplication::font());
    painter->setPen(mapColor(node_.state));
    painter->drawText(title, Qt::AlignRight | Qt::AlignTop, node_.badge);
    title.setRight(title.right() - painter->fontMetrics().horizontalAdvance(node_.badge) - 6);
  }
  if (node_.isCompact) title.setRight(paintCompact(*painter, title));
  painter->setFont(node_.isCompact ? smallBoldFont() : boldFont());
  painter->setPen(colors.text);
  // Of an address the end tells more than the middle.
  const Qt::TextElideMode elided = node_.isCompact ? Qt::ElideMiddle : Qt::ElideRight;
  painter->drawText(title, Qt::AlignLeft | (node_.isCompact ? Qt::AlignVCenter : Qt::AlignTop),
                    QFontMetricsF(painter->font()).elidedText(node_.title, elided, title.width()));
  if (!node_.isCompact) paintLines(*painter, area.adjusted(kInset, title.bottom() + 3, -10, 0));
}

/// The words stand at the right of the title's line; returns where they begin.
qreal MapTile::paintCompact(QPainter& painter, const QRectF& line) const {
  const QString words = node_.lines.join(QLatin1Char(' '));
  painter.setFont(labelFont());
  painter.setPen(Theme::colors().mutedText);
  painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, words);
  return line.right() - painter.fontMetrics().horizontalAdvance(words) - 8;
}

void MapTile::paintLines(QPainter& painter, const QRectF& room) const {
  painter.setFont(smallFont());
  painter.setPen(Theme::colors().mutedText);
  const qreal step = QFontMetricsF(smallFont()).height() + 1;
  QRectF line = room;
  for (const QString& text : node_.lines) {
    drawWrapped(painter, line, text, node_.lines.size() == 1 ? 2 : 1);
    line.translate(0, step);
  }
  if (node_.mark.isEmpty()) return;
  painter.setPen(Theme::colors().warning);
  drawWrapped(painter, line, node_.mark, 1);
}

/// In half pixels: a rate that wavers does not redraw all the lines between many targets every second.
qreal MapLine::widthOf(const MapEdge& edge) {
  if (edge.perSecond <= 0) return 1.2;
  return std::min(kMostWidth, std::round(3 + 3.2 * std::log10(1 + edge.perSecond)) / 2);
}

MapLine::MapLine() {
  setZValue(-1);
  setAcceptedMouseButtons(Qt::NoButton);
}

void MapLine::setEnds(const QPointF& from, const QPointF& to) {
  prepareGeometryChange();
  trunk_ = QPainterPath();
  path_ = QPainterPath(from);
  const qreal reach = (to.x() - from.x()) / 2;
  path_.cubicTo(from + QPointF(reach, 0), to - QPointF(reach, 0), to);
  labelAt_ = path_.pointAtPercent(0.5);
}

void MapLine::setBranch(const QPointF& from, const QPointF& corner, const QPointF& to) {
  prepareGeometryChange();
  trunk_ = QPainterPath(from);
  trunk_.lineTo(corner.x(), from.y());
  trunk_.lineTo(corner);
  path_ = QPainterPath(corner);
  path_.lineTo(to);
}

void MapLine::setEdge(const MapEdge& edge) {
  const QString label = rateText(edge.perSecond);
  const bool isSame = (label == label_ || !edge.hasLabel) && widthOf(edge) == widthOf(edge_) &&
                      edge.hasLabel == edge_.hasLabel && edge.leadsToTrouble == edge_.leadsToTrouble;
  edge_ = edge;
  if (isSame) return;
  label_ = label;
  update();
}

qreal MapLine::width() const {
  return widthOf(edge_);
}

QRectF MapLine::boundingRect() const {
  return path_.boundingRect().united(trunk_.boundingRect()).adjusted(-kMostWidth, -14, kMostWidth, 14);
}

void MapLine::paint(QPainter* painter, const QStyleOptionGraphicsItem*, QWidget*) {
  const ThemeColors& colors = Theme::colors();
  painter->setRenderHint(QPainter::Antialiasing);
  QColor color = edge_.leadsToTrouble ? colors.bad : isDashed() ? colors.mutedText : colors.accent;
  color.setAlphaF(isDashed() ? 0.55F : 0.6F);
  QPen pen(color, width());
  if (isDashed()) pen.setDashPattern({4, 4});
  painter->setPen(pen);
  painter->setBrush(Qt::NoBrush);
  painter->drawPath(path_);
  if (!trunk_.isEmpty()) {
    painter->setPen(QPen(colors.mutedText, kTrunkWidth));
    painter->drawPath(trunk_);
  }
  if (!edge_.hasLabel) return;
  painter->setFont(labelFont());
  const QFontMetricsF metrics(labelFont());
  const QSizeF size(metrics.horizontalAdvance(label_) + 14, metrics.height() + 3);
  const QRectF pill(labelAt_ - QPointF(size.width() / 2, size.height() / 2), size);
  painter->setPen(QPen(colors.border, 1));
  painter->setBrush(colors.surface);
  painter->drawRoundedRect(pill, size.height() / 2, size.height() / 2);
  painter->setPen(isDashed() ? colors.mutedText : colors.text);
  painter->drawText(pill, Qt::AlignCenter, label_);
}

}  // namespace spillway::ui
