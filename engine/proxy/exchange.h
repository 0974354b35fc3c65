// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/balance/selector.h"
#include "engine/balance/snapshot.h"
#include "engine/balance/stickiness.h"
#include "engine/base/byte_queue.h"
#include "engine/http/grpc_framing.h"
#include "engine/http/stream.h"
#include "engine/net/event_loop.h"
#include "engine/observe/decision.h"
#include "engine/observe/event_bus.h"
#include "engine/observe/metrics.h"
#include "engine/pool/target_pool.h"
#include "engine/proxy/capture_tap.h"
#include "engine/proxy/connection_facts.h"
#include "engine/proxy/jwt_validation.h"
#include "engine/proxy/local_response.h"

namespace spillway::proxy {

class Exchange;

/// What a worker lends to its exchanges. All of it outlives them.
struct ExchangeHost {
  ExchangeHost(net::EventLoop& l, pool::TargetPool& p, balance::Selector& s, observe::EventSink& e,
               observe::WorkerMetrics& m, JwksCache& k, const balance::CookieSealer& c)
      : loop(l), pool(p), selector(s), sink(e), metrics(m), keys(k), sealer(c) {}
  virtual ~ExchangeHost() = default;

  net::EventLoop& loop;
  pool::TargetPool& pool;
  balance::Selector& selector;
  observe::EventSink& sink;
  observe::WorkerMetrics& metrics;
  JwksCache& keys;
  const balance::CookieSealer& sealer;
  /// What is captured here and waits for those who keep it.
  const std::shared_ptr<observe::CaptureBudget> captureBudget = std::make_shared<observe::CaptureBudget>(0);

  virtual StreamId nextStreamId() = 0;
  /// The exchange is over: take it off the list and retire it.
  virtual void onExchangeEnded(Exchange& exchange) = 0;
};

/// One request's life between a client's stream and a target's: the only class that knows both sides. Bytes
/// pass as they come; a byte is consumed on one side when it has left on the other, so what waits here is
/// bounded by the streams' windows. Ends in exactly one record. Worker thread only.
class Exchange final : public net::Retirable, private pool::StreamWaiter {
 public:
  Exchange(ExchangeHost& host, http::HttpStream& client, std::shared_ptr<const ConnectionFacts> facts,
           std::shared_ptr<const balance::ListenerSnapshot> listener);
  ~Exchange() override;

  http::StreamHandler& clientSide() { return clientSide_; }
  /// Ends what was silent for the idle timeout, or whose target's deregistration delay is over.
  void checkDeadlines(TimePoint now);

  std::size_t listIndex = 0;  ///< the worker's place for it

 private:
  /// The exchange as its client's stream sees it.
  struct ClientSide final : http::StreamHandler {
    explicit ClientSide(Exchange& exchange) : owner(exchange) {}
    void onHead(http::MessageHead&& head, http::End end) override {
      owner.onRequestHead(std::move(head), end);
    }
    void onData(const ByteChunk& chunk, http::End end) override { owner.onRequestData(chunk, end); }
    void onTrailers(http::Headers&& trailers) override { owner.onRequestTrailers(std::move(trailers)); }
    void onSent(std::size_t bytes) override { owner.onResponseSent(bytes); }
    void onReset(const http::StreamError& error) override { owner.onClientReset(error); }
    void onClosed() override { owner.finish(); }
    Exchange& owner;
  };
  /// The exchange as its target's stream sees it.
  struct TargetSide final : http::StreamHandler {
    explicit TargetSide(Exchange& exchange) : owner(exchange) {}
    void onHead(http::MessageHead&& head, http::End end) override { owner.onResponseHead(head, end); }
    void onData(const ByteChunk& chunk, http::End end) override { owner.onResponseData(chunk, end); }
    void onTrailers(http::Headers&& trailers) override { owner.onResponseTrailers(std::move(trailers)); }
    void onSent(std::size_t bytes) override { owner.onRequestSent(bytes); }
    void onReset(const http::StreamError& error) override { owner.onTargetReset(error); }
    void onClosed() override { owner.target_ = nullptr; }
    Exchange& owner;
  };

  void onRequestHead(http::MessageHead&& head, http::End end);
  void onRequestData(const ByteChunk& chunk, http::End end);
  void onRequestTrailers(http::Headers&& trailers);
  void onRequestSent(std::size_t bytes);
  void onClientReset(const http::StreamError& error);
  void onResponseHead(http::MessageHead& head, http::End end);
  void onResponseData(const ByteChunk& chunk, http::End end);
  void onResponseTrailers(http::Headers&& trailers);
  void onResponseSent(std::size_t bytes);
  void onTargetReset(const http::StreamError& error);
  // pool::StreamWaiter
  http::StreamHandler& streamHandler() override { return targetSide_; }
  void onStream(http::HttpStream& stream, observe::ConnectionId connection) override;
  void onNoStream(const Error& error) override;

