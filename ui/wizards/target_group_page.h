// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/wizards/notice_bar.h"
#include "ui/wizards/wizard_page.h"

namespace spillway::ui {

/// Name, protocol, version and port of the target group. A new version brings its own health check, undoably.
class TargetGroupPage : public WizardPage {
  Q_OBJECT

 public:
  explicit TargetGroupPage(LoadBalancerDraft& draft);

 private:
  void addFields();
  void addAdvanced();
  void addCompatibility();
  void useVersion(config::ProtocolVersion version);

  NoticeBar* rewritten_;
  config::HealthCheck before_;  ///< what Undo brings back
};

}  // namespace spillway::ui
