// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/error.h"
#include "engine/config/model.h"
#include "engine/health/health_state.h"
#include "engine/http/headers.h"

/// What came of a health check, in ALB's terms (alb-behaviour §4.2, §4.5, §7.8). Pure.
namespace spillway::health {

/// An HTTP answer: passed when its status is one of the matcher's.
ProbeResult judgeHttp(int status, const config::Matcher&);
/// A gRPC answer. `last`: its trailers, or its head when that was all (Trailers-Only).
ProbeResult judgeGrpc(int httpStatus, const http::Headers& last, const config::Matcher&);
/// No answer: the connection failed, or the target broke its protocol.
ProbeResult judgeFailure(const Error&);
/// No answer in time.
ProbeResult judgeTimeout(std::uint32_t timeoutSeconds);

/// The type in the health check log: "http", "https", "h2" or "grpc".
std::string checkLogType(const config::TargetGroup&);

}  // namespace spillway::health
