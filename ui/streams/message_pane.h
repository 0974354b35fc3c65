// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>
#include <QWidget>
#include <memory>
#include <optional>

#include "engine/observe/capture_view.h"
#include "ui/bridge/schema_store.h"
#include "ui/streams/decoded_message.h"

class QLabel;
class QPlainTextEdit;
class QStackedWidget;
class QTabWidget;
class QTreeView;

namespace spillway::ui {

class MessageTreeModel;

/// One message of a stream: decoded as its schema says, as JSON, as it lies on the wire, byte by byte. What
/// is chosen in a tree is marked among the bytes. Decodes in a thread of its own.
class MessagePane : public QWidget {
  Q_OBJECT

 public:
  explicit MessagePane(SchemaStore& schemas, QWidget* parent = nullptr);
  ~MessagePane() override;

  /// nullopt: no message is selected. `title` stands above it, `target` may be asked for its schema.
  void show(const std::optional<MessageBytes>& message, const QString& title, const std::string& target);
  /// What the pane shows, in words: for tests and screen readers.
  const DecodedMessage& shown() const { return shown_; }
  bool hasMessage() const { return message_.has_value(); }

 signals:
  void messageShown();

 private:
  QWidget* makeTree(MessageTreeModel& model, QTreeView*& tree, const QString& name);
  QWidget* makeFoot();
  void startDecoding();
  void showDecoded(DecodedMessage decoded);
  void showOrigin();
  void showHex();
  void mark(const MessageNode* node);

  SchemaStore& schemas_;
  std::optional<MessageBytes> message_;
  std::string target_;
  DecodedMessage shown_;
  quint64 ticket_ = 0;  ///< of the newest decoding
  MessageTreeModel *fields_, *wire_;
  QStackedWidget* stack_;
  QTabWidget* tabs_;
  QLabel *title_, *problem_, *origin_;
  QTreeView *fieldTree_ = nullptr, *wireTree_ = nullptr;
  QPlainTextEdit *json_, *text_, *hex_;
  QThreadPool pool_;  ///< one thread
};

}  // namespace spillway::ui
