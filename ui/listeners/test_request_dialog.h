// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "ui/bridge/engine_bridge.h"

class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;

namespace spillway::ui {

/// "Test a request…": what the balancer would decide about a request that somebody types; follows each key.
/// Nothing is sent, and no target's turn is taken.
class TestRequestDialog : public QDialog {
  Q_OBJECT

 public:
  TestRequestDialog(EngineBridge& bridge, const ListenerId& listener, QWidget* parent = nullptr);

 private:
  ImaginedRequest typed() const;
  void explain();

  EngineBridge& bridge_;
  ListenerId listener_;
  QComboBox* method_;
  QLineEdit *host_, *path_, *client_;
  QPlainTextEdit* fields_;
  QLabel* answer_;
};

}  // namespace spillway::ui
