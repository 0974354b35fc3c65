// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/capture_window.h"

#include <QCoreApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMessageBox>
#include <QPointer>
#include <QThread>
#include <QVBoxLayout>
#include <algorithm>
#include <iterator>

#include "engine/export/capture_file.h"
#include "ui/bridge/schema_store.h"
#include "ui/models/stream_store.h"
#include "ui/models/words.h"
#include "ui/streams/capture_events.h"
#include "ui/streams/stream_browser.h"
#include "ui/widgets/log_view.h"
#include "ui/widgets/page_header.h"

namespace spillway::ui {

namespace {

/// What a window takes of a file.
constexpr std::size_t kMostStreams = 50'000;
constexpr std::int64_t kMostBytes = 512LL * 1024 * 1024;

std::int64_t weightOf(const observe::CapturedStream& capture) {
  std::int64_t weight = 0;
  for (const auto& batch : capture.batches)
    weight += batch->weight();
  return weight;
}

/// The same stream under another number.
exporting::RecordedStream numbered(exporting::RecordedStream stream, StreamId id) {
  auto head = std::make_shared<observe::StreamHead>(*stream.record->head);
  head->id = id;
  auto record = std::make_shared<observe::StreamRecord>(*stream.record);
  record->head = std::move(head);
  stream.record = std::move(record);
  stream.capture.stream = id;
  return stream;
}

LogWords captureWords() {
  return {QStringLiteral("Streams of the capture"),
          QStringLiteral("Filter: RouteChat, or grpc.status != OK and messages.sent > 10"),
          QStringLiteral("No streams in this capture"),
          QStringLiteral("It was saved when no stream was shown, or none had ended. Export streams from the "
                         "Streams room once some have.")};
}

void tellProblem(QWidget* parent, const QString& problem) {
  auto* box = new QMessageBox(QMessageBox::Warning, QStringLiteral("Open a capture"), problem,
                              QMessageBox::Close, parent);
  box->setTextFormat(Qt::PlainText);
  box->setAttribute(Qt::WA_DeleteOnClose);
  box->open();
}

void show(QWidget* parent, const QString& file, SchemaStore& schemas, OpenedCapture capture) {
  const QString problem = capture.problem;
  const bool isWorthIt = problem.isEmpty() || !capture.streams.empty();
  QWidget* window = parent;
  if (isWorthIt) {
    window = new CaptureWindow(file, std::move(capture), schemas, parent);
    window->show();
  }
  if (!problem.isEmpty()) tellProblem(window, problem);
}

}  // namespace

OpenedCapture readCapture(const std::string& file, const std::atomic<bool>& isCancelled) {
  OpenedCapture opened;
  const auto reader = exporting::CaptureFileReader::open(file);
  if (!reader) {
    opened.problem = QString::fromStdString(reader.error().detail);
    return opened;
  }
  std::int64_t weight = 0;
  while (!isCancelled) {
    auto next = (*reader)->next();
    if (!next) {
      opened.problem = QString::fromStdString(next.error().detail);
      return opened;
    }
    if (!*next) return opened;
    weight += weightOf((*next)->capture);
    if (weight > kMostBytes || opened.streams.size() >= kMostStreams) {
      opened.problem = QStringLiteral("Only the first %1 are shown: the rest is too much for memory.")
                           .arg(countOf(opened.streams.size(), QStringLiteral("stream")));
      return opened;
    }
    opened.streams.push_back(numbered(std::move(**next), opened.streams.size() + 1));
  }
  return opened;
}

CaptureWindow::CaptureWindow(const QString& file, OpenedCapture capture, SchemaStore& schemas,
                             QWidget* parent)
    : QWidget(parent, Qt::Window) {
  setAttribute(Qt::WA_DeleteOnClose);
  setWindowTitle(QStringLiteral("%1 — Spillway").arg(QFileInfo(file).fileName()));
  setWindowFilePath(file);
  resize(1200, 800);
  std::vector<observe::Event> events;
  for (exporting::RecordedStream& stream : capture.streams) {
    std::ranges::move(eventsOf(stream), std::back_inserter(events));
    if (!stream.capture.batches.empty())
      captures_.emplace(stream.record->head->id, std::move(stream.capture));
  }
  StreamSource source;
  source.find = [this](StreamId stream, std::size_t from) {
    const auto found = captures_.find(stream);
    if (found == captures_.end() || from > 0) return std::optional<observe::CapturedStream>();
    return std::optional(found->second);
  };
  browser_ = new StreamBrowser(source, schemas, captureWords(), this);
  auto* header = new PageHeader(QStringLiteral("Capture"), this);
  header->setWords(
      QStringLiteral("%1 · %2 · saved, it does not change")
          .arg(QFileInfo(file).fileName(), countOf(capture.streams.size(), QStringLiteral("stream"))));
  header->addMenuButton(QStringLiteral("Group"), browser_->makeGroupMenu());
  header->addMenuButton(QStringLiteral("Export"), browser_->makeExportMenu());
  auto* column = new QVBoxLayout(this);
  column->setContentsMargins(16, 12, 16, 14);
  column->setSpacing(10);
  column->addWidget(header);
  column->addWidget(browser_, 1);
  browser_->store().ingest(events);
}

void openCapture(QWidget* parent, const QString& file, SchemaStore& schemas) {
  auto isCancelled = std::make_shared<std::atomic<bool>>(false);
  QThread* thread = QThread::create([=, &schemas, parent = QPointer(parent)] {
    auto opened = std::make_shared<OpenedCapture>(readCapture(file.toStdString(), *isCancelled));
    QMetaObject::invokeMethod(qApp, [=, &schemas] {
      if (parent && !*isCancelled) show(parent, file, schemas, std::move(*opened));
    });
  });
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

void chooseCapture(QWidget* parent, SchemaStore& schemas) {
  auto* dialog = new QFileDialog(parent, QStringLiteral("Open a capture"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  dialog->setNameFilter(QStringLiteral("Captures of Spillway (*.spillway-capture)"));
  QObject::connect(dialog, &QFileDialog::fileSelected, parent,
                   [parent, &schemas](const QString& file) { openCapture(parent, file, schemas); });
  dialog->open();
}

}  // namespace spillway::ui
