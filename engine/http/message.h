// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "engine/http/headers.h"

namespace spillway::http {

/// The head of a request or a response, the same for every HTTP version (RFC 9110 §6).
struct MessageHead {
  std::string method, scheme, authority,
      path;        ///< requests; `path` is the target in origin form with its query
  int status = 0;  ///< responses; 0 = this is a request
  Headers fields;  ///< without pseudo-header fields
};

}  // namespace spillway::http
