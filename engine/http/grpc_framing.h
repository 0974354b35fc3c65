// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>

namespace spillway::http {

/// Finds message borders in one direction of a gRPC stream as bytes pass: 1 byte compressed flag, 4 bytes
/// length (gRPC over HTTP/2, "Length-Prefixed-Message"). Copies nothing but the prefix.
class GrpcFraming {
 public:
  static constexpr std::size_t kPrefix = 5;  ///< bytes
  struct Message {
    std::uint64_t number;  ///< from 1
    std::uint32_t size;    ///< payload bytes
    bool compressed;
  };

  /// Calls `onMessage` for each message that is complete with these bytes.
  template <class OnMessage>
  void pass(std::span<const std::uint8_t> bytes, OnMessage&& onMessage) {
    while (!bytes.empty()) {
      if (have_ < sizeof prefix_) {
        const std::size_t part = std::min(sizeof prefix_ - have_, bytes.size());
        std::memcpy(prefix_ + have_, bytes.data(), part);
        have_ += static_cast<std::uint8_t>(part);
        bytes = bytes.subspan(part);
        if (have_ < sizeof prefix_) return;
        size_ = left_ = std::uint32_t{prefix_[1]} << 24 | std::uint32_t{prefix_[2]} << 16 |
                        std::uint32_t{prefix_[3]} << 8 | std::uint32_t{prefix_[4]};
      }
      const std::size_t part = std::min<std::size_t>(left_, bytes.size());
      left_ -= static_cast<std::uint32_t>(part);
      bytes = bytes.subspan(part);
      if (left_ > 0) return;
      have_ = 0;
      onMessage(Message{++messages_, size_, prefix_[0] != 0});
    }
  }

  std::uint64_t messages() const { return messages_; }

 private:
  std::uint8_t prefix_[kPrefix] = {};
  std::uint8_t have_ = 0;
  std::uint32_t size_ = 0, left_ = 0;
  std::uint64_t messages_ = 0;
};

}  // namespace spillway::http
