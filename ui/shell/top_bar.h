// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QList>

class QAction;
class QLabel;
class QLineEdit;
class QMenu;
class QPushButton;
class QStandardItemModel;

namespace spillway::ui {

/// The bar over everything: whether the balancer runs, its name and address, the main actions and the command
/// line.
class TopBar : public QFrame {
  Q_OBJECT

 public:
  enum class State { Running, Stopped };

  explicit TopBar(QMenu* createMenu, QWidget* parent = nullptr);

  void showBalancer(State state, const QString& name, const QString& address);
  QPushButton* sendButton() { return send_; }
  QPushButton* clientButton() { return client_; }
  /// What the command line finds: by the actions' texts.
  void setCommands(const QList<QAction*>& actions);
  /// Ctrl+K.
  void focusCommands();

 protected:
  void changeEvent(QEvent* event) override;

 private:
  void makeCommands();
  void showState();

  State stateShown_ = State::Stopped;
  QLabel *state_, *name_;
  QPushButton *address_, *client_, *create_, *send_;
  QLineEdit* commands_;
  QStandardItemModel* found_;
};

}  // namespace spillway::ui
