// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/open_metrics.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "engine/observe/metrics.h"

namespace spillway::observe {
namespace {

using testing::HasSubstr;
using testing::Not;

/// One GET over a real socket; the whole answer.
std::string get(std::uint16_t port, const std::string& path) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
  EXPECT_EQ(::send(fd, request.data(), request.size(), 0), static_cast<ssize_t>(request.size()));
  std::string answer;
  char block[4096];
  for (ssize_t got; (got = ::recv(fd, block, sizeof block, 0)) > 0;)
    answer.append(block, static_cast<std::size_t>(got));
  ::close(fd);
  return answer;
}

class OpenMetrics : public ::testing::Test {
 protected:
  void end(int status, std::optional<std::uint32_t> grpcStatus, bool fromBalancer) {
    auto head = std::make_shared<StreamHead>();
    head->isGrpc = grpcStatus.has_value();
    StreamRecord record;
    record.head = std::move(head);
    record.elbStatus = status;
    record.fromBalancer = fromBalancer;
    record.grpcStatus = grpcStatus;
    record.durationMicros = 3000;
    record.targetProcessingMicros = 100;
    const SlotSet slots{registry.listenerSlot({"web", "in"}), registry.groupSlot("app"),
                        registry.targetSlot({"app", "::1", 50061})};
    worker.streamEnded(record, slots);
  }

  std::unique_ptr<OpenMetricsServer> serve() {
    auto server = OpenMetricsServer::serve(0, [this] {
      auto reading = registry.read();
      reading.hosts[{"app", "::1", 50061}].state = TargetState::Healthy;
      HostReading& failing = reading.hosts[{"app", "::1", 50062}];
      failing.state = TargetState::Unhealthy;
      failing.reason = HealthReason::ResponseCodeMismatch;
      failing.description = "Health checks failed with these codes: [12]";
      reading.grpcMethods[{"web", "/pkg.S/\"odd\"\n"}].grpcStatus[0] = 4;
      return reading;
    });
    EXPECT_TRUE(server) << server.error().detail;
    return server ? std::move(*server) : nullptr;
  }

  MetricsRegistry registry;
  WorkerMetrics& worker = registry.addWorker();
};

TEST_F(OpenMetrics, AScrapeTellsTheCountersAsTheyAre) {
  const auto server = serve();
  end(200, 14, false);
  end(503, std::nullopt, true);
  const std::string text = get(server->port(), "/metrics");
  EXPECT_THAT(text, HasSubstr("200 OK"));
  EXPECT_THAT(text, HasSubstr("# TYPE spillway_listener_requests_total counter"));
  EXPECT_THAT(text, HasSubstr("spillway_listener_requests_total{load_balancer=\"web\",listener=\"in\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("spillway_target_group_http_responses_total{target_group=\"app\",http_status="
                              "\"503\",made_by=\"balancer\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("spillway_target_grpc_responses_total{target_group=\"app\",target=\"[::1]:"
                              "50061\",grpc_status=\"UNAVAILABLE\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("spillway_target_healthy{target_group=\"app\",target=\"[::1]:50061\","
                              "availability_zone=\"local-1a\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("spillway_target_state{target_group=\"app\",target=\"[::1]:50062\",state="
                              "\"unhealthy\",reason=\"Target.ResponseCodeMismatch\",description=\"Health "
                              "checks failed with these codes: [12]\"} 1\n"));
  end(200, 14, false);
  EXPECT_THAT(get(server->port(), "/metrics"),
              HasSubstr("spillway_listener_requests_total{load_balancer=\"web\",listener=\"in\"} 3\n"));
}

TEST_F(OpenMetrics, HistogramsAreCumulativeAndEndWithAll) {
  const auto server = serve();
  end(200, std::nullopt, false);
  end(200, std::nullopt, false);
  const std::string text = get(server->port(), "/metrics");
  const std::string name = "spillway_listener_request_duration_seconds";
  const std::string labels = "load_balancer=\"web\",listener=\"in\"";
  EXPECT_THAT(text, HasSubstr("# TYPE " + name + " histogram"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{" + labels + ",le=\"0.002048\"} 0\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{" + labels + ",le=\"0.004096\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_bucket{" + labels + ",le=\"+Inf\"} 2\n"));
  EXPECT_THAT(text, HasSubstr(name + "_sum{" + labels + "} 0.006\n"));
  EXPECT_THAT(text, HasSubstr(name + "_count{" + labels + "} 2\n"));
}

TEST_F(OpenMetrics, WhatClientsNamedIsEscaped) {
  const auto server = serve();
  const std::string text = get(server->port(), "/metrics");
  EXPECT_THAT(text, HasSubstr("grpc_method=\"/pkg.S/\\\"odd\\\"\\n\",grpc_status=\"OK\"} 4\n"));
}

TEST_F(OpenMetrics, OnlyThePathOfMetricsAnswers) {
  const auto server = serve();
  EXPECT_THAT(get(server->port(), "/"), Not(HasSubstr("spillway_")));
}

TEST_F(OpenMetrics, ATakenPortIsSaidInOneSentence) {
  const auto server = serve();
  const auto second = OpenMetricsServer::serve(server->port(), [] { return MetricsReading{}; });
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::AddressInUse);
  EXPECT_THAT(second.error().detail, HasSubstr("monitoring.openMetricsPort"));
  EXPECT_THAT(second.error().detail, HasSubstr(std::to_string(server->port())));
}

TEST_F(OpenMetrics, ThePortIsFreeAgainAfterTheServer) {
  auto server = serve();
  const std::uint16_t port = server->port();
  server.reset();
  const auto second = OpenMetricsServer::serve(port, [] { return MetricsReading{}; });
  EXPECT_TRUE(second) << second.error().detail;
}

}  // namespace
}  // namespace spillway::observe
