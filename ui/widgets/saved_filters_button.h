// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>

#include "ui/widgets/kept_filters.h"

namespace spillway::ui {

/// A menu of the saved filters: takes one, saves the present one under a name, renames, removes and brings
/// back. It also begins conditions, for those who do not know the fields' names yet.
class SavedFiltersButton : public QPushButton {
  Q_OBJECT

 public:
  explicit SavedFiltersButton(QWidget* parent = nullptr);
  /// What would be saved; empty: nothing.
  void setPresent(const QString& filter) { present_ = filter; }

 signals:
  void chosen(const QString& filter);
  /// A condition on this field is wanted.
  void fieldChosen(const QString& field);

 private:
  void fill();
  void addFields();
  void addChanges(const QList<SavedFilter>& saved);
  void remove(const SavedFilter& filter);
  /// Saves the filter under the name that is asked for; under `before` it is not kept then.
  void askForName(const QString& title, const SavedFilter& filter, const QString& before = {});

  QString present_;
  SavedFilter removed_;  ///< the last one; no name: none
};

}  // namespace spillway::ui
