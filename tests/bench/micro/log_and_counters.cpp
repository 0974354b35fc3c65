// SPDX-License-Identifier: GPL-3.0-or-later
#include <benchmark/benchmark.h>

#include "engine/observe/access_log.h"
#include "engine/observe/access_log_format.h"
#include "engine/observe/metrics.h"
#include "tests/bench/micro/records.h"

namespace spillway::bench {
namespace {

void logLine(benchmark::State& state) {
  const observe::StreamRecord record = unaryCall();
  for (auto _ : state)
    benchmark::DoNotOptimize(observe::formatAccessLogLine(record));
}
BENCHMARK(logLine);

/// With the gathering and writing, to a file that takes everything.
void logAppend(benchmark::State& state) {
  auto log = observe::AccessLog::open("/dev/null");
  if (!log) return state.SkipWithError("cannot open /dev/null");
  const observe::StreamRecord record = unaryCall();
  for (auto _ : state)
    log->append(record);
}
BENCHMARK(logAppend);

/// All that a worker counts for one call.
void counters(benchmark::State& state) {
  observe::MetricsRegistry registry;
  const observe::SlotSet slots{registry.listenerSlot({"bench", "HTTP:1"}), registry.groupSlot("servers"),
                               registry.targetSlot({"servers", "127.0.0.1", 1})};
  observe::WorkerMetrics& worker = registry.addWorker();
  const observe::StreamRecord record = unaryCall();
  for (auto _ : state) {
    worker.streamStarted(slots);
    worker.targetChosen(slots.target);
    worker.targetLeft(slots.target);
    worker.streamEnded(record, slots);
  }
  if (registry.read().total.requests != static_cast<std::uint64_t>(state.iterations()))
    state.SkipWithError("not all calls were counted");
}
BENCHMARK(counters);

}  // namespace
}  // namespace spillway::bench
