// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/byte_chunk.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <vector>

namespace spillway {
namespace {

/// Blocks kept for reuse; bounded, so that memory returns to the system after a burst.
struct Pool {
  static constexpr std::size_t kKeep = 1024 * 1024;  ///< bytes of each size
  std::vector<ByteBlock*> small, large, huge;
  ByteBlock* reading = nullptr;
  std::size_t inUse = 0;  ///< bytes
  ~Pool() {
    if (reading && --reading->references == 0) std::free(reading);
    for (auto* list : {&small, &large, &huge})
      for (ByteBlock* block : *list)
        std::free(block);
  }
  std::vector<ByteBlock*>& list(std::size_t capacity) {
    return capacity == ByteBlock::kSmall ? small : capacity == ByteBlock::kLarge ? large : huge;
  }
  void giveBack(ByteBlock* block) {
    const bool isPooled = block->capacity == ByteBlock::kSmall || block->capacity == ByteBlock::kLarge ||
                          block->capacity == ByteBlock::kHuge;
    if (isPooled && list(block->capacity).size() * block->capacity < kKeep) {
      list(block->capacity).push_back(block);
    } else {
      std::free(block);
    }
  }
};

Pool& pool() {
  thread_local Pool instance;
  return instance;
}

ByteBlock* handOut(ByteBlock* block, std::size_t capacity) {
  pool().inUse += capacity;
  block->references = 1;
  block->capacity = static_cast<std::uint32_t>(capacity);
  block->used = 0;
  return block;
}

ByteBlock* make(std::size_t capacity) {
  auto* block = static_cast<ByteBlock*>(std::malloc(capacity + 12));
  if (!block) throw std::bad_alloc();
  return handOut(block, capacity);
}

}  // namespace

ByteBlock* ByteBlock::acquire(std::size_t size) {
  const std::size_t capacity = size <= kSmall ? kSmall : size <= kLarge ? kLarge : kHuge;
  auto& list = pool().list(capacity);
  if (list.empty()) return make(capacity);
  ByteBlock* block = list.back();
  list.pop_back();
  return handOut(block, capacity);
}

ByteBlock* ByteBlock::copyOf(std::span<const std::uint8_t> bytes) {
  ByteBlock* block = make(bytes.size());
  std::memcpy(block->data, bytes.data(), bytes.size());
  block->used = block->capacity;
  return block;
}

ByteBlock* ByteBlock::forReading(std::size_t wanted) {
  ByteBlock*& block = pool().reading;
  if (block && block->references == 1) block->used = 0;
  if (!block || block->capacity - block->used < wanted) {
    if (block) release(block);
    block = acquire(std::max(wanted, kLarge));
  }
  return block;
}

std::size_t ByteBlock::inUse() {
  return pool().inUse;
}

void ByteBlock::release(ByteBlock* block) noexcept {
  if (--block->references) return;
  pool().inUse -= block->capacity;
  pool().giveBack(block);
}

ByteChunk ByteChunk::slice(std::size_t from, std::size_t count) const {
  if (block_) ++block_->references;
  return {block_, static_cast<std::uint32_t>(offset_ + from), static_cast<std::uint32_t>(count)};
}

ByteChunk ByteChunk::restOfBlock() const {
  ++block_->references;
  return {block_, block_->used, 0};
}

std::size_t ByteChunk::extend(std::span<const std::uint8_t> bytes) {
  if (!block_ || offset_ + size_ != block_->used) return 0;
  const std::size_t count = std::min<std::size_t>(bytes.size(), block_->capacity - block_->used);
  std::memcpy(block_->data + block_->used, bytes.data(), count);
  block_->used += static_cast<std::uint32_t>(count);
  size_ += static_cast<std::uint32_t>(count);
  return count;
}

}  // namespace spillway
