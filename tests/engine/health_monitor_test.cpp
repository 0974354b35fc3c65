// SPDX-License-Identifier: GPL-3.0-or-later
// Targets are checked at their times, register, drain and leave, and each step is told.
#include "engine/health/health_monitor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "engine/health/host_counts.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_client.h"

namespace spillway::test {
namespace {

using observe::HealthReason;
using observe::TargetState;
using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::ElementsAre;

class RecordingSink final : public observe::EventSink {
 public:
  bool wantsDetails(TimePoint) override { return false; }
  bool wantsDecision(TimePoint) override { return false; }
  void emit(observe::Event&&) override {}
  void emitKept(observe::Event&& event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(*event.health);
  }
  void flush() override {}
  std::vector<observe::HealthEvent> events() const {
    const std::lock_guard lock(mutex_);
    return events_;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<observe::HealthEvent> events_;
};

class Monitor : public ::testing::Test {
 protected:
  Monitor() {
    group().name = "group";
    group().protocolVersion = config::ProtocolVersion::Http1;
    group().healthCheck.path = "/";
    group().healthCheck.intervalSeconds = 100;
    group().healthCheck.timeoutSeconds = 50;
    group().healthCheck.unhealthyThresholdCount = 1;
    group().healthCheck.healthyThresholdCount = 1;
    addTarget(server_);
    config::Listener listener;
    listener.name = "in";
    listener.defaultActions = {config::forwardTo("group")};
    document_.loadBalancers.resize(1);
    document_.loadBalancers[0].name = "desk";
    document_.loadBalancers[0].listeners = {listener};
  }
  ~Monitor() override {
    onLoop([this] { monitor_.stop(); });
    loop_.stop();
    thread_.join();
  }

  config::TargetGroup& group() {
    if (document_.targetGroups.empty()) document_.targetGroups.resize(1);
    return document_.targetGroups[0];
  }
  void addTarget(const ScriptedServer& server) {
    group().targets.push_back({"127.0.0.1", server.port(), ""});
  }

  void onLoop(const std::function<void()>& work) {
    std::promise<void> done;
    loop_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }
  /// What compiling gives of the document, as far as health goes. Targets of `unresolved_` have no address.
  std::shared_ptr<const balance::Snapshot> snapshot() {
    auto result = std::make_shared<balance::Snapshot>();
    result->document = document_;
    for (const auto& settings : document_.targetGroups) {
      auto made = std::make_shared<balance::GroupSnapshot>();
      made->settings = settings;
      made->runtime = std::make_shared<balance::GroupRuntime>();
      made->inUse = !document_.loadBalancers[0].listeners.empty();
      for (const auto& target : settings.targets) {
        const TargetId id{settings.name, target.id, static_cast<std::uint16_t>(target.port)};
        auto& runtime = runtimes_[id];
        if (!runtime) runtime = std::make_shared<balance::TargetRuntime>(id);
        const auto address = net::SocketAddress::parse(target.id, id.port);
        (address ? made->targets : made->unresolved)
            .push_back({runtime, address.value_or(net::SocketAddress{}), target.id, target.id, {}});
      }
      result->groups.push_back(made);
    }
    return result;
  }
  void apply() {
    onLoop([this, made = snapshot()] { monitor_.apply(made); });
  }
  TargetStatus status(std::size_t index = 0) const {
    const auto all = monitor_.statuses();
    return index < all.size() ? all[index] : TargetStatus{};
  }
  bool waitFor(TargetState state) {
    return eventually([&] { return !monitor_.statuses().empty() && status().state == state; });
  }
  bool waitForChecks(std::size_t count) {
    return eventually([&] { return checks().size() >= count; });
  }
  std::vector<observe::HealthEvent> checks() const {
    auto all = sink_.events();
    std::erase_if(all, [](const auto& event) { return !event.isCheck; });
    return all;
  }
  std::vector<TargetState> changes() const {
    std::vector<TargetState> states;
    for (const auto& event : sink_.events()) {
      if (event.changed) states.push_back(event.state);
    }
    return states;
  }
  void checkNow() {
    onLoop([this] { monitor_.checkNow({"group", "127.0.0.1", server_.port()}); });
  }

