// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <functional>
#include <memory>

#include "engine/base/result.h"
#include "engine/observe/decision.h"

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

  /// What the rules as they are now would make of the record's request; asked where no trace was made.
  using Explainer = std::function<Result<observe::Decision>(const observe::StreamRecord&)>;
  void setExplainer(Explainer explain) { explain_ = std::move(explain); }
  /// nullptr: nothing is selected.
  void showRecord(std::shared_ptr<const observe::StreamRecord> record);
  bool hasRecord() const { return record_ != nullptr; }

 signals:
  void showStreamRequested();
  void filterRequested(const QString& filter);

 protected:
  void changeEvent(QEvent* event) override;

 private:
  QWidget* makeDetail();
  QWidget* makeButtons();
  void copyLine();
  QString whyOf(const observe::StreamRecord& record) const;

  std::shared_ptr<const observe::StreamRecord> record_;
  Explainer explain_;
  QStackedWidget* stack_;
  QLabel *title_, *cause_, *route_;
  QLabel *whyTitle_, *why_;  ///< the decision trace
  FactList* facts_;
  TimeBar* times_;
};

/// A filter that finds entries like this one: of its path and its status.
QString filterLike(const observe::StreamRecord& record);

}  // namespace spillway::ui
