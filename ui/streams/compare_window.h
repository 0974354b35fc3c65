// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>
#include <QTimer>
#include <QWidget>
#include <array>

#include "ui/streams/stream_comparison.h"
#include "ui/streams/stream_source.h"

class QCheckBox;

namespace spillway::ui {

class PageHeader;
class SchemaStore;
class StreamCapture;
class ValueTable;

/// Two streams side by side: what of their facts, header fields and messages differs. Goes on while one of
/// them is open. Compares in a thread of its own.
class CompareWindow : public QWidget {
  Q_OBJECT

 public:
  /// Both are in the store, which must live as long.
  CompareWindow(StreamStore& store, const StreamSource& source, SchemaStore& schemas, StreamId left,
                StreamId right, QWidget* parent);
  ~CompareWindow() override;

  ValueTable& table() { return *table_; }
  QCheckBox& onlyDifferences() { return *onlyDifferences_; }

 signals:
  /// The table shows the streams as they are known now.
  void compared();

 private:
  struct Side {
    StreamEntry entry;  ///< without its timeline
    StreamCapture* capture = nullptr;
  };
  void makeHeader();
  void follow();
  void work();
  void take(Comparison comparison);
  void showRows();

  StreamStore& store_;
  SchemaStore& schemas_;
  std::array<Side, 2> sides_;
  Comparison comparison_;
  PageHeader* header_;
  ValueTable* table_;
  QCheckBox* onlyDifferences_;
  QTimer timer_;                          ///< what comes together is compared once
  bool isAt_ = false, isBehind_ = false;  ///< the thread compares; and something came meanwhile
  QThreadPool pool_;                      ///< one thread
};

}  // namespace spillway::ui
