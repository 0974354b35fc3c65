// SPDX-License-Identifier: GPL-3.0-or-later
#include <benchmark/benchmark.h>

#include "tests/engine/head_cases.h"

namespace spillway::bench {
namespace {

/// What grpc++ sends with a unary call.
const proxy::Fields& requestFields() {
  static const proxy::Fields fields{{"content-type", "application/grpc"},
                                    {"te", "trailers"},
                                    {"grpc-accept-encoding", "identity, deflate, gzip"},
                                    {"user-agent", "grpc-c++/1.51.1 grpc-c/29.0.0 (linux; chttp2)"},
                                    {"grpc-timeout", "4999m"},
                                    {"authorization", "Bearer 0123456789abcdef0123456789abcdef"}};
  return fields;
}

/// As a parser gives them, one after the other.
void fieldsAdded(benchmark::State& state) {
  for (auto _ : state) {
    http::Headers fields;
    for (const auto& [name, value] : requestFields())
      fields.add(name, value);
    benchmark::DoNotOptimize(fields);
  }
}
BENCHMARK(fieldsAdded);

void headCopied(benchmark::State& state) {
  const http::MessageHead head = proxy::requestWith(requestFields());
  for (auto _ : state) {
    http::MessageHead copy = head;
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(headCopied);

/// With the copy that it changes: subtract headCopied.
void requestRewritten(benchmark::State& state) {
  const http::MessageHead head = proxy::requestWith(requestFields());
  const proxy::ConnectionFacts facts = proxy::clientFacts();
  const balance::ListenerSnapshot listener = proxy::plainListener();
  for (auto _ : state) {
    http::MessageHead copy = head;
    benchmark::DoNotOptimize(proxy::rewriteRequestHead(copy, facts, listener));
  }
}
BENCHMARK(requestRewritten);

/// The same for the answer.
void responseRewritten(benchmark::State& state) {
  const http::MessageHead head = proxy::responseWith({{"content-type", "application/grpc"}});
  const config::ListenerAttributes listener;
  for (auto _ : state) {
    http::MessageHead copy = head;
    proxy::rewriteResponseHead(copy, listener);
    benchmark::DoNotOptimize(copy);
  }
}
BENCHMARK(responseRewritten);

}  // namespace
}  // namespace spillway::bench
