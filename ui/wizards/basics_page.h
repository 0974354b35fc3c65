// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/wizards/fold_section.h"
#include "ui/wizards/pill_row.h"
#include "ui/wizards/wizard_page.h"

namespace spillway::ui {

/// Name, scheme, address type, and the switches for what ALB does not do.
class BasicsPage : public WizardPage {
  Q_OBJECT

 public:
  explicit BasicsPage(LoadBalancerDraft& draft);
  void refresh() override;

 private:
  void addSwitches();

  FoldSection* beyond_;
  PillRow* pills_;
};

}  // namespace spillway::ui
