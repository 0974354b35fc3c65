// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "ui/models/stream_store.h"

class QLabel;
class QStackedWidget;
class QTableView;
class QTabWidget;

namespace spillway::ui {

class FactList;
class MessageModel;
class SequenceView;

/// One stream in three ways: its sequence, its messages, its summary. Goes on while the stream does.
class StreamDetail : public QWidget {
  Q_OBJECT

 public:
  explicit StreamDetail(QWidget* parent = nullptr);

  /// Shows the stream as it is now; nullptr: none is selected. The entry is not kept.
  void showStream(const StreamEntry* entry);
  SequenceView& sequence() { return *sequence_; }

 signals:
  /// The view needs the stream again (a folded block was opened).
  void refreshWanted();

 private:
  QWidget* makeMessages();
  QWidget* makeSummary();

  QStackedWidget* stack_;
  QTabWidget* tabs_;
  QLabel* title_;
  SequenceView* sequence_;
  MessageModel* messages_;
  QTableView* messageTable_;
  QLabel* leftOut_;
  FactList* facts_;
};

}  // namespace spillway::ui
