// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/observe/capture.h"
#include "engine/observe/capture_view.h"

namespace spillway::exporting {

/// One thing that went over a hop, in the order of the wire.
struct HopEvent {
  enum class Kind : std::uint8_t { Head, Data, Trailers, Reset };
  Kind kind = Kind::Head;
  observe::Direction direction = observe::Direction::Request;
  bool endsDirection = false;      ///< nothing follows in it
  std::uint32_t number = 0;        ///< Head: status, 0 of a request; Reset: HTTP/2 code
  std::uint64_t at = 0, size = 0;  ///< Data: of the direction's content
  WallTime time{};
  std::shared_ptr<const observe::FieldList> fields;  ///< Head, Trailers; may be null
};

/// What went over one connection between two parties for one stream.
struct HopStory {
  observe::Hop hop = observe::Hop::Client;
  std::string target;            ///< of the target's hop
  std::uint64_t connection = 0;  ///< its number; 0: not known
  std::uint32_t stream = 0;      ///< HTTP/2 stream identifier; 0: HTTP/1.1
  std::vector<HopEvent> events;  ///< by time
};

/// The client's hop, and the target's once for each attempt; those of which nothing was recorded are missing.
std::vector<HopStory> hopStories(const observe::CapturedStream&);

}  // namespace spillway::exporting
