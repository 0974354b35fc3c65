// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QThreadPool>
#include <QTimer>
#include <QWidget>
#include <optional>

#include "engine/grpc/schema.h"

class QPlainTextEdit;
class QTabWidget;

namespace spillway::ui {

class MessageFormView;
class SchemaStore;

/// One message to be sent, as JSON and as a form of the same: what is typed in one stands in the other.
/// Checked while typing, in a thread. UI thread.
class MessageEditor : public QWidget {
  Q_OBJECT

 public:
  explicit MessageEditor(SchemaStore& schemas, QWidget* parent = nullptr);
  ~MessageEditor() override;

  /// Whose messages are written; the first one of another method is a template of all its fields. nullopt:
  /// none.
  void setMethod(const std::optional<grpc::Method>& method);
  QString json() const;
  void setJson(const QString& json);
  /// As of the last check.
  bool hasMistake() const { return hasMistake_; }
  /// Other things that belong to the call may stand in further tabs.
  QTabWidget& tabs() { return *tabs_; }
  MessageFormView& form() { return *form_; }

 signals:
  /// What does not fit; empty: all does.
  void checked(const QString& problem);

 private:
  void check();
  void showForm();
  void takeForm(const QString& json);

  SchemaStore& schemas_;
  std::optional<grpc::Method> method_;
  QTabWidget* tabs_;
  QPlainTextEdit* text_;
  MessageFormView* form_;
  QTimer timer_;
  quint64 ticket_ = 0;  ///< of the newest check
  bool hasMistake_ = false;
  QThreadPool pool_;  ///< one thread
};

}  // namespace spillway::ui