  void beginCapture();
  void open();
  void route();
  void act(std::size_t index);
  void addCookies(http::Headers& fields) const;
  void noteAction(config::ActionType type);
  void forward();
  void redirect(const config::Redirect& settings);
  bool transform();
  void validateToken(std::size_t index);
  void onToken(std::size_t index, const JwtVerdict& verdict);
  void send(observe::Outcome outcome, const LocalResponse& response);
  std::optional<observe::Outcome> refusal() const;
  bool fits(const balance::GroupSnapshot& group) const;
  bool passesDesyncMitigation();
  void prepareUpgrade();
  bool exceedsBodyLimit() const;
  void refuseBody();
  void passInterim(http::MessageHead& head);
  void refuseAnswer(observe::Outcome outcome);
  void beginTunnel(http::MessageHead& head);
  void chooseTarget(const balance::TargetRuntime* exclude);
  void noteFailure(observe::Outcome outcome, const std::string& words);
  void leaveTarget(http::ResetCode code);
  void keepForReplay(const ByteChunk& chunk);
  bool mayRetry() const;
  void endOfRequest();
  void endOfResponse();
  void answer(observe::Outcome outcome, std::string detail);
  void breakOff(observe::Outcome outcome, http::ResetCode code, std::string detail);
  void endByIdleTimeout();
  void finish();
  std::shared_ptr<observe::StreamRecord> makeRecord();
  void fillStatuses(observe::StreamRecord& record);
  observe::CallKind observedKind() const;
  void tell(observe::EventKind kind, observe::Direction direction, std::uint32_t number = 0,
            std::uint64_t size = 0);
  void tellMessage(observe::Direction direction, const http::GrpcFraming::Message& message);

  ExchangeHost& host_;
  ClientSide clientSide_{*this};
  TargetSide targetSide_{*this};
  http::HttpStream* client_;
  http::HttpStream* target_ = nullptr;  ///< null: none yet, or it has ended
  std::shared_ptr<const ConnectionFacts> facts_;
  std::shared_ptr<const balance::ListenerSnapshot> listener_;
  const balance::RuleSnapshot* rule_ = nullptr;      ///< lives as long as listener_; null until it is found
  const balance::GroupSnapshot* group_ = nullptr;    ///< the same; null when the rule does not forward
  balance::StickySession session_;                   ///< the client's, with group_
  const balance::TargetSnapshot* chosen_ = nullptr;  ///< the target tried last; lives in group_

  http::MessageHead request_;  ///< as sent to the target
  std::optional<http::Headers> requestTrailers_;
  ByteQueue unsent_;                   ///< request bytes that came before there was a target stream
  ByteQueue replay_;                   ///< request bytes already sent, while a retry is possible
  std::uint64_t requestSent_ = 0;      ///< request bytes that left to the present target
  std::uint64_t requestConsumed_ = 0;  ///< … and for which the client's window was opened
  std::uint64_t requestBody_ = 0;      ///< request bytes that came
  std::uint64_t responseHeld_ = 0;     ///< response bytes that wait until the client takes them
  http::GrpcFraming requestFraming_, responseFraming_;

  std::shared_ptr<observe::StreamHead> head_;
  std::string traceId_;
  TimePoint received_{}, dispatched_{}, answered_{}, lastActivity_{};
  observe::Outcome outcome_ = observe::Outcome::Completed;
  std::string detail_;        ///< more words for the cause
  std::string endedBecause_;  ///< the setting that ended it
  std::vector<observe::TargetAttempt> tried_;
  std::shared_ptr<observe::Decision> decision_;  ///< null: nobody asks
  observe::RequestCounts counts_;
  std::string actions_, redirectUrl_, errorReason_, transformedHost_, transformedUri_, transformStatus_;
  std::unique_ptr<CaptureTap> tap_;  ///< null: nobody looks into this stream
  std::shared_ptr<bool> alive_;      ///< made when something is to come from another thread
  int status_ = 0;                   ///< sent to the client
  int targetStatus_ = 0;
  std::optional<std::uint32_t> grpcStatus_;
  std::string grpcMessage_;
  observe::SlotSet slots_;
  bool observed_ = false;  ///< somebody wants this stream's details
  bool isTunnel_ = false;  ///< bytes pass as they are: WebSocket
  bool opened_ = false;    ///< the request's head has come; metrics count it
  bool waiting_ = false;   ///< in the pool's queue
  bool requestEnded_ = false;
  bool replayLost_ = false;  ///< more was sent than is kept
  bool responseEnded_ = false;
  bool fromBalancer_ = false;
  bool failOpen_ = false;
  bool answeredBeforeHalfClose_ = false;
  bool holdsTarget_ = false;  ///< counted as outstanding at chosen_
  bool finished_ = false;
};

}  // namespace spillway::proxy
