// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include "engine/observe/metrics_reading.h"

namespace spillway::test {

/// What a reading promises of every part at rest.
inline void expectThatItAddsUp(const observe::PartReading& part) {
  std::uint64_t byHttp = 0, byGrpc = 0, byClass = 0;
  for (const auto& [key, count] : part.httpStatus)
    byHttp += count;
  for (const auto& [code, count] : part.grpcStatus)
    byGrpc += count;
  for (int hundreds = 0; hundreds < 6; ++hundreds)
    byClass += part.statusClass(hundreds, false) + part.statusClass(hundreds, true);
  EXPECT_EQ(byHttp, part.requests);
  EXPECT_EQ(byClass, part.requests);
  EXPECT_EQ(part.duration.count, part.requests);
  EXPECT_EQ(byGrpc + part.grpcWithoutStatus, part.grpcRequests);
  EXPECT_EQ(part.activeStreams, 0);
}

inline void expectThatEverythingAddsUp(const observe::MetricsReading& reading) {
  expectThatItAddsUp(reading.total);
  std::uint64_t requests = 0;
  for (const auto& [id, part] : reading.listeners) {
    expectThatItAddsUp(part);
    requests += part.requests;
  }
  EXPECT_EQ(requests, reading.total.requests);
  for (const auto& [name, part] : reading.loadBalancers)
    expectThatItAddsUp(part);
  for (const auto& [name, part] : reading.groups)
    expectThatItAddsUp(part);
  for (const auto& [id, part] : reading.targets)
    expectThatItAddsUp(part);
  for (const auto& [id, part] : reading.grpcMethods)
    expectThatItAddsUp(part);
}

}  // namespace spillway::test
