// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/observe/events.h"

namespace spillway::observe {

/// Which message of which call it is.
struct MessagePlace {
  std::string_view path;  ///< "/routeguide.RouteGuide/GetFeature"
  Direction direction = Direction::Request;
  bool isCompressed = false;
  std::string_view encoding;  ///< grpc-encoding of its direction
};

/// Takes secrets out of gRPC messages before they are stored. It knows what fields they have, which the
/// engine does not.
class MessageScrubber {
 public:
  virtual ~MessageScrubber() = default;
  /// Whether messages of this call may hold fields of these names; false where its schema is not known.
  virtual bool concerns(std::string_view path, const std::vector<std::string>& names) = 0;
  /// Overwrites the values of fields of these names; the number of bytes stays. A payload may be cut at its
  /// end. The thread of whoever stores.
  virtual void scrub(const MessagePlace& place, const std::vector<std::string>& names,
                     std::span<std::uint8_t> payload) = 0;
};

}  // namespace spillway::observe
