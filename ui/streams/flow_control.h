// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>
#include <array>
#include <optional>
#include <vector>

#include "engine/observe/capture_view.h"

namespace spillway::ui {

/// How much the receiver of one direction on one hop still took, over time.
struct FlowLine {
  QString name;             ///< "target → Spillway"
  QVector<double> times;    ///< seconds since the stream began, ascending
  QVector<double> windows;  ///< bytes: the smaller of the stream's and the connection's
};

/// A stretch in which a sender had to wait for its receiver.
struct FlowStall {
  std::size_t line = 0;
  double from = 0, to = 0;  ///< seconds since the stream began
  bool isOver = true;       ///< false: it lasted to the end of what is known
  QString words;            ///< who waited for whom, and why
};

struct FlowPicture {
  std::array<FlowLine, 4> lines;  ///< request in, request out, response in, response out
  std::vector<FlowStall> stalls;  ///< in their order
  bool isEmpty() const;
};

/// Flow control of an HTTP/2 stream on both hops (RFC 9113 §5.2), as it goes on: each frame is looked at
/// once.
class FlowTrace {
 public:
  explicit FlowTrace(WallTime started = {});
  /// Takes the frames that came since the last time; always of the same stream.
  void take(const observe::CaptureView& view);
  /// Windows that are shut now count as shut to the end of what is known.
  FlowPicture picture() const;

 private:
  void add(const observe::CapturedPart& frame);
  FlowStall closed(FlowStall stall, bool isOver) const;

  WallTime started_;
  std::size_t seen_ = 0;  ///< frames
  FlowPicture picture_;   ///< without those that are shut
  std::array<std::optional<FlowStall>, 4> shut_;
  double last_ = 0;  ///< seconds since the stream began
};

}  // namespace spillway::ui
