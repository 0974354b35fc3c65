// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http1_stream.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "engine/http/http1_writer.h"

namespace spillway::http {
namespace {

std::optional<std::uint64_t> lengthOf(const Headers& fields) {
  const auto value = fields.find("content-length");
  std::uint64_t length = 0;
  if (!value) return std::nullopt;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), length);
  if (error != std::errc{} || end != value->data() + value->size()) return std::nullopt;
  return length;
}

BodyFraming framed(std::uint64_t length) {
  return {length > 0 ? BodyKind::Length : BodyKind::None, length};
}

}  // namespace

void Http1Stream::write(std::string_view text) {
  sentBytes_ += text.size();
  connection_.write(text);
}

void Http1Stream::sendHead(const MessageHead& head, End end) {
  if (headSent_) return;
  if (const std::string why = whyNotWritable(head); !why.empty()) {
    return connection_.abort({ErrorCode::Protocol, head.status == 0 ? Side::Client : Side::Target, why});
  }
  if (head.status == 0) return sendRequestHead(head, end);
  sendResponseHead(head, end);
}

void Http1Stream::sendRequestHead(const MessageHead& head, End end) {
  method_ = head.method;
  upgradeOffered_ = !head.protocol.empty();
  const auto length = lengthOf(head.fields);
  if (end == End::Yes || upgradeOffered_) {
    outgoing_ = {};
  } else if (length) {
    outgoing_ = framed(*length);
  } else {
    outgoing_ = {BodyKind::Chunked, 0};
  }
  if (head.closeAfter) connection_.reusable_ = false;
  write(requestHead(head, outgoing_, head.closeAfter ? Reuse::No : Reuse::Yes));
  headSent_ = true;
  endQueued_ = end == End::Yes && !upgradeOffered_;
  connection_.expectHead();
  connection_.wantFlush();
}

BodyFraming Http1Stream::responseFraming(const MessageHead& head, End end) const {
  if (method_ == "HEAD" || head.status == 204 || head.status == 304) return {};
  if (const auto length = lengthOf(head.fields)) return framed(*length);
  if (end == End::Yes) return {};
  return {peerVersion_ == Version::Http10 ? BodyKind::UntilClose : BodyKind::Chunked, 0};
}

void Http1Stream::sendResponseHead(const MessageHead& head, End end) {
  if (head.status < 200 && head.status != 101) {
    if (peerVersion_ != Version::Http10) write(responseHead(head, BodyKind::None, Reuse::Yes));
    return connection_.wantFlush();
  }
  if (head.status == 101) {
    if (!upgradeOffered_) {
      return connection_.abort({ErrorCode::Protocol, Side::Balancer, "Nobody asked for another protocol."});
    }
    write(responseHead(head, BodyKind::None, Reuse::Yes));
    headSent_ = true;
    return connection_.beginTunnel();
  }
  if (upgradeOffered_) stayHttp();
  outgoing_ = responseFraming(head, end);
  if (outgoing_.kind == BodyKind::UntilClose || head.closeAfter || connection_.draining_)
    connection_.reusable_ = false;
  const Reuse reuse = connection_.reusable_ ? Reuse::Yes : Reuse::No;
  const bool tellsZero = end == End::Yes && outgoing_.kind == BodyKind::None && method_ != "HEAD" &&
                         head.status != 304 && !head.fields.find("content-length");
  if (tellsZero) {
    MessageHead empty = head;
    empty.fields.add("content-length", "0");
    write(responseHead(empty, outgoing_.kind, reuse));
  } else {
    write(responseHead(head, outgoing_.kind, reuse));
  }
  headSent_ = true;
  endQueued_ = end == End::Yes;
  connection_.wantFlush();
}

void Http1Stream::stayHttp() {
  upgradeOffered_ = false;
  if (connection_.role_ == Http1Connection::Role::Accepted) {
    incomingEnded_ = true;
  } else {
    endQueued_ = outgoingEnded_ = true;
  }
}

void Http1Stream::sendData(const ByteChunk& chunk, End end) {
  if (endQueued_) return;
  output_.append(chunk);
  endQueued_ = end == End::Yes;
  connection_.wantFlush();
}

void Http1Stream::sendTrailers(Headers trailers) {
  if (endQueued_) return;
  endQueued_ = true;
  if (!trailers.empty()) trailers_ = std::move(trailers);
  connection_.wantFlush();
}

void Http1Stream::fill(std::size_t limit) {
  // An offered upgrade has no body: what is queued waits for the answer to the offer.
  if (!headSent_ || outgoingEnded_ || (upgradeOffered_ && !isTunnel_)) return;
  while (!output_.empty() && connection_.output_.size() < limit && !connection_.aborting_) {
    fillPiece(std::min(output_.size(), limit));
  }
  if (output_.empty() && endQueued_ && !connection_.aborting_) finishOutput();
}

void Http1Stream::fillPiece(std::size_t count) {
  ByteQueue& to = connection_.output_;
  const std::size_t before = to.size();
  const bool isChunked = !isTunnel_ && outgoing_.kind == BodyKind::Chunked;
  std::size_t passed = count;
  if (isChunked) connection_.write(fmt::format("{:x}\r\n", count));
  if (!isTunnel_ && (outgoing_.kind == BodyKind::Length || outgoing_.kind == BodyKind::None)) {
    // No byte more than the head has told; the answer to HEAD and a 304 have none at all.
    passed = static_cast<std::size_t>(std::min<std::uint64_t>(count, outgoing_.length));
    outgoing_.length -= passed;
  }
  output_.moveTo(to, passed);
  output_.dropFront(count - passed);
  if (isChunked) connection_.write("\r\n");
  sentBytes_ += to.size() - before;
  if (handler_) handler_->onSent(count);
}

void Http1Stream::finishOutput() {
  if (!isTunnel_ && outgoing_.kind == BodyKind::Length && outgoing_.length > 0) {
    return connection_.abort(
        {ErrorCode::Protocol, Side::Balancer,
         fmt::format("The body ended {} bytes before its Content-Length.", outgoing_.length)});
  }
  outgoingEnded_ = true;
  if (isTunnel_ || outgoing_.kind != BodyKind::Chunked) return;
  write(lastChunk(trailers_.value_or(Headers{})));
}

void Http1Stream::reset(ResetCode code) {
  if (code == ResetCode::NoError && endQueued_) {
    isReleased_ = true;
    return connection_.wantFlush();
  }
  handler_ = nullptr;
  if (connection_.role_ == Http1Connection::Role::Connected && !headSent_) return connection_.finishStream();
  connection_.abort({ErrorCode::None, Side::Balancer, "The exchange was broken off."});
}

void Http1Stream::giveData(const ByteChunk& chunk, End end) {
  if (!handler_) return;
  unconsumed_ += chunk.size();
  handler_->onData(chunk, end);
}

void Http1Stream::consume(std::size_t bytes) {
  unconsumed_ -= std::min(unconsumed_, bytes);
  window_.consumed(bytes);
  connection_.updateReading();
}

void Http1Stream::detach() {
  handler_ = nullptr;
  unconsumed_ = 0;
  if (connection_.role_ == Http1Connection::Role::Connected && !headSent_) return connection_.finishStream();
  connection_.updateReading();
}

}  // namespace spillway::http
