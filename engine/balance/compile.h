// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/balance/snapshot.h"
#include "engine/base/result.h"
#include "engine/net/resolver.h"

namespace spillway::balance {

/// Turns a valid document into what workers run: reads keys, issues certificates, resolves names. Blocks as
/// long as files and names need. Collects every problem, with the paths of `config::validate`. A host name
/// that `names` does not know yet must resolve now; one that vanished later is no problem of the document.
Result<std::shared_ptr<const Snapshot>, std::vector<config::Issue>> compile(const config::Document&,
                                                                            RuntimeRegistry&,
                                                                            net::ResolvedNames& names,
                                                                            const std::string& dataDirectory);

}  // namespace spillway::balance
