// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/export/stream_writer.h"
#include "engine/export/tcp_packets.h"

/// Packets for Wireshark (pcapng). They were never on a wire like this: they are written anew from what
/// Spillway saw after TLS, a connection for each stream and hop, and say so. No secrets are needed to read
/// them, and none are in the file.
namespace spillway::exporting {

/// The packets of a stream's hops, by time. `number` is the first one for its connections, and moves on.
std::vector<Packet> packetsOf(const RecordedStream&, std::uint32_t& number);

Result<std::unique_ptr<StreamWriter>> openPcapngWriter(const std::string& file);

}  // namespace spillway::exporting
