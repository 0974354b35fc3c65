// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QMainWindow;
class QMimeData;

namespace spillway::ui {

class SchemaStore;

/// Takes files that are dropped anywhere on a window: schemas, captures, a workspace. UI thread.
class DroppedFiles : public QObject {
  Q_OBJECT

 public:
  DroppedFiles(QMainWindow& window, SchemaStore& schemas);

 signals:
  void workspaceDropped(const QString& file);
  void schemasDropped(const QStringList& files);
  /// What cannot be used, and what could.
  void problem(const QString& words);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void take(const QStringList& files);

  QMainWindow& window_;
  SchemaStore& schemas_;
};

}  // namespace spillway::ui
