// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/map/map_layout.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace spillway::ui {

namespace {

constexpr qreal kMargin = 24, kHeading = 40, kGap = 18, kBlockGap = 30, kPadding = 20;
constexpr qreal kLeastChannel = 54;  ///< between columns; a rate's label fits
constexpr qreal kMostChannel = 150;
constexpr qreal kWidths[5] = {130, 168, 116, 196, 206};
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
    qreal y = kMargin + kHeading;
    for (const QString& group : groupsInOrder())
      y += placeBlock(group, y) + kBlockGap;
    const qreal bottom = std::max(y - kBlockGap, kMargin + kHeading);
    if (nodes_.contains(QStringLiteral("clients"))) placeClients(bottom);
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

  qreal stackHeight(const QList<QString>& keys) const {
    qreal height = keys.isEmpty() ? 0 : -kGap;
    for (const QString& key : keys)
      height += heightOf(key) + kGap;
    return height;
  }

  void placeStack(const QList<QString>& keys, qreal top) {
    for (const QString& key : keys) {
      place(key, top + heightOf(key) / 2);
      top += heightOf(key) + kGap;
    }
  }

  void place(const QString& key, qreal middle) {
    const int column = static_cast<int>(nodes_.value(key)->column);
    const qreal height = heightOf(key);
    layout_.tiles[key] =
        QRectF(layout_.columns[column], std::round(middle - height / 2), kWidths[column], height);
  }

  /// A group, its targets, and the rules and listeners that lead to it. Returns the block's height.
  qreal placeBlock(const QString& group, qreal top) {
    const QList<QString> targets = edgesFrom_.value(group);
    const QList<QString> rules = edgesTo_.value(group);
    QList<QString> listeners;
    for (const QString& rule : rules)
      listeners += edgesTo_.value(rule);
    const qreal height = std::max({stackHeight(targets), heightOf(group), stackHeight(listeners)});
    const qreal middle = top + height / 2;
    placeStack(targets, middle - stackHeight(targets) / 2);
    place(group, middle);
    placeStack(listeners, middle - stackHeight(listeners) / 2);
    for (qsizetype i = 0; i < rules.size(); ++i)
      place(rules[i], layout_.tiles[listeners[i]].center().y());
    return height;
  }

  void placeClients(qreal bottom) {
    qreal first = bottom, last = kMargin + kHeading;
    for (const QString& listener : edgesFrom_.value(QStringLiteral("clients"))) {
      const qreal middle = layout_.tiles.value(listener).center().y();
      first = std::min(first, middle);
      last = std::max(last, middle);
    }
    place(QStringLiteral("clients"), first <= last ? (first + last) / 2 : (kMargin + kHeading + bottom) / 2);
  }

  const MapContent& content_;
  const MapMeasures& measures_;
  QHash<QString, const MapNode*> nodes_;
  QHash<QString, QList<QString>> edgesFrom_, edgesTo_;
  MapLayout layout_;
};

}  // namespace

qreal tileHeight(const MapNode& node, qreal lineHeight) {
  qsizetype lines = 1 + node.lines.size() + (node.mark.isEmpty() ? 0 : 1);
  if (node.column == MapColumn::Targets) lines = 1 + kTargetLines;
  return kPadding + static_cast<qreal>(lines) * lineHeight;
}

MapLayout layOutMap(const MapContent& content, const MapMeasures& measures) {
  return Layouter(content, measures).layOut();
}

}  // namespace spillway::ui