  ScriptedServer server_{{http1Answer(200)}};
  config::Document document_;
  std::map<TargetId, std::shared_ptr<balance::TargetRuntime>> runtimes_;
  net::EventLoop loop_;
  RecordingSink sink_;
  std::atomic<double> jitter_{0};
  health::HealthMonitor monitor_{loop_, sink_, [this] { return jitter_.load(); }};
  std::thread thread_{[this] { loop_.run(); }};
};

milliseconds untilNext(const TargetStatus& status) {
  return std::chrono::duration_cast<milliseconds>(status.nextCheck - status.lastCheck);
}

TEST_F(Monitor, ANewTargetIsCheckedAtOnceAndTheCheckIsTold) {
  apply();
  ASSERT_TRUE(waitFor(TargetState::Healthy));
  EXPECT_THAT(changes(), ElementsAre(TargetState::Initial, TargetState::Healthy));
  const auto check = checks().at(0);
  EXPECT_EQ(check.address, "127.0.0.1:" + std::to_string(server_.port()));
  EXPECT_EQ(check.loadBalancer, "desk");
  EXPECT_EQ(check.logType, "http");
  EXPECT_EQ(check.logReason, "");
  EXPECT_TRUE(check.passed);
  EXPECT_EQ(check.code, 200u);
  EXPECT_GT(check.latencyMicros, 0);
  EXPECT_EQ(runtimes_.begin()->second->state, TargetState::Healthy);
}

TEST_F(Monitor, AFailureHasALogReasonAndAlbsWords) {
  server_.play({http1Answer(503)});
  apply();
  ASSERT_TRUE(waitFor(TargetState::Unhealthy));
  const auto check = checks().at(0);
  EXPECT_EQ(check.logReason, "TargetError");
  EXPECT_EQ(check.description, "Health checks failed with these codes: [503]");
  EXPECT_EQ(status().description, check.description);
  EXPECT_EQ(status().detail, "got HTTP status 503, expected 200");
}

TEST_F(Monitor, ChecksAreSpreadByATenthOfTheInterval) {
  for (const auto& [jitter, wanted] : std::vector<std::pair<double, seconds>>{
           {-1.0, seconds(90)}, {0.5, seconds(105)}, {1.0, seconds(110)}}) {
    jitter_ = jitter;
    group().healthCheck.unhealthyThresholdCount += 1;  // other settings begin a schedule
    apply();
    EXPECT_NEAR(untilNext(status()).count(), milliseconds(wanted).count(), 200) << jitter;
  }
}

TEST_F(Monitor, TheNextCheckWaitsForTheTimeoutAtLeast) {
  jitter_ = -1;
  group().healthCheck.timeoutSeconds = 99;
  apply();
  EXPECT_NEAR(untilNext(status()).count(), 99'000, 200);
}

TEST(Jitter, StaysWithinOneAndVaries) {
  const health::Jitter jitter = health::evenJitter();
  double lowest = 1, highest = -1;
  for (int i = 0; i < 1000; ++i) {
    const double value = jitter();
    lowest = std::min(lowest, value);
    highest = std::max(highest, value);
  }
  EXPECT_GE(lowest, -1.0);
  EXPECT_LT(lowest, -0.5);
  EXPECT_LE(highest, 1.0);
  EXPECT_GT(highest, 0.5);
}

TEST_F(Monitor, ChecksGoOnAtTheirInterval) {
  group().healthCheck.intervalSeconds = 2;
  group().healthCheck.timeoutSeconds = 1;
  jitter_ = -1;
  const auto begun = SteadyClock::now();
  apply();
  ASSERT_TRUE(waitForChecks(3));
  const auto took = SteadyClock::now() - begun;
  EXPECT_GE(took, milliseconds(3'500));
  EXPECT_LT(took, milliseconds(5'500));
  EXPECT_EQ(server_.received().size(), 3u);
}

TEST_F(Monitor, ASlowAnswerDoesNotMoveTheNextStart) {
  server_.play({"", Part::Then::Stay});
  group().healthCheck.intervalSeconds = 2;
  group().healthCheck.timeoutSeconds = 1;
  apply();
  const auto planned = status().nextCheck;
  ASSERT_TRUE(waitForChecks(1));
  EXPECT_EQ(checks().at(0).logReason, "TimedOut");
  EXPECT_EQ(status().nextCheck, planned);
  ASSERT_TRUE(eventually([&] { return status().nextCheck > planned; }));
  EXPECT_LT(std::chrono::abs(status().lastCheck - planned), milliseconds(500));
}

TEST_F(Monitor, CheckNowCountsAndKeepsTheSchedule) {
  apply();
  ASSERT_TRUE(waitFor(TargetState::Healthy));
  const auto planned = status().nextCheck;
  server_.play({http1Answer(404)});
  checkNow();
  ASSERT_TRUE(waitFor(TargetState::Unhealthy));
  EXPECT_EQ(status().nextCheck, planned);
}

TEST_F(Monitor, CheckNowDuringACheckBeginsNoSecondOne) {
  server_.play({"", Part::Then::Stay});
  apply();
  ASSERT_TRUE(eventually([&] { return server_.received().size() == 1 && !server_.received()[0].empty(); }));
  checkNow();
  checkNow();
  // A connection that was begun is accepted before this other one, which waits behind it.
  ScriptedServer other({http1Answer(200)});
  addTarget(other);
  apply();
  ASSERT_TRUE(eventually([&] { return other.received().size() == 1; }));
  EXPECT_EQ(server_.received().size(), 1u);
}

TEST_F(Monitor, ChangedSettingsHoldAtOnceAndKeepTheState) {
  group().healthCheck.unhealthyThresholdCount = 2;
  apply();
  ASSERT_TRUE(waitFor(TargetState::Healthy));
  group().healthCheck.matcher.httpCode = "404";
  apply();
  EXPECT_EQ(status().state, TargetState::Healthy);
  ASSERT_TRUE(waitForChecks(2));
  EXPECT_EQ(status().state, TargetState::Healthy);
  EXPECT_EQ(status().failedInARow, 1u);
  group().healthCheck.path = "/other";
  apply();
  ASSERT_TRUE(waitFor(TargetState::Unhealthy));
  EXPECT_THAT(server_.received().back(), ::testing::StartsWith("GET /other "));
  EXPECT_THAT(changes(), ElementsAre(TargetState::Initial, TargetState::Healthy, TargetState::Unhealthy));
}

TEST_F(Monitor, AnApplyThatChangesNothingChecksNothing) {
  apply();
  ASSERT_TRUE(waitForChecks(1));
  const auto planned = status().nextCheck;
  apply();
  EXPECT_EQ(status().nextCheck, planned);
  EXPECT_EQ(server_.received().size(), 1u);
}

TEST_F(Monitor, TheHealthCheckPortIsWhereChecksGo) {
  ScriptedServer other({http1Answer(200)});
  group().healthCheck.port = other.port();
  apply();
  ASSERT_TRUE(waitFor(TargetState::Healthy));
  EXPECT_EQ(other.received().size(), 1u);
  EXPECT_EQ(server_.received().size(), 0u);
  EXPECT_EQ(checks().at(0).address, "127.0.0.1:" + std::to_string(other.port()));
  EXPECT_EQ(status().id.port, server_.port());
}

TEST_F(Monitor, AGroupThatNothingForwardsToIsUnused) {
  apply();
  ASSERT_TRUE(waitFor(TargetState::Healthy));
  const auto listeners = std::exchange(document_.loadBalancers[0].listeners, {});
  apply();
  EXPECT_EQ(status().state, TargetState::Unused);
  EXPECT_EQ(status().reason, HealthReason::NotInUse);
  EXPECT_EQ(status().description, "Target group is not configured to receive traffic from the load balancer");
  EXPECT_EQ(status().nextCheck, WallTime{});
  checkNow();
  document_.loadBalancers[0].listeners = listeners;
  apply();
  ASSERT_TRUE(waitFor(TargetState::Healthy));
  EXPECT_EQ(server_.received().size(), 2u);
}

TEST_F(Monitor, ADeregisteredTargetDrainsAndThenLeaves) {
  group().attributes.deregistrationDelaySeconds = 1;
  apply();
  ASSERT_TRUE(waitFor(TargetState::Healthy));
  const auto targets = std::exchange(group().targets, {});
  apply();
  EXPECT_EQ(status().state, TargetState::Draining);
  EXPECT_EQ(status().reason, HealthReason::DeregistrationInProgress);
  EXPECT_EQ(status().description, "Target deregistration is in progress");
  EXPECT_GT(status().drainingLeftMs, 0);
  EXPECT_LE(status().drainingLeftMs, 1000);
  EXPECT_NE(runtimes_.begin()->second->drainDeadline, 0);
  ASSERT_TRUE(eventually([&] { return monitor_.statuses().empty(); }));
  const auto last = sink_.events().back();
  EXPECT_EQ(last.state, TargetState::Unused);
  EXPECT_EQ(last.reason, HealthReason::NotRegistered);
  EXPECT_EQ(last.previous, TargetState::Draining);
}

TEST_F(Monitor, RegisteringAgainEndsTheDrainingAndBeginsAnew) {
  apply();
  ASSERT_TRUE(waitFor(TargetState::Healthy));
  const auto targets = std::exchange(group().targets, {});
  apply();
  EXPECT_EQ(status().state, TargetState::Draining);
  group().targets = targets;
  apply();
  ASSERT_TRUE(waitFor(TargetState::Healthy));
  EXPECT_EQ(status().drainingLeftMs, 0);
  EXPECT_EQ(runtimes_.begin()->second->drainDeadline, 0);
  EXPECT_THAT(changes(), ElementsAre(TargetState::Initial, TargetState::Healthy, TargetState::Draining,
                                     TargetState::Initial, TargetState::Healthy));
}

TEST_F(Monitor, AnUnusedTargetLeavesAtOnce) {
  document_.loadBalancers[0].listeners.clear();
  apply();
  EXPECT_EQ(status().state, TargetState::Unused);
  group().targets.clear();
  apply();
  EXPECT_TRUE(monitor_.statuses().empty());
}

TEST_F(Monitor, ATargetWhoseNameHasNoAddressIsUnhealthyAndNotChecked) {
  group().targets = {{"gone.test", 80, ""}};
  apply();
  EXPECT_EQ(status().state, TargetState::Unhealthy);
  EXPECT_EQ(status().reason, HealthReason::FailedHealthChecks);
  EXPECT_EQ(status().detail, "the name gone.test does not resolve");
  EXPECT_EQ(status().nextCheck, WallTime{});
  onLoop([this] { monitor_.checkNow({"group", "gone.test", 80}); });
  EXPECT_TRUE(checks().empty());
}

TEST(HostCounts, TellTheStatesOfEachGroupApart) {
  const auto target = [](const char* group, TargetState state) {
    TargetStatus status;
    status.id.group = group;
    status.state = state;
    return status;
  };
  const auto counts =
      health::countHosts({target("a", TargetState::Healthy), target("a", TargetState::Healthy),
                          target("a", TargetState::Initial), target("a", TargetState::Draining),
                          target("b", TargetState::Unhealthy), target("b", TargetState::Unused)});
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_EQ(counts.at("a"),
            (health::HostCounts{.healthy = 2, .unhealthy = 0, .initial = 1, .draining = 1, .unused = 0}));
  EXPECT_EQ(counts.at("b"),
            (health::HostCounts{.healthy = 0, .unhealthy = 1, .initial = 0, .draining = 0, .unused = 1}));
}

}  // namespace
}  // namespace spillway::test
