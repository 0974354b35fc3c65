// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/http/headers.h"

namespace spillway::http {

/// Whether a content-type names gRPC: application/grpc, with a "+…" or ";…" after it; gRPC-Web is not gRPC.
bool isGrpcContentType(std::string_view contentType);
/// The grpc-status in these fields; nullopt when absent or no number.
std::optional<std::uint32_t> grpcStatusIn(const Headers& fields);
/// grpc-message is percent-encoded UTF-8 (gRPC over HTTP/2, "Status-Message").
std::string decodeGrpcMessage(std::string_view encoded);
std::string encodeGrpcMessage(std::string_view text);

}  // namespace spillway::http
