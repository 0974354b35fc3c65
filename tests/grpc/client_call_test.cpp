// SPDX-License-Identifier: GPL-3.0-or-later
// A client for all kinds of calls, against a server of gRPC's own library.
#include "engine/grpc/client_call.h"

#include <gmock/gmock.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/grpc/call_batch.h"
#include "engine/grpc/message_json.h"
#include "routeguide/route_guide.grpc.pb.h"
#include "tests/grpc/routes.h"

namespace spillway::grpc {
namespace {

using namespace std::chrono_literals;
using Kind = CallEvent::Kind;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr auto kPatience = 20s;
constexpr const char* kService = "/routeguide.RouteGuide/";

/// Answers in ways that tests can tell apart.
class Guide : public routeguide::RouteGuide::Service {
  using Context = ::grpc::ServerContext;
  ::grpc::Status GetFeature(Context* context, const routeguide::Point* point,
                            routeguide::Feature* feature) override {
    context->AddInitialMetadata("x-first", "one");
    context->AddTrailingMetadata("x-last-bin", std::string("\0\1", 2));
    const auto asked = context->client_metadata().find("x-mine");
    if (asked != context->client_metadata().end())
      feature->set_name(std::string(asked->second.data(), asked->second.size()));
    *feature->mutable_location() = *point;
    if (point->latitude() < 0) return {::grpc::StatusCode::OUT_OF_RANGE, "no such place"};
    return ::grpc::Status::OK;
  }
  /// As many features as the corner says, each as large.
  ::grpc::Status ListFeatures(Context*, const routeguide::Rectangle* area,
                              ::grpc::ServerWriter<routeguide::Feature>* out) override {
    routeguide::Feature feature;
    feature.set_name(std::string(static_cast<std::size_t>(area->lo().longitude()), 'x'));
    for (int i = 0; i < area->lo().latitude(); ++i) {
      if (!out->Write(feature)) break;
      ++written;
    }
    return ::grpc::Status::OK;
  }
  ::grpc::Status RecordRoute(Context*, ::grpc::ServerReader<routeguide::Point>* in,
                             routeguide::RouteSummary* summary) override {
    routeguide::Point point;
    while (in->Read(&point))
      summary->set_point_count(summary->point_count() + 1);
    return ::grpc::Status::OK;
  }
  /// Each note comes back at once.
  ::grpc::Status RouteChat(
      Context* context,
      ::grpc::ServerReaderWriter<routeguide::RouteNote, routeguide::RouteNote>* stream) override {
    routeguide::RouteNote note;
    while (stream->Read(&note))
      stream->Write(note);
    wasCancelled = context->IsCancelled();
    return ::grpc::Status::OK;
  }

 public:
  std::atomic<int> written{0};
  std::atomic<bool> wasCancelled{false};
};

/// What happened to a call, as it comes.
class Story {
 public:
  std::function<void(const CallEvent&)> observer() {
    return [this](const CallEvent& event) {
      const std::lock_guard lock(mutex_);
      events_.push_back(event);
      changed_.notify_all();
    };
  }
  std::vector<CallEvent> waitForEnd() {
    return waitUntil([](const auto& events) { return !events.empty() && events.back().kind == Kind::Ended; });
  }
  std::vector<CallEvent> waitFor(Kind kind, std::size_t count) {
    return waitUntil([=](const auto& events) { return countOf(events, kind) >= count; });
  }
  static std::size_t countOf(const std::vector<CallEvent>& events, Kind kind) {
    return static_cast<std::size_t>(std::ranges::count(events, kind, &CallEvent::kind));
  }

 private:
  template <class Condition>
  std::vector<CallEvent> waitUntil(Condition condition) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return condition(events_); }));
    return events_;
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<CallEvent> events_;
};

std::string point(int latitude, int longitude = 0) {
  routeguide::Point made;
  made.set_latitude(latitude);
  made.set_longitude(longitude);
  return made.SerializeAsString();
}

std::string area(int features, int size) {
  routeguide::Rectangle made;
  made.mutable_lo()->set_latitude(features);
  made.mutable_lo()->set_longitude(size);
  return made.SerializeAsString();
}

