// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/proxy/record_parts.h"

namespace spillway::proxy {

void fillConnection(observe::StreamRecord& record, const ConnectionFacts& facts) {
  record.listenerAddress = facts.listenerAddress;
  record.tlsCipher = facts.tls.cipher;
  record.tlsProtocol = facts.tls.protocol;
  if (facts.tls.nameIsCovered) record.sni = facts.tls.serverName;
  record.certificate = facts.tls.certificateId;
  record.sessionReused = facts.tls.sessionReused;
  record.connectionTraceId = facts.traceId;
}

const char* httpVersionText(http::Version version) {
  switch (version) {
    case http::Version::Http09:
      return "HTTP/0.9";
    case http::Version::Http10:
      return "HTTP/1.0";
    case http::Version::Http11:
      return "HTTP/1.1";
    case http::Version::Http2:
      return "HTTP/2.0";
  }
  return "";
}

observe::Compliance complianceOf(http::Compliance compliance) {
  switch (compliance) {
    case http::Compliance::Compliant:
      return observe::Compliance::Compliant;
    case http::Compliance::Acceptable:
      return observe::Compliance::Acceptable;
    case http::Compliance::Ambiguous:
      return observe::Compliance::Ambiguous;
    case http::Compliance::Severe:
      return observe::Compliance::Severe;
  }
  return observe::Compliance::Compliant;
}

}  // namespace spillway::proxy
