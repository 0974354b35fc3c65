// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/byte_queue.h"

#include <algorithm>
#include <cstring>

namespace spillway {

void ByteQueue::append(std::span<const std::uint8_t> bytes) {
  size_ += bytes.size();
  if (!bytes.empty() && head_ < chunks_.size()) bytes = bytes.subspan(chunks_.back().extend(bytes));
  while (!bytes.empty()) {
    if (copies_.room() == 0) {
      // A queue that has filled a small block is evidently filling: it gets a large one.
      const bool filling = copies_.capacity() > 0 && !empty();
      copies_ = ByteChunk(ByteBlock::acquire(filling ? ByteBlock::kLarge : bytes.size()), 0, 0);
    }
    chunks_.push_back(copies_.restOfBlock());
    bytes = bytes.subspan(chunks_.back().extend(bytes));
  }
}

void ByteQueue::append(const ByteChunk& chunk) {
  if (chunk.size() >= kReferenceFrom && chunk.isWasteful()) {
    keep(chunk.copy());
  } else {
    keep(chunk);
  }
}

void ByteQueue::keep(ByteChunk chunk) {
  if (chunk.size() < kReferenceFrom) return append(chunk.span());
  size_ += chunk.size();
  chunks_.push_back(std::move(chunk));
}

std::span<const std::uint8_t> ByteQueue::front() const {
  return head_ < chunks_.size() ? chunks_[head_].span() : std::span<const std::uint8_t>{};
}

std::size_t ByteQueue::pieces(std::span<const std::uint8_t>* out, std::size_t max) const {
  const std::size_t count = std::min(max, chunks_.size() - head_);
  for (std::size_t i = 0; i < count; ++i)
    out[i] = chunks_[head_ + i].span();
  return count;
}

void ByteQueue::dropFront(std::size_t count) {
  size_ -= count;
  while (count > 0) {
    ByteChunk& first = chunks_[head_];
    const std::size_t part = std::min(count, first.size());
    first.dropFront(part);
    count -= part;
    if (first.empty()) {
      first = {};
      ++head_;
    }
  }
  if (size_ == 0) {
    clear();
  } else if (head_ > 32 && head_ * 2 > chunks_.size()) {
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(head_));
    head_ = 0;
  }
}

void ByteQueue::moveTo(ByteQueue& to, std::size_t count) {
  while (count > 0) {
    const ByteChunk& first = chunks_[head_];
    const std::size_t part = std::min(count, first.size());
    to.keep(first.slice(0, part));
    dropFront(part);
    count -= part;
  }
}

std::size_t ByteQueue::peek(std::span<std::uint8_t> out) const {
  std::size_t copied = 0;
  for (std::size_t i = head_; i < chunks_.size() && copied < out.size(); ++i) {
    const std::size_t part = std::min(out.size() - copied, chunks_[i].size());
    std::memcpy(out.data() + copied, chunks_[i].data(), part);
    copied += part;
  }
  return copied;
}

void ByteQueue::clear() {
  chunks_.clear();
  copies_ = {};
  head_ = size_ = 0;
}

}  // namespace spillway
