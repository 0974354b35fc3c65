// SPDX-License-Identifier: GPL-3.0-or-later
// What is told of connections is what happened on them, and ending them by hand hurts nobody else.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <unistd.h>

#include <numeric>

#include "engine/pki/local_ca.h"
#include "engine/proxy/connection_board.h"
#include "tests/support/engine_fixture.h"

namespace spillway::test {
namespace {

using namespace std::chrono_literals;
using observe::ConnectionSide;
using observe::ConnectionState;
using observe::ConnectionStatus;
using observe::EndedBy;
using observe::Outcome;
using observe::StreamCount;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A bare socket: for what no well-behaved client sends.
class BareSocket {
 public:
  explicit BareSocket(const std::string& address) {
    const auto colon = address.rfind(':');
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
    const auto peer = *net::SocketAddress::parse(address.substr(0, colon), port);
    fd_ = ::socket(peer.family(), SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(fd_, static_cast<const sockaddr*>(peer.native()), peer.nativeSize()) != 0)
      ADD_FAILURE() << "no connection to " << address;
  }
  ~BareSocket() { ::close(fd_); }
  BareSocket(const BareSocket&) = delete;
  BareSocket& operator=(const BareSocket&) = delete;
  void send(const std::string& bytes) {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
  /// All that comes until it ends with this text.
  bool readUntil(const std::string& end) {
    std::string got;
    char buffer[4096];
    while (!got.ends_with(end)) {
      const ssize_t count = ::recv(fd_, buffer, sizeof buffer, 0);
      if (count <= 0) return false;
      got.append(buffer, static_cast<std::size_t>(count));
    }
    return true;
  }
  /// Whether the peer ends it, whatever comes before.
  bool ends() {
    char buffer[4096];
    ssize_t count = 1;
    while (count > 0)
      count = ::recv(fd_, buffer, sizeof buffer, 0);
    return count == 0;
  }

 private:
  int fd_;
};

std::string frame(std::uint8_t type, std::uint8_t flags, const std::string& payload) {
  return std::string{
             0, 0, static_cast<char>(payload.size()), static_cast<char>(type), static_cast<char>(flags), 0, 0,
             0, 0} +
         payload;
}

const std::string kHello = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(4, 0, "");
constexpr std::uint8_t kPing = 6, kData = 0, kAck = 1;

class Connections : public EngineFixture {
 protected:
  void SetUp() override { applyAndWait(document_, {&a_, &b_}); }

  using Wanted = std::function<bool(const ConnectionStatus&)>;
  std::vector<ConnectionStatus> all(const Wanted& wanted) const {
    std::vector<ConnectionStatus> found;
    for (const auto& connection : engine_->connections().connections) {
      if (wanted(*connection)) found.push_back(*connection);
    }
    return found;
  }
  /// Waits for the one connection that is so.
  ConnectionStatus one(const Wanted& wanted) const {
    std::vector<ConnectionStatus> found;
    EXPECT_TRUE(eventually([&] {
      found = all(wanted);
      return found.size() == 1;
    })) << found.size()
        << " connections are so";
    return found.empty() ? ConnectionStatus{} : found.front();
  }
  ConnectionStatus client(const Wanted& wanted = [](const auto&) { return true; }) const {
    return one([&](const auto& c) { return c.side == ConnectionSide::Client && wanted(c); });
  }
  ConnectionStatus target(const Wanted& wanted = [](const auto&) { return true; }) const {
    return one([&](const auto& c) { return c.side == ConnectionSide::Target && wanted(c); });
  }
  static Wanted hasStreams(std::uint64_t count) {
    return [count](const ConnectionStatus& c) { return c.streams == count; };
  }
  static Wanted is(ConnectionState state) {
    return [state](const ConnectionStatus& c) { return c.state == state; };
  }
  static Wanted isThis(const ConnectionStatus& known, ConnectionState state) {
    return [id = known.id, state](const ConnectionStatus& c) { return c.id == id && c.state == state; };
  }
  static std::string statusOf(const std::shared_ptr<TestCall>& call) {
    EXPECT_TRUE(call->waitForEnd());
    return call->field("grpc-status");
  }
  /// A call whose first message has come back.
  static std::shared_ptr<TestCall> running(TestClient& client) {
    auto call = client.start("/test/echo");
    call->send(grpcMessage("one"), http::End::No);
    EXPECT_TRUE(call->waitForBytes(8));
    return call;
  }
  void expectServed() {
    TestClient later(address());
    EXPECT_EQ(statusOf(later.unary("/test/echo", "x")), "0");
  }
  /// Only `a_` gets requests, so that all streams meet on one connection.
  void useOneTarget() {
    document_ = plainDocument({&a_});
    applyAndWait(document_, {&a_});
  }

