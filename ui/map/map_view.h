// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QGraphicsScene>
#include <QGraphicsView>
#include <QHash>
#include <functional>

#include "ui/map/map_content.h"
#include "ui/map/map_items.h"
#include "ui/map/map_layout.h"

namespace spillway::ui {

/// The map on the screen. New content changes the tiles that differ; tiles move only when tiles come or go.
/// Arrows move from tile to tile, Enter opens, Space tells a tile's numbers; +, -, 0 and Ctrl+wheel zoom, F
/// fits.
class MapView : public QGraphicsView {
  Q_OBJECT

 public:
  explicit MapView(QWidget* parent = nullptr);

  void showContent(const MapContent& content);
  const MapTile* tile(const QString& key) const { return tiles_.value(key); }
  const MapLine* line(const QString& key) const { return lines_.value(key); }
  const MapContent& content() const { return content_; }
  /// Who knows what hovering over a tile tells.
  void setTips(std::function<QString(const MapNode&)> tips) { tips_ = std::move(tips); }
  qsizetype tileCount() const { return tiles_.size(); }

 public slots:
  /// The whole map in view, whatever the window's size; once more: as wide as the window again.
  void fit();
  /// The whole map, as it is now, as a scalable picture.
  void writeSvg(QIODevice& out);

 signals:
  void opened(const spillway::ui::MapNode& node);
  /// The reader asks what can be done with the tile, at this place of the screen.
  void menuRequested(const spillway::ui::MapNode& node, const QPoint& at);

 protected:
  void resizeEvent(QResizeEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  bool viewportEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void contextMenuEvent(QContextMenuEvent* event) override;
  void drawBackground(QPainter* painter, const QRectF& rect) override;
  void changeEvent(QEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;

 private:
  void matchItems(const MapContent& content);
  void layOut();
  void placeLine(std::size_t edge);
  const MapEdge* innerNeighbour(std::size_t edge) const;
  void rescale();
  void zoom(qreal factor);
  void moveSelection(const QPointF& direction);
  void select(MapTile* tile);
  void showTip(const MapTile& tile, const QPoint& at);
  bool areJoined(const MapTile& one, const MapTile& other) const;
  MapTile* selected() const;

  QGraphicsScene scene_;
  MapContent content_;
  MapLayout layout_;
  std::function<QString(const MapNode&)> tips_;
  QHash<QString, MapTile*> tiles_;
  QHash<QString, MapLine*> lines_;
  /// What decides about the scale.
  enum class Scale : std::uint8_t { Width, Whole, Reader };
  Scale scale_ = Scale::Width;
};

}  // namespace spillway::ui
