// SPDX-License-Identifier: GPL-3.0-or-later
// What is kept of a stream: both hops, in the order in which it happened, within its bounds.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <random>

#include "engine/history/capture_body.h"
#include "engine/history/reader.h"
#include "engine/observe/capture_view.h"
#include "tests/support/captured_parts.h"
#include "tests/support/engine_fixture.h"

namespace spillway::test {
namespace {

using http::End;
using observe::CapturedKind;
using observe::CapturedPart;
using observe::CapturedStream;
using observe::Direction;
using observe::Hop;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr std::uint8_t kDataFrame = 0, kHeadersFrame = 1, kWindowUpdateFrame = 8;

std::vector<CapturedPart> chosen(const CapturedStream& stream, CapturedKind kind, Hop hop,
                                 Direction direction) {
  std::vector<CapturedPart> parts = partsOf(stream);
  std::erase_if(parts, [&](const CapturedPart& part) {
    return part.kind != kind || part.hop != hop || part.direction != direction;
  });
  return parts;
}

std::string bytesOf(const CapturedStream& stream, Direction direction) {
  std::string bytes;
  for (const auto& batch : stream.batches) {
    std::size_t at = 0;
    for (const CapturedPart& part : batch->parts) {
      if (part.kind == CapturedKind::Bytes && part.direction == direction)
        bytes += batch->bytes.substr(at, part.kept);
      at += part.kept;
    }
  }
  return bytes;
}

const observe::FieldList& fieldsOf(const CapturedStream& stream, CapturedKind kind, Hop hop,
                                   Direction direction) {
  static const observe::FieldList kNone;
  const auto found = chosen(stream, kind, hop, direction);
  return found.empty() || !found.front().fields ? kNone : *found.front().fields;
}

/// "C>1 T>1 T<1 C<1": messages in the order in which they were whole, with their hop and direction.
std::string messagesInOrder(const CapturedStream& stream) {
  std::string words;
  for (const CapturedPart& part : partsOf(stream)) {
    if (part.kind != CapturedKind::Message) continue;
    if (!words.empty()) words += ' ';
    words += part.hop == Hop::Client ? 'C' : 'T';
    words += part.direction == Direction::Request ? '>' : '<';
    words += std::to_string(part.number);
  }
  return words;
}

class Capture : public EngineFixture {
 protected:
  explicit Capture(const EngineOptions& options = {.workers = 1, .keepsHistory = true})
      : EngineFixture(options) {}
  void begin(const config::Capture& settings = {}) {
    config::Document document = plainDocument({&a_, &b_});
    document.loadBalancers[0].capture = settings;
    applyAndWait(document, {&a_, &b_});
  }
  /// The ended stream of this record, from memory.
  CapturedStream captured(const observe::StreamRecord& record) {
    engine_->flushEvents();
    auto found = engine_->captured(record.head->id);
    EXPECT_TRUE(found.has_value());
    return found.value_or(CapturedStream());
  }
  CapturedStream stored(const observe::StreamRecord& record) {
    engine_->flushEvents();
    auto reader = history::Reader::open(engine_->history().file);
    if (!reader) return {};
    return (*reader)->captured(record.head->id, record.head->started).value().value_or(CapturedStream());
  }
  TestTarget a_, b_;
};

TEST_F(Capture, IsWholeWhenNobodyWatches) {
  observe::SubscriptionOptions onlyRecords;
  onlyRecords.details = false;
  subscription_ = engine_->subscribe(onlyRecords);
  begin();
  TestClient client(address());
  constexpr int kCalls = 20;
  for (int i = 0; i < kCalls; ++i) {
    auto call = client.request("POST", "/test/echo", {{"content-type", "application/grpc"}}, End::No);
    call->send(grpcMessage("hello"), End::Yes);
    ASSERT_TRUE(call->waitForEnd());
  }
  for (const auto& record : records(kCalls)) {
    const CapturedStream stream = stored(*record);
    EXPECT_EQ(chosen(stream, CapturedKind::Trailers, Hop::Client, Direction::Response).size(), 1U);
  }
}

TEST_F(Capture, KeepsAUnaryCallOnBothHops) {
  begin();
  TestClient client(address());
  auto call =
      client.request("POST", "/test/echo",
                     {{"content-type", "application/grpc"}, {"te", "trailers"}, {"x-mine", "yes"}}, End::No);
  call->send(grpcMessage("hello"), End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  const auto record = records(1).at(0);
  const CapturedStream stream = captured(*record);
  EXPECT_TRUE(stream.hasEnded);
  EXPECT_EQ(stream.lostParts, 0u);

  const auto& came = fieldsOf(stream, CapturedKind::Head, Hop::Client, Direction::Request);
  const auto& went = fieldsOf(stream, CapturedKind::Head, Hop::Target, Direction::Request);
  EXPECT_THAT(came, AllOf(Contains(Pair(":path", "/test/echo")), Contains(Pair("x-mine", "yes"))));
  EXPECT_THAT(came, Not(Contains(Pair("x-forwarded-for", "127.0.0.1"))));
  EXPECT_THAT(went, AllOf(Contains(Pair("x-mine", "yes")), Contains(Pair("x-forwarded-for", "127.0.0.1"))));
  for (const Hop hop : {Hop::Target, Hop::Client}) {
    EXPECT_THAT(fieldsOf(stream, CapturedKind::Head, hop, Direction::Response),
                Contains(Pair(":status", "200")));
    EXPECT_THAT(fieldsOf(stream, CapturedKind::Trailers, hop, Direction::Response),
                Contains(Pair("grpc-status", "0")));
  }
  EXPECT_EQ(messagesInOrder(stream), "C>1 T>1 T<1 C<1");
  EXPECT_EQ(bytesOf(stream, Direction::Request), grpcMessage("hello"));
  EXPECT_EQ(bytesOf(stream, Direction::Response), grpcMessage("hello"));
  const auto attempts = chosen(stream, CapturedKind::Attempt, Hop::Target, Direction::Request);
  ASSERT_EQ(attempts.size(), 1u);
  EXPECT_THAT(*attempts[0].fields, ElementsAre(Pair("target", record->target)));
}

TEST_F(Capture, KeepsTheFramesOfBothHopsAndWhereTheyWent) {
  begin();
  TestClient client(address());
  ASSERT_TRUE(client.unary("/test/echo", "one")->waitForEnd());
  ASSERT_TRUE(client.unary("/test/echo", "two")->waitForEnd());
  const CapturedStream stream = captured(*records(2).at(1));
  for (const Hop hop : {Hop::Client, Hop::Target}) {
    for (const Direction direction : {Direction::Request, Direction::Response}) {
      const auto frames = chosen(stream, CapturedKind::Frame, hop, direction);
      EXPECT_THAT(frames, Contains(Field(&CapturedPart::frameType, kHeadersFrame)));
      EXPECT_THAT(frames, Contains(AllOf(Field(&CapturedPart::frameType, kDataFrame),
                                         Field(&CapturedPart::size, grpcMessage("two").size()))));
    }
  }
  // The second request of this connection has the next odd number (RFC 9113 §5.1.1).
  const auto wire = chosen(stream, CapturedKind::Wire, Hop::Client, Direction::Request);
  ASSERT_EQ(wire.size(), 1u);
  EXPECT_EQ(wire[0].number, 3u);
  EXPECT_NE(wire[0].size, 0u);
  EXPECT_EQ(chosen(stream, CapturedKind::Wire, Hop::Target, Direction::Request).size(), 1u);
}

TEST_F(Capture, ShowsMessagesOfAnOpenStreamInTheirOrder) {
  begin();
  TestClient client(address());
  auto call = client.start("/test/echo");
  std::string sent;
  for (const char* text : {"one", "two", "three"}) {
    sent += grpcMessage(text);
    call->send(grpcMessage(text), End::No);
    ASSERT_TRUE(call->waitForBytes(sent.size()));
  }
  StreamId id = 0;
  ASSERT_TRUE(eventually([&] {
    for (const auto& event : events()) {
      if (event.head) id = event.head->id;
    }
    const auto stream = engine_->captured(id);
    return stream && messagesInOrder(*stream).ends_with("C<3");
  }));
  const auto stream = engine_->captured(id);
  EXPECT_FALSE(stream->hasEnded);
  EXPECT_EQ(messagesInOrder(*stream), "C>1 T>1 T<1 C<1 C>2 T>2 T<2 C<2 C>3 T>3 T<3 C<3");
  const auto rest = engine_->captured(id, stream->batches.size());
  ASSERT_TRUE(rest);
  EXPECT_THAT(rest->batches, IsEmpty());
  call->finishSending();
  ASSERT_TRUE(call->waitForEnd());
}

TEST_F(Capture, ShowsWhereAReaderHoldsUpItsSender) {
  begin();
  TestClient client(address());
  auto call = client.start("/test/flood", {}, TestCall::Reading::No);
  call->finishSending();
  StreamId id = 0;
  // The client's window runs out, then the one that we give the target.
  const auto ranOut = [&](Hop hop) {
    const auto stream = engine_->captured(id);
    if (!stream) return false;
    const auto frames = chosen(*stream, CapturedKind::Frame, hop, Direction::Response);
    return std::ranges::any_of(frames, [](const CapturedPart& frame) {
      return frame.frameType == kDataFrame && std::min(frame.streamWindow, frame.connectionWindow) == 0;
    });
  };
  ASSERT_TRUE(eventually([&] {
    for (const auto& event : events()) {
      if (event.head) id = event.head->id;
    }
    return ranOut(Hop::Client) && ranOut(Hop::Target);
  }));
  call->resumeReading();
  ASSERT_TRUE(call->waitForEnd());
  const CapturedStream stream = captured(*records(1).at(0));
  EXPECT_THAT(chosen(stream, CapturedKind::Frame, Hop::Client, Direction::Request),
              Contains(Field(&CapturedPart::frameType, kWindowUpdateFrame)));
}

TEST_F(Capture, CutsBytesAtTheirLimitButCountsThemAll) {
  begin({.bodyBytes = 4096});
  TestClient client(address());
  const std::string payload(10'000, 'x');
  ASSERT_TRUE(client.unary("/test/echo", payload)->waitForEnd());
  const CapturedStream stream = captured(*records(1).at(0));
  std::uint64_t kept = 0, size = 0;
  for (const CapturedPart& part : partsOf(stream)) {
    if (part.kind != CapturedKind::Bytes) continue;
    kept += part.kept;
    size += part.size;
  }
  EXPECT_EQ(kept, 4096u);
  EXPECT_EQ(size, 2 * grpcMessage(payload).size());
  EXPECT_EQ(bytesOf(stream, Direction::Request), grpcMessage(payload).substr(0, 4096));
}

TEST_F(Capture, KeepsNoBytesAsMetadata) {
  begin({.level = config::CaptureLevel::Metadata});
  TestClient client(address());
  ASSERT_TRUE(client.unary("/test/echo", "secret")->waitForEnd());
  const CapturedStream stream = captured(*records(1).at(0));
  EXPECT_EQ(messagesInOrder(stream), "C>1 T>1 T<1 C<1");
  EXPECT_THAT(bytesOf(stream, Direction::Request) + bytesOf(stream, Direction::Response), IsEmpty());
}

TEST_F(Capture, NeverKeepsWhatIsRedacted) {
  begin({.redactedHeaders = {"Authorization", "x-secret"}});
  TestClient client(address());
  auto call = client.request("POST", "/test/echo",
                             {{"content-type", "application/grpc"},
                              {"authorization", "Bearer 4711"},
                              {"x-secret", "4712"},
                              {"x-open", "4713"}},
                             End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  const CapturedStream stream = captured(*records(1).at(0));
  for (const Hop hop : {Hop::Client, Hop::Target}) {
    EXPECT_THAT(fieldsOf(stream, CapturedKind::Head, hop, Direction::Request),
                AllOf(Contains(Pair("authorization", "(redacted)")), Contains(Pair("x-secret", "(redacted)")),
                      Contains(Pair("x-open", "4713"))));
  }
  EXPECT_EQ(history::encodeCapture(stream).find("471"), history::encodeCapture(stream).find("4713"));
  // What the target got was not changed.
  EXPECT_EQ(a_.calls() + b_.calls(), 1u);
  EXPECT_EQ((a_.calls() ? a_ : b_).requests().at(0).fields.find("authorization"), "Bearer 4711");
}

TEST_F(Capture, EntriesKeepTheHeadersThatAreNamed) {
  begin({.level = config::CaptureLevel::Off, .loggedHeaders = {"X-Canary", "x-long", "x-none"}});
  TestClient client(address());
  auto call = client.request("POST", "/test/echo",
                             {{"content-type", "application/grpc"},
                              {"x-canary", "yes"},
                              {"x-other", "no"},
                              {"x-long", std::string(5000, 'l')}},
                             End::Yes);
  ASSERT_TRUE(call->waitForEnd());
  const auto record = records(1).at(0);
  EXPECT_THAT(record->head->keptFields,
              ElementsAre(Pair("x-canary", "yes"), Pair("x-long", std::string(1024, 'l'))));
  engine_->flushEvents();
  const auto reader = history::Reader::open(engine_->history().file);
  ASSERT_TRUE(reader) << reader.error().detail;
  for (const auto& [text, count] : {std::pair{"header[\"X-Canary\"] = yes", 1},
                                    {"header[\"x-canary\"] contains YE and header[x-long] ~ \"^l*$\"", 1},
                                    {"header[\"x-other\"]", 0},
                                    {"header[\"x-none\"] != 1", 0}}) {
    const auto filter = history::Filter::parse(text, wallNow());
    ASSERT_TRUE(filter) << text;
    EXPECT_EQ((*reader)->count(*filter).value(), count) << text;
    EXPECT_EQ(filter->matches(*record), count == 1) << text;
  }
}

/// Knows that "secret" is one, wherever it stands in calls to /test/echo.
class WordScrubber : public observe::MessageScrubber {
 public:
  bool concerns(std::string_view path, const std::vector<std::string>& names) override {
    return path == "/test/echo" && names == std::vector<std::string>{"password"};
  }
  void scrub(const observe::MessagePlace& place, const std::vector<std::string>&,
             std::span<std::uint8_t> payload) override {
    const std::string_view text(reinterpret_cast<const char*>(payload.data()), payload.size());
    const auto at = text.find("secret");
    if (at != text.npos && !place.isCompressed) std::ranges::fill(payload.subspan(at, 6), '*');
  }
};

class ScrubbedCapture : public Capture {
 protected:
  ScrubbedCapture()
      : Capture({.workers = 1, .keepsHistory = true, .scrubber = std::make_shared<WordScrubber>()}) {}
};

TEST_F(ScrubbedCapture, StoresNoSecretsOfMessages) {
  begin({.redactedFields = {"password"}});
  TestClient client(address());
  ASSERT_TRUE(client.unary("/test/echo", "my secret word")->waitForEnd());
  const auto record = records(1).at(0);
  const std::string clean = grpcMessage("my ****** word");
  EXPECT_EQ(bytesOf(stored(*record), Direction::Request), clean);
  EXPECT_EQ(bytesOf(stored(*record), Direction::Response), clean);
  // As long as it is looked at live, it is in memory as it passed.
  EXPECT_EQ(bytesOf(captured(*record), Direction::Request), grpcMessage("my secret word"));
}

TEST_F(ScrubbedCapture, StoresOthersAsTheyWere) {
  begin({.redactedFields = {}});
  TestClient client(address());
  ASSERT_TRUE(client.unary("/test/echo", "my secret word")->waitForEnd());
  EXPECT_EQ(bytesOf(stored(*records(1).at(0)), Direction::Request), grpcMessage("my secret word"));
}

TEST_F(Capture, KeepsOnlyWhatTheFilterSelects) {
  begin({.filter = "grpc.status != OK"});
  TestClient client(address());
  ASSERT_TRUE(client.unary("/test/echo", "good")->waitForEnd());
  ASSERT_TRUE(client.unary("/nobody/knows", "bad")->waitForEnd());
  const auto all = records(2);
  engine_->flushEvents();
  for (const auto& record : all) {
    const bool isBad = record->grpcStatus != 0u;
    EXPECT_EQ(engine_->captured(record->head->id).has_value(), isBad);
    EXPECT_EQ(stored(*record).batches.empty(), !isBad);
  }
}

TEST_F(Capture, RefusesAFilterThatMakesNoSense) {
  begin();
  config::Document document = plainDocument({&a_});
  document.loadBalancers[0].capture.filter = "statsu = 200";
  const ApplyReport report = engine_->apply(document);
  EXPECT_FALSE(report.applied);
  EXPECT_THAT(report.issues, Contains(Field(&config::Issue::path, "loadBalancers[0].capture.filter")));
}

TEST_F(Capture, OfTooManyStreamsAtOnceKeepsSomeAndCountsTheOthers) {
  constexpr int kStreams = 3'000;
  begin();
  TestClient client(address());
  for (int done = 0; done < kStreams;) {
    std::vector<std::shared_ptr<TestCall>> calls;
    for (int i = 0; i < 50; ++i, ++done)
      calls.push_back(client.unary("/test/echo", "x"));
    for (const auto& call : calls)
      ASSERT_TRUE(call->waitForEnd());
  }
  records(kStreams);
  const TimePoint limit = SteadyClock::now() + std::chrono::seconds(20);
  history::StoreStatus status;
  do {  // the store looks at itself once a second
    engine_->flushEvents();
    status = engine_->history();
  } while (status.captures + status.skippedCaptures < kStreams && SteadyClock::now() < limit);
  EXPECT_EQ(status.captures + status.skippedCaptures, kStreams);
  EXPECT_GE(status.captures, 1'000U);
  EXPECT_EQ(status.droppedCaptures, 0U);
}

TEST_F(Capture, KeepsNothingWhenItIsOff) {
  begin({.level = config::CaptureLevel::Off});
  TestClient client(address());
  ASSERT_TRUE(client.unary("/test/echo", "x")->waitForEnd());
  const auto record = records(1).at(0);
  engine_->flushEvents();
  EXPECT_FALSE(engine_->captured(record->head->id));
}

TEST_F(Capture, FindsAgainOnTheDiskWhatWasInMemory) {
  begin();
  TestClient client(address());
  ASSERT_TRUE(client.unary("/test/echo", "kept")->waitForEnd());
  ASSERT_TRUE(client.unary("/nobody/knows", "kept too")->waitForEnd());
  for (const auto& record : records(2)) {
    const CapturedStream memory = captured(*record), disk = stored(*record);
    EXPECT_EQ(history::encodeCapture(disk), history::encodeCapture(memory));
    EXPECT_EQ(disk.stream, record->head->id);
  }
}

TEST_F(Capture, TellsOfEachAttemptAtATarget) {
  config::Document document = plainDocument({&a_, &b_});
  document.loadBalancers[0].beyondAlb.retryUnprocessedRequests = true;
  applyAndWait(document, {&a_, &b_});
  TestClient client(address());
  auto call = client.unary("/test/refuse", "again");
  ASSERT_TRUE(call->waitForEnd());
  const CapturedStream stream = captured(*records(1).at(0));
  const auto attempts = chosen(stream, CapturedKind::Attempt, Hop::Target, Direction::Request);
  ASSERT_EQ(attempts.size(), 2u);
  EXPECT_EQ(attempts[1].number, 2u);
  EXPECT_NE(attempts[0].fields->at(0).second, attempts[1].fields->at(0).second);
  const auto resets = chosen(stream, CapturedKind::Reset, Hop::Target, Direction::Response);
  EXPECT_THAT(resets, Contains(Field(&CapturedPart::number, 7u)));  // REFUSED_STREAM
}

TEST_F(Capture, KeepsTheBalancersOwnAnswer) {
  config::Document document = plainDocument({});
  apply(document);
  TestClient client(address());
  ASSERT_TRUE(client.unary("/test/echo", "x")->waitForEnd());
  const CapturedStream stream = captured(*records(1).at(0));
  EXPECT_THAT(fieldsOf(stream, CapturedKind::Head, Hop::Client, Direction::Response),
              Contains(Pair("grpc-status", "14")));
  EXPECT_THAT(chosen(stream, CapturedKind::Head, Hop::Target, Direction::Request), IsEmpty());
}

TEST_F(Capture, MakesMessagesOfBytesAndTimes) {
  begin({.bodyBytes = 40'000});
  TestClient client(address());
  auto call = client.start("/test/echo");
  std::string sent;
  const std::vector<std::string> payloads{"one", std::string(), std::string(30'000, 'x'), "after the cut"};
  observe::CaptureView view;
  StreamId id = 0;
  for (const std::string& payload : payloads) {
    sent += grpcMessage(payload);
    call->send(grpcMessage(payload), End::No);
    ASSERT_TRUE(call->waitForBytes(sent.size()));
    for (const auto& event : events()) {
      if (event.head) id = event.head->id;
    }
    // As a window does it: again and again what is new.
    if (const auto more = engine_->captured(id, view.batches())) view.add(*more);
  }
  call->finishSending();
  ASSERT_TRUE(call->waitForEnd());
  records(1);
  engine_->flushEvents();
  view.add(engine_->captured(id, view.batches()).value());
  EXPECT_TRUE(view.hasEnded());
  ASSERT_EQ(view.messages().size(), 2 * payloads.size());
  std::map<Direction, std::uint32_t> numbers;
  for (const observe::CapturedMessage& message : view.messages()) {
    const std::string& payload = payloads[numbers[message.direction]++];
    EXPECT_EQ(message.number, numbers[message.direction]);
    EXPECT_EQ(message.size, payload.size());
    EXPECT_EQ(view.payload(message), payload.substr(0, message.kept));
    ASSERT_TRUE(message.left);
    EXPECT_GE(*message.left, message.arrived);
    if (message.number <= 2) {
      EXPECT_EQ(message.kept, message.size);
    } else if (message.number == 4) {
      EXPECT_EQ(message.kept, 0u);
    }
  }
  EXPECT_EQ(view.contentSize(Direction::Request), sent.size());
  EXPECT_EQ(view.contentKept(Direction::Request) + view.contentKept(Direction::Response), 40'000u);
}

}  // namespace
}  // namespace spillway::test