  TestTarget a_, b_;
  config::Document document_ = plainDocument({&a_, &b_});
};

TEST_F(Connections, BothSidesAreToldWithTheirStreams) {
  useOneTarget();
  TestClient client(address());
  for (int i = 0; i < 3; ++i)
    ASSERT_EQ(statusOf(client.unary("/test/echo", "x")), "0");
  const auto open = running(client);
  const auto of = this->client(hasStreams(4));
  EXPECT_EQ(of.loadBalancer, "desk");
  EXPECT_EQ(of.listener, "in");
  EXPECT_EQ(of.peer, records(3).at(0)->head->client);
  EXPECT_EQ(of.protocol, "HTTP/2");
  EXPECT_FALSE(of.hasTls);
  EXPECT_EQ(of.state, ConnectionState::Open);
  EXPECT_EQ(of.openStreams, 1u);
  EXPECT_GT(of.receivedBytes, 100u);
  EXPECT_GT(of.sentBytes, 100u);
  EXPECT_GT(of.rttMicros, 0);
  EXPECT_FALSE(of.goawaySent || of.goawayReceived || of.ended);
  EXPECT_THAT(of.targets, ElementsAre(StreamCount{a_.address(), 4, 1}));
  const auto to = target(hasStreams(4));
  EXPECT_EQ(to.targetGroup, "group");
  EXPECT_EQ(to.peer, a_.address());
  EXPECT_EQ(to.protocol, "HTTP/2");
  EXPECT_EQ(to.state, ConnectionState::Open);
  EXPECT_EQ(to.openStreams, 1u);
  EXPECT_GT(to.receivedBytes, 100u);
  EXPECT_GT(to.sentBytes, 100u);
  EXPECT_NE(to.id, of.id);
}

TEST_F(Connections, TheMatrixIsWhatTheTargetsGot) {
  TestClient first(address()), second(address());
  for (int i = 0; i < 6; ++i)
    ASSERT_EQ(statusOf(first.unary("/test/echo", "x")), "0");
  for (int i = 0; i < 4; ++i)
    ASSERT_EQ(statusOf(second.unary("/test/echo", "x")), "0");
  const auto sorted = [&](std::uint64_t each) {
    std::vector<StreamCount> counts{{a_.address(), each, 0}, {b_.address(), each, 0}};
    std::ranges::sort(counts, {}, &StreamCount::target);
    return counts;
  };
  EXPECT_EQ(client(hasStreams(6)).targets, sorted(3));
  EXPECT_EQ(client(hasStreams(4)).targets, sorted(2));
  EXPECT_EQ(a_.calls(), 5u);
  EXPECT_EQ(b_.calls(), 5u);
}

TEST_F(Connections, PingsOfThePeerAreCountedButNotItsAnswersToOurs) {
  BareSocket socket(address());
  socket.send(kHello + frame(kPing, 0, "12345678") + frame(kPing, 0, "87654321") +
              frame(kPing, kAck, "12345678"));
  const auto of = client([](const auto& c) { return c.pings > 0; });
  EXPECT_EQ(of.pings, 2u);
  EXPECT_EQ(of.streams, 0u);
}

TEST_F(Connections, AClientThatLeavesIsKeptWithWhatItDid) {
  {
    TestClient client(address());
    ASSERT_EQ(statusOf(client.unary("/test/echo", "x")), "0");
  }
  const auto gone = client(is(ConnectionState::Ended));
  EXPECT_EQ(gone.endedBy, EndedBy::Client);
  EXPECT_NE(gone.endedBecause, "");
  EXPECT_TRUE(gone.goawayReceived);
  ASSERT_TRUE(gone.ended);
  EXPECT_GE(*gone.ended, gone.opened);
  EXPECT_EQ(gone.streams, 1u);
  EXPECT_EQ(gone.targets.size(), 1u);
}

TEST_F(Connections, OneThatIsIdleTooLongIsEndedByTheSetting) {
  document_.loadBalancers[0].attributes.idleTimeoutSeconds = 1;
  apply(document_);
  TestClient client(address());
  ASSERT_EQ(statusOf(client.unary("/test/echo", "x")), "0");
  const auto gone = this->client(is(ConnectionState::Ended));
  EXPECT_EQ(gone.endedBy, EndedBy::Balancer);
  EXPECT_EQ(gone.endedBecause, "idle_timeout.timeout_seconds = 1");
  EXPECT_TRUE(gone.goawaySent);
  EXPECT_EQ(target(is(ConnectionState::Ended)).endedBecause, "It was idle.");
}

TEST_F(Connections, AClientThatBreaksHttp2IsSentAwayByTheBalancer) {
  BareSocket socket(address());
  socket.send(kHello + frame(kData, 0, "no stream"));
  EXPECT_TRUE(socket.ends());
  const auto gone = client(is(ConnectionState::Ended));
  EXPECT_EQ(gone.endedBy, EndedBy::Balancer);
  EXPECT_THAT(gone.endedBecause, HasSubstr("PROTOCOL_ERROR"));
  EXPECT_TRUE(gone.goawaySent);
}

TEST_F(Connections, AnHttp1ConnectionIsClosedWhenIdle) {
  config::Action answer{.type = config::ActionType::FixedResponse};
  answer.fixedResponse = {200, "text/plain", "done"};
  document_.loadBalancers[0].listeners[0].defaultActions = {answer};
  document_.targetGroups.clear();
  apply(document_);
  BareSocket socket(address());
  socket.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(socket.readUntil("done"));
  const auto of = client(hasStreams(1));
  EXPECT_EQ(of.protocol, "HTTP/1.1");
  EXPECT_THAT(of.targets, IsEmpty()) << "the balancer's own answers go to no target";
  engine_->endConnection(of.id, ConnectionEnd::Drain);
  EXPECT_TRUE(socket.ends());
  const auto gone = client(isThis(of, ConnectionState::Ended));
  EXPECT_EQ(gone.endedBy, EndedBy::Balancer);
  EXPECT_EQ(gone.endedBecause, "Ended by hand.");
  EXPECT_FALSE(gone.goawaySent);

  BareSocket leaves(address());
  leaves.send("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(leaves.ends());
  EXPECT_EQ(client([&](const auto& c) { return c.ended && c.id != of.id; }).endedBy, EndedBy::Balancer);
}

TEST_F(Connections, ADrainedClientFinishesItsStreamAndThenGoes) {
  TestClient client(address());
  const auto call = running(client);
  const auto of = this->client();
  engine_->endConnection(of.id, ConnectionEnd::Drain);
  EXPECT_TRUE(this->client(isThis(of, ConnectionState::Draining)).goawaySent);
  EXPECT_TRUE(eventually([&] { return client.isDraining(); }));
  call->send(grpcMessage("two"), http::End::Yes);
  EXPECT_EQ(statusOf(call), "0");
  EXPECT_EQ(call->body(), grpcMessage("one") + grpcMessage("two"));
  EXPECT_TRUE(client.waitForClose());
  const auto gone = this->client(isThis(of, ConnectionState::Ended));
  EXPECT_EQ(gone.endedBy, EndedBy::Balancer);
  EXPECT_EQ(gone.endedBecause, "Ended by hand.");
  EXPECT_EQ(records(1).at(0)->outcome, Outcome::Completed);
}

TEST_F(Connections, AClosedClientLosesItsStreamAtOnceAndTheLogSaysWhy) {
  useOneTarget();
  TestClient client(address()), other(address());
  const auto call = running(client);
  const auto neighbour = running(other);
  const auto hasOne = [](const auto& c) { return c.side == ConnectionSide::Client && c.openStreams == 1; };
  ASSERT_TRUE(eventually([&] { return all(hasOne).size() == 2; }));
  const auto of = all(hasOne).front();
  engine_->endConnection(of.id, ConnectionEnd::Close);
  const auto gone = this->client(isThis(of, ConnectionState::Ended));
  EXPECT_EQ(gone.endedBy, EndedBy::Balancer);
  EXPECT_EQ(gone.endedBecause, "Ended by hand.");
  EXPECT_EQ(gone.openStreams, 0u);
  EXPECT_THAT(gone.targets, ElementsAre(StreamCount{a_.address(), 1, 0}));
  const auto record = records(1).at(0);
  EXPECT_EQ(record->head->client, of.peer);
  EXPECT_EQ(record->outcome, Outcome::Drained);
  EXPECT_EQ(record->endedBy, EndedBy::Balancer);
  EXPECT_THAT(record->cause, HasSubstr("Ended by hand."));
  EXPECT_TRUE(eventually([&] { return a_.cancelled() == 1; }));
  // Whoever's connection it was not goes on.
  ASSERT_TRUE(eventually([&] { return call->resetCode() || neighbour->resetCode(); }));
  const auto survivor = call->resetCode() ? neighbour : call;
  survivor->send(grpcMessage("two"), http::End::Yes);
  EXPECT_EQ(statusOf(survivor), "0");
}

TEST_F(Connections, ADrainedTargetConnectionFinishesAndAnotherTakesWhatFollows) {
  useOneTarget();
  TestClient client(address());
  const auto call = running(client);
  const auto to = target();
  engine_->endConnection(to.id, ConnectionEnd::Drain);
  target(isThis(to, ConnectionState::Draining));
  EXPECT_EQ(statusOf(client.unary("/test/echo", "x")), "0");
  EXPECT_EQ(target(is(ConnectionState::Open)).streams, 1u);
  call->send(grpcMessage("two"), http::End::Yes);
  EXPECT_EQ(statusOf(call), "0");
  const auto gone = target(isThis(to, ConnectionState::Ended));
  EXPECT_EQ(gone.endedBy, EndedBy::Balancer);
  EXPECT_EQ(gone.endedBecause, "Ended by hand.");
  EXPECT_TRUE(gone.goawaySent);
}

TEST_F(Connections, AClosedTargetConnectionFailsItsStreamsOnly) {
  useOneTarget();
  TestClient client(address());
  const auto call = client.start("/test/hold");
  const auto to = target(hasStreams(1));
  engine_->endConnection(to.id, ConnectionEnd::Close);
  EXPECT_EQ(statusOf(call), "14");
  EXPECT_THAT(records(1).at(0)->cause, HasSubstr("Ended by hand."));
  EXPECT_EQ(target(isThis(to, ConnectionState::Ended)).endedBy, EndedBy::Balancer);
  EXPECT_EQ(statusOf(client.unary("/test/echo", "x")), "0");
  EXPECT_EQ(engine_->readMetrics().total.activeStreams, 0);
}

TEST_F(Connections, ATargetThatSendsGoawayOrDiesIsNamed) {
  useOneTarget();
  TestClient client(address());
  const auto call = running(client);
  const auto to = target();
  a_.drain();
  EXPECT_TRUE(target(isThis(to, ConnectionState::Draining)).goawayReceived);
  call->send(grpcMessage("two"), http::End::Yes);
  EXPECT_EQ(statusOf(call), "0");
  const auto gone = target(isThis(to, ConnectionState::Ended));
  EXPECT_EQ(gone.endedBy, EndedBy::Target);
  EXPECT_EQ(gone.endedBecause, "It sent GOAWAY, and its last stream has ended.");
  EXPECT_TRUE(gone.goawayReceived);

  const auto held = client.start("/test/hold");
  const auto second = target(is(ConnectionState::Open));
  a_.kill();
  EXPECT_EQ(target(isThis(second, ConnectionState::Ended)).endedBy, EndedBy::Target);
  EXPECT_EQ(statusOf(held), "14");
}

TEST_F(Connections, IdsOfNothingAndOfWhatIsGoneDoNothing) {
  observe::ConnectionId gone = 0;
  {
    TestClient client(address());
    ASSERT_EQ(statusOf(client.unary("/test/echo", "x")), "0");
    gone = this->client().id;
  }
  client(is(ConnectionState::Ended));
  constexpr observe::ConnectionId kBeyond = ~observe::ConnectionId{0};
  for (const auto id : {gone, gone + 1000, observe::ConnectionId{0}, observe::ConnectionId{1}, kBeyond}) {
    engine_->endConnection(id, ConnectionEnd::Drain);
    engine_->endConnection(id, ConnectionEnd::Close);
  }
  expectServed();
}

TEST_F(Connections, EndingAllOfThemUnderLoadLeavesNothingBehind) {
  std::vector<std::unique_ptr<TestClient>> clients;
  std::vector<std::shared_ptr<TestCall>> calls;
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<TestClient>(address()));
      for (const char* path : {"/test/echo", "/test/flood", "/test/hold", "/test/early", "/test/half"}) {
        calls.push_back(clients.back()->start(path));
        calls.back()->send(grpcMessage("x"), http::End::No);
      }
    }
    const auto live = [](const auto& c) { return c.state != ConnectionState::Ended; };
    ASSERT_TRUE(eventually([&] { return !all(live).empty(); }));
    for (const auto& connection : all(live)) {
      const bool drains = connection.id % 2 == 0;
      if (drains) engine_->endConnection(connection.id, ConnectionEnd::Drain);
      engine_->endConnection(connection.id, ConnectionEnd::Close);
      engine_->endConnection(connection.id, ConnectionEnd::Close);
    }
  }
  // The list is a second old: what it does not tell yet is ended with the next one.
  EXPECT_TRUE(eventually([&] {
    for (const auto& c : all([](const auto& each) { return each.state != ConnectionState::Ended; }))
      engine_->endConnection(c.id, ConnectionEnd::Close);
    return engine_->readMetrics().total.activeConnections == 0;
  }));
  for (const auto& client : clients)
    EXPECT_TRUE(client->waitForClose());
  EXPECT_TRUE(eventually([&] { return engine_->readMetrics().total.activeStreams == 0; }));
  const auto requests = engine_->readMetrics().total.requests;
  EXPECT_EQ(records(requests).size(), requests);
  expectServed();
}

class TlsConnections : public Connections {
 protected:
  void SetUp() override {
    const auto ca = pki::LocalCa::open(folder_.path());
    const auto issued = ca->issue({});
    secure_ = std::make_unique<TestTarget>(
        0, *net::TlsContext::server(issued->certificatePem, issued->privateKeyPem,
                                    net::securityPolicies().front()));
    document_ = plainDocument({secure_.get()});
    document_.targetGroups[0].protocol = config::Protocol::Https;
    document_.targetGroups[0].healthCheck.protocol = config::Protocol::Https;
    auto& listener = document_.loadBalancers[0].listeners[0];
    listener.protocol = config::Protocol::Https;
    listener.certificates.push_back({});
    applyAndWait(document_, {secure_.get()});
  }
  std::unique_ptr<TestTarget> secure_;
};

TEST_F(TlsConnections, TlsIsToldOfBothSides) {
  const auto ca = pki::LocalCa::open(folder_.path());
  TestClient client(address(), *net::TlsContext::client(net::TlsContext::Verify::Yes, ca->certificateFile()));
  ASSERT_EQ(statusOf(client.unary("/test/echo", "x")), "0");
  for (const auto& told : {this->client(hasStreams(1)), target(hasStreams(1))}) {
    EXPECT_TRUE(told.hasTls);
    EXPECT_THAT(told.tlsProtocol, StartsWith("TLSv1.3"));
    EXPECT_NE(told.tlsCipher, "");
    EXPECT_EQ(told.alpn, "h2");
  }
  EXPECT_EQ(this->client(hasStreams(1)).sni, "localhost");
}

TEST_F(TlsConnections, AHandshakeThatFailsIsKeptWithItsReason) {
  TestClient client(address(), *net::TlsContext::client(net::TlsContext::Verify::Yes, ""));
  EXPECT_TRUE(client.waitForClose());
  const auto gone = this->client(is(ConnectionState::Ended));
  EXPECT_EQ(gone.protocol, "") << "it never came to speak one";
  EXPECT_EQ(gone.endedBy, EndedBy::Client);
  EXPECT_THAT(gone.endedBecause, HasSubstr("TLS handshake failed"));
}

TEST(ConnectionBoard, IsFilledOnlyWhileSomebodyLooks) {
  proxy::ConnectionBoard board;
  const TimePoint now = SteadyClock::now();
  EXPECT_FALSE(board.isWanted(now));
  EXPECT_FALSE(board.read()->isTold);
  EXPECT_TRUE(board.isWanted(now));
  observe::ConnectionList list{.isTold = true};
  list.connections.push_back(std::make_shared<const ConnectionStatus>());
  board.show(std::move(list), now);
  EXPECT_FALSE(board.isWanted(now + 500ms)) << "once a second";
  EXPECT_TRUE(board.isWanted(now + 1s));
  board.forgetUnread(now + 1s);
  EXPECT_EQ(board.read()->connections.size(), 1u);
  EXPECT_FALSE(board.isWanted(now + 10s)) << "nobody has looked for long";
  board.forgetUnread(now + 10s);
  EXPECT_FALSE(board.read()->isTold) << "what was long ago is not shown";
}

TEST(StreamsByTarget, CountsByAddressAndStaysBounded) {
  observe::StreamsByTarget streams;
  streams.began(1, "127.0.0.1:1");
  streams.began(2, "127.0.0.1:1");
  streams.left(1);
  EXPECT_THAT(streams.counts(), ElementsAre(StreamCount{"127.0.0.1:1", 2, 1})) << "in two groups";
  for (observe::Slot slot = 10; slot < 1010; ++slot)
    streams.began(slot, "10.0.0.1:" + std::to_string(slot));
  const auto counts = streams.counts();
  EXPECT_LE(counts.size(), observe::StreamsByTarget::kMost);
  EXPECT_EQ(counts.back().target, "other targets");
  const auto total = std::accumulate(counts.begin(), counts.end(), std::uint64_t{0},
                                     [](auto sum, const auto& count) { return sum + count.total; });
  EXPECT_EQ(total, 1002u);
  for (observe::Slot slot = 10; slot < 1010; ++slot)
    streams.left(slot);
  streams.left(2);
  for (const StreamCount& count : streams.counts())
    EXPECT_EQ(count.open, 0u) << count.target;
}

TEST(EndedConnections, KeepsTheLastOnes) {
  observe::EndedConnections ended;
  constexpr std::uint64_t kAll = observe::EndedConnections::kMost + 50;
  for (std::uint64_t id = 1; id <= kAll; ++id) {
    ConnectionStatus status;
    status.id = id;
    ended.add(std::move(status));
  }
  ASSERT_EQ(ended.all().size(), observe::EndedConnections::kMost);
  EXPECT_EQ(ended.all().front()->id, 51u);
  EXPECT_EQ(ended.all().back()->id, kAll);
}

}  // namespace
}  // namespace spillway::test
