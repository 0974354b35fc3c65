// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/map/map_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spillway::ui {

namespace {

constexpr qreal kMargin = 24, kHeading = 40, kGap = 18, kCompactGap = 4, kBlockGap = 30, kPadding = 20;
constexpr qreal kTop = kMargin + kHeading;
constexpr qreal kLeastChannel = 54;  ///< between columns; a rate's label fits
constexpr qreal kMostChannel = 150;
constexpr qreal kWidths[5] = {130, 168, 176, 196, 224};
constexpr qreal kCompactPadding = 9;
/// A group stands in the middle of its targets, or where it is seen without scrolling when they are many.
constexpr qreal kSeenHeight = 520;
constexpr int kTargetLines = 2;  ///< so that a reason that comes does not move the others

class Layouter {
 public:
  Layouter(const MapContent& content, const MapMeasures& measures) : content_(content), measures_(measures) {
    for (const MapNode& node : content_.nodes)
      nodes_[node.key] = &node;
    for (const MapEdge& edge : content_.edges)
      edgesFrom_[edge.from].push_back(edge.to), edgesTo_[edge.to].push_back(edge.from);
  }

  MapLayout layOut() {
    placeColumns();
    placeBlocks();
    placeNear(MapColumn::Rules);
    placeNear(MapColumn::Listeners);
    placeNear(MapColumn::Clients);
    qreal bottom = kTop;
    for (const QRectF& tile : std::as_const(layout_.tiles))
      bottom = std::max(bottom, tile.bottom());
    layout_.size = QSizeF(layout_.columns[4] + kWidths[4] + kMargin, bottom + kMargin);
    return std::move(layout_);
  }

 private:
  void placeColumns() {
    const qreal tiles = std::accumulate(std::begin(kWidths), std::end(kWidths), 0.0);
    const qreal channel =
        std::clamp((measures_.width - tiles - 2 * kMargin) / 4, kLeastChannel, kMostChannel);
    qreal x = kMargin;
    for (int i = 0; i < 5; ++i) {
      layout_.columns[i] = x;
      x += kWidths[i] + channel;
    }
  }

  /// Groups in the order in which listeners lead to them, then those that nothing leads to.
  std::vector<QString> groupsInOrder() const {
    std::vector<QString> groups, unused;
    for (const MapNode& node : content_.nodes) {
      if (node.column == MapColumn::Rules)
        for (const QString& group : edgesFrom_.value(node.key))
          if (std::ranges::find(groups, group) == groups.end() && nodes_.contains(group))
            groups.push_back(group);
      if (node.column == MapColumn::TargetGroups && edgesTo_.value(node.key).isEmpty())
        unused.push_back(node.key);
    }
    groups.insert(groups.end(), unused.begin(), unused.end());
    return groups;
  }

  qreal heightOf(const QString& key) const { return tileHeight(*nodes_.value(key), measures_.lineHeight); }

  qreal gapAfter(const QString& key) const { return nodes_.value(key)->isCompact ? kCompactGap : kGap; }

  qreal stackHeight(const QList<QString>& keys) const {
    qreal height = keys.isEmpty() ? 0 : -gapAfter(keys.back());
    for (const QString& key : keys)
      height += heightOf(key) + gapAfter(key);
    return height;
  }

  void placeStack(const QList<QString>& keys, qreal top) {
    for (const QString& key : keys) {
      place(key, top + heightOf(key) / 2);
      top += heightOf(key) + gapAfter(key);
    }
  }

  void place(const QString& key, qreal middle) {
    const int column = static_cast<int>(nodes_.value(key)->column);
    const qreal height = heightOf(key);
    layout_.tiles[key] =
        QRectF(layout_.columns[column], std::round(middle - height / 2), kWidths[column], height);
  }

  /// Each group with its targets beside it, one below the other.
  void placeBlocks() {
    qreal top = kTop;
    for (const QString& group : groupsInOrder()) {
      const QList<QString> targets = edgesFrom_.value(group);
      const qreal height = std::max(stackHeight(targets), heightOf(group));
      placeStack(targets, top + (height - stackHeight(targets)) / 2);
      place(group, top + std::min(height, kSeenHeight) / 2);
      top += height + kBlockGap;
    }
  }

  /// The tiles of a column in their order, each as near to the middle of what it leads to as the others let
  /// it.
  void placeNear(MapColumn column) {
    std::vector<QString> keys;
    std::vector<qreal> wanted;
    for (const MapNode& node : content_.nodes) {
      if (node.column != column) continue;
      keys.push_back(node.key);
      wanted.push_back(middleOfWays(node.key, wanted.empty() ? kTop : wanted.back()));
    }
    const std::vector<qreal> middles = spread(keys, wanted);
    for (std::size_t i = 0; i < keys.size(); ++i)
      place(keys[i], middles[i]);
  }

  qreal middleOfWays(const QString& key, qreal otherwise) const {
    qreal sum = 0;
    int ways = 0;
    for (const QString& to : edgesFrom_.value(key)) {
      if (!layout_.tiles.contains(to)) continue;
      sum += layout_.tiles[to].center().y();
      ++ways;
    }
    return ways == 0 ? otherwise : sum / ways;
  }

  /// Isotonic regression by pooling: tiles that want each other's place stand together around their common
  /// middle.
  std::vector<qreal> spread(const std::vector<QString>& keys, const std::vector<qreal>& wanted) const {
    struct Pool {
      qreal sum = 0;
      std::size_t count = 0;
      qreal mean() const { return sum / static_cast<qreal>(count); }
    };
    std::vector<qreal> offsets{0};
    for (std::size_t i = 1; i < keys.size(); ++i)
      offsets.push_back(offsets.back() + (heightOf(keys[i - 1]) + heightOf(keys[i])) / 2 + kGap);
    std::vector<Pool> pools;
    for (std::size_t i = 0; i < keys.size(); ++i) {
      pools.push_back({wanted[i] - offsets[i], 1});
      while (pools.size() > 1 && pools[pools.size() - 2].mean() >= pools.back().mean()) {
        const Pool last = pools.back();
        pools.pop_back();
        pools.back().sum += last.sum;
        pools.back().count += last.count;
      }
    }
    std::vector<qreal> middles;
    for (const Pool& pool : pools) {
      for (std::size_t i = 0; i < pool.count; ++i) {
        const qreal highest = kTop + heightOf(keys.front()) / 2;  // of the first tile, and so of all
        middles.push_back(std::max(pool.mean(), highest) + offsets[middles.size()]);
      }
    }
    return middles;
  }

  const MapContent& content_;
  const MapMeasures& measures_;
  QHash<QString, const MapNode*> nodes_;
  QHash<QString, QList<QString>> edgesFrom_, edgesTo_;
  MapLayout layout_;
};

}  // namespace

qreal tileHeight(const MapNode& node, qreal lineHeight) {
  if (node.isCompact) return kCompactPadding + lineHeight;
  qsizetype lines = 1 + node.lines.size() + (node.mark.isEmpty() ? 0 : 1);
  if (node.column == MapColumn::Targets) lines = 1 + kTargetLines;
  return kPadding + static_cast<qreal>(lines) * lineHeight;
}

MapLayout layOutMap(const MapContent& content, const MapMeasures& measures) {
  return Layouter(content, measures).layOut();
}

}  // namespace spillway::ui
