// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/map/map_view.h"

#include <QAccessible>
#include <QApplication>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>
#include <QSvgGenerator>
#include <QToolTip>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>
#include <set>

#include "ui/theme/theme.h"

namespace spillway::ui {

namespace {

constexpr qreal kLeastScale = 0.15, kMostScale = 2.5, kReadableScale = 0.68;
constexpr qsizetype kShortLine = 60;  ///< of a tip: stays in one line
constexpr const char* kHeadings[5] = {"CLIENTS", "LISTENERS", "RULES", "TARGET GROUPS", "TARGETS"};

}  // namespace

MapView::MapView(QWidget* parent) : QGraphicsView(parent) {
  setScene(&scene_);
  setFrameShape(NoFrame);
  setAlignment(Qt::AlignLeft | Qt::AlignTop);
  setRenderHint(QPainter::Antialiasing);
  setDragMode(ScrollHandDrag);
  setViewportUpdateMode(SmartViewportUpdate);
  setTransformationAnchor(AnchorUnderMouse);
  setAccessibleName(QStringLiteral("Map: arrows move between tiles, Enter opens"));
  connect(&scene_, &QGraphicsScene::selectionChanged, this, [this] {
    if (MapTile* tile = selected()) setAccessibleDescription(tile->sentence());
  });
}

void MapView::showContent(const MapContent& content) {
  const auto heightsOf = [this](const MapContent& of) {
    std::vector<std::pair<QString, qreal>> heights;
    for (const MapNode& node : of.nodes)
      heights.emplace_back(node.key, tileHeight(node, 17));
    return heights;
  };
  const auto routesOf = [](const MapContent& of) {
    std::vector<QString> routes;
    for (const MapEdge& edge : of.edges)
      routes.push_back(edge.key());
    return routes;
  };
  const bool hasMoved = heightsOf(content) != heightsOf(content_) || routesOf(content) != routesOf(content_);
  content_ = content;
  matchItems(content);
  if (hasMoved) layOut();
}

void MapView::matchItems(const MapContent& content) {
  std::set<QString> tiles, lines;
  for (const MapNode& node : content.nodes) {
    tiles.insert(node.key);
    MapTile*& tile = tiles_[node.key];
    if (!tile) scene_.addItem(tile = new MapTile(node));
    tile->setNode(node);
  }
  for (const MapEdge& edge : content.edges) {
    lines.insert(edge.key());
    MapLine*& line = lines_[edge.key()];
    if (!line) scene_.addItem(line = new MapLine);
    line->setEdge(edge);
  }
  const auto drop = [](auto& items, const std::set<QString>& wanted) {
    for (auto it = items.begin(); it != items.end();) {
      if (wanted.contains(it.key())) {
        ++it;
      } else {
        delete it.value();
        it = items.erase(it);
      }
    }
  };
  drop(tiles_, tiles);
  drop(lines_, lines);
}

void MapView::layOut() {
  MapMeasures measures;
  measures.lineHeight = QFontMetricsF(QApplication::font()).height() + 1;
  measures.width = viewport()->width();
  layout_ = layOutMap(content_, measures);
  for (const auto& [key, area] : layout_.tiles.asKeyValueRange())
    tiles_[key]->setArea(area);
  for (std::size_t i = 0; i < content_.edges.size(); ++i)
    placeLine(i);
  scene_.setSceneRect(QRectF(QPointF(), layout_.size));
  rescale();
  viewport()->update();
}

void MapView::placeLine(std::size_t index) {
  const MapEdge& edge = content_.edges[index];
  const QRectF from = layout_.tiles.value(edge.from), to = layout_.tiles.value(edge.to);
  MapLine& line = *lines_[edge.key()];
  line.setVisible(!from.isNull() && !to.isNull());
  const QPointF begin(from.right(), from.center().y()), end(to.left(), to.center().y());
  if (edge.hasLabel) return line.setEnds(begin, end);
  const qreal trunk = (begin.x() + end.x()) / 2;
  const MapEdge* inner = innerNeighbour(index);
  const QPointF leaves = inner ? QPointF(trunk, layout_.tiles.value(inner->to).center().y()) : begin;
  line.setBranch(leaves, {trunk, end.y()}, end);
}

/// The edge whose target stands next to this one's, nearer to the group's height; null: the group itself
/// does.
const MapEdge* MapView::innerNeighbour(std::size_t index) const {
  const MapEdge& edge = content_.edges[index];
  const qreal middle = layout_.tiles.value(edge.from).center().y();
  const auto isBelow = [&](const MapEdge& each) {
    return layout_.tiles.value(each.to).center().y() > middle;
  };
  const std::size_t next = isBelow(edge) ? index - 1 : index + 1;
  if (next >= content_.edges.size()) return nullptr;  // also before the first
  const MapEdge& inner = content_.edges[next];
  return inner.from == edge.from && isBelow(inner) == isBelow(edge) ? &inner : nullptr;
}

void MapView::rescale() {
  if (scale_ == Scale::Reader || layout_.size.isEmpty()) return;
  // One pixel less, or rounding calls for a scroll bar.
  const qreal byWidth = (viewport()->width() - 1) / layout_.size.width();
  const qreal byHeight = (viewport()->height() - 1) / layout_.size.height();
  const qreal scale = scale_ == Scale::Width
                          ? std::clamp<qreal>(byWidth, kReadableScale, 1)
                          : std::clamp<qreal>(std::min(byWidth, byHeight), kLeastScale, 1.25);
  // The view reckons with a wider vertical bar than ours, and would want a horizontal one for it.
  setHorizontalScrollBarPolicy(scale <= byWidth ? Qt::ScrollBarAlwaysOff : Qt::ScrollBarAsNeeded);
  setTransform(QTransform::fromScale(scale, scale));
}

void MapView::fit() {
  scale_ = scale_ == Scale::Whole ? Scale::Width : Scale::Whole;
  rescale();
  verticalScrollBar()->setValue(verticalScrollBar()->minimum());
}

void MapView::resizeEvent(QResizeEvent* event) {
  QGraphicsView::resizeEvent(event);
  if (scale_ != Scale::Reader && !content_.nodes.empty()) layOut();
}

void MapView::zoom(qreal factor) {
  const qreal now = transform().m11();
  const qreal wanted = std::clamp(now * factor, kLeastScale, kMostScale);
  scale_ = Scale::Reader;
  setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
  scale(wanted / now, wanted / now);
}

void MapView::wheelEvent(QWheelEvent* event) {
  if (!(event->modifiers() & Qt::ControlModifier)) return QGraphicsView::wheelEvent(event);
  zoom(std::pow(1.0015, event->angleDelta().y()));
  event->accept();
}

bool MapView::viewportEvent(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QGraphicsView::viewportEvent(event);
  const auto* hover = static_cast<QHelpEvent*>(event);
  if (const auto* tile = qgraphicsitem_cast<MapTile*>(itemAt(hover->pos())))
    showTip(*tile, hover->globalPos());
  else
    QToolTip::hideText();
  return true;
}

/// Until the pointer leaves the tile.
void MapView::showTip(const MapTile& tile, const QPoint& at) {
  if (!tips_) return;
  QStringList lines = tips_(tile.node()).split(QLatin1Char('\n'));
  for (QString& line : lines) {
    const bool isShort = line.size() <= kShortLine;
    line = (isShort ? QStringLiteral("<span style='white-space:pre'>%1</span>") : QStringLiteral("%1"))
               .arg(line.toHtmlEscaped());
  }
  QToolTip::showText(at, lines.join(QLatin1String("<br>")), viewport(),
                     mapFromScene(tile.area()).boundingRect());
}

void MapView::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Left:
      return moveSelection({-1, 0});
    case Qt::Key_Right:
      return moveSelection({1, 0});
    case Qt::Key_Up:
      return moveSelection({0, -1});
    case Qt::Key_Down:
      return moveSelection({0, 1});
    case Qt::Key_Return:
    case Qt::Key_Enter:
      if (const MapTile* tile = selected()) Q_EMIT opened(tile->node());
      return;
    case Qt::Key_Space:
      if (const MapTile* tile = selected())
        showTip(*tile, viewport()->mapToGlobal(mapFromScene(tile->area().bottomLeft())));
      return;
    case Qt::Key_0:
      return zoom(1 / transform().m11());
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      return zoom(1.2);
    case Qt::Key_Minus:
      return zoom(1 / 1.2);
    case Qt::Key_F:
      return fit();
    default:
      QGraphicsView::keyPressEvent(event);
  }
}

