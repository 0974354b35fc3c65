// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spillway::http {

/// How well an HTTP/1 request keeps to the RFCs, in ALB's four classes (alb-behaviour §5.6).
enum class Compliance : std::uint8_t { Compliant, Acceptable, Ambiguous, Severe };

/// Why a request is not compliant: ALB's classification_reason codes (alb-behaviour §7.5).
enum class ComplianceReason : std::uint8_t {
  None,
  GetHeadZeroContentLength,
  NonCompliantHeader,
  NonCompliantVersion,
  SpaceInUri,
  AmbiguousUri,
  BothTeClPresent,
  DuplicateContentLength,
  EmptyHeader,
  SuspiciousHeader,
  UndefinedContentLengthSemantics,
  UndefinedTransferEncodingSemantics,
  BadContentLength,
  BadHeader,
  BadMethod,
  BadTransferEncoding,
  BadUri,
  BadVersion,
  MultipleContentLength,
  MultipleTransferEncodingChunked,
  SuspiciousTeClPresent,
};
/// As the access log spells it; "" for None.
const char* toString(ComplianceReason);

}  // namespace spillway::http
