// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/observe/event_bus.h"

#include <gtest/gtest.h>

#include <fstream>
#include <thread>

#include "engine/base/spsc_ring.h"
#include "tests/support/temporary_folder.h"

namespace spillway::observe {
namespace {

Event detail(StreamId stream, std::uint32_t number) {
  Event event{.kind = EventKind::Message, .number = number, .stream = stream};
  event.time = wallNow();
  return event;
}

Event ended(StreamId stream) {
  Event event{.kind = EventKind::StreamEnded, .stream = stream};
  event.time = wallNow();
  auto record = std::make_shared<StreamRecord>();
  auto head = std::make_shared<StreamHead>();
  head->id = stream;
  head->method = "POST";
  record->head = std::move(head);
  event.record = std::move(record);
  return event;
}

std::vector<Event> drained(EventBus& bus, Subscription& subscription) {
  bus.flush();
  std::vector<Event> events;
  while (subscription.drain(events, 1000) > 0) {
  }
  return events;
}

TEST(SpscRing, KeepsOrderAndRefusesWhenFull) {
  SpscRing<int> ring(4);
  for (int i = 0; i < 4; ++i) {
    int value = i;
    EXPECT_TRUE(ring.push(value));
  }
  int extra = 9;
  EXPECT_FALSE(ring.push(extra));
  EXPECT_EQ(extra, 9);
  int got = -1;
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(ring.pop(got));
    EXPECT_EQ(got, i);
  }
  EXPECT_FALSE(ring.pop(got));
}

TEST(SpscRing, PassesEverythingBetweenTwoThreads) {
  SpscRing<std::uint64_t> ring(64);
  constexpr std::uint64_t kCount = 200'000;
  std::thread producer([&] {
    for (std::uint64_t i = 1; i <= kCount; ++i) {
      std::uint64_t value = i;
      while (!ring.push(value))
        std::this_thread::yield();
    }
  });
  for (std::uint64_t expected = 1, got = 0; expected <= kCount;) {
    if (!ring.pop(got)) {
      std::this_thread::yield();
      continue;
    }
    ASSERT_EQ(got, expected++);
  }
  producer.join();
}

TEST(EventBus, AStreamsEndNeverOvertakesItsDetails) {
  EventBus bus;
  EventSink& sink = bus.addSink();
  const auto subscription = bus.subscribe({});
  constexpr StreamId kStreams = 2000;
  std::thread producer([&] {
    for (StreamId stream = 1; stream <= kStreams; ++stream) {
      for (std::uint32_t i = 1; i <= 3; ++i)
        sink.emit(detail(stream, i));
      sink.emitKept(ended(stream));
    }
  });
  producer.join();
  std::map<StreamId, std::uint32_t> seen;
  StreamId endedStreams = 0;
  for (const Event& event : drained(bus, *subscription)) {
    if (event.kind == EventKind::Message) {
      EXPECT_EQ(event.number, ++seen[event.stream]);
    } else {
      ++endedStreams;
      seen[event.stream] = 99;  // a later detail would break the order above
    }
  }
  EXPECT_EQ(endedStreams, kStreams);
}

TEST(EventBus, AFloodOfDetailsLosesNoRecord) {
  EventBus bus;
  EventSink& sink = bus.addSink();
  const auto subscription = bus.subscribe({.details = true, .capacity = 1 << 20});
  for (StreamId stream = 1; stream <= 100; ++stream) {
    for (std::uint32_t i = 0; i < 2000; ++i)
      sink.emit(detail(stream, i));
    sink.emitKept(ended(stream));
  }
  std::size_t records = 0, details = 0;
  for (const Event& event : drained(bus, *subscription))
    ++(event.record ? records : details);
  EXPECT_EQ(records, 100u);
  EXPECT_EQ(details + bus.droppedDetails(), 200'000u);
}

TEST(EventBus, RecordsThatDoNotFitWaitWithTheProducer) {
  EventBus bus;
  EventSink& sink = bus.addSink();
  const auto subscription = bus.subscribe({.details = false, .capacity = 1 << 18});
  constexpr StreamId kMany = 100'000;
  for (StreamId stream = 1; stream <= kMany; ++stream)
    sink.emitKept(ended(stream));
  std::size_t records = 0;
  for (int i = 0; i < 20 && records < kMany; ++i) {
    sink.flush();
    records += drained(bus, *subscription).size();
  }
  EXPECT_EQ(records, kMany);
  EXPECT_EQ(subscription->dropped().records, 0u);
}

TEST(EventBus, ASlowReaderLosesAndCountsButHarmsNobody) {
  EventBus bus;
  EventSink& sink = bus.addSink();
  const auto slow = bus.subscribe({.details = true, .capacity = 16});
  const auto quick = bus.subscribe({.details = true, .capacity = 4096});
  for (StreamId stream = 1; stream <= 100; ++stream)
    sink.emitKept(ended(stream));
  EXPECT_EQ(drained(bus, *quick).size(), 100u);
  EXPECT_EQ(drained(bus, *slow).size(), 16u);
  EXPECT_EQ(slow->dropped().records, 84u);
  EXPECT_EQ(quick->dropped().records, 0u);
}

TEST(EventBus, DetailsLeaveASlowReadersQueueHalfFree) {
  EventBus bus;
  EventSink& sink = bus.addSink();
  const auto slow = bus.subscribe({.details = true, .capacity = 64});
  for (std::uint32_t i = 0; i < 100; ++i)
    sink.emit(detail(1, i));
  bus.flush();
  for (StreamId stream = 1; stream <= 32; ++stream)
    sink.emitKept(ended(stream));
  EXPECT_EQ(drained(bus, *slow).size(), 64u);
  EXPECT_EQ(slow->dropped().details, 68u);
  EXPECT_EQ(slow->dropped().records, 0u);
}

constexpr TimePoint kNow{std::chrono::hours(1)};

TEST(EventBus, DetailsAreWantedOnlyWhileSomebodyWantsThem) {
  EventBus bus;
  EventSink& sink = bus.addSink();
  EXPECT_FALSE(sink.wantsDetails(kNow));
  const auto records = bus.subscribe({.details = false, .capacity = 16});
  EXPECT_FALSE(sink.wantsDetails(kNow));
  auto details = bus.subscribe({});
  EXPECT_TRUE(sink.wantsDetails(kNow));
  details.reset();
  EXPECT_FALSE(sink.wantsDetails(kNow));
  sink.emit(detail(1, 1));
  EXPECT_TRUE(drained(bus, *records).empty());
}

TEST(EventBus, DetailsOfTooManyStreamsAtOnceAreCountedInstead) {
  EventBus bus;
  EventSink &one = bus.addSink(), &other = bus.addSink();
  const auto modest = bus.subscribe({.detailedPerSecond = 10});
  int detailed = 0;
  for (int i = 0; i < 100; ++i)
    detailed += (one.wantsDetails(kNow) ? 1 : 0) + (other.wantsDetails(kNow) ? 1 : 0);
  EXPECT_EQ(detailed, 20);
  EXPECT_EQ(bus.summarizedStreams(), 180U);
  EXPECT_TRUE(one.wantsDetails(kNow + std::chrono::seconds(1)));
  // Who wants all of them gets all.
  const auto greedy = bus.subscribe({});
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(other.wantsDetails(kNow + std::chrono::seconds(2)));
}

TEST(EventBus, TheAccessLogGetsALinePerRecord) {
  const test::TemporaryFolder folder;
  EventBus bus;
  EventSink& sink = bus.addSink();
  ASSERT_TRUE(bus.writeAccessLog(folder.file("access.log")));
  for (StreamId stream = 1; stream <= 5; ++stream)
    sink.emitKept(ended(stream));
  bus.flush();
  std::ifstream file(folder.file("access.log"));
  std::size_t lines = 0;
  for (std::string line; std::getline(file, line);)
    ++lines;
  EXPECT_EQ(lines, 5u);
}

TEST(EventBus, AnAccessLogThatCannotBeWrittenIsNamed) {
  EventBus bus;
  const auto result = bus.writeAccessLog("/no/such/folder/access.log");
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().detail.find("/no/such/folder/access.log"), std::string::npos);
}

}  // namespace
}  // namespace spillway::observe
