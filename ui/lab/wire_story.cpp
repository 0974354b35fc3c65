// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/lab/wire_story.h"

#include <algorithm>

#include "ui/models/words.h"
#include "ui/streams/flow_control.h"

namespace spillway::ui {

using observe::CapturedPart;
using observe::Direction;
using observe::Hop;

namespace {

constexpr std::uint8_t kData = 0;   // RFC 9113 §6.1
constexpr double kLongStall = 0.1;  // seconds
constexpr std::size_t kMostStalls = 2;

QString frames(std::uint64_t count) {
  return QStringLiteral("**%1**").arg(countOf(count, QStringLiteral("DATA frame")));
}

}  // namespace

QStringList wireStory(const observe::CaptureView& view, WallTime started) {
  std::uint64_t counts[2][2]{}, largest = 0;
  for (const CapturedPart* frame : view.frames()) {
    if (frame->frameType != kData) continue;
    ++counts[static_cast<std::size_t>(frame->hop)][static_cast<std::size_t>(frame->direction)];
    largest = std::max(largest, frame->size);
  }
  if (largest == 0) return {};
  const auto count = [&](Hop hop, Direction direction) {
    return frames(counts[static_cast<std::size_t>(hop)][static_cast<std::size_t>(direction)]);
  };
  QStringList told{
      QStringLiteral("In frames: between client and Spillway %1 up and %2 down, between Spillway and the "
                     "target %3 up and %4 down; the largest carried **%5 bytes**.")
          .arg(count(Hop::Client, Direction::Request), count(Hop::Client, Direction::Response),
               count(Hop::Target, Direction::Request), count(Hop::Target, Direction::Response),
               countText(largest))};
  FlowTrace trace(started);
  trace.take(view);
  std::vector<FlowStall> stalls = trace.picture().stalls;
  std::erase_if(stalls, [](const FlowStall& stall) { return stall.to - stall.from < kLongStall; });
  std::ranges::stable_sort(stalls, std::ranges::greater(),
                           [](const FlowStall& stall) { return stall.to - stall.from; });
  stalls.resize(std::min(stalls.size(), kMostStalls));
  for (const FlowStall& stall : stalls)
    told << QStringLiteral("A window was shut, %1.").arg(stall.words);
  return told;
}

}  // namespace spillway::ui
