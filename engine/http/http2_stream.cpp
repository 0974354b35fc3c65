// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http2_stream.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace spillway::http {
namespace {

/// Fields whose values hardly ever come again: in the dynamic table they would push out those that do, and
/// each would have to be compared with all of its name (RFC 7541 §6.2.3).
constexpr std::array<std::string_view, 14> kVolatile{
    "x-amzn-trace-id", "x-request-id", "x-correlation-id", "traceparent",   "tracestate",
    "grpc-timeout",    "grpc-message", "x-b3-traceid",     "x-b3-spanid",   "etag",
    "last-modified",   "location",     "if-none-match",    "content-range",
};

/// For one call of nghttp2, which copies what it needs.
std::vector<nghttp2_nv>& emptyFieldList() {
  thread_local std::vector<nghttp2_nv> fields;
  fields.clear();
  return fields;
}

bool isVolatile(std::string_view name) {
  constexpr std::uint64_t kSizes = [] {
    std::uint64_t sizes = 0;
    for (const std::string_view each : kVolatile)
      sizes |= std::uint64_t{1} << each.size();
    return sizes;
  }();
  if (name.size() >= 64 || (kSizes >> name.size() & 1) == 0) return false;
  return std::ranges::find(kVolatile, name) != kVolatile.end();
}

nghttp2_nv field(std::string_view name, std::string_view value) {
  // nghttp2 copies both, and asks for non-const pointers all the same.
  return {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
          reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(), value.size(),
          NGHTTP2_NV_FLAG_NONE};
}

void addFields(std::vector<nghttp2_nv>& out, const Headers& headers) {
  for (std::size_t i = 0; i < headers.count(); ++i) {
    const Headers::Field each = headers.at(i);
    out.push_back(field(each.name, each.value));
    if (isVolatile(each.name)) out.back().flags = NGHTTP2_NV_FLAG_NO_INDEX;
  }
}

ssize_t readOutput(nghttp2_session*, std::int32_t, std::uint8_t*, std::size_t room, std::uint32_t* flags,
                   nghttp2_data_source* source, void*) {
  return static_cast<Http2Stream*>(source->ptr)->fillFrame(room, *flags);
}

}  // namespace

long Http2Stream::fillFrame(std::size_t room, std::uint32_t& flags) {
  const std::size_t count = std::min(room, output_.size());
  const bool last = endQueued_ && count == output_.size();
  if (count == 0 && !last) {
    deferred_ = true;
    return NGHTTP2_ERR_DEFERRED;
  }
  flags |= NGHTTP2_DATA_FLAG_NO_COPY;
  if (last) flags |= NGHTTP2_DATA_FLAG_EOF;
  if (last && trailers_) {
    flags |= NGHTTP2_DATA_FLAG_NO_END_STREAM;
    std::vector<nghttp2_nv>& fields = emptyFieldList();
    addFields(fields, *trailers_);
    if (nghttp2_submit_trailer(connection_.session_, id_, fields.data(), fields.size()) != 0) {
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
  }
  return static_cast<long>(count);
}

/// 1xx: passed on at once, the final head follows (RFC 9110 §15.2).
void Http2Stream::sendInterim(const MessageHead& head) {
  std::vector<nghttp2_nv>& fields = emptyFieldList();
  const std::string status = std::to_string(head.status);
  fields.push_back(field(":status", status));
  addFields(fields, head.fields);
  nghttp2_submit_headers(connection_.session_, NGHTTP2_FLAG_NONE, id_, nullptr, fields.data(), fields.size(),
                         nullptr);
  connection_.wantFlush();
}

void Http2Stream::sendHead(const MessageHead& head, End end) {
  if (head.status >= 100 && head.status < 200) return sendInterim(head);
  std::vector<nghttp2_nv>& fields = emptyFieldList();
  std::array<char, 4> status{};
  const bool isRequest = head.status == 0;
  if (isRequest) {
    fields.push_back(field(":method", head.method));
    fields.push_back(field(":scheme", head.scheme));
    fields.push_back(field(":authority", head.authority));
    fields.push_back(field(":path", head.path));
    if (!head.protocol.empty()) fields.push_back(field(":protocol", head.protocol));
  } else {
    std::to_chars(status.data(), status.data() + status.size(), head.status);
    fields.push_back(field(":status", {status.data(), 3}));
  }
  addFields(fields, head.fields);
  nghttp2_data_provider provider{};
  provider.source.ptr = this;
  provider.read_callback = readOutput;
  const nghttp2_data_provider* data = end == End::Yes ? nullptr : &provider;
  endQueued_ = end == End::Yes;
  nghttp2_session* session = connection_.session_;
  if (isRequest) {
    id_ = nghttp2_submit_request(session, nullptr, fields.data(), fields.size(), data, this);
  } else {
    nghttp2_submit_response(session, id_, fields.data(), fields.size(), data);
  }
  connection_.wantFlush();
}

void Http2Stream::sendData(const ByteChunk& chunk, End end) {
  if (endQueued_) return;
  output_.append(chunk);
  endQueued_ = end == End::Yes;
  if (!chunk.empty() || endQueued_) wakeOutput();
}

void Http2Stream::sendTrailers(const Headers& trailers) {
  if (endQueued_) return;
  endQueued_ = true;
  if (!trailers.empty()) trailers_ = trailers;
  wakeOutput();
}

void Http2Stream::wakeOutput() {
  if (deferred_) {
    deferred_ = false;
    nghttp2_session_resume_data(connection_.session_, id_);
  }
  connection_.wantFlush();
}

void Http2Stream::reset(ResetCode code) {
  if (code == ResetCode::NoError && endQueued_) {
    // RST_STREAM would overtake what is queued: it follows once our END_STREAM is on the wire.
    resetAfterEnd_ = true;
    if (!endSent_) return;
  } else {
    handler_ = nullptr;
  }
  if (id_ <= 0) return connection_.removeStream(*this);
  connection_.resets_.emplace_back(id_, static_cast<std::uint32_t>(code));
  connection_.wantFlush();
}

void Http2Stream::consume(std::size_t bytes) {
  if (bytes == 0 || id_ <= 0) return;
  nghttp2_session_consume_stream(connection_.session_, id_, bytes);
  if (window_.consumed(bytes)) {
    nghttp2_session_set_local_window_size(connection_.session_, NGHTTP2_FLAG_NONE, id_,
                                          static_cast<std::int32_t>(window_.size()));
  }
  connection_.wantFlush();
}

void Http2Stream::detach() {
  handler_ = nullptr;
  if (id_ <= 0) connection_.removeStream(*this);
}

}  // namespace spillway::http
