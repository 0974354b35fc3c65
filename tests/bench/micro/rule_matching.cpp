// SPDX-License-Identifier: GPL-3.0-or-later
#include <benchmark/benchmark.h>

#include <string>

#include "engine/balance/compile_rules.h"
#include "engine/balance/router.h"

namespace spillway::bench {
namespace {

config::Rule pathRule(std::uint32_t priority, std::string pattern) {
  config::Condition condition;
  condition.values = {std::move(pattern)};
  config::Rule rule;
  rule.priority = priority;
  rule.conditions = {std::move(condition)};
  rule.actions = {config::forwardTo("servers")};
  return rule;
}

/// As many path rules as asked for, of which the last one matches.
balance::ListenerSnapshot listenerWith(std::uint32_t rules) {
  config::Listener listener;
  listener.defaultActions = {config::forwardTo("servers")};
  for (std::uint32_t number = 1; number < rules; ++number)
    listener.rules.push_back(pathRule(number, "/shop.Part" + std::to_string(number) + "/*"));
  listener.rules.push_back(pathRule(rules, "/routeguide.RouteGuide/*"));
  auto group = std::make_shared<balance::GroupSnapshot>();
  group->settings.name = "servers";
  balance::ListenerSnapshot snapshot;
  snapshot.rules = balance::compileRules(listener, {group});
  return snapshot;
}

/// A request is looked at and finds its rule.
void ruleMatching(benchmark::State& state) {
  const auto rules = static_cast<std::uint32_t>(state.range(0));
  const balance::ListenerSnapshot listener = listenerWith(rules);
  http::MessageHead head;
  head.method = "POST";
  head.scheme = "https";
  head.authority = "localhost:50051";
  head.path = "/routeguide.RouteGuide/GetFeature";
  const auto client = *net::SocketAddress::parse("127.0.0.1", 54022);
  for (auto _ : state) {
    const balance::RuleMatch found = balance::match(listener, head, client);
    if (found.rule.priority != rules) return state.SkipWithError("another rule matched");
    benchmark::DoNotOptimize(found.evaluated);
  }
}
BENCHMARK(ruleMatching)->Arg(1)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace spillway::bench
