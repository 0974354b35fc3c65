// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <utility>
#include <vector>

#include "ui/wizards/notice_bar.h"
#include "ui/wizards/pill_row.h"
#include "ui/wizards/wizard_page.h"

namespace spillway::ui {

/// Everything that will be made, a card for each page, and what is wrong or doubtful about it.
class ReviewPage : public WizardPage {
  Q_OBJECT

 public:
  explicit ReviewPage(LoadBalancerDraft& draft);
  void refresh() override;
  /// All issues of the draft, whichever page they belong to.
  void showSummary(const std::vector<config::Issue>& issues);

 signals:
  /// Edit was pressed on the card of the page with this step name, e.g. "health".
  void editWanted(const QString& step);

 private:
  NoticeBar* errors_;
  NoticeBar* warnings_;
  PillRow* pills_;
  QVBoxLayout* cards_;
};

}  // namespace spillway::ui
