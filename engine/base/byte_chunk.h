// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace spillway {

/// A block of bytes that chunks share. Counted without atomics: a block stays on the thread that made it.
struct ByteBlock {
  std::uint32_t references;
  std::uint32_t capacity;
  std::uint32_t used;  ///< bytes from the start that are spoken for; only grows
  std::uint8_t data[1];

  static constexpr std::size_t kSmall = 2048 - 12;
  static constexpr std::size_t kLarge = 16384 - 12;
  static constexpr std::size_t kHuge = 65536 - 12;
  /// While this thread's blocks take more than this, a chunk is not worth a block that it hardly fills.
  static constexpr std::size_t kScarce = 1024 * 1024;
  /// A block with room for at least `size` bytes if it fits kHuge, from this thread's pool; references == 1.
  static ByteBlock* acquire(std::size_t size);
  /// A full block of just these bytes; references == 1.
  static ByteBlock* copyOf(std::span<const std::uint8_t> bytes);
  static void release(ByteBlock*) noexcept;
  /// The block into which this thread reads from sockets, with room for `wanted` bytes at least (at most
  /// kHuge): what is kept of one read shares its block with what came before and after. The pool's own: take
  /// a reference for each chunk.
  static ByteBlock* forReading(std::size_t wanted);
  /// Bytes of this thread's blocks that somebody holds.
  static std::size_t inUse();
};

/// A reference to some bytes of a block. Cheap to copy and to slice; one thread only.
class ByteChunk {
 public:
  ByteChunk() = default;
  /// Takes over one reference of the caller's.
  ByteChunk(ByteBlock* adopted, std::uint32_t offset, std::uint32_t size)
      : block_(adopted), offset_(offset), size_(size) {}
  ByteChunk(const ByteChunk& other) : block_(other.block_), offset_(other.offset_), size_(other.size_) {
    if (block_) ++block_->references;
  }
  ByteChunk(ByteChunk&& other) noexcept
      : block_(std::exchange(other.block_, nullptr)),
        offset_(other.offset_),
        size_(std::exchange(other.size_, 0)) {}
  ByteChunk& operator=(ByteChunk other) noexcept {
    std::swap(block_, other.block_);
    std::swap(offset_, other.offset_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~ByteChunk() {
    if (block_) ByteBlock::release(block_);
  }

  const std::uint8_t* data() const { return block_ ? block_->data + offset_ : nullptr; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::span<const std::uint8_t> span() const { return {data(), size_}; }
  /// The part from `from` on, `count` bytes long; must lie within.
  ByteChunk slice(std::size_t from, std::size_t count) const;
  void dropFront(std::size_t count) {
    offset_ += static_cast<std::uint32_t>(count);
    size_ -= static_cast<std::uint32_t>(count);
  }
  /// The block's bytes that nobody has spoken for, and how many it has in all.
  std::size_t room() const { return block_ ? block_->capacity - block_->used : 0; }
  std::size_t capacity() const { return block_ ? block_->capacity : 0; }
  /// Whether it holds much more memory than its bytes need, while memory is scarce: better keep a copy.
  bool isWasteful() const {
    return block_ && std::size_t{size_} * 2 < block_->capacity && ByteBlock::inUse() > ByteBlock::kScarce;
  }
  /// The same bytes in a block of their own.
  ByteChunk copy() const { return {ByteBlock::copyOf(span()), 0, size_}; }
  /// An empty chunk where the block's used part ends: it may be extended.
  ByteChunk restOfBlock() const;
  /// Appends in place if this chunk ends where its block's used part ends and there is room; returns bytes
  /// taken.
  std::size_t extend(std::span<const std::uint8_t> bytes);

 private:
  ByteBlock* block_ = nullptr;
  std::uint32_t offset_ = 0, size_ = 0;
};

}  // namespace spillway
