// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QListWidget>

#include "ui/shell/room.h"

namespace spillway::ui {

/// The list of rooms at the left, under their headings, each with a badge for a count.
class Navigation : public QListWidget {
  Q_OBJECT

 public:
  enum class BadgeTone { Neutral, Alarm };

  explicit Navigation(QWidget* parent = nullptr);

  Room current() const;
  void setCurrent(Room room);
  /// "" takes the badge away. `meaning` is what a screen reader says of it, e.g. "1 unhealthy".
  void setBadge(Room room, const QString& text, BadgeTone tone = BadgeTone::Neutral,
                const QString& meaning = {});
  QString badge(Room room) const;

 signals:
  void roomChosen(spillway::ui::Room room);

 private:
  QListWidgetItem* itemOf(Room room) const;
};

}  // namespace spillway::ui
