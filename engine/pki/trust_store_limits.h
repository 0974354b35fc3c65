// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"

/// ALB's quotas of what the files of a trust store hold (alb-behaviour §1.5).
namespace spillway::pki {

/// At most 25 CA certificates of 16 KiB each, with subjects of at most 10,000 bytes (both as DER; in which
/// form ALB counts is not documented). `what` begins the error's sentence: "The file /a.pem".
Result<void> checkAuthorities(const std::string& pem, const std::string& what);

/// At most 500,000 revoked certificates in all lists together, each PEM.
Result<void> checkRevocations(const std::vector<std::string>& lists);

}  // namespace spillway::pki
