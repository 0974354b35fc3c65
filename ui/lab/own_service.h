// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>
#include <vector>

#include "engine/grpc/schema.h"
#include "ui/calls/call_places.h"
#include "ui/lab/lesson.h"

class QComboBox;
class QMenu;
class QSpinBox;

namespace spillway::ui {

class MessageEditor;
class SchemaStore;

/// The lab pointed at a person's own service: any method that a schema tells of, where it is called, and the
/// message it is called with. UI thread.
class OwnService : public QWidget {
  Q_OBJECT

 public:
  OwnService(EngineBridge& bridge, Workspace& workspace, SchemaStore& schemas, QWidget* parent = nullptr);

  /// The methods by their kind of call; choosing one emits methodChosen().
  void fillMenu(QMenu& menu);
  /// By its path; nothing happens when no schema knows it.
  void choose(const QString& path);
  bool isChosen() const { return method_.has_value(); }
  /// The lesson as it is filled in now; `frame` is the file that tells about it, with places for the method.
  Lesson lesson(const Lesson& frame) const;
  /// Where the call goes; nullopt: nothing runs.
  std::optional<CallPlace> place() const;
  bool hasMistake() const;
  MessageEditor& message() { return *message_; }
  QComboBox& places() { return *place_; }
  QSpinBox& times() { return *times_; }

 signals:
  void methodChosen();
  /// What does not fit into the message; empty: all does.
  void checked(const QString& problem);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  void fillPlaces();

  EngineBridge& bridge_;
  Workspace& workspace_;
  SchemaStore& schemas_;
  std::optional<grpc::Method> method_;
  std::vector<CallPlace> found_;  ///< in the order of the list
  QComboBox* place_;
  QSpinBox* times_;  ///< how often the message is sent, where the client may send many
  MessageEditor* message_;
};

}  // namespace spillway::ui
