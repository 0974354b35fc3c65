// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMenu>
#include <QThreadPool>

#include "ui/bridge/schema_store.h"
#include "ui/models/stream_store.h"
#include "ui/streams/message_copies.h"
#include "ui/streams/stream_source.h"

namespace spillway::ui {

class SequenceView;
class StreamCapture;

/// "Copy as": one stream on the clipboard, as a command, JSON, text or hex. Decodes in a thread of its own.
class CopyMenu : public QMenu {
  Q_OBJECT

 public:
  CopyMenu(const SchemaStore& schemas, const StreamCapture& capture, const StreamSource& source,
           QWidget* parent = nullptr);
  ~CopyMenu() override;

  /// The stream of `capture`; nullptr: none.
  void showStream(const StreamEntry* entry);

 signals:
  /// It is on the clipboard.
  void copied();

 private:
  void copyCommand(bool isGrpcurl);
  void copySummary();
  void copyMessages(MessagesAs as);
  /// Makes a text in the thread and puts it on the clipboard.
  void copy(std::function<QString()> make);

  const SchemaStore& schemas_;
  const StreamCapture& capture_;
  std::string caFile_;
  std::shared_ptr<const observe::StreamHead> head_;
  std::shared_ptr<const observe::StreamRecord> record_;  ///< null: it is open
  QAction *curl_, *grpcurl_, *summary_;
  QThreadPool pool_;  ///< one thread
};

/// A button with that menu, and the sequence as a picture or a document.
QWidget* makeTakeAlongButton(CopyMenu& copies, SequenceView& sequence, QWidget* parent);

}  // namespace spillway::ui
