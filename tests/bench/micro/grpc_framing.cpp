// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/grpc_framing.h"

#include <benchmark/benchmark.h>

#include <vector>

namespace spillway::bench {
namespace {

/// About 64 KiB of whole messages of this payload, in reads of 16 KiB.
void grpcFraming(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::vector<std::uint8_t> bytes;
  std::uint64_t messages = 0;
  while (bytes.size() < 65'536) {
    bytes.insert(bytes.end(),
                 {0, static_cast<std::uint8_t>(size >> 24), static_cast<std::uint8_t>(size >> 16),
                  static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)});
    bytes.resize(bytes.size() + size);
    ++messages;
  }
  for (auto _ : state) {
    http::GrpcFraming framing;
    std::uint64_t payload = 0;
    for (std::span<const std::uint8_t> left = bytes; !left.empty();) {
      const auto part = left.first(std::min<std::size_t>(left.size(), 16'384));
      framing.pass(part, [&](const auto& message) { payload += message.size; });
      left = left.subspan(part.size());
    }
    if (payload != messages * size) return state.SkipWithError("not all messages were found");
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(messages));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(grpcFraming)->Arg(20)->Arg(1000)->Arg(60'000);

}  // namespace
}  // namespace spillway::bench
