// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>

#include "engine/health/target_status.h"
#include "ui/bridge/history_thread.h"
#include "ui/health/health_history.h"
#include "ui/widgets/card.h"
#include "ui/widgets/value_table.h"

class QLabel;

namespace spillway::ui {

class CheckStrip;

/// What befell one target: why it is in its state, its last checks, and the changes of its health with what
/// caused each, from this run and from the history of those before.
class TargetHistory : public Card {
  Q_OBJECT

 public:
  static constexpr std::size_t kEarlier = 200;  ///< changes that are taken from the history

  /// `file`: the history's; "" when none is kept.
  explicit TargetHistory(const std::string& file, QWidget* parent = nullptr);
  ~TargetHistory() override;

  void takeEvents(const std::vector<observe::Event>& events);
  void showTarget(const std::optional<TargetId>& target, bool speaksGrpc);
  /// Why the target is in its state.
  void showReason(const QString& reason);
  /// The changes of the shown target's health, newest first.
  ValueTable& changes() { return *changes_; }

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void build();
  void show();
  void askForEarlier();

  HealthHistory history_;
  std::optional<TargetId> target_;
  bool speaksGrpc_ = true;
  bool wantsEarlier_ = false;      ///< not asked yet for this target
  std::vector<TableRow> earlier_;  ///< from the history, of this target
  QLabel *title_, *reason_, *checkWords_;
  CheckStrip* strip_;
  ValueTable* changes_;
  std::unique_ptr<HistoryThread> thread_;  ///< null: no history is kept
};

}  // namespace spillway::ui
