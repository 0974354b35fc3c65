// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/engine.h"

namespace spillway::ui {

/// One health check per target, before anything is created. The checks run on threads of their own; answers
/// come back to the UI thread. A check that nobody waits for any more ends by itself and its answer is
/// dropped.
class TargetProbes : public QObject {
  Q_OBJECT

 public:
  struct Answer {
    enum class State : std::uint8_t { Running, Done, Cancelled };
    State state = State::Running;
    ProbeAnswer probe;  ///< Done only
  };

  explicit TargetProbes(QObject* parent = nullptr);
  ~TargetProbes() override;

  /// Checks all targets of the group anew.
  void check(const config::TargetGroup& group);
  /// Checks the targets that have no answer for the group's settings of now.
  void checkMissing(const config::TargetGroup& group);
  /// Drops answers that were given for other settings than the group's of now.
  void forgetOutdated(const config::TargetGroup& group);
  void cancel();
  bool isRunning() const;
  /// nullptr: never checked with these settings.
  const Answer* answer(const config::Target& target) const;

 signals:
  void changed();

 private:
  using Key = std::pair<std::string, std::uint32_t>;
  void start(const config::TargetGroup& group, const config::Target& target);
  void stopWatching();

  config::TargetGroup settings_;
  std::map<Key, Answer> answers_;
};

/// Short: a code that came back stands alone, also when it is a wrong one; "–" for no answer yet.
enum class AnswerLength : std::uint8_t { Short, Full };

/// "✔ 12", "✖ connection refused", "◌ checking…": an answer in the words of the tables.
QString answerWords(const TargetProbes::Answer* answer, AnswerLength length);
/// "1.1", or "" while there is none. Milliseconds.
QString answerTime(const TargetProbes::Answer* answer);

}  // namespace spillway::ui