MapTile* MapView::selected() const {
  const auto items = scene_.selectedItems();
  return items.isEmpty() ? nullptr : qgraphicsitem_cast<MapTile*>(items.front());
}

void MapView::select(MapTile* tile) {
  scene_.clearSelection();
  tile->setSelected(true);
  ensureVisible(tile, 20, 20);
}

bool MapView::areJoined(const MapTile& one, const MapTile& other) const {
  return std::ranges::any_of(content_.edges, [&](const MapEdge& edge) {
    return (edge.from == one.node().key && edge.to == other.node().key) ||
           (edge.from == other.node().key && edge.to == one.node().key);
  });
}

/// To the nearest tile that way; sideways along the lines where there are any. Tiles aside of the way count
/// as farther.
void MapView::moveSelection(const QPointF& direction) {
  const MapTile* from = selected();
  if (!from) {
    if (MapTile* clients = tiles_.value(QStringLiteral("clients"))) select(clients);
    return;
  }
  MapTile* nearest = nullptr;
  qreal least = 0;
  constexpr qreal kNoLine = 100'000;  // farther than any tile that a line leads to
  for (MapTile* tile : std::as_const(tiles_)) {
    const QPointF way = tile->area().center() - from->area().center();
    const qreal along = QPointF::dotProduct(way, direction);
    const qreal aside = std::abs(way.x() * direction.y()) + std::abs(way.y() * direction.x());
    if (along < 10 || (direction.x() == 0 && aside > 10)) continue;
    qreal distance = along + aside * (direction.x() == 0 ? 3 : 0.6);
    if (direction.x() != 0 && !areJoined(*from, *tile)) distance += kNoLine;
    if (nearest && distance >= least) continue;
    nearest = tile;
    least = distance;
  }
  if (nearest) select(nearest);
}

