// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>
#include <QWidget>
#include <optional>

#include "ui/bridge/schema_store.h"
#include "ui/calls/call_places.h"
#include "ui/calls/call_runner.h"

class QComboBox;
class QLabel;
class QMenu;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QStackedWidget;
class QTableView;

namespace spillway::ui {

class MessageEditor;
class PageHeader;
class SavedCallsMenu;
class TranscriptModel;

/// A gRPC client: any method that a schema tells of, through a listener or straight to a target, message by
/// message.
class CallsPage : public QWidget {
  Q_OBJECT

 public:
  CallsPage(EngineBridge& bridge, Workspace& workspace, SchemaStore& schemas, QWidget* parent = nullptr);
  ~CallsPage() override;

  TranscriptModel& transcript() { return *transcript_; }
  CallRunner& runner() { return *runner_; }
  MessageEditor& message() { return *message_; }
  SavedCallsMenu& saved() { return *saved_; }

 signals:
  /// The call's stream is to be looked into.
  void streamRequested(quint64 id);

 public slots:
  /// Begins the call; of a unary or server streaming one also sends its only message.
  void send();

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QWidget* makeForm();
  QWidget* makeMessage();
  QWidget* makeTranscript();
  void makeHeader();
  void fillPlaces();
  void fillMethods();
  void choosePlace(int index);
  void chooseMethod();
  std::optional<grpc::Method> method() const;
  std::optional<CallRunner::Plan> plan();
  void begin();
  void openBatch();
  void noteStream(const std::vector<observe::Event>& events);
  void showProblem(const QString& words);
  void showButtons();
  void showLine();
  config::SavedCall filledIn() const;
  void fillIn(const config::SavedCall& call);
  void fillRecent();

  EngineBridge& bridge_;
  Workspace& workspace_;
  SchemaStore& schemas_;
  CallRunner* runner_;
  TranscriptModel* transcript_;
  PageHeader* header_;
  QComboBox *place_, *tls_, *method_, *compression_;
  QSpinBox* deadline_;
  MessageEditor* message_;
  QPlainTextEdit *metadata_, *content_;
  QLabel *line_, *problem_, *state_;
  QStackedWidget* outcome_;  ///< an empty state or the transcript
  QPushButton *send_, *close_, *cancel_, *many_, *look_;
  QMenu* recent_;
  SavedCallsMenu* saved_;
  QTableView* table_;
  std::vector<CallPlace> places_;
  bool isPlaceChosen_ = false;      ///< by the person; until then the first listener
  std::optional<StreamId> stream_;  ///< of the latest call, when it went through a listener of this program
  bool isStreamAwaited_ = false;
  QThreadPool batches_;  ///< one thread: their message may be large
};

}  // namespace spillway::ui