class ClientCallTest : public testing::Test {
 protected:
  ClientCallTest() {
    ::grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", ::grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&guide_);
    server_ = builder.BuildAndStart();
    channel_ =
        std::make_unique<ClientChannel>(ChannelTarget{.address = "127.0.0.1:" + std::to_string(port_)});
  }
  ~ClientCallTest() override { server_->Shutdown(std::chrono::system_clock::now()); }
  std::shared_ptr<ClientCall> call(const char* method, CallRequest request = {}) {
    request.path = std::string(kService) + method;
    return channel_->call(request, story_.observer());
  }

  Guide guide_;
  int port_ = 0;
  std::unique_ptr<::grpc::Server> server_;
  std::unique_ptr<ClientChannel> channel_;
  Story story_;
};

TEST_F(ClientCallTest, UnaryBringsHeadersOneMessageAndTrailers) {
  const auto call = this->call("GetFeature", {.metadata = {{"x-mine", "mine"}}});
  // Sent with the half-close: a server need not wait for one that comes by itself, and none is told then.
  EXPECT_TRUE(call->sendLast(point(3)));
  const auto events = story_.waitForEnd();
  EXPECT_EQ(Story::countOf(events, Kind::Sent), 1U);
  EXPECT_EQ(Story::countOf(events, Kind::HalfClosed), 1U);
  ASSERT_EQ(Story::countOf(events, Kind::Received), 1U);
  for (const CallEvent& event : events) {
    if (event.kind == Kind::Headers) {
      EXPECT_THAT(event.metadata, Contains(Pair("x-first", "one")));
    }
    if (event.kind != Kind::Received) continue;
    routeguide::Feature feature;
    ASSERT_TRUE(feature.ParseFromString(event.message));
    EXPECT_EQ(feature.name(), "mine");
    EXPECT_EQ(feature.location().latitude(), 3);
  }
  EXPECT_EQ(events.back().status, 0);
  EXPECT_THAT(events.back().metadata, Contains(Pair("x-last-bin", std::string("\0\1", 2))));
}

TEST_F(ClientCallTest, AnErrorHasItsCodeAndWords) {
  const auto call = this->call("GetFeature");
  call->send(point(-1));
  call->halfClose();
  const CallEvent end = story_.waitForEnd().back();
  EXPECT_EQ(end.status, 11);
  EXPECT_EQ(end.statusText, "no such place");
}

TEST_F(ClientCallTest, ServerStreamingBringsAllMessages) {
  const auto call = this->call("ListFeatures");
  call->send(area(100, 10));
  call->halfClose();
  EXPECT_EQ(Story::countOf(story_.waitForEnd(), Kind::Received), 100U);
}

TEST_F(ClientCallTest, ClientStreamingSendsInOrderAndCloses) {
  const auto call = this->call("RecordRoute");
  for (int i = 0; i < 50; ++i)
    EXPECT_TRUE(call->send(point(i)));
  call->halfClose();
  EXPECT_FALSE(call->send(point(50))) << "the sending side is closed";
  const auto events = story_.waitForEnd();
  int next = 0;
  for (const CallEvent& event : events) {
    if (event.kind == Kind::Sent) {
      EXPECT_EQ(event.message, point(next++));
    }
  }
  EXPECT_EQ(next, 50);
  EXPECT_EQ(events.back().status, 0);
}

TEST_F(ClientCallTest, BidirectionalGoesMessageByMessage) {
  const auto call = this->call("RouteChat");
  for (std::size_t i = 1; i <= 3; ++i) {
    routeguide::RouteNote note;
    note.set_message(std::to_string(i));
    call->send(note.SerializeAsString());
    const auto events = story_.waitFor(Kind::Received, i);
    EXPECT_EQ(events.back().message, note.SerializeAsString());
  }
  call->halfClose();
  EXPECT_EQ(story_.waitForEnd().back().status, 0);
}

TEST_F(ClientCallTest, CancelEndsItOnBothSides) {
  const auto call = this->call("RouteChat");
  call->send({});
  story_.waitFor(Kind::Received, 1);
  call->cancel();
  EXPECT_EQ(story_.waitForEnd().back().status, 1);
  server_->Shutdown();  // waits for the handler
  EXPECT_TRUE(guide_.wasCancelled);
}

TEST_F(ClientCallTest, EndsAtItsDeadline) {
  const auto call = this->call("RouteChat", {.deadline = 100ms});
  EXPECT_EQ(story_.waitForEnd().back().status, 4);
}

