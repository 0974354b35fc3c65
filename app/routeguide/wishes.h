// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string_view>

namespace grpc {
class ServerContext;
}

namespace spillway::routeguide {

/// What a caller asks of the server in its metadata, for lessons: numbers, each up to a limit.
struct Wishes {
  std::chrono::milliseconds pace{0};   ///< x-pace-ms: between two messages of an answer
  std::chrono::milliseconds delay{0};  ///< x-delay-ms: before the answer
  std::size_t nameBytes = 0;           ///< x-name-bytes: names of features are filled up to so many
  std::optional<int> status;  ///< x-status: the call ends with this code, 0 to 16, instead of an answer
};

/// With "x-only: ADDRESS" the wishes are for the server of that address alone.
Wishes wishesOf(const grpc::ServerContext& context, std::string_view servedBy);

}  // namespace spillway::routeguide
