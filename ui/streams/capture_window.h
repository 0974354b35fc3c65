// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <atomic>
#include <map>
#include <memory>
#include <vector>

#include "engine/export/recorded_stream.h"

namespace spillway::ui {

class PageHeader;
class SchemaStore;
class StreamBrowser;

/// The streams of a *.spillway-capture, as far as they have room in memory.
struct OpenedCapture {
  /// With numbers of their own, from 1: a file may have streams of many runs.
  std::vector<exporting::RecordedStream> streams;
  QString problem;  ///< what is wrong with the file, or that it is too large; empty: all is well
};

/// Any thread; ends early once `isCancelled`.
OpenedCapture readCapture(const std::string& file, const std::atomic<bool>& isCancelled);

/// The streams of a file in a window of their own, as in the Streams room; nothing of it can be changed.
class CaptureWindow : public QWidget {
  Q_OBJECT

 public:
  CaptureWindow(const QString& file, OpenedCapture capture, SchemaStore& schemas, QWidget* parent);
  StreamBrowser& browser() { return *browser_; }

 private:
  std::map<StreamId, observe::CapturedStream> captures_;
  StreamBrowser* browser_;
};

/// Reads the file in a thread of its own and shows it in a window of `parent`; tells what is wrong with it.
void openCapture(QWidget* parent, const QString& file, SchemaStore& schemas);
/// Asks for the file first.
void chooseCapture(QWidget* parent, SchemaStore& schemas);

}  // namespace spillway::ui
