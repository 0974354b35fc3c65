// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "engine/grpc/message_form.h"

class QLabel;
class QPushButton;
class QStackedWidget;
class QTreeWidget;
class QTreeWidgetItem;

namespace spillway::ui {

/// A message as a form: a line for each field, its value edited in place. What a field holds is put into the
/// message by typing it, by its tick, or by adding elements. UI thread.
class MessageFormView : public QWidget {
  Q_OBJECT

 public:
  explicit MessageFormView(QWidget* parent = nullptr);
  ~MessageFormView() override;

  /// Shows what the JSON says, or why it does not fit into a form.
  void showJson(const grpc::MessageType& type, const QString& json);
  QTreeWidget& tree() { return *tree_; }
  QPushButton& addButton() { return *add_; }
  QPushButton& removeButton() { return *remove_; }
  /// Why the JSON does not fit; empty: it does.
  QString problem() const;

 signals:
  /// The person changed something: the whole message as JSON.
  void edited(const QString& json);

 private:
  using Place = std::vector<std::size_t>;
  void onItemChanged(QTreeWidgetItem* item, int column);
  void addElement();
  void removeElement();
  void apply();
  void fill();
  void addItems(QTreeWidgetItem* parent, const grpc::FormField& message, const Place& place);
  void showField(QTreeWidgetItem& item, const grpc::FormField& field) const;
  void showButtons();
  std::optional<Place> listAt(const QTreeWidgetItem* item) const;
  static Place placeOf(const QTreeWidgetItem* item);

  std::optional<grpc::MessageForm> form_;
  std::set<Place> closed_;  ///< what the person folded
  bool isFilling_ = false;
  QStackedWidget* stack_;  ///< the form, or why there is none
  QTreeWidget* tree_;
  QLabel* why_;
  QPushButton *add_, *remove_;
};

}  // namespace spillway::ui
