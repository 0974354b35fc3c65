// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_export.h"

#include <QMenu>

#include "engine/history/reader.h"
#include "ui/export/background_file.h"
#include "ui/export/save_dialog.h"

namespace spillway::ui {

namespace {

QString failureOf(const Error& error) {
  return QString::fromStdString(error.detail);
}

/// Looks for what passed on the stream, unless it is there already.
QString complete(exporting::RecordedStream& stream, history::Reader* reader) {
  if (!reader || !stream.capture.batches.empty()) return {};
  auto found = reader->captured(stream.record->head->id, stream.record->head->started);
  if (!found) return failureOf(found.error());
  if (*found) stream.capture = std::move(**found);
  return {};
}

/// In the thread; one capture of the history is in memory at a time.
QString write(const StreamsToExport& wanted, exporting::Format format, const std::string& file,
              const GoOn& goOn) {
  std::unique_ptr<history::Reader> reader;
  if (!wanted.historyFile.empty()) {
    if (auto opened = history::Reader::open(wanted.historyFile)) reader = std::move(*opened);
  }
  const auto writer = exporting::openWriter(format, file);
  if (!writer) return failureOf(writer.error());
  double done = 0;
  for (exporting::RecordedStream stream : wanted.streams) {
    if (!goOn(done++ / static_cast<double>(wanted.streams.size()))) return {};
    if (const QString failure = complete(stream, reader.get()); !failure.isEmpty()) return failure;
    if (const auto written = (*writer)->write(stream); !written) return failureOf(written.error());
  }
  const auto finished = (*writer)->finish();
  return finished ? QString() : failureOf(finished.error());
}

SaveOffer offerOf(exporting::Format format) {
  switch (format) {
    case exporting::Format::Har:
      return {QStringLiteral("Export as HTTP Archive"), QStringLiteral("streams.har"),
              QStringLiteral("HTTP Archives (*.har)")};
    case exporting::Format::Pcapng:
      return {QStringLiteral("Export as packets"), QStringLiteral("streams.pcapng"),
              QStringLiteral("Packets for Wireshark (*.pcapng)")};
    case exporting::Format::Capture:
      break;
  }
  return {QStringLiteral("Save a capture"), QStringLiteral("streams.spillway-capture"),
          QStringLiteral("Captures of Spillway (*.spillway-capture)")};
}

}  // namespace

void exportStreams(QWidget* parent, exporting::Format format, StreamsToExport streams) {
  askForFile(parent, offerOf(format), [parent, format, streams = std::move(streams)](const QString& name) {
    writeInBackground(parent, name, [format, streams, file = name.toStdString()](const GoOn& goOn) {
      return write(streams, format, file, goOn);
    });
  });
}

void addExportActions(QMenu& menu, QWidget* parent, std::function<StreamsToExport()> chosen) {
  const std::pair<exporting::Format, QString> formats[] = {
      {exporting::Format::Capture, QStringLiteral("Capture, to open in Spillway again…")},
      {exporting::Format::Har, QStringLiteral("HTTP Archive (HAR)…")},
      {exporting::Format::Pcapng, QStringLiteral("Packets for Wireshark (pcapng)…")}};
  for (const auto& [format, words] : formats)
    menu.addAction(words, parent,
                   [parent, format = format, chosen] { exportStreams(parent, format, chosen()); });
}

}  // namespace spillway::ui
