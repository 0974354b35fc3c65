// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>
#include <vector>

#include "ui/wizards/notice_bar.h"
#include "ui/wizards/wizard_page.h"

namespace spillway::ui {

/// Protocol and port of each listener. Says what to do when ALB refuses a listener for the chosen target
/// group.
class ListenersPage : public WizardPage {
  Q_OBJECT

 public:
  /// `document` is what the next free port is sought in.
  ListenersPage(LoadBalancerDraft& draft, const config::Document& document);
  void refresh() override;

 private:
  void addRow();
  /// Rows that come later belong before what stands under them.
  void orderTabs();
  void removeRow(std::size_t index);
  config::Listener& listener(std::size_t index) const { return draft().loadBalancer.listeners[index]; }

  const config::Document& document_;
  QVBoxLayout* rows_;
  std::vector<QWidget*> rowWidgets_;
  NoticeBar* needsHttps_;
};

}  // namespace spillway::ui
