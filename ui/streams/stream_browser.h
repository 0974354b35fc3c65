// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>
#include <utility>

#include "ui/models/bounded_rows.h"
#include "ui/streams/stream_export.h"
#include "ui/streams/stream_source.h"

class QAction;
class QMenu;

namespace spillway::ui {

class LogView;
class SchemaStore;
class StreamDetail;
class StreamGroups;
class StreamModel;
class StreamStore;
struct LogWords;

/// A table of streams, and the selected one in detail below: of a running engine or of a file.
class StreamBrowser : public QWidget {
  Q_OBJECT

 public:
  StreamBrowser(const StreamSource& source, SchemaStore& schemas, const LogWords& words,
                QWidget* parent = nullptr);

  StreamStore& store() { return *store_; }
  StreamModel& model() { return *model_; }
  LogView& view() { return *view_; }
  StreamDetail& detail() { return *detail_; }

  /// Selects this stream; clears the filter or resumes when it would not show otherwise. Nothing happens when
  /// it is not kept any more.
  void showStream(StreamId id);
  /// Shows a stream that is not among the rows.
  void showRecord(const std::shared_ptr<const observe::StreamRecord>& record);
  /// Shows the two selected streams side by side; off unless two are selected.
  QAction& compareAction() { return *compare_; }
  /// How the streams are grouped beside the table, as a person chose it last.
  QMenu* makeGroupMenu();
  StreamGroups& groups() { return *groups_; }
  /// The table's rows and the ended streams in them as files.
  QMenu* makeExportMenu();

 private:
  void onStoreChanged(const RowChange& change);
  void showSelected();
  void fillMenu(QMenu& menu);
  StreamsToExport ended(const QList<int>& rows) const;
  StreamsToExport shownStreams() const;
  QList<int> selectedRows() const;
  StreamsToExport selectedStreams() const;
  std::optional<std::pair<StreamId, StreamId>> selectedPair() const;
  void compareSelected();

  StreamSource source_;
  SchemaStore& schemas_;
  StreamStore* store_;
  StreamModel* model_;
  LogView* view_;
  StreamDetail* detail_;
  StreamGroups* groups_;
  QAction* compare_;
  RowSeq selectedSeq_ = 0;  ///< the row of selectedId_ when it was selected
  std::optional<StreamId> selectedId_;
};

}  // namespace spillway::ui
