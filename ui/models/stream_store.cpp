// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/stream_store.h"

#include <algorithm>

namespace spillway::ui {

using observe::CallKind;
using observe::Direction;
using observe::Event;
using observe::EventKind;

CallKind StreamEntry::kind() const {
  if (record) return record->kind;
  if (!head->isGrpc) return CallKind::NotGrpc;
  if (liveRequestMessages > 1) {
    return liveResponseMessages > 1 ? CallKind::Bidirectional : CallKind::ClientStreaming;
  }
  return liveResponseMessages > 1 ? CallKind::ServerStreaming : CallKind::Unary;
}

const std::string& StreamEntry::target() const {
  static const std::string kNone;
  if (record) return record->target;
  return targets.empty() ? kNone : targets.back();
}

StreamStore::StreamStore(QObject* parent, StreamStoreLimits limits)
    : QObject(parent), limits_(limits), rows_(limits.streams) {}

const StreamEntry* StreamStore::find(StreamId id) const {
  const auto found = seqs_.find(id);
  return found == seqs_.end() ? nullptr : rows_.find(found->second);
}

void StreamStore::ingest(const std::vector<Event>& events) {
  const RowSeq firstNew = rows_.end();
  for (const Event& event : events) {
    ingestOne(event);
  }
  drop(rows_.evict());
  releaseTimelines();
  publish(firstNew);
}

observe::StreamRecord recordSoFar(const StreamEntry& entry) {
  observe::StreamRecord record;
  record.head = entry.head;
  record.ended = wallNow();
  record.durationMicros =
      std::chrono::duration_cast<std::chrono::microseconds>(record.ended - entry.head->started).count();
  record.target = entry.target();
  record.targetGroup = entry.head->targetGroup;
  record.requestMessages = entry.liveRequestMessages;
  record.responseMessages = entry.liveResponseMessages;
  record.kind = entry.kind();
  record.outcome = observe::Outcome::Open;
  return record;
}

void StreamStore::clear() {
  const RowSeq firstNew = rows_.end();
  drop(rows_.takeAll());
  publish(firstNew);
}

void StreamStore::ingestOne(const Event& event) {
  const bool isOfNoStream = event.kind == EventKind::Health || event.kind == EventKind::ConfigApplied ||
                            event.kind == EventKind::ConfigRefused || event.kind == EventKind::Connection;
  if (isOfNoStream) return;
  if (event.kind == EventKind::StreamEnded) {
    endEntry(event);
    return;
  }
  StreamEntry* entry = openEntry(event);
  if (!entry) return;
  switch (event.kind) {
    case EventKind::TargetChosen:
      entry->targets.push_back(event.text ? *event.text : std::string());
      break;
    case EventKind::Message:
      ++(event.direction == Direction::Request ? entry->liveRequestMessages : entry->liveResponseMessages);
      entry->liveBytes += event.size;
      break;
    case EventKind::HalfClose:
      entry->halfClosed = true;
      break;
    default:
      break;
  }
  addToTimeline(*entry, event);
  touched_.push_back(seqs_[event.stream]);
}

/// The stream's entry, made when this event opens it; nullptr when its beginning was not seen.
StreamEntry* StreamStore::openEntry(const Event& event) {
  if (const auto found = seqs_.find(event.stream); found != seqs_.end()) return rows_.find(found->second);
  if (event.kind != EventKind::StreamOpened || !event.head) return nullptr;
  StreamEntry entry;
  entry.id = event.stream;
  entry.head = event.head;
  return rows_.find(append(std::move(entry)));
}

void StreamStore::endEntry(const Event& event) {
  if (!event.record || !event.record->head) return;
  ++recorded_;
  const auto found = seqs_.find(event.stream);
  if (found == seqs_.end()) {
    StreamEntry entry;
    entry.id = event.stream;
    entry.head = event.record->head;
    entry.record = event.record;
    append(std::move(entry));
    return;
  }
  StreamEntry* entry = rows_.find(found->second);
  entry->record = event.record;
  entry->timeline.shrink_to_fit();
  touched_.push_back(found->second);
}

void StreamStore::addToTimeline(StreamEntry& entry, const Event& event) {
  if (entry.timeline.size() >= limits_.timelinePerStream) {
    ++entry.timelineLeftOut;
    return;
  }
  const bool isChoice = event.kind == EventKind::TargetChosen;
  const auto number = isChoice ? static_cast<std::uint32_t>(entry.targets.size() - 1) : event.number;
  entry.timeline.push_back({event.time, event.size, number, event.kind, event.direction, event.compressed});
  ++timelineTotal_;
}

RowSeq StreamStore::append(StreamEntry entry) {
  const StreamId id = entry.id;
  const RowSeq seq = rows_.append(std::move(entry));
  seqs_[id] = seq;
  return seq;
}

void StreamStore::drop(std::vector<StreamEntry> gone) {
  // Should the ends of very many streams have been lost, open rows must not crowd out the others for ever.
  std::size_t mayStay = limits_.streams / 2;
  for (StreamEntry& entry : gone) {
    if (entry.isOpen() && mayStay > 0) {
      --mayStay;
      append(std::move(entry));
      continue;
    }
    timelineTotal_ -= entry.timeline.size();
    seqs_.erase(entry.id);
  }
}

void StreamStore::releaseTimelines() {
  releaseFrom_ = std::max(releaseFrom_, rows_.first());
  for (; timelineTotal_ > limits_.timelineTotal && releaseFrom_ < rows_.end(); ++releaseFrom_) {
    StreamEntry* entry = rows_.find(releaseFrom_);
    if (entry->isOpen() || entry->timeline.empty()) continue;
    timelineTotal_ -= entry->timeline.size();
    std::vector<TimelineEntry>().swap(entry->timeline);
    entry->timelineReleased = true;
  }
}

void StreamStore::publish(RowSeq firstNew) {
  RowChange change{rows_.first(), std::max(firstNew, rows_.first()), rows_.end(), std::move(touched_)};
  touched_.clear();
  std::sort(change.updated.begin(), change.updated.end());
  change.updated.erase(std::unique(change.updated.begin(), change.updated.end()), change.updated.end());
  std::erase_if(change.updated, [&](RowSeq seq) { return seq < change.firstKept || seq >= change.firstNew; });
  Q_EMIT changed(change);
}

}  // namespace spillway::ui
