// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/history/capture_shelf.h"

#include <utility>

namespace spillway::history {
namespace {

/// Of a part's fields, about.
constexpr std::size_t kFieldBytes = 600;

std::size_t sizeOf(const observe::CapturedBatch& batch) {
  auto size = static_cast<std::size_t>(batch.weight()) + sizeof batch;
  for (const auto& part : batch.parts) {
    if (part.fields) size += kFieldBytes;
  }
  return size;
}

}  // namespace

void CaptureShelf::add(std::shared_ptr<const observe::CapturedBatch> batch) {
  batch->arrive();
  const std::lock_guard lock(mutex_);
  const auto [at, isNew] = streams_.try_emplace(batch->stream);
  Held& held = at->second;
  if (isNew) {
    held.stream.stream = batch->stream;
    held.order = ++order_;
    begun_.emplace_back(batch->stream, held.order);
  }
  if (batch->first > held.parts) held.stream.lostParts += batch->first - held.parts;
  held.parts = batch->first + static_cast<std::uint32_t>(batch->parts.size());
  const std::size_t size = sizeOf(*batch);
  held.bytes += size;
  bytes_ += size;
  held.stream.batches.push_back(std::move(batch));
  makeRoom();
}

std::optional<observe::CapturedStream> CaptureShelf::end(StreamId id) {
  const std::lock_guard lock(mutex_);
  const auto at = streams_.find(id);
  if (at == streams_.end()) return std::nullopt;
  at->second.stream.hasEnded = true;
  ended_.emplace_back(id, at->second.order);
  return at->second.stream;
}

void CaptureShelf::forget(StreamId id) {
  const std::lock_guard lock(mutex_);
  const auto at = streams_.find(id);
  if (at == streams_.end()) return;
  bytes_ -= at->second.bytes;
  streams_.erase(at);
}

std::optional<observe::CapturedStream> CaptureShelf::find(StreamId id, std::size_t from) const {
  const std::lock_guard lock(mutex_);
  const auto at = streams_.find(id);
  if (at == streams_.end()) return std::nullopt;
  const observe::CapturedStream& all = at->second.stream;
  observe::CapturedStream found{all.stream, {}, all.lostParts, all.hasEnded};
  if (from < all.batches.size())
    found.batches.assign(all.batches.begin() + static_cast<std::ptrdiff_t>(from), all.batches.end());
  return found;
}

std::uint64_t CaptureShelf::evicted() const {
  const std::lock_guard lock(mutex_);
  return evicted_;
}

/// Ended streams go first; they are stored. One that stays open for long gives way when nothing else is left.
void CaptureShelf::makeRoom() {
  while (bytes_ > most_) {
    if (drop(ended_)) continue;
    if (!drop(begun_)) return;
    ++evicted_;
  }
  // Names of streams that have gone otherwise.
  while (begun_.size() > 2 * streams_.size() + 1024) {
    const auto [id, order] = begun_.front();
    const auto at = streams_.find(id);
    if (at != streams_.end() && at->second.order == order && !at->second.stream.hasEnded)
      begun_.emplace_back(id, order);
    begun_.pop_front();
  }
}

/// Takes the oldest one away; false: there is none.
bool CaptureShelf::drop(std::deque<std::pair<StreamId, std::uint64_t>>& from) {
  while (!from.empty()) {
    const auto [id, order] = from.front();
    from.pop_front();
    const auto at = streams_.find(id);
    if (at == streams_.end() || at->second.order != order) continue;
    bytes_ -= at->second.bytes;
    streams_.erase(at);
    return true;
  }
  return false;
}

}  // namespace spillway::history
