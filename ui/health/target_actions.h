// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QMenu>
#include <optional>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/workspace.h"

namespace spillway::ui {

/// What can be done with a target: the actions behind buttons, menus and keys.
class TargetActions : public QObject {
  Q_OBJECT

 public:
  /// The keys that a text field needs itself work in `table` alone, the others everywhere in `page`.
  TargetActions(EngineBridge& bridge, Workspace& workspace, QWidget& page, QWidget& table);

  /// The target that they act on; nullptr: none.
  void setTarget(const TargetStatus* target);

  QAction *checkNow, *deregister, *log, *group, *putBack;
  QMenu takeOut;  ///< for how long, or back again
  QMenu all;

 signals:
  /// No target is chosen, and all are to be checked.
  void checkAllRequested();
  void logRequested(const QString& filter);
  void groupRequested(const QString& name);

 private:
  void fillTakeOut();
  void deregisterTarget();
  bool isRegistered() const;

  EngineBridge& bridge_;
  Workspace& workspace_;
  std::optional<TargetStatus> target_;
};

}  // namespace spillway::ui
