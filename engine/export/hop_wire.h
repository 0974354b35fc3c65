// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <string_view>

#include "engine/export/hop_story.h"

/// A hop's story as the bytes that a connection without TLS would have carried.
namespace spillway::exporting {

/// Takes bytes in their order: `bytes` are the first of `size`.
using SendBytes =
    std::function<void(WallTime, observe::Direction, std::string_view bytes, std::uint64_t size)>;

/// HTTP/2 (RFC 9113): preface and settings, then the frames of the stream; header fields anew with HPACK.
void writeHttp2(const HopStory&, const observe::CaptureView&, const SendBytes&);

/// HTTP/1.1 (RFC 9112): heads and content; chunked where no other length was told.
void writeHttp1(const HopStory&, const observe::CaptureView&, const SendBytes&);

}  // namespace spillway::exporting
