// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QLabel>
#include <QPushButton>
#include <QStringList>
#include <QTableWidget>

#include "ui/wizards/load_balancer_draft.h"
#include "ui/wizards/target_probes.h"

namespace spillway::ui {

/// Lines in the fixed font, each elided at the right where it does not fit; says how many have no room below.
class FixedLines : public QWidget {
  Q_OBJECT

 public:
  void setLines(const QStringList& lines);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QStringList lines_;
};

/// The wizard's right side: "Try it now", the answers of the targets, and "So far", the balancer as a tree.
class TryItPanel : public QFrame {
  Q_OBJECT

 public:
  TryItPanel(const LoadBalancerDraft& draft, TargetProbes& probes);

  /// Shows the draft and the answers as they are now.
  void refresh();

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void setUpTable();
  void fillTable();

  const LoadBalancerDraft& draft_;
  TargetProbes& probes_;
  QLabel* words_;
  QTableWidget* table_;
  QPushButton* check_;
  FixedLines* tree_;
};

}  // namespace spillway::ui
