// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/models/words.h"
#include "ui/widgets/card.h"

class QLabel;

namespace spillway::ui {

/// One number of the dashboard: what it is, its value in large, and a line that puts it in proportion.
class StatTile : public Card {
  Q_OBJECT

 public:
  /// `tip` says which time it covers and what ALB calls it.
  StatTile(const QString& title, const QString& tip, QWidget* parent = nullptr);

  void showValue(const QString& value, const QString& note, Severity noteSeverity = Severity::None);

 protected:
  void changeEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void recolor();
  void fitNote();

  QLabel *title_, *value_, *note_;
  QString noteText_;
  Severity noteSeverity_ = Severity::None;
};

}  // namespace spillway::ui
