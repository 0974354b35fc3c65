// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/capture_recorder.h"

#include <iterator>

#include "engine/history/capture_body.h"
#include "engine/history/capture_scrub.h"

namespace spillway::history {
namespace {

constexpr std::size_t kEvents = 2000;  ///< that are taken at once
constexpr std::size_t kRows = 500;     ///< that are written at once
/// Ended streams that may wait for the disk, bytes.
constexpr std::size_t kMostWaiting = 32 * 1024 * 1024;

}  // namespace

void CaptureRecorder::setRules(CaptureRules rules) {
  auto made = std::make_shared<const CaptureRules>(std::move(rules));
  const std::lock_guard lock(mutex_);
  rules_ = std::move(made);
}

std::uint64_t CaptureRecorder::lost() const {
  const observe::Dropped dropped = events_->dropped();
  return lost_ + shelf_.evicted() + dropped.details + dropped.records;
}

bool CaptureRecorder::take() {
  std::vector<observe::Event> taken;
  events_->drain(taken, kEvents);
  if (taken.empty()) return false;
  std::shared_ptr<const CaptureRules> rules;
  {
    const std::lock_guard lock(mutex_);
    rules = rules_;
  }
  for (observe::Event& event : taken) {
    if (event.captured) shelf_.add(std::move(event.captured));
    if (event.record) end(*event.record, *rules);
  }
  return taken.size() == kEvents;
}

/// A stream is over: whether it is worth a row, its balancer's filter says.
void CaptureRecorder::end(const observe::StreamRecord& record, const CaptureRules& rules) {
  const observe::StreamHead& head = *record.head;
  const auto found = rules.find(head.loadBalancer);
  const CaptureRule* rule = found == rules.end() ? nullptr : &found->second;
  if (rule && !rule->filter.matches(record)) return shelf_.forget(head.id);
  const auto stream = shelf_.end(head.id);
  if (!stream) return;
  if (waitingBytes_ > kMostWaiting) {
    ++lost_;
    return;
  }
  waiting_.push_back({head.id, head.started, bodyOf(*stream, head, rule)});
  waitingBytes_ += waiting_.back().body.size();
  ++kept_;
}

std::string CaptureRecorder::bodyOf(const observe::CapturedStream& stream, const observe::StreamHead& head,
                                    const CaptureRule* rule) {
  const bool isSecret = scrubber_ && rule && head.isGrpc && !rule->secretFields.empty() &&
                        scrubber_->concerns(head.path, rule->secretFields);
  if (!isSecret) return encodeCapture(stream);
  return encodeCapture(scrubbed(stream, head.path, rule->secretFields, *scrubber_));
}

bool CaptureRecorder::write(CaptureRows& to) {
  if (waiting_.empty()) return false;
  std::vector<CaptureRow> rows;
  std::size_t bytes = 0;
  while (!waiting_.empty() && rows.size() < kRows) {
    bytes += waiting_.front().body.size();
    rows.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  try {
    to.write(rows);
  } catch (const DatabaseError&) {
    waiting_.insert(waiting_.begin(), std::make_move_iterator(rows.begin()),
                    std::make_move_iterator(rows.end()));
    throw;
  }
  waitingBytes_ -= bytes;
  return !waiting_.empty();
}

}  // namespace spillway::history
