// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/grpc/wire_reader.h"

/// gRPC's length-prefixed messages in the bytes of one direction of a stream (gRPC over HTTP/2).
namespace spillway::grpc {

struct MessageFrame {
  ByteRange range;         ///< with the prefix; ends where the bytes end
  ByteRange payload;       ///< what is there of the message
  std::uint32_t size = 0;  ///< of the message, as the prefix says
  bool isCompressed = false;
  std::string problem;  ///< why it is no whole message; empty when it is
};

/// The message that begins at `at`; nullopt at the end of the bytes. The next one begins where its range
/// ends.
std::optional<MessageFrame> frameAt(Bytes bytes, std::size_t at);

/// Of what is compressed no more is opened: a few bytes can stand for gigabytes.
inline constexpr std::size_t kLargestOpened = std::size_t{64} << 20;

/// A message that is marked as compressed, as it was before: `encoding` is the stream's grpc-encoding, gzip
/// or deflate. An error says why it cannot be opened.
Result<std::string> openMessage(Bytes payload, std::string_view encoding,
                                std::size_t largest = kLargestOpened);

}  // namespace spillway::grpc
