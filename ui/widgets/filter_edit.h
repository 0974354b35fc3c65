// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>
#include <optional>

#include "engine/history/filter.h"

class QCompleter;
class QStringListModel;

namespace spillway::ui {

/// A line for a filter: offers fields and their values while one types, and underlines what is wrong.
class FilterEdit : public QLineEdit {
  Q_OBJECT

 public:
  explicit FilterEdit(QWidget* parent = nullptr);
  /// Underlines the mistake; nullopt: there is none.
  void showMistake(const std::optional<history::FilterError>& mistake);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void offer();
  void takeOver(const QString& completion);

  QCompleter* completer_;
  QStringListModel* offers_;
};

}  // namespace spillway::ui
