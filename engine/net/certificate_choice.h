// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/net/server_certificate.h"

struct ssl_ctx_st;

namespace spillway::net {

/// Gives a server context its default certificate, the first one, and has each handshake choose among all by
/// the client's SNI, signature algorithms and ciphers, in ALB's order. `certificates` outlives the context's
/// connections.
Result<void> installCertificates(ssl_ctx_st*, const ServerCertificates& certificates);

}  // namespace spillway::net
