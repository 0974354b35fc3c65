// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <QThreadPool>
#include <optional>

#include "ui/bridge/engine_bridge.h"
#include "ui/bridge/workspace.h"
#include "ui/lab/lesson.h"

namespace spillway::ui {

/// What an experiment changes at the target group while its calls run, by edits that can be undone; put back
/// afterwards. UI thread.
class Arrangement : public QObject {
  Q_OBJECT

 public:
  Arrangement(EngineBridge& bridge, Workspace& workspace, QObject* parent);

  /// ready() follows once the engine has it, and its health checks have decided where they are to; or
  /// failed().
  void make(const LessonSetup& setup, const std::string& group);
  /// So many answers have come from the target: what is to befall it then does, once.
  void onAnswers(std::uint64_t answers, const std::string& target);
  /// As it was before; nothing when nothing was changed.
  void putBack();
  /// The same, and what was done is forgotten.
  void reset();
  bool isAwaited() const { return isAwaited_; }
  /// What was done to the target, in words, in order.
  const QStringList& told() const { return told_; }

 signals:
  void ready();
  void failed(const QString& words);
  /// What is waited for, in words.
  void waits(const QString& words);

 private:
  void look();
  bool edit(const QString& words, const config::Document& document);
  void kill(const std::string& target);
  void deregister(const std::string& target);

  EngineBridge& bridge_;
  Workspace& workspace_;
  LessonSetup setup_;
  std::string group_;
  bool isAwaited_ = false, isApplied_ = false;
  std::optional<config::TargetGroup> before_;  ///< nullopt: the group is as it was
  std::optional<service::TaskStatus> killed_;
  QStringList told_;
  QThreadPool starting_;  ///< one thread: a start waits for the child
};

}  // namespace spillway::ui
