// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "engine/history/database.h"
#include "engine/observe/capture.h"

namespace spillway::history {

/// An ended stream as it is stored.
struct CaptureRow {
  StreamId stream = 0;
  WallTime started{};
  std::string body;  ///< of encodeCapture()
};

/// Writes captured streams and takes the oldest away. One thread; throws DatabaseError.
class CaptureRows {
 public:
  explicit CaptureRows(Database&);
  void write(std::span<const CaptureRow>);
  /// Takes away streams that began before `oldest`, and the oldest ones beyond `mostBytes`; at most some
  /// hundred. True: there are more to go.
  bool prune(WallTime oldest, std::uint64_t mostBytes);
  std::uint64_t bytes() const { return bytes_; }

 private:
  Database& database_;
  Statement insert_, oldest_, remove_;
  std::uint64_t bytes_ = 0;  ///< of all bodies
};

/// The stream of this id that began then: ids are unique within a run of the program only. Throws
/// DatabaseError.
std::optional<observe::CapturedStream> findCapture(Database&, StreamId, WallTime started);

}  // namespace spillway::history
