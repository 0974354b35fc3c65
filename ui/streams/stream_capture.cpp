// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_capture.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kRhythm = 100ms;
/// A stream that has just ended may be on its way to the shelf and to the disk.
constexpr int kTries = 8;

}  // namespace

StreamCapture::StreamCapture(StreamSource source, QObject* parent)
    : QObject(parent), source_(std::move(source)) {
  if (!source_.historyFile.empty()) history_ = std::make_unique<HistoryThread>(source_.historyFile);
  timer_.setInterval(kRhythm);
  connect(&timer_, &QTimer::timeout, this, &StreamCapture::ask);
}

void StreamCapture::show(const StreamEntry* entry) {
  const bool isSame = entry && hasStream_ && entry->id == stream_ && entry->head->started == started_;
  hasStream_ = entry != nullptr;
  isOpen_ = entry && entry->isOpen();
  if (!isSame) {
    stream_ = entry ? entry->id : 0;
    started_ = entry ? entry->head->started : WallTime{};
    isAsked_ = missing_ = false;
    tries_ = 0;
    view_ = std::make_unique<observe::CaptureView>();
    Q_EMIT replaced();
  }
  ask();
}

void StreamCapture::setActive(bool active) {
  if (active) {
    timer_.start();
    ask();
  } else {
    timer_.stop();
  }
}

void StreamCapture::ask() {
  if (!timer_.isActive() || !hasStream_ || missing_ || isAsked_ || view_->hasEnded()) return;
  const auto more = source_.find(stream_, view_->batches());
  if (!more) {
    if (!isOpen_) askHistory();
    return;
  }
  if (more->batches.empty() && !more->hasEnded) return;
  view_->add(*more);
  Q_EMIT grown();
}

/// It is not in memory any more, or has just left it.
void StreamCapture::askHistory() {
  if (!history_) return takeStored(std::nullopt);
  isAsked_ = true;
  // The thread ends before this does.
  history_->ask([this, stream = stream_, started = started_](history::Reader* reader) {
    std::optional<observe::CapturedStream> found;
    if (reader) {
      if (auto answer = reader->captured(stream, started)) found = std::move(*answer);
    }
    QMetaObject::invokeMethod(this, [this, stream, started, found = std::move(found)] {
      if (stream_ == stream && started_ == started) takeStored(found);
    });
  });
}

void StreamCapture::takeStored(const std::optional<observe::CapturedStream>& found) {
  isAsked_ = false;
  if (!found && ++tries_ < kTries) return;
  missing_ = !found;
  if (found) {
    // From its first part on: what was in memory may have been less.
    view_ = std::make_unique<observe::CaptureView>();
    view_->add(*found);
    Q_EMIT replaced();
  }
  Q_EMIT grown();
}

}  // namespace spillway::ui
