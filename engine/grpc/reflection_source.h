// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/base/result.h"
#include "engine/grpc/channel.h"
#include "engine/grpc/schema.h"

namespace spillway::grpc {

struct ReflectionTarget {
  std::string address;  ///< "127.0.0.1:50061", "[::1]:50061"
  ChannelTls tls = ChannelTls::Off;
  std::string trustedPem;                    ///< CA certificates; empty for those of the system
  std::chrono::milliseconds timeout{5'000};  ///< for all of it
};

/// Asks a target for its services and their types, by version v1 of server reflection and, where that is not
/// there, by v1alpha. Waits for the answers: not for the thread of the window. A request to stop ends it
/// early, with an error of code Drained. Other errors say in one sentence why there is no schema; what a
/// server tells only in part or wrongly is among the schema's problems.
Result<std::shared_ptr<const Schema>> readReflection(const ReflectionTarget& target,
                                                     const std::stop_token& stop = {});

/// "server reflection on 127.0.0.1:50061": the origin of that target's schema.
std::string reflectionOrigin(const std::string& address);

}  // namespace spillway::grpc
