// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/connection_log_format.h"

#include <fmt/format.h>

#include "engine/observe/access_log_format.h"
#include "engine/observe/log_text.h"
#include "engine/observe/resource_names.h"

namespace spillway::observe {

std::string formatConnectionLogLine(const ConnectionRecord& record) {
  const std::string latency =
      record.hasTls && record.handshakeMicros >= 0 ? formatSeconds(record.handshakeMicros) : "-";
  std::string line = fmt::format("{} {} {} {} {} {} {} ", formatIsoTime(record.established),
                                 orDash(record.clientIp), record.clientPort, record.listenerPort,
                                 orDash(record.tlsProtocol), orDash(record.tlsCipher), latency);
  // The subject is quoted even when there is none: the tables that AWS publishes for querying these logs need
  // it so.
  line += fmt::format("{} {} {} {} {} {} {} {}", quoted(record.clientCertificateSubject),
                      orDash(record.clientCertificateValidity), orDash(record.clientCertificateSerial),
                      orDash(record.tlsVerifyStatus), orDash(record.traceId), orDash(record.tlsKeyExchange),
                      loadBalancerResource(record.loadBalancer), orDash(record.listenerIp));
  return line;
}

}  // namespace spillway::observe
