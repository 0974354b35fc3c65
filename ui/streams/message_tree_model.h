// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <memory>
#include <vector>

#include "ui/streams/decoded_message.h"

namespace spillway::ui {

/// The fields of one message as a tree.
class MessageTreeModel : public QAbstractItemModel {
  Q_OBJECT

 public:
  enum Column { Field, Value, Type, Note, ColumnCount };

  explicit MessageTreeModel(QObject* parent = nullptr) : QAbstractItemModel(parent) {}
  void show(std::vector<MessageNode> nodes);
  const MessageNode* node(const QModelIndex& index) const;

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 private:
  /// A node in the flat list, with where it stands.
  struct Place {
    const MessageNode* node;
    std::size_t parent;  ///< kTop: none
    int row;
    std::size_t firstChild;  ///< its children follow each other
  };
  static constexpr std::size_t kTop = SIZE_MAX;
  void flatten(const std::vector<MessageNode>& nodes, std::size_t parent);

  std::vector<MessageNode> nodes_;
  std::vector<Place> places_;  ///< level after level
};

}  // namespace spillway::ui
