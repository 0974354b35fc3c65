// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/engine_fixture.h"

#include <algorithm>

namespace spillway::test {

config::Document plainDocument(const std::vector<const TestTarget*>& targets) {
  config::TargetGroup group;
  group.name = "group";
  group.port = 50061;
  group.healthCheck.intervalSeconds = 2;
  group.healthCheck.timeoutSeconds = 1;
  group.healthCheck.healthyThresholdCount = 1;
  group.healthCheck.unhealthyThresholdCount = 1;
  for (const TestTarget* target : targets)
    group.targets.push_back({"127.0.0.1", target->port()});
  config::Listener listener;
  listener.name = "in";
  listener.protocol = config::Protocol::Http;
  listener.defaultActions.push_back(config::forwardTo(group.name));
  config::LoadBalancer balancer;
  balancer.name = "desk";
  balancer.beyondAlb.plaintextHttp2 = true;
  balancer.beyondAlb.fastHealthChecks = true;
  balancer.listeners.push_back(listener);
  config::Document document;
  document.loadBalancers.push_back(balancer);
  document.targetGroups.push_back(group);
  return document;
}

EngineFixture::EngineFixture(std::size_t workers) : EngineFixture(EngineOptions{.workers = workers}) {}

EngineFixture::EngineFixture(EngineOptions options) {
  options.dataDirectory = folder_.path();
  engine_ = std::make_unique<Engine>(options);
  subscription_ = engine_->subscribe({});
}

EngineFixture::~EngineFixture() {
  engine_->stop(std::chrono::milliseconds(0));
}

void EngineFixture::apply(const config::Document& document) {
  const ApplyReport report = engine_->apply(document);
  std::string words;
  for (const auto& issue : report.issues)
    words += config::describe(issue) + "\n";
  ASSERT_TRUE(report.applied) << words;
}

std::string EngineFixture::address(const std::string& listener) const {
  for (const auto& status : engine_->listeners()) {
    if (status.id.listener == listener && !status.addresses.empty()) return status.addresses.front();
  }
  return {};
}

TargetStatus EngineFixture::status(const TestTarget& target) const {
  for (const auto& status : engine_->targets()) {
    if (status.id.port == target.port()) return status;
  }
  return {};
}

bool EngineFixture::waitForState(const TestTarget& target, observe::TargetState state) {
  return eventually([&] { return status(target).state == state; });
}

void EngineFixture::applyAndWait(const config::Document& document,
                                 const std::vector<const TestTarget*>& targets) {
  apply(document);
  for (const TestTarget* target : targets) {
    ASSERT_TRUE(waitForState(*target, observe::TargetState::Healthy)) << status(*target).detail;
  }
}

std::vector<observe::Event> EngineFixture::events() {
  engine_->flushEvents();
  while (subscription_->drain(events_, 1000) > 0) {
  }
  return events_;
}

std::vector<std::shared_ptr<const observe::StreamRecord>> EngineFixture::records(std::size_t count) {
  std::vector<std::shared_ptr<const observe::StreamRecord>> found;
  eventually([&] {
    found.clear();
    for (const auto& event : events()) {
      if (event.kind == observe::EventKind::StreamEnded) found.push_back(event.record);
    }
    return found.size() >= count;
  });
  return found;
}

}  // namespace spillway::test
