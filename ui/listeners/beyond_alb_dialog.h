// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <vector>

#include "engine/config/model.h"

class QCheckBox;

namespace spillway::ui {

/// The switches of one load balancer for what ALB does not do, each explained.
class BeyondAlbDialog : public QDialog {
  Q_OBJECT

 public:
  BeyondAlbDialog(const QString& loadBalancer, const config::BeyondAlb& now, QWidget* parent = nullptr);
  config::BeyondAlb chosen() const;

 private:
  std::vector<QCheckBox*> boxes_;
};

}  // namespace spillway::ui
