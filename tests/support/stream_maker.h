// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "engine/export/recorded_stream.h"

namespace spillway::test {

/// Puts a recorded stream together, part by part, a millisecond apart.
class StreamMaker {
 public:
  explicit StreamMaker(bool isGrpc = true) : batch_(std::make_shared<observe::CapturedBatch>()) {
    head_.id = 7;
    head_.started = WallTime(std::chrono::microseconds(1'790'000'000'000'000));
    head_.type = isGrpc ? observe::LogType::Grpc : observe::LogType::Http;
    head_.isGrpc = isGrpc;
    head_.client = "127.0.0.1:54022";
    head_.method = isGrpc ? "POST" : "PUT";
    head_.scheme = "http";
    head_.authority = "desk.test:8080";
    head_.path = isGrpc ? "/routeguide.RouteGuide/RouteChat" : "/things/1?a=b";
    record_.listenerAddress = "127.0.0.1:50051";
    record_.target = "127.0.0.1:50061";
    record_.targets = {{record_.target, 200}};
    record_.elbStatus = record_.targetStatus = 200;
    record_.durationMicros = 20'000;
    record_.ended = head_.started + std::chrono::milliseconds(20);
    if (isGrpc) record_.grpcStatus = 0;
    record_.httpVersion = isGrpc ? "HTTP/2.0" : "HTTP/1.1";
  }

  observe::CapturedPart& part(observe::CapturedKind kind, observe::Hop hop, observe::Direction direction) {
    observe::CapturedPart& part = batch_->parts.emplace_back();
    part.kind = kind;
    part.hop = hop;
    part.direction = direction;
    part.time = head_.started + std::chrono::milliseconds(batch_->parts.size());
    return part;
  }
  void head(observe::Hop hop, observe::Direction direction, observe::FieldList fields,
            std::uint32_t status = 0) {
    auto& made = part(observe::CapturedKind::Head, hop, direction);
    made.number = status;
    made.fields = std::make_shared<const observe::FieldList>(std::move(fields));
  }
  void trailers(observe::Hop hop, observe::FieldList fields) {
    part(observe::CapturedKind::Trailers, hop, observe::Direction::Response).fields =
        std::make_shared<const observe::FieldList>(std::move(fields));
  }
  /// Content, of which the first `kept` bytes stay.
  void bytes(observe::Direction direction, const std::string& content, std::size_t kept = std::string::npos) {
    const bool isRequest = direction == observe::Direction::Request;
    auto& made = part(observe::CapturedKind::Bytes, isRequest ? observe::Hop::Client : observe::Hop::Target,
                      direction);
    made.size = content.size();
    made.kept = static_cast<std::uint32_t>(std::min(kept, content.size()));
    batch_->bytes += content.substr(0, made.kept);
  }
  void end(observe::Hop hop, observe::Direction direction) {
    part(observe::CapturedKind::End, hop, direction);
  }
  void wire(observe::Hop hop, std::uint64_t connection, std::uint32_t stream) {
    auto& made = part(observe::CapturedKind::Wire, hop, observe::Direction::Request);
    made.size = connection;
    made.number = stream;
  }
  void attempt(const std::string& target) {
    auto& made = part(observe::CapturedKind::Attempt, observe::Hop::Target, observe::Direction::Request);
    made.number = 1;
    made.fields = std::make_shared<const observe::FieldList>(observe::FieldList{{"target", target}});
  }

  observe::StreamHead& streamHead() { return head_; }
  observe::StreamRecord& record() { return record_; }
  exporting::RecordedStream made() const {
    exporting::RecordedStream stream;
    auto record = std::make_shared<observe::StreamRecord>(record_);
    record->head = std::make_shared<const observe::StreamHead>(head_);
    stream.record = std::move(record);
    stream.capture.stream = head_.id;
    stream.capture.hasEnded = true;
    if (!batch_->parts.empty()) stream.capture.batches.push_back(batch_);
    return stream;
  }

 private:
  observe::StreamHead head_;
  observe::StreamRecord record_;
  std::shared_ptr<observe::CapturedBatch> batch_;
};

}  // namespace spillway::test
