// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>
#include <vector>

#include "ui/models/stream_store.h"
#include "ui/widgets/value_table.h"

class QLabel;

namespace spillway::ui {

enum class GroupStreamsBy { Nothing, Method, Target };

/// Kept streams that have the same method or target.
struct StreamGroup {
  QString name;    ///< "RouteChat", "127.0.0.1:50061"; "–": none was chosen
  QString filter;  ///< selects them in the filter language; "" = all streams
  std::uint64_t streams = 0, open = 0;
  std::uint64_t failed = 0;        ///< ended, but not well, or with a gRPC status other than OK
  std::int64_t medianMicros = -1;  ///< duration of the ended ones; -1: none has ended
};

struct StreamGroupList {
  std::vector<StreamGroup> groups;  ///< all streams first, then the largest groups by name
  std::size_t leftOut = 0;          ///< smaller groups
};

/// Pure.
StreamGroupList groupsOf(const StreamStore& store, GroupStreamsBy by);

/// The groups of the kept streams as a table; looks at them only while it shows. UI thread.
class StreamGroups : public QWidget {
  Q_OBJECT

 public:
  explicit StreamGroups(StreamStore& store, QWidget* parent = nullptr);

  void groupBy(GroupStreamsBy by);
  GroupStreamsBy by() const { return by_; }
  ValueTable& table() { return *table_; }

 signals:
  /// A person wants to see these streams only.
  void chosen(const QString& filter);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void choose();
  void fill();

  StreamStore& store_;
  GroupStreamsBy by_ = GroupStreamsBy::Nothing;
  ValueTable* table_;
  QLabel* leftOut_;
  QTimer timer_;  ///< what comes together is counted once
};

}  // namespace spillway::ui
