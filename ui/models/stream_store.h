// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/observe/events.h"
#include "ui/models/bounded_rows.h"

namespace spillway::ui {

/// One thing that happened on a stream. `number` and `size` as in observe::Event; for TargetChosen `number`
/// is the index in StreamEntry::targets.
struct TimelineEntry {
  WallTime time{};
  std::uint64_t size = 0;
  std::uint32_t number = 0;
  observe::EventKind kind = observe::EventKind::Message;
  observe::Direction direction = observe::Direction::Request;
  bool compressed = false;
};

/// A stream as far as it is known: alive while `record` is null.
struct StreamEntry {
  StreamId id = 0;
  std::shared_ptr<const observe::StreamHead> head;      ///< never null
  std::shared_ptr<const observe::StreamRecord> record;  ///< null: still open
  std::vector<std::string> targets;  ///< chosen ones, in order; more than one after a retry
  std::vector<TimelineEntry> timeline;
  std::uint64_t timelineLeftOut = 0;  ///< events beyond the stream's limit
  bool timelineReleased = false;      ///< the timeline was dropped to make room for newer streams
  bool halfClosed = false;            ///< the client ended its side
  std::uint64_t liveRequestMessages = 0, liveResponseMessages = 0, liveBytes = 0;  ///< payload seen so far

  bool isOpen() const { return record == nullptr; }
  std::uint64_t requestMessages() const { return record ? record->requestMessages : liveRequestMessages; }
  std::uint64_t responseMessages() const { return record ? record->responseMessages : liveResponseMessages; }
  /// Both directions; with header fields once the stream has ended.
  std::uint64_t bytes() const { return record ? record->receivedBytes + record->sentBytes : liveBytes; }
  /// As observed so far while open.
  observe::CallKind kind() const;
  /// The last chosen target's address; "" when none was chosen.
  const std::string& target() const;
};

/// What is known of an open stream, as a record: for filters.
observe::StreamRecord recordSoFar(const StreamEntry& entry);

struct StreamStoreLimits {
  std::size_t streams = 20'000;  ///< some 2 kB each; older ones are in the access log
  std::size_t timelinePerStream = 10'000;
  std::size_t timelineTotal = 2'000'000;  ///< about 64 MB; above it the oldest ended streams lose theirs
};

/// The streams of this session, in the order they began: append-only and bounded. Open streams are kept: when
/// their block is evicted they move to the end. UI thread only.
class StreamStore : public QObject {
  Q_OBJECT

 public:
  explicit StreamStore(QObject* parent = nullptr, StreamStoreLimits limits = {});

  /// Takes one batch; emits changed() once if it touched any stream.
  void ingest(const std::vector<observe::Event>& events);
  /// Forgets the ended streams; open ones stay.
  void clear();

  RowSeq first() const { return rows_.first(); }
  RowSeq end() const { return rows_.end(); }
  const StreamEntry* at(RowSeq seq) const { return rows_.find(seq); }
  /// nullptr: never seen, or evicted.
  const StreamEntry* find(StreamId id) const;
  /// Valid only when find(id) is not null.
  RowSeq seqOf(StreamId id) const { return seqs_.at(id); }
  std::size_t kept() const { return rows_.size(); }
  /// Streams that ended since the start, evicted ones too.
  std::uint64_t recorded() const { return recorded_; }

 signals:
  void changed(const spillway::ui::RowChange& change);

 private:
  void ingestOne(const observe::Event& event);
  StreamEntry* openEntry(const observe::Event& event);
  void endEntry(const observe::Event& event);
  void addToTimeline(StreamEntry& entry, const observe::Event& event);
  RowSeq append(StreamEntry entry);
  void drop(std::vector<StreamEntry> gone);
  void releaseTimelines();
  void publish(RowSeq firstNew);

  StreamStoreLimits limits_;
  BoundedRows<StreamEntry> rows_;
  std::unordered_map<StreamId, RowSeq> seqs_;
  std::vector<RowSeq> touched_;  ///< by the batch being taken
  std::size_t timelineTotal_ = 0;
  RowSeq releaseFrom_ = 0;  ///< older ended streams have no timeline any more
  std::uint64_t recorded_ = 0;
};

}  // namespace spillway::ui
