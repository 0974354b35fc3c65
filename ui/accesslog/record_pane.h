// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <memory>

#include "engine/observe/events.h"

class QLabel;
class QPushButton;
class QStackedWidget;

namespace spillway::ui {

class FactList;
class TimeBar;

/// Everything about one entry of the access log, in words, and what can be done with it.
class RecordPane : public QWidget {
  Q_OBJECT

 public:
  explicit RecordPane(QWidget* parent = nullptr);

  /// nullptr: nothing is selected.
  void showRecord(std::shared_ptr<const observe::StreamRecord> record);

 signals:
  void showStreamRequested(quint64 id);
  void filterRequested(const QString& filter);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QWidget* makeDetail();
  QWidget* makeButtons();
  void copyLine();

  std::shared_ptr<const observe::StreamRecord> record_;
  QStackedWidget* stack_;
  QLabel *title_, *cause_, *route_;
  QLabel *whyTitle_, *why_;  ///< the decision trace
  FactList* facts_;
  TimeBar* times_;
};

/// Words that find entries like this one: its path and its status.
QString filterLike(const observe::StreamRecord& record);

}  // namespace spillway::ui
