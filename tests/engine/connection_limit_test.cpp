// SPDX-License-Identifier: GPL-3.0-or-later
// A listener takes so many connections at a time, whichever worker has them; what is above is refused and
// counted.
#include <algorithm>
#include <string_view>

#include "engine/observe/cloudwatch_metrics.h"
#include "engine/observe/resource_names.h"
#include "tests/support/engine_fixture.h"

namespace spillway::test {
namespace {

class ConnectionLimit : public EngineFixture {
 protected:
  void SetUp() override {
    document_.loadBalancers[0].limits.connections = 2;
    document_.loadBalancers[0].listeners.push_back(document_.loadBalancers[0].listeners[0]);
    document_.loadBalancers[0].listeners[1].name = "other";
    applyAndWait(document_, {&target_});
  }

  observe::PartReading reading(const std::string& listener = "in") const {
    const auto all = engine_->readMetrics();
    const auto found = all.listeners.find({"desk", listener});
    return found == all.listeners.end() ? observe::PartReading{} : found->second;
  }
  bool waitForConnections(std::int64_t count) {
    return eventually([&] { return reading().activeConnections == count; });
  }
  static bool isServed(TestClient& client) {
    const auto call = client.unary("/test/echo", "x");
    return call->waitForEnd() && call->field("grpc-status") == "0";
  }

  TestTarget target_;
  config::Document document_ = plainDocument({&target_});
};

TEST_F(ConnectionLimit, ConnectionsAboveItAreRefusedAndCounted) {
  TestClient first(address()), second(address());
  ASSERT_TRUE(isServed(first) && isServed(second));
  for (std::uint64_t refused = 1; refused <= 3; ++refused) {
    TestClient third(address());
    EXPECT_TRUE(third.waitForClose());
    EXPECT_TRUE(eventually([&] { return reading().rejectedConnections == refused; }));
  }
  EXPECT_TRUE(isServed(first) && isServed(second)) << "who is in stays in";
  EXPECT_EQ(reading().newConnections, 2u);
  EXPECT_EQ(reading().activeConnections, 2);
  EXPECT_EQ(reading().rejectedConnections, 3u);
  EXPECT_EQ(engine_->readMetrics().total.rejectedConnections, 3u);
  const auto told = cloudWatchMetrics(engine_->readMetrics(), document_);
  const auto rejected = std::ranges::find_if(told, [](const auto& metric) {
    return metric.name == std::string_view("RejectedConnectionCount") &&
           metric.dimensions == observe::CloudWatchDimensions{observe::loadBalancerResource("desk"), "", ""};
  });
  ASSERT_NE(rejected, told.end());
  EXPECT_EQ(rejected->value, 3);
}

TEST_F(ConnectionLimit, AClosedConnectionMakesRoom) {
  TestClient first(address());
  ASSERT_TRUE(isServed(first));
  {
    TestClient second(address());
    ASSERT_TRUE(isServed(second));
  }
  ASSERT_TRUE(waitForConnections(1));
  TestClient third(address());
  EXPECT_TRUE(isServed(third));
  EXPECT_EQ(reading().rejectedConnections, 0u);
}

TEST_F(ConnectionLimit, IsThatOfOneListener) {
  TestClient first(address()), second(address());
  ASSERT_TRUE(isServed(first) && isServed(second));
  TestClient elsewhere(address("other"));
  EXPECT_TRUE(isServed(elsewhere));
  EXPECT_EQ(reading("other").rejectedConnections, 0u);
}

TEST_F(ConnectionLimit, ANewLimitCountsWithTheOldConnections) {
  TestClient first(address()), second(address());
  ASSERT_TRUE(isServed(first) && isServed(second));
  document_.loadBalancers[0].limits.connections = 3;
  apply(document_);
  TestClient third(address());
  EXPECT_TRUE(isServed(third));
  document_.loadBalancers[0].limits.connections = 1;
  apply(document_);
  TestClient fourth(address());
  EXPECT_TRUE(fourth.waitForClose());
  EXPECT_TRUE(isServed(first) && isServed(second) && isServed(third)) << "a lower limit ends nobody";
}

}  // namespace
}  // namespace spillway::test
