// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/stream_capture.h"

#include "engine/grpc/redaction.h"

namespace spillway::ui {

namespace {

using namespace std::chrono_literals;

constexpr auto kRhythm = 100ms;
/// A stream that has just ended may be on its way to the shelf and to the disk.
constexpr int kTries = 8;
constexpr std::size_t kPiece = 25'000;  ///< parts that are taken in one turn

}  // namespace

StreamCapture::StreamCapture(StreamSource source, QObject* parent)
    : QObject(parent), source_(std::move(source)) {
  if (!source_.historyFile.empty()) history_ = std::make_unique<HistoryThread>(source_.historyFile);
  timer_.setInterval(kRhythm);
  connect(&timer_, &QTimer::timeout, this, &StreamCapture::ask);
  pieceTimer_.setSingleShot(true);
  connect(&pieceTimer_, &QTimer::timeout, this, &StreamCapture::takePiece);
}

void StreamCapture::show(const StreamEntry* entry) {
  const bool isSame = entry && hasStream_ && entry->id == stream_ && entry->head->started == started_;
  hasStream_ = entry != nullptr;
  isOpen_ = entry && entry->isOpen();
  if (!isSame) {
    stream_ = entry ? entry->id : 0;
    started_ = entry ? entry->head->started : WallTime{};
    call_ = entry ? callOf(*entry->head) : CallContext();
    isAsked_ = missing_ = false;
    tries_ = 0;
    rest_ = {};
    pieceTimer_.stop();
    view_ = std::make_unique<observe::CaptureView>();
    Q_EMIT replaced();
  }
  ask();
}

CallContext StreamCapture::callOf(const observe::StreamHead& head) const {
  CallContext call{head.path, nullptr};
  if (source_.redactedFields)
    call.redaction = std::make_shared<const grpc::Redaction>(source_.redactedFields(head.loadBalancer));
  return call;
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
  if (pieceTimer_.isActive()) return;
  auto more = source_.find(stream_, view_->batches());
  if (!more) {
    if (!isOpen_) askHistory();
    return;
  }
  if (more->batches.empty() && !more->hasEnded) return;
  rest_ = std::move(*more);
  takePiece();
}

void StreamCapture::takePiece() {
  auto last = rest_.batches.begin();
  for (std::size_t parts = 0; last != rest_.batches.end() && parts < kPiece; ++last)
    parts += (*last)->parts.size();
  const bool isAll = last == rest_.batches.end();
  view_->add({rest_.stream, {rest_.batches.begin(), last}, rest_.lostParts, isAll && rest_.hasEnded});
  rest_.batches.erase(rest_.batches.begin(), last);
  if (!isAll) pieceTimer_.start(0);
  Q_EMIT grown();
}

/// It is not in memory any more, or has just left it.
void StreamCapture::askHistory() {
  if (!history_) return takeStored(nullptr);
  isAsked_ = true;
  // The thread ends before this does.
  history_->ask([this, stream = stream_, started = started_](history::Reader* reader) {
    auto found = std::make_shared<std::unique_ptr<observe::CaptureView>>();
    if (reader) {
      if (const auto answer = reader->captured(stream, started); answer && *answer) {
        *found = std::make_unique<observe::CaptureView>();
        (*found)->add(**answer);
      }
    }
    QMetaObject::invokeMethod(this, [this, stream, started, found] {
      if (stream_ == stream && started_ == started) takeStored(std::move(*found));
    });
  });
}

void StreamCapture::takeStored(std::unique_ptr<observe::CaptureView> found) {
  isAsked_ = false;
  if (!found && ++tries_ < kTries) return;
  missing_ = !found;
  if (found) {
    // From its first part on: what was in memory may have been less.
    view_ = std::move(found);
    Q_EMIT replaced();
  }
  Q_EMIT grown();
}

}  // namespace spillway::ui
