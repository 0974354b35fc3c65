// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/streams/flow_control.h"

#include <algorithm>
#include <utility>

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

}  // namespace

bool FlowPicture::isEmpty() const {
  return std::ranges::all_of(lines, [](const FlowLine& line) { return line.times.isEmpty(); });
}

FlowTrace::FlowTrace(WallTime started) : started_(started) {
  for (std::size_t i = 0; i < picture_.lines.size(); ++i)
    picture_.lines[i].name = lineName(i);
}

void FlowTrace::take(const observe::CaptureView& view) {
  for (; seen_ < view.frames().size(); ++seen_)
    add(*view.frames()[seen_]);
}

void FlowTrace::add(const CapturedPart& frame) {
  last_ = std::chrono::duration<double>(frame.time - started_).count();
  if (frame.frameType != kData && frame.frameType != kWindowUpdate) return;
  const std::size_t at = lineOf(frame);
  FlowLine& line = picture_.lines[at];
  const std::int32_t window = std::min(frame.streamWindow, frame.connectionWindow);
  line.times.push_back(last_);
  line.windows.push_back(std::max(window, 0));
  if (window <= 0 && !shut_[at]) {
    shut_[at] = FlowStall{at, last_, last_, false, meaning(at, frame.connectionWindow < frame.streamWindow)};
  } else if (window > 0 && shut_[at]) {
    picture_.stalls.push_back(closed(*std::exchange(shut_[at], std::nullopt), true));
  }
}

FlowStall FlowTrace::closed(FlowStall stall, bool isOver) const {
  stall.to = last_;
  stall.isOver = isOver;
  const auto micros = static_cast<std::int64_t>((stall.to - stall.from) * 1e6);
  stall.words = QStringLiteral("%1: shut for %2 from +%3 on: %4")
                    .arg(lineName(stall.line), durationText(micros),
                         durationText(static_cast<std::int64_t>(stall.from * 1e6)), stall.words);
  if (!isOver) stall.words += QStringLiteral(", to the end of what is known");
  return stall;
}

FlowPicture FlowTrace::picture() const {
  FlowPicture picture = picture_;
  for (const auto& stall : shut_) {
    if (stall) picture.stalls.push_back(closed(*stall, false));
  }
  std::ranges::sort(picture.stalls, {}, &FlowStall::from);
  return picture;
}

}  // namespace spillway::ui
