// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/background_file.h"

#include <QCoreApplication>
#include <QPointer>
#include <QProgressDialog>
#include <QThread>
#include <atomic>
#include <memory>
#include <utility>

#include "ui/export/save_dialog.h"

namespace spillway::ui {

namespace {

constexpr int kParts = 1000;  ///< of the progress

}  // namespace

void writeInBackground(QWidget* parent, const QString& file, std::function<QString(const GoOn&)> work) {
  auto isCancelled = std::make_shared<std::atomic<bool>>(false);
  auto* progress = new QProgressDialog(QStringLiteral("Writing %1").arg(file), QStringLiteral("Cancel"), 0,
                                       kParts, parent);
  progress->setAttribute(Qt::WA_DeleteOnClose);
  progress->setMinimumDuration(500);
  QObject::connect(progress, &QProgressDialog::canceled, progress, [isCancelled] { *isCancelled = true; });
  QThread* thread = QThread::create([=, progress = QPointer(progress), parent = QPointer(parent)] {
    int told = 0;
    const auto goOn = [&](double share) {
      const int part = static_cast<int>(share * kParts);
      if (part != std::exchange(told, part)) {
        QMetaObject::invokeMethod(qApp, [progress, part] {
          if (progress) progress->setValue(part);
        });
      }
      return !*isCancelled;
    };
    const QString failure = work(goOn);
    QMetaObject::invokeMethod(qApp, [=] {
      if (progress) progress->close();
      if (parent && !failure.isEmpty() && !*isCancelled) tellNotSaved(parent, file, failure);
    });
  });
  // Who closes the window does not want the file any more.
  QObject::connect(
      parent, &QObject::destroyed, thread,
      [isCancelled, thread] {
        *isCancelled = true;
        thread->wait();
      },
      Qt::DirectConnection);
  QObject::connect(thread, &QThread::finished, thread, &QObject::deleteLater);
  thread->start(QThread::LowPriority);
}

}  // namespace spillway::ui
