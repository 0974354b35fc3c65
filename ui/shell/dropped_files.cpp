// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/dropped_files.h"

#include <QDropEvent>
#include <QFileInfo>
#include <QMainWindow>
#include <QMimeData>
#include <QUrl>

#include "ui/bridge/schema_store.h"
#include "ui/streams/capture_window.h"

namespace spillway::ui {

namespace {

QStringList filesIn(const QMimeData& data) {
  QStringList files;
  for (const QUrl& url : data.urls())
    if (url.isLocalFile()) files << url.toLocalFile();
  return files;
}

}  // namespace

DroppedFiles::DroppedFiles(QMainWindow& window, SchemaStore& schemas)
    : QObject(&window), window_(window), schemas_(schemas) {
  window.setAcceptDrops(true);
  window.installEventFilter(this);
}

bool DroppedFiles::eventFilter(QObject* watched, QEvent* event) {
  const bool isOver = event->type() == QEvent::DragEnter || event->type() == QEvent::DragMove;
  if (!isOver && event->type() != QEvent::Drop) return QObject::eventFilter(watched, event);
  auto& drop = static_cast<QDropEvent&>(*event);
  const QStringList files = filesIn(*drop.mimeData());
  if (files.isEmpty()) {
    drop.ignore();
    return true;
  }
  drop.setDropAction(Qt::CopyAction);
  drop.accept();
  if (!isOver) take(files);
  return true;
}

void DroppedFiles::take(const QStringList& files) {
  QStringList schemas;
  for (const QString& file : files) {
    if (file.endsWith(QStringLiteral(".spillway.json"))) {
      Q_EMIT workspaceDropped(file);
    } else if (file.endsWith(QStringLiteral(".spillway-capture"))) {
      // Of what goes before the window's members do.
      openCapture(window_.centralWidget(), file, schemas_);
    } else if (isSchemaFile(file)) {
      schemas << file;
    } else {
      Q_EMIT problem(
          QStringLiteral("%1 cannot be used here: drop schemas (.proto files, folders of them, descriptor "
                         "sets such as .pb), captures (.spillway-capture) or a workspace (.spillway.json).")
              .arg(QFileInfo(file).fileName()));
    }
  }
  if (schemas.isEmpty()) return;
  schemas_.addFiles(schemas);
  Q_EMIT schemasDropped(schemas);
}

}  // namespace spillway::ui
