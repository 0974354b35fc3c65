// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>
#include <functional>
#include <optional>

#include "engine/history/filter.h"
#include "engine/history/filter_fields.h"

class QCompleter;
class QStringListModel;

namespace spillway::ui {

/// A line for a filter: offers fields and their values while one types, also values that were seen, and
/// underlines what is wrong. Up and Down go through the filters that were used before.
class FilterEdit : public QLineEdit {
  Q_OBJECT

 public:
  /// Calls back with values of the field, at once, later or never.
  using ValueSource =
      std::function<void(const history::FieldInfo&, std::function<void(const QStringList&)> take)>;

  explicit FilterEdit(QWidget* parent = nullptr);
  void setValueSource(ValueSource source) { source_ = std::move(source); }
  /// Underlines the mistake; nullopt: there is none, the look says so.
  void showMistake(const std::optional<history::FilterError>& mistake);
  /// Writes a condition on the field as far as its value, and offers that. After what stands there: and.
  void beginCondition(const QString& field);

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void offer(bool evenIfEmpty = false);
  void askFor(const history::FieldInfo* field);
  void takeValues(const history::FieldInfo* field, const QStringList& values);
  void takeOver(const QString& completion);
  void goThroughRecent(int step);

  QCompleter* completer_;
  QStringListModel* offers_;
  ValueSource source_;
  const history::FieldInfo* asked_ = nullptr;  ///< whose values `seen_` are
  QStringList seen_;
  bool isAsking_ = false;
  int recent_ = -1;  ///< the one that shows, of recentFilters(); -1: what was typed
  QString typed_;
};

}  // namespace spillway::ui
