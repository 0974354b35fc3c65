// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>
#include <QThreadPool>
#include <QUndoStack>
#include <memory>
#include <optional>

#include "engine/config/model.h"
#include "engine/service/local_service.h"
#include "ui/bridge/engine_bridge.h"

namespace spillway::ui {

/// The open workspace: the document, its file, its undo stack and its local services. The UI's one truth
/// about configuration: every edit is a whole new Document. Valid edits go live and are saved at once. UI
/// thread only.
class Workspace : public QObject {
  Q_OBJECT

 public:
  Workspace(EngineBridge& bridge, QObject* parent = nullptr);
  ~Workspace() override;

  const config::Document& document() const { return document_; }
  const QString& file() const { return file_; }  ///< "" only before the first open
  QUndoStack& undoStack() { return undoStack_; }
  service::LocalServices& services() { return services_; }
  bool isEmpty() const { return document_.loadBalancers.empty(); }

  /// Opens a workspace file (made when missing) and applies it. False: `problem` was emitted and nothing
  /// changed.
  bool open(const QString& file);
  /// One undoable change, e.g. edit("Create load balancer my-balancer", doc). Invalid documents are refused:
  /// the errors are returned and nothing changes. Applies, and saves.
  std::vector<config::Issue> edit(const QString& words, const config::Document& document);
  /// Lets the engine try the document once more, e.g. when a port was in use.
  void applyAgain();
  /// Adds the route guide demo to the workspace (undoable) and starts its servers. Emits problem on failure.
  void addRouteGuideDemo();

  /// The workspace that opens at start: the last one, or "default.spillway.json" in the data folder.
  QString startFile() const;

 signals:
  void documentChanged(const spillway::config::Document& document);
  void fileChanged(const QString& file);
  /// Words for the inline bar above the views.
  void problem(const QString& words);
  /// The engine has decided about the newest document. Not applied: problem() said why, and an edit that
  /// caused it was taken back.
  void settled(const spillway::ApplyReport& report);
  /// Undoable change made: words for the status bar.
  void changed(const QString& words);

 private:
  friend class EditCommand;
  void set(const config::Document& document);
  void save();
  void configureServices(const std::vector<config::LocalService>& before);
  void onApplied(const ApplyReport& report);
  void goBackToLive();

  EngineBridge& bridge_;
  config::Document document_;
  std::optional<config::Document> applying_, waiting_;  ///< as the bridge has them
  std::optional<config::Document> live_;                ///< the last document that the engine took
  QString file_;
  QUndoStack undoStack_;
  service::LocalServices services_;
  QThreadPool background_;  ///< one thread: saves and starts in their order
};

}  // namespace spillway::ui
