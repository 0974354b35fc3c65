// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/config/attributes.h"
#include "engine/http/headers.h"
#include "engine/proxy/connection_facts.h"

namespace spillway::proxy {

/// Whether X-Forwarded-For names more than 30 addresses, which ALB answers with 463.
bool hasTooManyForwarders(const http::Headers& fields);

/// X-Forwarded-For as the attributes want it, -Proto and -Port of the client's connection (alb-behaviour
/// §5.2, §5.3).
void setForwardedFields(http::Headers& fields, const ConnectionFacts& facts,
                        const config::LoadBalancerAttributes& attributes);

/// Removes what only the balancer may say of TLS and of who the client is: x-amzn-tls-*, x-amzn-mtls-* and
/// x-amzn-oidc-*, also with underscores, which many servers take for hyphens, and under their new names.
void removeImpostors(http::Headers& fields, const config::ListenerAttributes& attributes);

/// The TLS version and cipher where the attribute is on, and the client's certificate where there is one
/// (alb-behaviour §1.5), each under the name that the listener gives it.
void setTlsFields(http::Headers& fields, const ConnectionFacts& facts,
                  const config::LoadBalancerAttributes& attributes,
                  const config::ListenerAttributes& listener);

}  // namespace spillway::proxy
