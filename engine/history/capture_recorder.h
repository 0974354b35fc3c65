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
#include "engine/observe/message_scrubber.h"

namespace spillway::history {

/// What of a load balancer's streams is stored.
struct CaptureRule {
  Filter filter;                          ///< only streams that it selects
  std::vector<std::string> secretFields;  ///< of gRPC messages: their values are not
};
using CaptureRules = std::map<std::string, CaptureRule>;  ///< by load balancer

/// Takes what passes on streams, shows it while it is fresh, and hands ended streams on to be stored. The
/// store's thread, but for what says any.
class CaptureRecorder {
 public:
  /// The subscription must be of captures; the ends of streams come with them.
  /// Without a scrubber messages are stored as they are.
  CaptureRecorder(std::unique_ptr<observe::Subscription> events,
                  std::shared_ptr<observe::MessageScrubber> scrubber)
      : events_(std::move(events)), scrubber_(std::move(scrubber)) {}

  /// From now on; streams of load balancers without a rule are kept as they are. Any thread.
  void setRules(CaptureRules rules);
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
  void end(const observe::StreamRecord& record, const CaptureRules& rules);
  std::string bodyOf(const observe::CapturedStream& stream, const observe::StreamHead& head,
                     const CaptureRule* rule);

  std::unique_ptr<observe::Subscription> events_;
  std::shared_ptr<observe::MessageScrubber> scrubber_;
  CaptureShelf shelf_{64 * 1024 * 1024};
  std::deque<CaptureRow> waiting_;  ///< not yet stored
  std::size_t waitingBytes_ = 0;
  std::uint64_t kept_ = 0, lost_ = 0;
  std::mutex mutex_;
  std::shared_ptr<const CaptureRules> rules_ = std::make_shared<const CaptureRules>();  ///< under the mutex
};

}  // namespace spillway::history
