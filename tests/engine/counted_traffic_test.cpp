// SPDX-License-Identifier: GPL-3.0-or-later
// Real traffic is counted once, everywhere where it belongs, and no reading ever goes down.
#include <atomic>
#include <ctime>
#include <thread>

#include "engine/observe/cloudwatch_metrics.h"
#include "engine/observe/resource_names.h"
#include "tests/support/engine_fixture.h"
#include "tests/support/metrics_sums.h"

namespace spillway::test {
namespace {

class CountedTraffic : public EngineFixture {
 protected:
  void SetUp() override { applyAndWait(plainDocument({&a_, &b_}), {&a_, &b_}); }

  /// One call of each kind by each of two clients, `rounds` times; returns how many requests these were.
  std::size_t send(int rounds) {
    TestClient first(address()), second(address());
    std::vector<std::shared_ptr<TestCall>> calls;
    for (int i = 0; i < rounds; ++i) {
      for (TestClient* client : {&first, &second}) {
        for (const char* path : {"/test/echo", "/nobody/knows", "/test/reset", "/test/half"})
          calls.push_back(client->unary(path, "hello"));
        calls.push_back(client->request("TRACE", "/", {}, http::End::Yes));
      }
    }
    for (const auto& call : calls)
      EXPECT_TRUE(call->waitForEnd());
    records(calls.size());
    return calls.size();
  }

  TestTarget a_, b_;
};

TEST_F(CountedTraffic, AddsUpAtRestForEveryPart) {
  const std::size_t sent = send(5);
  const auto reading = engine_->readMetrics();
  expectThatEverythingAddsUp(reading);
  EXPECT_EQ(reading.total.requests, sent);
  const auto& balancer = reading.loadBalancers.at("desk");
  EXPECT_EQ(balancer.requests, sent);
  EXPECT_EQ(balancer.httpStatus.at({405, true}), 10u);
  EXPECT_EQ(balancer.routed, 40u);
  EXPECT_EQ(balancer.newConnections, 2u);
  std::uint64_t byTarget = 0, byMethod = 0;
  for (const auto& [id, part] : reading.targets)
    byTarget += part.requests;
  EXPECT_EQ(byTarget, 40u);
  for (const auto& [id, part] : reading.grpcMethods)
    byMethod += part.grpcRequests;
  EXPECT_EQ(byMethod, reading.grpcRequests);
  EXPECT_EQ(reading.grpcMethods.at({"desk", "/nobody/knows"}).grpcStatus.at(12), 10u);
}

TEST_F(CountedTraffic, ConnectionsAreCountedAtBothSides) {
  send(1);
  const auto reading = engine_->readMetrics();
  EXPECT_EQ(reading.listeners.at({"desk", "in"}).newConnections, 2u);
  const auto& group = reading.groups.at("group");
  EXPECT_GE(group.newTargetConnections, 2u);
  std::uint64_t byTarget = 0;
  for (const auto& [id, part] : reading.targets) {
    EXPECT_GE(part.newTargetConnections, 1u);
    byTarget += part.newTargetConnections;
  }
  EXPECT_EQ(byTarget, group.newTargetConnections);
  EXPECT_TRUE(eventually([&] {
    return engine_->readMetrics().listeners.at({"desk", "in"}).activeConnections == 0;
  }));
}

TEST_F(CountedTraffic, EveryRuleCountsWhatItSentWhere) {
  config::Document document = plainDocument({&a_, &b_});
  config::Action answer{.type = config::ActionType::FixedResponse};
  config::Condition path;
  path.values = {"/fixed"};
  document.loadBalancers[0].listeners[0].rules.push_back(
      {.priority = 7, .conditions = {path}, .actions = {answer}});
  applyAndWait(document, {&a_, &b_});
  TestClient client(address());
  std::vector<std::shared_ptr<TestCall>> calls;
  for (int i = 0; i < 3; ++i)
    calls.push_back(client.unary("/test/echo", "hello"));
  for (int i = 0; i < 2; ++i)
    calls.push_back(client.unary("/fixed", "hello"));
  for (const auto& call : calls)
    EXPECT_TRUE(call->waitForEnd());
  const auto made = records(calls.size());
  const auto routes = engine_->readMetrics().routes;
  const ListenerId listener{"desk", "in"};
  EXPECT_EQ(routes.at({listener, 0, "group"}), 3u);
  EXPECT_EQ(routes.at({listener, 0, ""}), 0u);
  EXPECT_EQ(routes.at({listener, 7, ""}), 2u);
  for (const auto& record : made)
    EXPECT_GT(record->durationMicros, 0) << record->head->path;
}

TEST_F(CountedTraffic, TheWorkersTellTheirTrueCpuTime) {
  const auto processTime = [] {
    timespec all{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &all);
    return static_cast<std::uint64_t>(all.tv_sec) * 1'000'000 +
           static_cast<std::uint64_t>(all.tv_nsec) / 1000;
  };
  const std::uint64_t before = engine_->readMetrics().workerCpuMicros;
  TestClient client(address());
  const TimePoint limit = SteadyClock::now() + std::chrono::seconds(20);
  std::uint64_t used = 0;
  while (used < 2000 && SteadyClock::now() < limit) {
    auto call = client.unary("/test/echo", "x");
    ASSERT_TRUE(call->waitForEnd());
    used = engine_->readMetrics().workerCpuMicros - before;
  }
  EXPECT_GE(used, 2000U);
  EXPECT_LE(engine_->readMetrics().workerCpuMicros, processTime());
}

TEST_F(CountedTraffic, NoReadingEverGoesDown) {
  std::atomic<bool> done{false};
  std::thread reader([&] {
    auto last = engine_->readMetrics();
    while (!done) {
      auto now = engine_->readMetrics();
      for (const auto member : observe::kCountMembers)
        EXPECT_GE(now.total.*member, last.total.*member);
      for (const auto& [id, part] : last.grpcMethods)
        EXPECT_GE(now.grpcMethods.at(id).requests, part.requests);
      for (const auto& [key, count] : last.httpStatus)
        EXPECT_GE(now.httpStatus.at(key), count);
      last = std::move(now);
    }
  });
  send(10);
  done = true;
  reader.join();
}

TEST_F(CountedTraffic, IsToldAsCloudWatchWould) {
  send(2);
  const auto metrics = cloudWatchMetrics(engine_->readMetrics(), plainDocument({&a_, &b_}));
  const auto value = [&](const std::string& name, const observe::CloudWatchDimensions& dimensions) {
    for (const auto& metric : metrics) {
      if (metric.name == name && metric.dimensions == dimensions) return metric.value;
    }
    return -1.0;
  };
  const std::string balancer = observe::loadBalancerResource("desk");
  const std::string group = observe::targetGroupResource("group");
  EXPECT_EQ(value("RequestCount", {balancer, "", ""}), 16);
  EXPECT_EQ(value("RequestCount", {balancer, group, "local-1a"}), 16);
  EXPECT_EQ(value("HTTPCode_ELB_4XX_Count", {balancer, "", ""}), 4);
  EXPECT_EQ(value("GrpcRequestCount", {balancer, group, ""}), 16);
  EXPECT_EQ(value("HTTPCode_Target_2XX_Count", {balancer, group, ""}), 12);
}

}  // namespace
}  // namespace spillway::test
