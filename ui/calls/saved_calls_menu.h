// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMenu>
#include <functional>

#include "ui/bridge/workspace.h"

namespace spillway::ui {

/// The calls that stand in the workspace file: to be filled in again, saved and removed, each an edit that
/// can be undone. UI thread.
class SavedCallsMenu : public QMenu {
  Q_OBJECT

 public:
  /// `current`: the call as it is filled in now.
  SavedCallsMenu(Workspace& workspace, std::function<config::SavedCall()> current, QWidget* parent);

  /// Under this name; another one of the name is replaced. Metadata that looks like a secret is left out: the
  /// file may be given to others.
  void save(const QString& name);
  void remove(const QString& name);

 signals:
  void chosen(const spillway::config::SavedCall& call);

 private:
  void fill();
  void askName();

  Workspace& workspace_;
  std::function<config::SavedCall()> current_;
};

}  // namespace spillway::ui
