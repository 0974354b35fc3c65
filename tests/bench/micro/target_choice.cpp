// SPDX-License-Identifier: GPL-3.0-or-later
#include <benchmark/benchmark.h>

#include "engine/balance/selector.h"
#include "tests/engine/balance_groups.h"

namespace spillway::bench {
namespace {

void choice(benchmark::State& state, config::Algorithm algorithm) {
  balance::GroupSnapshot group = balance::groupOf(static_cast<std::size_t>(state.range(0)));
  group.settings.attributes.algorithm = algorithm;
  balance::Selector selector{balance::Random(1)};
  const balance::PickRequest request{.now = SteadyClock::now()};
  for (auto _ : state)
    benchmark::DoNotOptimize(selector.pick(group, request).target);
}
BENCHMARK_CAPTURE(choice, roundRobin, config::Algorithm::RoundRobin)->Arg(1)->Arg(100)->Arg(1000);
BENCHMARK_CAPTURE(choice, leastOutstanding, config::Algorithm::LeastOutstandingRequests)
    ->Arg(1)
    ->Arg(100)
    ->Arg(1000);
BENCHMARK_CAPTURE(choice, weightedRandom, config::Algorithm::WeightedRandom)->Arg(1)->Arg(100)->Arg(1000);

}  // namespace
}  // namespace spillway::bench