void MapView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (const auto* tile = qgraphicsitem_cast<MapTile*>(itemAt(event->pos()))) Q_EMIT opened(tile->node());
}

void MapView::contextMenuEvent(QContextMenuEvent* event) {
  const bool isByMouse = event->reason() == QContextMenuEvent::Mouse;
  MapTile* tile = isByMouse ? qgraphicsitem_cast<MapTile*>(itemAt(event->pos())) : selected();
  if (!tile) return QGraphicsView::contextMenuEvent(event);
  select(tile);
  const QPoint below = viewport()->mapToGlobal(mapFromScene(tile->area().bottomLeft()));
  Q_EMIT menuRequested(tile->node(), isByMouse ? event->globalPos() : below);
}

void MapView::writeSvg(QIODevice& out) {
  QSvgGenerator picture;
  picture.setOutputDevice(&out);
  picture.setSize(layout_.size.toSize());
  picture.setViewBox(QRectF(QPointF(), layout_.size));
  picture.setTitle(QStringLiteral("Spillway map"));
  QPainter painter(&picture);
  drawBackground(&painter, QRectF(QPointF(), layout_.size));
  // Cached items would be pixels in the picture.
  const auto setCache = [this](QGraphicsItem::CacheMode mode) {
    for (MapTile* tile : std::as_const(tiles_))
      tile->setCacheMode(mode);
  };
  setCache(QGraphicsItem::NoCache);
  const QList<QGraphicsItem*> chosen = scene_.selectedItems();
  scene_.clearSelection();
  scene_.render(&painter, QRectF(QPointF(), layout_.size), QRectF(QPointF(), layout_.size));
  for (QGraphicsItem* item : chosen)
    item->setSelected(true);
  setCache(QGraphicsItem::DeviceCoordinateCache);
}

void MapView::drawBackground(QPainter* painter, const QRectF& rect) {
  painter->fillRect(rect, Theme::colors().window);
  if (content_.nodes.empty()) return;
  QFont font = QApplication::font();
  font.setPointSizeF(font.pointSizeF() * 0.86);
  font.setWeight(QFont::DemiBold);
  font.setLetterSpacing(QFont::PercentageSpacing, 108);
  painter->setFont(font);
  painter->setPen(Theme::colors().mutedText);
  for (int i = 0; i < 5; ++i)
    painter->drawText(QPointF(layout_.columns[i], 30), QLatin1String(kHeadings[i]));
}

void MapView::changeEvent(QEvent* event) {
  QGraphicsView::changeEvent(event);
  if (event->type() != QEvent::PaletteChange && event->type() != QEvent::FontChange) return;
  for (MapTile* tile : std::as_const(tiles_))
    tile->update();
  scene_.invalidate();
}

void MapView::focusInEvent(QFocusEvent* event) {
  QGraphicsView::focusInEvent(event);
  if (event->reason() != Qt::MouseFocusReason && !selected()) moveSelection({1, 0});
}

}  // namespace spillway::ui
