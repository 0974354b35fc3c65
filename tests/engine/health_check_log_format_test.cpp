// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/health_check_log_format.h"

#include <gtest/gtest.h>

namespace spillway::observe {
namespace {

/// A check that began at 09:14:30.000120.
HealthEvent check(std::int64_t latencyMicros) {
  HealthEvent event;
  event.isCheck = event.passed = true;
  event.target = {"rg-grpc", "localhost", 50051};
  event.address = "127.0.0.1:50051";
  event.loadBalancer = "route-guide";
  event.logType = "grpc";
  event.latencyMicros = latencyMicros;
  event.time = WallTime(std::chrono::microseconds(1'772'442'870'000'120 + latencyMicros));
  event.code = 12;
  return event;
}

TEST(HealthCheckLogFormat, APassedCheck) {
  EXPECT_EQ(formatHealthCheckLogLine(check(1'802), "127.0.0.1"),
            "grpc 2026-03-02T09:14:30.000120Z 0.001802000 127.0.0.1:50051 rg-grpc PASS 12 - "
            "app/route-guide/a2f88f9ffa340b67 127.0.0.1");
}

TEST(HealthCheckLogFormat, AWrongStatus) {
  HealthEvent event = check(12'000'001);
  event.passed = false;
  event.code = 14;
  event.logReason = "GRPCUnexpectedStatus";
  EXPECT_EQ(
      formatHealthCheckLogLine(event, "127.0.0.1"),
      "grpc 2026-03-02T09:14:30.000120Z 12.000001000 127.0.0.1:50051 rg-grpc FAIL 14 GRPCUnexpectedStatus "
      "app/route-guide/a2f88f9ffa340b67 127.0.0.1");
}

TEST(HealthCheckLogFormat, NoAnswerAtAll) {
  HealthEvent event = check(5'000'000);
  event.passed = false;
  event.code.reset();
  event.logType = "http";
  event.logReason = "TimedOut";
  EXPECT_EQ(formatHealthCheckLogLine(event, "0.0.0.0"),
            "http 2026-03-02T09:14:30.000120Z 5.000000000 127.0.0.1:50051 rg-grpc FAIL - TimedOut "
            "app/route-guide/a2f88f9ffa340b67 0.0.0.0");
}

}  // namespace
}  // namespace spillway::observe
