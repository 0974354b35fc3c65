// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/http/headers.h"

namespace spillway::proxy {

/// Which way a head goes.
enum class Towards : bool { Target, Client };

/// Removes the fields that belong to one connection only (RFC 9110 §7.6.1): the known ones, those that
/// Connection names, proxies' authentication, and of TE all but "trailers". Towards a target Expect goes too:
/// its answer is the balancer's. Upgrades are not told by fields but by MessageHead::protocol.
void removeHopByHopFields(http::Headers& fields, Towards way);

}  // namespace spillway::proxy
