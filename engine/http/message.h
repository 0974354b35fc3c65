// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "engine/http/compliance.h"
#include "engine/http/headers.h"

namespace spillway::http {

/// Why a head cannot be taken as it is; it was received to its end all the same.
enum class HeadProblem : std::uint8_t { None, RequestLineTooLong, HeadersTooLarge };

enum class Version : std::uint8_t { Http09, Http10, Http11, Http2 };

/// The head of a request or a response, the same for every HTTP version (RFC 9110 §6).
struct MessageHead {
  std::string method, scheme, authority,
      path;  ///< requests; `path` is the target in origin form with its query
  /// Requests that want another protocol on their stream: the value of Upgrade on HTTP/1.1, or :protocol of
  /// RFC 8441 on HTTP/2 ("websocket"). Responses: set with the 101 or the 200 that grants it.
  std::string protocol;
  Version version = Version::Http2;  ///< as the peer spoke
  int status = 0;                    ///< responses; 0 = this is a request
  HeadProblem problem = HeadProblem::None;
  Headers fields;                                 ///< without pseudo-header fields
  Compliance compliance = Compliance::Compliant;  ///< of an HTTP/1 request, or one that becomes such
  ComplianceReason complianceReason = ComplianceReason::None;
  /// Requests: the desync mitigation wants neither connection to carry another request after this one.
  /// Responses: the client's connection is to carry none.
  bool closeAfter = false;
};

}  // namespace spillway::http
