// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QVector>
#include <array>
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

/// Flow control of an HTTP/2 stream on both hops (RFC 9113 §5.2). Pure.
FlowPicture flowPicture(const observe::CaptureView& view, WallTime started);

}  // namespace spillway::ui
