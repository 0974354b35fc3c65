// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "engine/export/stream_writer.h"

class QMenu;

namespace spillway::ui {

/// Streams that somebody wants to take along: their summaries, and what passed as far as it is at hand; for
/// the rest the history is asked.
struct StreamsToExport {
  std::vector<exporting::RecordedStream> streams;
  std::string historyFile;  ///< "" = there is none
};

/// Asks for a file and writes the streams to it in a thread of its own; shows how far it is, can be
/// cancelled.
void exportStreams(QWidget* parent, exporting::Format format, StreamsToExport streams);

/// An action for each format; `chosen` is asked for the streams when one is taken.
void addExportActions(QMenu& menu, QWidget* parent, std::function<StreamsToExport()> chosen);

}  // namespace spillway::ui
