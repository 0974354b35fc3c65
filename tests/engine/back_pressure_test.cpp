// SPDX-License-Identifier: GPL-3.0-or-later
// A slow reader stops its sender, and nobody else.
#include "tests/support/engine_fixture.h"

namespace spillway::test {
namespace {

class BackPressure : public EngineFixture {
 protected:
  BackPressure() : EngineFixture(1) {}
  void SetUp() override { applyAndWait(plainDocument({&target_}), {&target_}); }
  TestTarget target_;
};

/// What may be on its way for one stalled stream: two windows of 64 KiB, two outputs of 32 KiB, and a margin.
/// Far below the 8 MiB that the target wants to send.
constexpr std::size_t kBound = 512 * 1024;

TEST_F(BackPressure, AReaderThatStopsStopsTheTarget) {
  TestClient client(address());
  auto slow = client.start("/test/flood", {}, TestCall::Reading::No);
  ASSERT_TRUE(slow->waitForBytes(60'000));
  // The other streams of the same connection go on: their round trips also give the flood time to run over
  // its bound.
  for (int i = 0; i < 50; ++i) {
    auto quick = client.unary("/test/echo", "quick");
    ASSERT_TRUE(quick->waitForEnd());
    EXPECT_EQ(quick->field("grpc-status"), "0");
  }
  EXPECT_LE(target_.bytesSent(), kBound);
  slow->resumeReading();
  ASSERT_TRUE(slow->waitForBytes(8 * 1024 * 1024));
  ASSERT_TRUE(slow->waitForEnd());
  EXPECT_EQ(slow->field("grpc-status"), "0");
}

TEST_F(BackPressure, ATargetThatStopsReadingStopsTheClient) {
  TestClient client(address());
  auto call = client.start("/test/hold");
  call->send(std::string(4 * 1024 * 1024, 'x'), http::End::No);
  ASSERT_TRUE(eventually([&] { return target_.bytesReceived() >= 60'000; }));
  for (int i = 0; i < 50; ++i) {
    auto quick = client.unary("/test/echo", "quick");
    ASSERT_TRUE(quick->waitForEnd());
    EXPECT_EQ(quick->field("grpc-status"), "0");
  }
  EXPECT_LE(target_.bytesReceived(), kBound);
}

}  // namespace
}  // namespace spillway::test
