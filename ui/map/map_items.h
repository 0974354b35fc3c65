// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGraphicsItem>
#include <QGraphicsPathItem>

#include "ui/map/map_content.h"

namespace spillway::ui {

/// A tile of the map.
class MapTile : public QGraphicsItem {
 public:
  enum { Type = UserType + 1 };

  explicit MapTile(MapNode node);
  int type() const override { return Type; }
  const MapNode& node() const { return node_; }
  /// Repaints only when something differs.
  void setNode(const MapNode& node);
  void setArea(const QRectF& area);
  QRectF area() const { return {pos(), size_}; }
  /// What the tile says, in one sentence.
  QString sentence() const;

  QRectF boundingRect() const override;
  void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

 private:
  qreal paintCompact(QPainter& painter, const QRectF& line) const;
  void paintLines(QPainter& painter, const QRectF& room) const;

  MapNode node_;
  QSizeF size_;
};

/// A line between two tiles; as wide as its rate, dashed without requests, with the rate on a label.
class MapLine : public QGraphicsItem {
 public:
  MapLine();
  void setEnds(const QPointF& from, const QPointF& to);
  /// One of many lines that leave a common trunk: this one's piece of the trunk begins at `from` and turns
  /// into the branch at `corner`.
  void setBranch(const QPointF& from, const QPointF& corner, const QPointF& to);
  /// Repaints only when something differs.
  void setEdge(const MapEdge& edge);
  double perSecond() const { return edge_.perSecond; }
  bool isDashed() const { return edge_.perSecond <= 0; }
  qreal width() const;

  QRectF boundingRect() const override;
  void paint(QPainter* painter, const QStyleOptionGraphicsItem* option, QWidget* widget) override;

 private:
  static qreal widthOf(const MapEdge& edge);

  MapEdge edge_;
  QString label_;
  QPainterPath trunk_;  ///< empty: the line stands for itself
  QPainterPath path_;
  QPointF labelAt_;
};

}  // namespace spillway::ui
