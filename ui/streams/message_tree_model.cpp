// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/message_tree_model.h"

#include "ui/models/roles.h"
#include "ui/theme/theme.h"

namespace spillway::ui {

void MessageTreeModel::show(std::vector<MessageNode> nodes) {
  beginResetModel();
  nodes_ = std::move(nodes);
  places_.clear();
  flatten(nodes_, kTop);
  for (std::size_t i = 0; i < places_.size(); ++i) {
    places_[i].firstChild = places_.size();
    flatten(places_[i].node->children, i);
  }
  endResetModel();
}

void MessageTreeModel::flatten(const std::vector<MessageNode>& nodes, std::size_t parent) {
  int row = 0;
  for (const MessageNode& node : nodes)
    places_.push_back({&node, parent, row++, 0});
}

const MessageNode* MessageTreeModel::node(const QModelIndex& index) const {
  return index.isValid() ? places_[index.internalId()].node : nullptr;
}

QModelIndex MessageTreeModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  const std::size_t first = parent.isValid() ? places_[parent.internalId()].firstChild : 0;
  return createIndex(row, column, first + static_cast<std::size_t>(row));
}

QModelIndex MessageTreeModel::parent(const QModelIndex& child) const {
  if (!child.isValid()) return {};
  const std::size_t parent = places_[child.internalId()].parent;
  return parent == kTop ? QModelIndex() : createIndex(places_[parent].row, 0, parent);
}

int MessageTreeModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return static_cast<int>(nodes_.size());
  return parent.column() > 0 ? 0 : static_cast<int>(node(parent)->children.size());
}

int MessageTreeModel::columnCount(const QModelIndex& /*parent*/) const {
  return ColumnCount;
}

QVariant MessageTreeModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const MessageNode& at = *node(index);
  const QString* const texts[]{&at.field, &at.value, &at.type, &at.note};
  switch (role) {
    case Qt::DisplayRole:
    case Qt::ToolTipRole:
    case RawRole:
      return *texts[index.column()];
    case Qt::ForegroundRole:
      if (at.isWrong) return Theme::colors().bad;
      return at.isMuted || index.column() >= Type ? QVariant(Theme::colors().mutedText) : QVariant();
    case Qt::FontRole: {
      QFont font = Theme::fixedFont();
      font.setBold(index.column() == Value && !at.isMuted);
      return index.column() == Note ? QVariant() : QVariant(font);
    }
    default:
      return {};
  }
}

QVariant MessageTreeModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  static const QString kNames[]{QStringLiteral("Field"), QStringLiteral("Value"), QStringLiteral("Type"),
                                QStringLiteral("Note")};
  return section < ColumnCount ? kNames[section] : QVariant();
}

}  // namespace spillway::ui
