// SPDX-License-Identifier: GPL-3.0-or-later
// What captured bytes are read as, and the bytes of a row that a capture becomes.
#include <gmock/gmock.h>

#include <random>

#include "engine/history/capture_body.h"
#include "engine/observe/capture_view.h"
#include "tests/support/captured_parts.h"

namespace spillway::test {
namespace {

using observe::CapturedKind;
using observe::CapturedPart;
using observe::CapturedStream;
using observe::Direction;
using observe::Hop;
using ::testing::ElementsAre;

/// A view of content that came in these pieces.
observe::CaptureView viewOf(const observe::FieldList& request,
                            const std::vector<std::pair<Direction, std::string>>& pieces, int status = 200) {
  auto batch = std::make_shared<observe::CapturedBatch>();
  const auto addHead = [&](Direction direction, Hop hop, const observe::FieldList& fields, int number) {
    CapturedPart& part = batch->parts.emplace_back();
    part.kind = CapturedKind::Head;
    part.direction = direction;
    part.hop = hop;
    part.number = static_cast<std::uint32_t>(number);
    part.fields = std::make_shared<const observe::FieldList>(fields);
  };
  addHead(Direction::Request, Hop::Client, request, 0);
  addHead(Direction::Response, Hop::Target, {{":status", std::to_string(status)}}, status);
  for (const auto& [direction, bytes] : pieces) {
    CapturedPart& part = batch->parts.emplace_back();
    part.direction = direction;
    part.hop = direction == Direction::Request ? Hop::Client : Hop::Target;
    part.size = bytes.size();
    part.kept = static_cast<std::uint32_t>(bytes.size());
    batch->bytes += bytes;
  }
  observe::CaptureView view;
  view.add({1, {batch}, 0, true});
  return view;
}

TEST(CaptureView, TakesABodyAsOneMessage) {
  const auto view =
      viewOf({{":method", "POST"}},
             {{Direction::Request, "one "}, {Direction::Response, "answer"}, {Direction::Request, "two"}});
  EXPECT_EQ(view.kind(), observe::ContentKind::Http);
  ASSERT_EQ(view.messages().size(), 2u);
  EXPECT_EQ(view.payload(view.messages()[0]), "one two");
  EXPECT_EQ(view.payload(view.messages()[1]), "answer");
}

TEST(CaptureView, FindsTheFramesOfAWebSocketWhereverItsBytesAreCut) {
  const std::string text(
      "\x81\x85\x01\x02\x03\x04"
      "igoh"
      "n",
      11);  // "hello", masked
  const std::string big = std::string("\x82\x7e\x01\x2c", 4) + std::string(300, 'b');
  const std::string close("\x88\x00", 2);
  const std::string up = text + text;
  for (std::size_t cut = 1; cut < up.size(); ++cut) {
    const auto view = viewOf({{"upgrade", "WebSocket"}},
                             {{Direction::Request, up.substr(0, cut)},
                              {Direction::Response, big + close},
                              {Direction::Request, up.substr(cut)}},
                             101);
    EXPECT_EQ(view.kind(), observe::ContentKind::WebSocket);
    ASSERT_EQ(view.messages().size(), 4u) << cut;
    std::vector<std::string> texts;
    for (const auto& message : view.messages()) {
      if (message.direction == Direction::Request) texts.push_back(view.payload(message));
    }
    EXPECT_THAT(texts, ElementsAre("hello", "hello"));
    const auto place = view.messageAt(Direction::Response, 1);
    ASSERT_TRUE(place);
    EXPECT_EQ(view.messages()[*place].opcode, 2);
    EXPECT_EQ(view.payload(view.messages()[*place]), std::string(300, 'b'));
  }
}

TEST(CaptureView, TakesTheAnswerThatRefusesAWebSocketAsABody) {
  const auto view = viewOf({{":protocol", "websocket"}}, {{Direction::Response, "no"}}, 403);
  ASSERT_EQ(view.messages().size(), 1u);
  EXPECT_EQ(view.payload(view.messages()[0]), "no");
}

/// Parts as nobody would send them, but as they may stand in a row.
CapturedStream randomStream(std::mt19937& random) {
  CapturedStream stream;
  auto batch = std::make_shared<observe::CapturedBatch>();
  std::int64_t micros = 1'700'000'000'000'000;
  for (unsigned i = random() % 60; i > 0; --i) {
    CapturedPart part;
    part.kind = static_cast<CapturedKind>(random() % 9);
    part.hop = static_cast<Hop>(random() % 2);
    part.direction = static_cast<Direction>(random() % 2);
    part.compressed = random() % 2 != 0;
    part.number = static_cast<std::uint32_t>(random());
    part.size = random();
    part.time = WallTime(std::chrono::microseconds(micros += random() % 1'000'000 - 400'000));
    if (part.kind == CapturedKind::Bytes) {
      part.kept = random() % 100;
      batch->bytes += std::string(part.kept, static_cast<char>(random()));
    }
    if (part.kind == CapturedKind::Frame) {
      part.frameType = static_cast<std::uint8_t>(random());
      part.streamWindow = static_cast<std::int32_t>(random());
      part.connectionWindow = -static_cast<std::int32_t>(random() % 70'000);
    }
    if (part.kind == CapturedKind::Head || part.kind == CapturedKind::Trailers) {
      observe::FieldList fields;
      for (unsigned k = random() % 5; k > 0; --k)
        fields.emplace_back(std::string(random() % 9, 'n'), std::string(random() % 300, '\0'));
      part.fields = std::make_shared<const observe::FieldList>(std::move(fields));
    }
    batch->parts.push_back(std::move(part));
  }
  stream.lostParts = random() % 3;
  stream.batches.push_back(std::move(batch));
  return stream;
}

TEST(CaptureBody, ComesBackAsItWas) {
  std::mt19937 random(11);
  for (int i = 0; i < 200; ++i) {
    const CapturedStream stream = randomStream(random);
    const std::string bytes = history::encodeCapture(stream);
    const auto again = history::decodeCapture(bytes);
    ASSERT_TRUE(again);
    EXPECT_EQ(history::encodeCapture(*again), bytes);
    const auto before = partsOf(stream), after = partsOf(*again);
    ASSERT_EQ(before.size(), after.size());
    for (std::size_t k = 0; k < before.size(); ++k) {
      EXPECT_EQ(before[k].kind, after[k].kind);
      EXPECT_EQ(before[k].time, after[k].time);
      EXPECT_EQ(before[k].size, after[k].size);
      EXPECT_EQ(before[k].streamWindow, after[k].streamWindow);
      if (before[k].fields) {
        ASSERT_TRUE(after[k].fields);
        EXPECT_EQ(*before[k].fields, *after[k].fields);
      }
    }
    EXPECT_EQ(stream.batches[0]->bytes, again->batches[0]->bytes);
  }
}

TEST(CaptureBody, RefusesWhatIsNoCapture) {
  std::mt19937 random(12);
  for (int i = 0; i < 100; ++i) {
    const std::string bytes = history::encodeCapture(randomStream(random));
    for (std::size_t size = 0; size < bytes.size(); ++size)
      EXPECT_FALSE(history::decodeCapture(std::string_view(bytes).substr(0, size)));
    std::string noise(random() % 200, ' ');
    for (char& c : noise)
      c = static_cast<char>(random());
    const auto lucky = history::decodeCapture(noise);
    EXPECT_LE(lucky ? partsOf(*lucky).size() : 0, noise.size());
  }
}

}  // namespace
}  // namespace spillway::test
