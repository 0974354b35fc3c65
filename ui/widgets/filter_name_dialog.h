// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "ui/widgets/kept_filters.h"

class QLabel;
class QLineEdit;

namespace spillway::ui {

/// Asks for the name of a saved filter. A name that another one has is no answer.
class FilterNameDialog : public QDialog {
  Q_OBJECT

 public:
  /// `filter` with the name that it has so far, if any.
  FilterNameDialog(const QString& title, const SavedFilter& filter, QWidget* parent = nullptr);
  QString name() const;

 public slots:
  void accept() override;

 private:
  /// What is wrong with the name, in words; empty: nothing.
  QString mistake() const;

  const QString before_;
  QLineEdit* edit_;
  QLabel* words_;
};

}  // namespace spillway::ui
