// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/byte_chunk.h"

namespace spillway {

/// Bytes in order, as a list of chunks: appending references costs no copy. One thread only.
class ByteQueue {
 public:
  /// Chunks smaller than this are copied rather than referenced, so that a few bytes do not hold a whole
  /// block.
  static constexpr std::size_t kReferenceFrom = 1024;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }

  /// Copies the bytes in.
  void append(std::span<const std::uint8_t> bytes);
  /// References large chunks, copies small ones and wasteful ones.
  void append(const ByteChunk& chunk);
  /// The first contiguous piece; empty when the queue is.
  std::span<const std::uint8_t> front() const;
  /// The pieces from the front on, at most `max`; returns how many were written.
  std::size_t pieces(std::span<const std::uint8_t>* out, std::size_t max) const;
  void dropFront(std::size_t count);
  /// Moves `count` bytes (at most size()) from the front of this to the end of `to`.
  void moveTo(ByteQueue& to, std::size_t count);
  /// Copies up to `out.size()` bytes from the front without removing them; returns how many.
  std::size_t peek(std::span<std::uint8_t> out) const;
  /// Calls `visit` for each chunk from the front on.
  template <class Visit>
  void forEach(Visit&& visit) const {
    for (std::size_t i = head_; i < chunks_.size(); ++i)
      visit(chunks_[i]);
  }
  void clear();

 private:
  void keep(ByteChunk chunk);

  std::vector<ByteChunk> chunks_;
  ByteChunk copies_;      ///< the block into which small pieces are copied, one after the other
  std::size_t head_ = 0;  ///< index of the first live chunk
  std::size_t size_ = 0;
};

}  // namespace spillway
