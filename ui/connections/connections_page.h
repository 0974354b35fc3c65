// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/workspace.h"

class QAction;
class QCheckBox;
class QLabel;
class QPushButton;
class QStackedWidget;

namespace spillway::ui {

class EmptyState;
class MatrixView;
class PageHeader;
class ValueTable;

/// The connections of clients and to targets, and which target got which client's streams. Asks for them once
/// a second while it shows; ends those that a person wants to end.
class ConnectionsPage : public QWidget {
  Q_OBJECT

 public:
  ConnectionsPage(EngineBridge& bridge, Workspace& workspace, QWidget* parent = nullptr);
  ValueTable& table() { return *table_; }
  MatrixView& matrix() { return *matrix_; }

 signals:
  /// The access log is to be opened with this filter.
  void logRequested(const QString& filter);

 protected:
  void showEvent(QShowEvent* event) override;
  void hideEvent(QHideEvent* event) override;

 private:
  void makeActions();
  void makeHeader();
  QWidget* makeTable();
  QWidget* makeMatrix();
  QWidget* makeEmptyState();
  void refresh();
  void showConnections();
  void showMatrix();
  void showEmptyWords();
  void updateActions();
  void endSelected(ConnectionEnd how);
  void showRequests();
  std::vector<std::shared_ptr<const observe::ConnectionStatus>> selected() const;
  std::vector<std::shared_ptr<const observe::ConnectionStatus>> connectionsOf(const QStringList& keys) const;
  QString firstAddress() const;

  EngineBridge& bridge_;
  Workspace& workspace_;
  observe::ConnectionList list_;
  PageHeader* header_;
  ValueTable* table_;
  MatrixView* matrix_;
  QStackedWidget* stack_;
  QCheckBox* withEnded_ = nullptr;
  QLabel* sentence_ = nullptr;
  EmptyState* empty_ = nullptr;
  QPushButton* copyAddress_ = nullptr;
  QAction *goaway_, *close_, *requests_;
  QTimer poll_;
};

}  // namespace spillway::ui
