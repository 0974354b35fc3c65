// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/export/history_export.h"

#include <QCoreApplication>
#include <QPointer>
#include <QProgressDialog>
#include <QSaveFile>
#include <QThread>
#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>

#include "engine/history/entry_lines.h"
#include "engine/history/reader.h"
#include "engine/observe/access_log_format.h"

namespace spillway::ui {

std::string entryLine(const observe::StreamRecord& record, EntryFormat format) {
  switch (format) {
    case EntryFormat::Csv:
      return history::csvLine(record);
    case EntryFormat::Json:
      return history::jsonLine(record);
    case EntryFormat::Alb:
      break;
  }
  return observe::formatAccessLogLine(record);
}

namespace {

constexpr std::size_t kPage = 2000;
constexpr int kParts = 1000;  ///< of the progress

struct Order {
  QString fileName;
  std::string historyFile;
  history::Filter filter;
  EntryFormat format = EntryFormat::Alb;
  std::atomic<bool> isCancelled{false};
};

QString failureOf(const Error& error) {
  return QString::fromStdString(error.detail);
}

/// Writes all; what went wrong, in words. `tell` takes the share that is done, 0-1.
QString write(const Order& order, QIODevice& out, const std::function<void(double)>& tell) {
  const auto reader = history::Reader::open(order.historyFile);
  if (!reader) return failureOf(reader.error());
  const auto range = (*reader)->range();
  if (!range) return failureOf(range.error());
  const auto ends = range->value_or(history::Reader::Range{});
  if (order.format == EntryFormat::Csv) out.write(QByteArray::fromStdString(history::csvHead() + '\n'));
  for (std::int64_t after = 0; !order.isCancelled;) {
    const auto page = (*reader)->page(order.filter, history::Order::OldestFirst, after, kPage);
    if (!page) return failureOf(page.error());
    for (const history::Entry& entry : *page) {
      if (out.write(QByteArray::fromStdString(entryLine(*entry.record, order.format) + '\n')) < 0)
        return out.errorString();
    }
    if (page->size() < kPage || page->back().id >= ends.newest) return {};
    after = page->back().id;
    tell(static_cast<double>(after - ends.oldest) / static_cast<double>(ends.newest - ends.oldest + 1));
  }
  return {};
}

/// In the thread; the file appears whole or not at all.
QString writeFile(const Order& order, const std::function<void(double)>& tell) {
  QSaveFile file(order.fileName);
  if (!file.open(QIODevice::WriteOnly)) return file.errorString();
  const QString failure = write(order, file, tell);
  if (!failure.isEmpty() || order.isCancelled) {
    file.cancelWriting();
    file.commit();
    return failure;
  }
  return file.commit() ? QString() : file.errorString();
}

void run(QWidget* parent, const std::shared_ptr<Order>& order) {
  auto* progress = new QProgressDialog(QStringLiteral("Writing %1").arg(order->fileName),
                                       QStringLiteral("Cancel"), 0, kParts, parent);
  progress->setAttribute(Qt::WA_DeleteOnClose);
  progress->setMinimumDuration(500);
  QObject::connect(progress, &QProgressDialog::canceled, progress, [order] { order->isCancelled = true; });
  QThread* thread = QThread::create([order, progress = QPointer(progress), parent = QPointer(parent)] {
    const auto tell = [progress](double share) {
      QMetaObject::invokeMethod(qApp, [progress, share] {
        if (progress) progress->setValue(static_cast<int>(share * kParts));
      });
    };
    const QString failure = writeFile(*order, tell);
    QMetaObject::invokeMethod(qApp, [parent, progress, order, failure] {
      if (progress) progress->close();
      if (parent && !failure.isEmpty()) tellNotSaved(parent, order->fileName, failure);
    });
  });
  // Who closes the window does not want the file any more.
  QObject::connect(
      parent, &QObject::destroyed, thread,
      [order, thread] {
        order->isCancelled = true;
        thread->wait();
      },
      Qt::DirectConnection);
  QObject::connect(thread, &QThread::finished, thread, &QObject::deleteLater);
  thread->start(QThread::LowPriority);
}

}  // namespace

void exportHistory(QWidget* parent, const SaveOffer& offer, const std::string& historyFile,
                   const history::Filter& filter, EntryFormat format) {
  auto order = std::make_shared<Order>();
  order->historyFile = historyFile;
  order->filter = filter;
  order->format = format;
  askForFile(parent, offer, [parent, order](const QString& name) {
    order->fileName = name;
    run(parent, order);
  });
}

}  // namespace spillway::ui
