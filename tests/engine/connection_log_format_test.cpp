// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/connection_log_format.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace spillway::observe {
namespace {

ConnectionRecord mutualTls() {
  ConnectionRecord record;
  record.established = WallTime(std::chrono::microseconds(1'772'442'901'100'000));
  record.loadBalancer = "route-guide";
  record.clientIp = "127.0.0.1";
  record.clientPort = 54022;
  record.listenerPort = 8443;
  record.listenerIp = "127.0.0.1";
  record.hasTls = true;
  record.tlsProtocol = "TLSv1.3";
  record.tlsCipher = "TLS_AES_128_GCM_SHA256";
  record.tlsKeyExchange = "X25519";
  record.handshakeMicros = 4'036;
  record.clientCertificateSubject = "CN=desk,O=Spillway";
  record.clientCertificateValidity = "NotBefore=2026-01-01T00:00:00Z;NotAfter=2027-01-01T00:00:00Z";
  record.clientCertificateSerial = "FEF257372D5C14D4";
  record.tlsVerifyStatus = "Success";
  record.traceId = "TID_7f3e9b0c51d24a868c2de4f019b7a365";
  return record;
}

TEST(ConnectionLogFormat, MutualTls) {
  EXPECT_EQ(formatConnectionLogLine(mutualTls()),
            "2026-03-02T09:15:01.100000Z 127.0.0.1 54022 8443 TLSv1.3 TLS_AES_128_GCM_SHA256 0.004 "
            "\"CN=desk,O=Spillway\" NotBefore=2026-01-01T00:00:00Z;NotAfter=2027-01-01T00:00:00Z "
            "FEF257372D5C14D4 Success TID_7f3e9b0c51d24a868c2de4f019b7a365 X25519 "
            "app/route-guide/a2f88f9ffa340b67 127.0.0.1");
}

TEST(ConnectionLogFormat, ARefusedClientCertificateHasNoLatency) {
  ConnectionRecord record = mutualTls();
  record.handshakeMicros = -1;
  record.tlsVerifyStatus = "Failed:ClientCertExpired";
  EXPECT_EQ(formatConnectionLogLine(record),
            "2026-03-02T09:15:01.100000Z 127.0.0.1 54022 8443 TLSv1.3 TLS_AES_128_GCM_SHA256 - "
            "\"CN=desk,O=Spillway\" NotBefore=2026-01-01T00:00:00Z;NotAfter=2027-01-01T00:00:00Z "
            "FEF257372D5C14D4 Failed:ClientCertExpired TID_7f3e9b0c51d24a868c2de4f019b7a365 X25519 "
            "app/route-guide/a2f88f9ffa340b67 127.0.0.1");
}

TEST(ConnectionLogFormat, WithoutTlsThereAreDashes) {
  ConnectionRecord record;
  record.established = WallTime(std::chrono::microseconds(1'772'442'901'100'000));
  record.loadBalancer = "web";
  record.clientIp = "::1";
  record.clientPort = 40000;
  record.listenerPort = 8080;
  record.listenerIp = "::1";
  record.traceId = "TID_1";
  EXPECT_EQ(
      formatConnectionLogLine(record),
      "2026-03-02T09:15:01.100000Z ::1 40000 8080 - - - \"-\" - - - TID_1 - app/web/5ea0e11948721ef1 ::1");
}

TEST(ConnectionLogFormat, AHostileSubjectStaysInItsField) {
  ConnectionRecord record = mutualTls();
  record.clientCertificateSubject = "CN=\"a\"\n b\\";
  const std::string line = formatConnectionLogLine(record);
  EXPECT_NE(line.find(" \"CN=\\x22a\\x22\\x0A b\\x5C\" NotBefore"), std::string::npos) << line;
  EXPECT_EQ(std::ranges::count(line, '"'), 2);
  EXPECT_EQ(std::ranges::count(line, '\n'), 0);
}

}  // namespace
}  // namespace spillway::observe
