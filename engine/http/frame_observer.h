// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spillway::http {

/// An HTTP/2 frame of one stream (RFC 9113 §4.1), as whoever looks into the stream is told of it.
struct FrameFacts {
  bool sent = false;  ///< by us
  std::uint8_t type = 0, flags = 0;
  std::uint32_t length = 0;
  /// What the receiver of DATA like this one still takes behind this frame, bytes, of the stream and of the
  /// connection (RFC 9113 §5.2). With WINDOW_UPDATE: of the direction that it opens.
  std::int32_t streamWindow = 0, connectionWindow = 0;
};

/// Told of each frame of a stream, after what it does. Worker thread only.
class FrameObserver {
 public:
  virtual ~FrameObserver() = default;
  virtual void onFrame(const FrameFacts&) = 0;
};

}  // namespace spillway::http
