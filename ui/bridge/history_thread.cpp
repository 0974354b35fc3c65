// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/bridge/history_thread.h"

#include <utility>

namespace spillway::ui {

HistoryThread::HistoryThread(std::string file) : file_(std::move(file)), worker_(new QObject) {
  thread_.setObjectName(QStringLiteral("history"));
  worker_->moveToThread(&thread_);
  QObject::connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
  thread_.start(QThread::LowPriority);
}

HistoryThread::~HistoryThread() {
  {
    const std::lock_guard lock(mutex_);
    isEnding_ = true;
    if (reader_) reader_->interrupt();
  }
  thread_.quit();
  thread_.wait();
}

void HistoryThread::ask(std::function<void(history::Reader*)> question) {
  QMetaObject::invokeMethod(worker_, [this, question = std::move(question)] { question(reader()); });
}

void HistoryThread::interrupt() {
  const std::lock_guard lock(mutex_);
  if (reader_) reader_->interrupt();
}

history::Reader* HistoryThread::reader() {
  const std::lock_guard lock(mutex_);
  if (isEnding_) return nullptr;
  if (reader_ && reader_->isReplaced()) reader_.reset();
  if (!reader_) {
    auto opened = history::Reader::open(file_);
    if (!opened) return nullptr;  // the writer has not made it yet, or says what is wrong
    reader_ = std::move(*opened);
  }
  return reader_.get();
}

}  // namespace spillway::ui
