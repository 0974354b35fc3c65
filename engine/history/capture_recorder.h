// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/history/capture_rows.h"
#include "engine/history/capture_shelf.h"
#include "engine/history/filter.h"
#include "engine/observe/event_bus.h"

namespace spillway::history {

/// Takes what passes on streams, shows it while it is fresh, and hands ended streams on to be stored. The
/// store's thread, but for what says any.
class CaptureRecorder {
 public:
  /// The subscription must be of captures; the ends of streams come with them.
  explicit CaptureRecorder(std::unique_ptr<observe::Subscription> events) : events_(std::move(events)) {}

  using Filters = std::map<std::string, Filter>;  ///< by load balancer

  /// Streams of these load balancers are kept only if the filter selects them. Any thread.
  void setFilters(Filters filters);
  /// What has passed on a stream, batches before `from` left out. Any thread.
  std::optional<observe::CapturedStream> find(StreamId id, std::size_t from) const {
    return shelf_.find(id, from);
  }

  /// Takes what has come; true: there may be more.
  bool take();
  /// Stores ended streams; true: more of them wait. Throws DatabaseError: they wait on.
  bool write(CaptureRows& rows);
  std::uint64_t kept() const { return kept_; }  ///< streams, since the start
  std::uint64_t lost() const;                   ///< parts and streams, since the start

 private:
  void end(const observe::StreamRecord& record, const Filters& filters);

  std::unique_ptr<observe::Subscription> events_;
  CaptureShelf shelf_{96 * 1024 * 1024};
  std::deque<CaptureRow> waiting_;  ///< not yet stored
  std::size_t waitingBytes_ = 0;
  std::uint64_t kept_ = 0, lost_ = 0;
  std::mutex mutex_;
  std::shared_ptr<const Filters> filters_ = std::make_shared<const Filters>();  ///< under the mutex
};

}  // namespace spillway::history
