// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/flow_control.h"

#include <algorithm>
#include <optional>

#include "ui/models/words.h"

namespace spillway::ui {

using observe::CapturedPart;
using observe::Direction;
using observe::Hop;

namespace {

constexpr std::uint8_t kData = 0, kWindowUpdate = 8;

/// A WINDOW_UPDATE goes against the data that it lets through.
Direction dataDirection(const CapturedPart& frame) {
  const bool isUpdate = frame.frameType == kWindowUpdate;
  return (frame.direction == Direction::Request) != isUpdate ? Direction::Request : Direction::Response;
}

std::size_t lineOf(const CapturedPart& frame) {
  const bool isRequest = dataDirection(frame) == Direction::Request;
  const bool isIn = (frame.hop == Hop::Client) == isRequest;
  return (isRequest ? 0U : 2U) + (isIn ? 0U : 1U);
}

QString lineName(std::size_t line) {
  static const QString kNames[]{QStringLiteral("client → Spillway"), QStringLiteral("Spillway → target"),
                                QStringLiteral("target → Spillway"), QStringLiteral("Spillway → client")};
  return kNames[line];
}

/// What it means that this line's window is shut.
QString meaning(std::size_t line, bool isConnection) {
  const QString window =
      isConnection ? QStringLiteral("connection's window") : QStringLiteral("stream's window");
  switch (line) {
    case 0:
      return QStringLiteral(
                 "the client had to wait: Spillway takes no more until the target has taken what "
                 "is here (%1)")
          .arg(window);
    case 1:
      return QStringLiteral("Spillway had to wait: the target did not read (%1)").arg(window);
    case 2:
      return QStringLiteral(
                 "the target had to wait: Spillway takes no more until the client has read what "
                 "is here (%1)")
          .arg(window);
    default:
      return QStringLiteral("Spillway had to wait: the client did not read (%1)").arg(window);
  }
}

/// Follows the frames once.
class Painter {
 public:
  explicit Painter(WallTime started) : started_(started) {
    for (std::size_t i = 0; i < 4; ++i)
      picture_.lines[i].name = lineName(i);
  }

  void add(const CapturedPart& frame) {
    last_ = secondsOf(frame.time);
    if (frame.frameType != kData && frame.frameType != kWindowUpdate) return;
    const std::size_t at = lineOf(frame);
    FlowLine& line = picture_.lines[at];
    const std::int32_t window = std::min(frame.streamWindow, frame.connectionWindow);
    line.times.push_back(last_);
    line.windows.push_back(std::max(window, 0));
    if (window <= 0 && !open_[at]) {
      open_[at] =
          FlowStall{at, last_, last_, false, meaning(at, frame.connectionWindow < frame.streamWindow)};
    } else if (window > 0 && open_[at]) {
      close(at, true);
    }
  }

  FlowPicture finish() {
    for (std::size_t at = 0; at < 4; ++at) {
      if (open_[at]) close(at, false);
    }
    std::ranges::sort(picture_.stalls, {}, &FlowStall::from);
    return std::move(picture_);
  }

 private:
  double secondsOf(WallTime time) const { return std::chrono::duration<double>(time - started_).count(); }

  void close(std::size_t at, bool isOver) {
    FlowStall stall = *std::exchange(open_[at], std::nullopt);
    stall.to = last_;
    stall.isOver = isOver;
    const auto micros = static_cast<std::int64_t>((stall.to - stall.from) * 1e6);
    stall.words = QStringLiteral("%1: shut for %2 from +%3 on: %4")
                      .arg(lineName(at), durationText(micros),
                           durationText(static_cast<std::int64_t>(stall.from * 1e6)), stall.words);
    if (!isOver) stall.words += QStringLiteral(", to the end of what is known");
    picture_.stalls.push_back(std::move(stall));
  }

  WallTime started_;
  FlowPicture picture_;
  std::optional<FlowStall> open_[4];
  double last_ = 0;
};

}  // namespace

bool FlowPicture::isEmpty() const {
  return std::ranges::all_of(lines, [](const FlowLine& line) { return line.times.isEmpty(); });
}

FlowPicture flowPicture(const observe::CaptureView& view, WallTime started) {
  Painter painter(started);
  for (const CapturedPart* frame : view.frames())
    painter.add(*frame);
  return painter.finish();
}

}  // namespace spillway::ui
