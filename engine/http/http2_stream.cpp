// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/http/http2_stream.h"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "engine/http/name_set.h"

namespace spillway::http {
namespace {

/// Fields whose values hardly ever come again: in the dynamic table they would push out those that do, and
/// each would have to be compared with all of its name (RFC 7541 §6.2.3).
constexpr NameSet kVolatile{std::array<std::string_view, 14>{
    "x-amzn-trace-id",
    "x-request-id",
    "x-correlation-id",
    "traceparent",
    "tracestate",
    "grpc-timeout",
    "grpc-message",
    "x-b3-traceid",
    "x-b3-spanid",
    "etag",
    "last-modified",
    "location",
    "if-none-match",
    "content-range",
}};
constexpr std::size_t kPseudoFields = 5;

/// The fields of one call of nghttp2, which copies what it needs.
class FieldList {
 public:
  explicit FieldList(std::size_t most) : fields_(room(most)) {}
  void add(std::string_view name, std::string_view value, nghttp2_nv_flag flag = NGHTTP2_NV_FLAG_NONE) {
    // nghttp2 asks for non-const pointers all the same.
    fields_[count_++] = {reinterpret_cast<std::uint8_t*>(const_cast<char*>(name.data())),
                         reinterpret_cast<std::uint8_t*>(const_cast<char*>(value.data())), name.size(),
                         value.size(), static_cast<std::uint8_t>(flag)};
  }
  void add(const Headers& headers);
  const nghttp2_nv* data() const { return fields_; }
  std::size_t size() const { return count_; }

 private:
  static nghttp2_nv* room(std::size_t most) {
    thread_local std::vector<nghttp2_nv> list;
    if (list.size() < most) list.resize(most);
    return list.data();
  }

  nghttp2_nv* fields_;
  std::size_t count_ = 0;
};

bool isVolatile(std::string_view name) {
  return kVolatile.contains(name);
}

void FieldList::add(const Headers& headers) {
  for (std::size_t i = 0; i < headers.count(); ++i) {
    const Headers::Field each = headers.at(i);
    add(each.name, each.value, isVolatile(each.name) ? NGHTTP2_NV_FLAG_NO_INDEX : NGHTTP2_NV_FLAG_NONE);
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
    FieldList fields(trailers_->count());
    fields.add(*trailers_);
    if (nghttp2_submit_trailer(connection_.session_, id_, fields.data(), fields.size()) != 0) {
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
  }
  return static_cast<long>(count);
}

/// 1xx: passed on at once, the final head follows (RFC 9110 §15.2).
void Http2Stream::sendInterim(const MessageHead& head) {
  FieldList fields(kPseudoFields + head.fields.count());
  const std::string status = std::to_string(head.status);
  fields.add(":status", status);
  fields.add(head.fields);
  nghttp2_submit_headers(connection_.session_, NGHTTP2_FLAG_NONE, id_, nullptr, fields.data(), fields.size(),
                         nullptr);
  connection_.wantFlush();
}

void Http2Stream::sendHead(const MessageHead& head, End end) {
  if (head.status >= 100 && head.status < 200) return sendInterim(head);
  FieldList fields(kPseudoFields + head.fields.count());
  std::array<char, 4> status{};
  const bool isRequest = head.status == 0;
  if (isRequest) {
    fields.add(":method", head.method);
    fields.add(":scheme", head.scheme);
    fields.add(":authority", head.authority);
    fields.add(":path", head.path);
    if (!head.protocol.empty()) fields.add(":protocol", head.protocol);
  } else {
    std::to_chars(status.data(), status.data() + status.size(), head.status);
    fields.add(":status", {status.data(), 3});
  }
  fields.add(head.fields);
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

void Http2Stream::sendTrailers(Headers trailers) {
  if (endQueued_) return;
  endQueued_ = true;
  if (!trailers.empty()) trailers_ = std::move(trailers);
  wakeOutput();
}

void Http2Stream::wakeOutput() {
  if (deferred_) {
    deferred_ = false;
    nghttp2_session_resume_data(connection_.session_, id_);
  }
  connection_.wantFlush();
}

void Http2Stream::observe(FrameObserver& observer) {
  observer_ = &observer;
  connection_.isObserved_ = true;
}

void Http2Stream::reset(ResetCode code) {
  if (code == ResetCode::NoError && endQueued_) {
    // RST_STREAM would overtake what is queued: it follows once our END_STREAM is on the wire.
    resetAfterEnd_ = true;
    if (!endSent_) return;
  } else {
    handler_ = nullptr;
    observer_ = nullptr;
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
  observer_ = nullptr;
  if (id_ <= 0) connection_.removeStream(*this);
}

}  // namespace spillway::http
