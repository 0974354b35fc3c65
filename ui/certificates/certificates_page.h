// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/workspace.h"

class QGridLayout;
class QLabel;

namespace spillway::ui {

class ValueTable;

/// The local CA, how clients come to trust it, and the certificates that listeners use.
class CertificatesPage : public QWidget {
  Q_OBJECT

 public:
  CertificatesPage(EngineBridge& bridge, Workspace& workspace, QWidget* parent = nullptr);
  ValueTable& table() { return *table_; }

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeAuthority();
  void addRecipe(QGridLayout* grid, const QString& client, QLabel* text);
  void showAuthority();
  /// How to call a listener with TLS: the first there is.
  void showRecipes();
  /// "localhost:50051"; HTTPS's own port while there is none.
  QString firstTlsHost() const;
  void showRows();

  EngineBridge& bridge_;
  Workspace& workspace_;
  QString caFile_;
  QLabel *path_, *curl_, *python_, *go_;
  ValueTable* table_;
};

}  // namespace spillway::ui
