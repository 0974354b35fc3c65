// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/balance/cookie_sealer.h"
#include "engine/base/clock.h"
#include "engine/base/result.h"

namespace spillway::balance {

/// The sealer with the keys of "<dataDirectory>/cookie.key" (made when missing, readable by its owner only).
/// A key older than seven days gets a successor and still opens what it sealed: cookies live no longer. A
/// file that is damaged, or that others could read, is replaced: sessions are lost, nothing else. Blocks;
/// fails when the folder cannot be written.
Result<CookieSealer> openCookieKeys(const std::string& dataDirectory, WallTime now);

}  // namespace spillway::balance
