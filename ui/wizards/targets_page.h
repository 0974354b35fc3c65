// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QTableWidget>

#include "ui/wizards/target_probes.h"
#include "ui/wizards/wizard_page.h"

namespace spillway::ui {

/// Addresses are typed or pasted, and wait in a list with the answer of their first check.
class TargetsPage : public WizardPage {
  Q_OBJECT

 public:
  /// `document` is what the balancer will stand beside: its listeners cannot be targets.
  TargetsPage(LoadBalancerDraft& draft, const config::Document& document, TargetProbes& probes);
  void refresh() override;
  std::vector<config::Issue> ownIssues() const override;
  bool commit() override;

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void addInput();
  void addTable();
  void fillTable();
  void remove(const config::Target& target);
  /// What keeps the typed text from being added; "" = nothing.
  QString inputProblem() const;
  QString whyRefused(const std::vector<config::Target>& targets) const;
  std::vector<config::Target> typedTargets() const;

  const config::Document& document_;
  TargetProbes& probes_;
  QLineEdit* input_;
  QLineEdit* port_;
  QTableWidget* table_;
  QLabel* empty_;
};

}  // namespace spillway::ui