TEST_F(ClientCallTest, CompressedMessagesArriveAsTheyWere) {
  for (const auto compression : {CallCompression::Gzip, CallCompression::Deflate}) {
    Story story;
    const auto call = channel_->call(
        {.path = std::string(kService) + "RouteChat", .compression = compression}, story.observer());
    routeguide::RouteNote note;
    note.set_message(std::string(10'000, 'n'));
    call->send(note.SerializeAsString());
    call->halfClose();
    const auto events = story.waitForEnd();
    EXPECT_EQ(events.back().status, 0) << events.back().statusText;
    EXPECT_EQ(Story::countOf(events, Kind::Received), 1U);
  }
}

TEST_F(ClientCallTest, AHeldReaderStopsTheServer) {
  const auto call = this->call("ListFeatures");
  call->holdReading(true);
  call->send(area(2'000, 10'000));
  call->halfClose();
  story_.waitFor(Kind::HalfClosed, 1);
  // One message may be asked for already; the rest waits for flow control.
  call->holdReading(false);
  EXPECT_EQ(Story::countOf(story_.waitForEnd(), Kind::Received), 2'000U);
}

TEST_F(ClientCallTest, WhileItIsHeldOnlyFlowControlsWindowIsFilled) {
  const auto call = this->call("ListFeatures");
  call->holdReading(true);
  call->send(area(2'000, 10'000));
  call->halfClose();
  story_.waitFor(Kind::Received, 1);  // it was asked for before the hold
  const auto limit = SteadyClock::now() + 1s;
  int before = -1;
  while (guide_.written != before && SteadyClock::now() < limit) {
    before = guide_.written;
    std::this_thread::sleep_for(100ms);  // nothing tells that nothing more comes
  }
  EXPECT_LT(guide_.written, 2'000);
  call->cancel();
  story_.waitForEnd();
}

TEST_F(ClientCallTest, AServerThatIsNotThereIsUnavailable) {
  server_->Shutdown(std::chrono::system_clock::now());
  Story story;
  ClientChannel channel({.address = "127.0.0.1:" + std::to_string(port_)});
  const auto call = channel.call({.path = std::string(kService) + "GetFeature"}, story.observer());
  EXPECT_EQ(story.waitForEnd().back().status, 14);
}

TEST_F(ClientCallTest, DroppedInTheMiddleTellsNothingMore) {
  auto call = this->call("ListFeatures");
  call->send(area(100'000, 1'000));
  call->halfClose();
  story_.waitFor(Kind::Received, 1);
  call.reset();
  server_->Shutdown();  // its handler has ended
  const auto events = story_.waitFor(Kind::Received, 1);
  EXPECT_EQ(Story::countOf(events, Kind::Ended), 0U);
}

TEST_F(ClientCallTest, TheEndOfTheChannelIsTheEndOfItsCalls) {
  const auto fast = this->call("ListFeatures");
  fast->send(area(100'000, 1'000));
  Story slow;
  const auto held = channel_->call({.path = std::string(kService) + "ListFeatures"}, slow.observer());
  held->holdReading(true);
  held->send(area(100'000, 1'000));
  story_.waitFor(Kind::Received, 1);
  slow.waitFor(Kind::Received, 1);
  channel_.reset();
  EXPECT_EQ(story_.waitForEnd().back().status, 1);
  EXPECT_EQ(slow.waitForEnd().back().status, 1);
  EXPECT_FALSE(fast->send({}));
}

TEST(JsonMessage, IsTheBytesOfItsJson) {
  const auto routes = test::routes();
  const auto type = *routes.message("routes.Feature");
  const auto bytes = jsonMessage(routes, type, R"({"name": "Oslo", "location": {"latitude": 7}})");
  ASSERT_TRUE(bytes) << bytes.error().detail;
  EXPECT_EQ(*bytes, test::encode(routes, "routes.Feature", R"(name: "Oslo" location { latitude: 7 })"));
}

TEST(JsonMessage, SaysWhatDoesNotFit) {
  const auto routes = test::routes();
  const auto type = *routes.message("routes.Feature");
  const auto why = [&](const char* json) { return jsonMessage(routes, type, json).error().detail; };
  EXPECT_THAT(why("{\n\"name\" 7}"), HasSubstr("line 2, column 8"));
  EXPECT_THAT(why(R"({"nome": "x"})"), HasSubstr("nome"));
  EXPECT_THAT(why(R"({"location": {"latitude": "north"}})"), HasSubstr("north"));
}

TEST(JsonTemplate, HasEachFieldAndFits) {
  const auto routes = test::routes();
  for (const char* name :
       {"routes.Feature", "routes.Route", "routes.Choice", "routes.Nested", "routes.Login"}) {
    const auto type = *routes.message(name);
    const auto bytes = jsonMessage(routes, type, jsonTemplate(type));
    EXPECT_TRUE(bytes) << name << ": " << bytes.error().detail;
  }
  EXPECT_EQ(jsonTemplate(*routes.message("routes.Feature")),
            "{\n  \"name\": \"\",\n  \"location\": {\n    \"latitude\": 0,\n    \"longitude\": 0\n  }\n}");
  EXPECT_EQ(jsonTemplate(*routes.message("routes.Choice")), "{\n  \"text\": \"\"\n}");
}

TEST_F(ClientCallTest, TheLastMessageBringsTheHalfClose) {
  const auto call = this->call("RecordRoute");
  EXPECT_TRUE(call->send(point(1)));
  EXPECT_TRUE(call->sendLast(point(2)));
  EXPECT_FALSE(call->send(point(3)));
  const auto events = story_.waitForEnd();
  EXPECT_EQ(Story::countOf(events, Kind::Sent), 2U);
  EXPECT_EQ(Story::countOf(events, Kind::HalfClosed), 1U);
  EXPECT_EQ(events.back().status, 0);
}

BatchResult waitForEnd(const CallBatch& batch) {
  const auto deadline = SteadyClock::now() + kPatience;
  while (!batch.result().isOver && SteadyClock::now() < deadline)
    std::this_thread::sleep_for(1ms);
  return batch.result();
}

class CallBatchTest : public ClientCallTest {
 protected:
  ChannelTarget target() const { return {.address = "127.0.0.1:" + std::to_string(port_)}; }
  static BatchPlan plan(const char* method, std::string message, std::uint32_t calls) {
    BatchPlan plan;
    plan.request.path = std::string(kService) + method;
    plan.messages = {std::move(message)};
    plan.calls = calls;
    return plan;
  }
};

TEST_F(CallBatchTest, EachCallIsMadeAndCounted) {
  const CallBatch batch(target(), plan("GetFeature", point(3), 300));
  const BatchResult result = waitForEnd(batch);
  EXPECT_TRUE(result.isOver);
  EXPECT_EQ(result.begun, 300U);
  EXPECT_EQ(result.ended, 300U);
  EXPECT_EQ(result.received, 300U);
  EXPECT_EQ(result.micros.size(), 300U);
  EXPECT_EQ(result.statuses, (std::map<int, std::uint64_t>{{0, 300}}));
}

TEST_F(CallBatchTest, StatusesAreCountedByCode) {
  const CallBatch batch(target(), plan("GetFeature", point(-1), 20));
  EXPECT_EQ(waitForEnd(batch).statuses, (std::map<int, std::uint64_t>{{11, 20}}));
}

TEST_F(CallBatchTest, CallsBeginNoFasterThanTheirRate) {
  BatchPlan slow = plan("GetFeature", point(3), 21);
  slow.perSecond = 100;
  const CallBatch batch(target(), slow);
  const BatchResult result = waitForEnd(batch);
  EXPECT_EQ(result.ended, 21U);
  EXPECT_GE(result.elapsed, 200ms);
}

TEST_F(CallBatchTest, AStopCancelsWhatRuns) {
  BatchPlan endless = plan("ListFeatures", area(2'000'000'000, 1000), 50);
  endless.atOnce = 4;
  CallBatch batch(target(), endless);
  while (batch.result().received == 0)
    std::this_thread::sleep_for(1ms);
  batch.stop();
  const BatchResult result = waitForEnd(batch);
  EXPECT_TRUE(result.isOver);
  EXPECT_LE(result.begun, 4U);
  EXPECT_EQ(result.ended, 0U);
}

TEST_F(CallBatchTest, AServerThatIsNotThereIsCounted) {
  server_->Shutdown(std::chrono::system_clock::now());
  const CallBatch batch(target(), plan("GetFeature", point(3), 3));
  EXPECT_EQ(waitForEnd(batch).statuses, (std::map<int, std::uint64_t>{{14, 3}}));
}

}  // namespace
}  // namespace spillway::grpc
